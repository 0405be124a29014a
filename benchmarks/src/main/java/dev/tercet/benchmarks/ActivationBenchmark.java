package dev.tercet.benchmarks;

import dev.tercet.engine.kernel.Activation;
import dev.tercet.engine.kernel.Kernels;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Every activation function on what the wide layer of MiniLM gives for 128 tokens. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class ActivationBenchmark {
    private static final int NUMBERS = 128 * 1536;

    @Param({"vector", "scalar"})
    public String kernels;

    @Param
    public Activation activation;

    private final float[] x = Numbers.random(NUMBERS);
    private final float[] y = new float[NUMBERS];
    private Kernels chosen;

    @Setup
    public void prepare() {
        chosen = Kernels.scalar();
        float[] expected = activate().clone();
        chosen = Numbers.kernels(kernels);
        Numbers.requireSame(expected, activate());
    }

    /** A copy is part of the time: the kernel works in place, and its input must stay what it is. */
    @Benchmark
    public float[] activate() {
        System.arraycopy(x, 0, y, 0, NUMBERS);
        chosen.activate(activation, y, 0, NUMBERS);
        return y;
    }
}
