package dev.tercet.benchmarks;

import dev.tercet.engine.kernel.Activation;
import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.kernel.PackedMatrix;
import dev.tercet.engine.kernel.Rows;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Dense layers at the models' shapes for every number of rows, one thread, in percent of the FMA peak that is measured
 * in the same round. Prints the median over the rounds and the best of them: on a machine with other work the best one
 * says what the kernel can do.
 *
 * <p>{@code java --add-modules jdk.incubator.vector -cp benchmarks/target/benchmarks.jar
 * dev.tercet.benchmarks.GemmSweep [rounds] [rows …]}
 */
public final class GemmSweep {
    private static final int[][] SHAPES = {{384, 1152}, {384, 384}, {384, 1536}, {1536, 384}, {512, 512}, {2048, 512}};
    private static final int[] ROWS = {1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 17, 24, 32, 48, 64, 96, 128, 200, 512, 1024};
    private static final double SECONDS = 0.03;

    private final Kernels kernels = Kernels.preferred();

    private GemmSweep() {}

    public static void main(String[] args) {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 9;
        int[] rows = args.length > 1
                ? Arrays.stream(args).skip(1).mapToInt(Integer::parseInt).toArray()
                : ROWS;
        new GemmSweep().run(rounds, rows);
    }

    private void run(int rounds, int[] rows) {
        System.out.printf(
                Locale.ROOT,
                "%s; FMA peak %.1f GFLOP/s; percent of it: median (best)%n%8s",
                kernels.description(),
                MachineProbe.fmaPeak(1, 1.5),
                "rows");
        for (int[] shape : SHAPES) System.out.printf("%16s", shape[0] + " to " + shape[1]);
        System.out.println();
        for (int m : rows) {
            System.out.printf("%8d", m);
            for (int[] shape : SHAPES) System.out.printf("%16s", cell(rounds, m, shape[0], shape[1]));
            System.out.println();
        }
    }

    private String cell(int rounds, int rows, int inputs, int outputs) {
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
        for (long end = System.nanoTime() + 1_500_000_000; System.nanoTime() < end; ) layer.run();
        double[] percent = new double[rounds];
        for (int r = 0; r < rounds; r++) {
            double peak = MachineProbe.fmaPeakHere(SECONDS);
            percent[r] = 100 * bestRate(layer, flop) / peak;
        }
        return String.format(
                Locale.ROOT,
                "%.1f (%.1f)",
                EncoderComparison.median(percent),
                Arrays.stream(percent).max().orElseThrow());
    }

    /** In GFLOP/s, the best of some short stretches, as in the probe. */
    private static double bestRate(Runnable layer, double flop) {
        int calls = (int) Math.max(1, 2e7 / flop);
        double best = 0;
        for (long end = System.nanoTime() + (long) (SECONDS * 1e9); System.nanoTime() < end; ) {
            long start = MachineProbe.threadTime();
            for (int i = 0; i < calls; i++) layer.run();
            best = Math.max(best, flop * calls / (MachineProbe.threadTime() - start));
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
