package dev.tercet.benchmarks;

import dev.tercet.engine.kernel.Activation;
import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.kernel.PackedMatrix;
import dev.tercet.engine.kernel.Rows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Dense layers at the models' shapes for every number of rows, one thread, in percent of the FMA peak that is measured
 * in the same round. Prints the median over the rounds and the best of them: on a machine with other work the best one
 * says what the kernel can do.
 *
 * <p>{@code java --add-modules jdk.incubator.vector -cp benchmarks/target/benchmarks.jar
 * dev.tercet.benchmarks.GemmSweep [rounds] [rows …]}; {@code 1-64} is every number of rows from 1 to 64, and
 * {@code -Dsvg=FILE} draws the medians.
 */
public final class GemmSweep {
    private static final int[][] SHAPES = {{384, 1152}, {384, 384}, {384, 1536}, {1536, 384}, {512, 512}, {2048, 512}};
    private static final int[] ROWS = {1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 17, 24, 32, 48, 64, 96, 128, 200, 512, 1024};
    private static final double SECONDS = 0.03;

    /** In nanoseconds, for each layer and number of rows: long enough for C2, and for {@code FirstTile} to decide. */
    private static final long WARM_UP = 500_000_000;

    private final Kernels kernels = Kernels.preferred();

    private GemmSweep() {}

    public static void main(String[] args) throws IOException {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 9;
        int[] rows = args.length > 1
                ? Arrays.stream(args).skip(1).flatMapToInt(GemmSweep::rows).toArray()
                : ROWS;
        double[][] percents = new GemmSweep().run(rounds, rows);
        String svg = System.getProperty("svg");
        if (svg != null) Files.writeString(Path.of(svg), GemmPlot.svg(rows, names(), percents));
    }

    private static IntStream rows(String argument) {
        int[] ends =
                Arrays.stream(argument.split("-")).mapToInt(Integer::parseInt).toArray();
        return IntStream.rangeClosed(ends[0], ends[ends.length - 1]);
    }

    private static List<String> names() {
        return Arrays.stream(SHAPES).map(s -> s[0] + " → " + s[1]).toList();
    }

    /** Returns the medians, [shapes, rows]. */
    private double[][] run(int rounds, int[] rows) {
        System.out.printf(
                Locale.ROOT,
                "%s; FMA peak %.1f GFLOP/s; percent of it: median (best)%n%8s",
                kernels.description(),
                MachineProbe.fmaPeak(1, 1.5),
                "rows");
        for (int[] shape : SHAPES) System.out.printf("%16s", shape[0] + " to " + shape[1]);
        System.out.println();
        double[][] medians = new double[SHAPES.length][rows.length];
        for (int r = 0; r < rows.length; r++) {
            System.out.printf("%8d", rows[r]);
            for (int s = 0; s < SHAPES.length; s++) {
                double[] percent = percents(rounds, rows[r], SHAPES[s][0], SHAPES[s][1]);
                medians[s][r] = EncoderComparison.median(percent);
                double best = Arrays.stream(percent).max().orElseThrow();
                System.out.printf("%16s", String.format(Locale.ROOT, "%.1f (%.1f)", medians[s][r], best));
            }
            System.out.println();
        }
        return medians;
    }

    private double[] percents(int rounds, int rows, int inputs, int outputs) {
        SplittableRandom random = new SplittableRandom(1);
        float[] weight = numbers(random, outputs * inputs);
        Rows x = Rows.of(numbers(random, rows * inputs), inputs, rows);
        float[] bias = numbers(random, outputs);
        Rows y = Rows.of(new float[rows * outputs], outputs, rows);
        PackedMatrix packed = kernels.pack(weight, outputs, inputs);
        Runnable layer = () -> kernels.linear(x, packed, bias, Activation.IDENTITY, y);
        layer.run();
        requireReference(weight, x, bias, y, inputs, outputs);
        double flop = 2.0 * rows * inputs * outputs;
        for (long end = System.nanoTime() + WARM_UP; System.nanoTime() < end; ) layer.run();
        double[] percent = new double[rounds];
        for (int r = 0; r < rounds; r++) {
            double peak = MachineProbe.fmaPeakHere(SECONDS);
            percent[r] = 100 * bestRate(layer, flop) / peak;
        }
        return percent;
    }

    /** In GFLOP/s, the best of some short stretches, as in the probe. */
    private static double bestRate(Runnable layer, double flop) {
        int calls = (int) Math.max(1, 2e7 / flop);
        double best = 0;
        for (long end = System.nanoTime() + (long) (SECONDS * 1e9); System.nanoTime() < end; ) {
            long start = MachineProbe.threadTime();
            for (int i = 0; i < calls; i++) layer.run();
            long time = MachineProbe.threadTime() - start;
            // the clock has stood still, once in a hundred thousand stretches
            if (time > 0) best = Math.max(best, flop * calls / time);
        }
        return best;
    }

    private static void requireReference(float[] weight, Rows x, float[] bias, Rows y, int inputs, int outputs) {
        float[] expected = new float[y.data().length];
        Kernels scalar = Kernels.scalar();
        scalar.linear(
                x,
                scalar.pack(weight, outputs, inputs),
                bias,
                Activation.IDENTITY,
                Rows.of(expected, outputs, x.count()));
        if (!Arrays.equals(expected, y.data())) throw new IllegalStateException("differs from the scalar kernels");
    }

    private static float[] numbers(SplittableRandom random, int length) {
        float[] x = new float[length];
        for (int i = 0; i < length; i++) x[i] = (float) random.nextGaussian();
        return x;
    }
}
