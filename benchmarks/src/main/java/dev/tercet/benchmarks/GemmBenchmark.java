package dev.tercet.benchmarks;

import dev.tercet.engine.kernel.Activation;
import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.kernel.PackedMatrix;
import dev.tercet.engine.kernel.Rows;
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

/** One dense layer; {@link GemmSweep} gives the same in percent of the FMA peak for every number of rows. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class GemmBenchmark {
    @Param({"vector", "scalar"})
    public String kernels;

    /** inputs x outputs */
    @Param({"384x1152", "384x384", "384x1536", "1536x384", "512x512", "512x2048", "2048x512"})
    public String layer;

    @Param({"1", "16", "96"})
    public int rows;

    private Kernels chosen;
    private PackedMatrix weight;
    private float[] bias;
    private Rows x;
    private Rows y;

    @Setup
    public void prepare() {
        int inputs = Integer.parseInt(layer.substring(0, layer.indexOf('x')));
        int outputs = Integer.parseInt(layer.substring(layer.indexOf('x') + 1));
        float[] w = Numbers.random(outputs * inputs);
        bias = Numbers.random(outputs);
        x = Rows.of(Numbers.random(rows * inputs), inputs, rows);
        Rows expected = Rows.of(new float[rows * outputs], outputs, rows);
        Kernels scalar = Kernels.scalar();
        scalar.linear(x, scalar.pack(w, outputs, inputs), bias, Activation.IDENTITY, expected);
        chosen = Numbers.kernels(kernels);
        weight = chosen.pack(w, outputs, inputs);
        y = Rows.of(new float[rows * outputs], outputs, rows);
        Numbers.requireSame(expected.data(), linear());
    }

    @Benchmark
    public float[] linear() {
        chosen.linear(x, weight, bias, Activation.IDENTITY, y);
        return y.data();
    }
}
