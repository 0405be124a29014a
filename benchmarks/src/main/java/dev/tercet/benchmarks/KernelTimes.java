package dev.tercet.benchmarks;

import dev.tercet.engine.kernel.Activation;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * Kernels of {@link AttentionBenchmark}, {@link ActivationBenchmark} and {@link RowBenchmark} in a minute instead of an
 * hour, by the processor time of the thread: for a busy machine, and for a look after a change. JMH has the last word.
 *
 * <p>{@code java --add-modules jdk.incubator.vector -cp benchmarks/target/benchmarks.jar
 * dev.tercet.benchmarks.KernelTimes}
 */
public final class KernelTimes {
    private static final String[] SHAPES = {
        "16x16,12x32", "32x32,12x32", "128x128,12x32", "256x256,12x32", "1x40,8x64", "4x40,8x64"
    };
    private static final int STRETCHES = 41;

    private KernelTimes() {}

    public static void main(String[] args) {
        System.out.printf("%-28s %22s %22s%n", "", "vector µs (best)", "scalar µs (best)");
        for (String shape : SHAPES) line("attention " + shape, attention(shape, "vector"), attention(shape, "scalar"));
        RowBenchmark vector = rows("vector");
        RowBenchmark scalar = rows("scalar");
        line("layerNorm 128x384", vector::layerNorm, scalar::layerNorm);
        for (Activation activation : List.of(Activation.GELU, Activation.SILU, Activation.TANH))
            line(
                    activation.name().toLowerCase(Locale.ROOT) + " 128x1536",
                    activation(activation, "vector"),
                    activation(activation, "scalar"));
        line("softmax 59514", vector::softmax, scalar::softmax);
        line("logSoftmax 59514", vector::logSoftmax, scalar::logSoftmax);
        line("mean 128x384", vector::mean, scalar::mean);
    }

    private static Supplier<float[]> attention(String shape, String kernels) {
        AttentionBenchmark benchmark = new AttentionBenchmark();
        benchmark.shape = shape;
        benchmark.kernels = kernels;
        benchmark.prepare();
        return benchmark::attention;
    }

    private static Supplier<float[]> activation(Activation activation, String kernels) {
        ActivationBenchmark benchmark = new ActivationBenchmark();
        benchmark.activation = activation;
        benchmark.kernels = kernels;
        benchmark.prepare();
        return benchmark::activate;
    }

    private static RowBenchmark rows(String kernels) {
        RowBenchmark benchmark = new RowBenchmark();
        benchmark.kernels = kernels;
        benchmark.prepare();
        return benchmark;
    }

    private static void line(String name, Supplier<float[]> vector, Supplier<float[]> scalar) {
        System.out.printf("%-28s %22s %22s%n", name, time(vector), time(scalar));
    }

    private static String time(Supplier<float[]> kernel) {
        int calls = 0;
        for (long end = MachineProbe.threadTime() + 1_000_000_000; MachineProbe.threadTime() < end; calls++)
            kernel.get();
        int perStretch = Math.max(1, calls / 100);
        double[] micros = new double[STRETCHES];
        for (int s = 0; s < STRETCHES; s++) {
            long start = MachineProbe.threadTime();
            for (int i = 0; i < perStretch; i++) kernel.get();
            micros[s] = (MachineProbe.threadTime() - start) / 1e3 / perStretch;
        }
        return String.format(
                Locale.ROOT,
                "%.1f (%.1f)",
                EncoderComparison.median(micros),
                Arrays.stream(micros).min().orElseThrow());
    }
}
