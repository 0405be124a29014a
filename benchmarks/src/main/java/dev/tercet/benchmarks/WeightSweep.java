package dev.tercet.benchmarks;

import dev.tercet.engine.kernel.Activation;
import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.kernel.PackedMatrix;
import dev.tercet.engine.kernel.Rows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Dense layers with weights in 4, 2 and 1 bytes, one thread, in turn: microseconds, and how many times faster than
 * fp32. Like a model, each call takes the next of several matrices, together {@value #LEAST_BYTES} bytes or more in
 * fp32, so that no weight is in a near cache because the same one was just used.
 *
 * <p>{@code java --add-modules jdk.incubator.vector -cp benchmarks/target/benchmarks.jar
 * dev.tercet.benchmarks.WeightSweep [rounds] [rows …]}
 */
public final class WeightSweep {
    private static final int[][] SHAPES = {{384, 1152}, {1536, 384}, {512, 512}, {512, 59520}};
    private static final int[] ROWS = {1, 2, 4, 8, 16, 32, 96, 512};
    private static final int LEAST_BYTES = 40_000_000;

    private final Kernels kernels = Kernels.preferred();

    private WeightSweep() {}

    public static void main(String[] args) {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 5;
        int[] rows = args.length > 1
                ? Arrays.stream(args).skip(1).mapToInt(Integer::parseInt).toArray()
                : ROWS;
        new WeightSweep().run(rounds, rows);
    }

    private void run(int rounds, int[] rows) {
        System.out.printf(
                Locale.ROOT,
                "%s; FMA peak %.1f GFLOP/s%n%-14s%6s%12s%12s%12s%12s%12s%n",
                kernels.description(),
                MachineProbe.fmaPeak(1, 1.0),
                "layer",
                "rows",
                "f32 us",
                "bf16 us",
                "int8 us",
                "f32/bf16",
                "f32/int8");
        for (int[] shape : SHAPES) {
            for (int m : rows) {
                // logits are computed for the few rows of a decoding step
                if (shape[1] < 10_000 || m <= 32) compare(rounds, m, shape[0], shape[1]);
            }
        }
    }

    private void compare(int rounds, int rows, int inputs, int outputs) {
        SplittableRandom random = new SplittableRandom(1);
        int copies = Math.ceilDiv(LEAST_BYTES, 4 * inputs * outputs);
        List<List<PackedMatrix>> formats = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        byte[] q = new byte[inputs * outputs];
        float[] scales = numbers(random, outputs);
        for (int i = 0; i < copies; i++) {
            float[] weight = numbers(random, inputs * outputs);
            random.nextBytes(q);
            formats.get(0).add(kernels.pack(weight, outputs, inputs));
            formats.get(1).add(kernels.packBf16(weight, outputs, inputs));
            formats.get(2).add(kernels.packInt8(new PackedMatrix.Int8(q, scales, null), outputs, inputs));
        }
        Rows x = Rows.of(numbers(random, rows * inputs), inputs, rows);
        Rows y = Rows.of(new float[rows * outputs], outputs, rows);
        float[] bias = numbers(random, outputs);
        double[][] micros = new double[3][rounds];
        for (int round = -1; round < rounds; round++) {
            for (int f = 0; f < 3; f++) {
                double time = micros(formats.get(f), x, bias, y, round < 0 ? 0.5 : 0.1);
                if (round >= 0) micros[f][round] = time;
            }
        }
        double[] median =
                Arrays.stream(micros).mapToDouble(EncoderComparison::median).toArray();
        System.out.printf(
                Locale.ROOT,
                "%-14s%6d%12.1f%12.1f%12.1f%12.2f%12.2f%n",
                inputs + " to " + outputs,
                rows,
                median[0],
                median[1],
                median[2],
                median[0] / median[1],
                median[0] / median[2]);
    }

    /** The median of one call. */
    private double micros(List<PackedMatrix> weights, Rows x, float[] bias, Rows y, double seconds) {
        List<Double> times = new ArrayList<>();
        long end = System.nanoTime() + (long) (seconds * 1e9);
        while (System.nanoTime() < end || times.size() < 5) {
            long start = System.nanoTime();
            for (PackedMatrix w : weights) kernels.linear(x, w, bias, Activation.IDENTITY, y);
            times.add((System.nanoTime() - start) / 1e3 / weights.size());
        }
        return EncoderComparison.median(
                times.stream().mapToDouble(Double::doubleValue).toArray());
    }

    private static float[] numbers(SplittableRandom random, int length) {
        float[] x = new float[length];
        for (int i = 0; i < length; i++) x[i] = (float) random.nextGaussian();
        return x;
    }
}
