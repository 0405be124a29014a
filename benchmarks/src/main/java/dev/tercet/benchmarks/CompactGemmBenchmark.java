package dev.tercet.benchmarks;

import dev.tercet.engine.kernel.Activation;
import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.kernel.PackedMatrix;
import dev.tercet.engine.kernel.Rows;
import java.util.Random;
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

/**
 * One dense layer on weights in 2 bytes or 1, at the few rows that they are for; {@link WeightSweep} compares with f32.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class CompactGemmBenchmark {
    @Param({"vector", "scalar"})
    public String kernels;

    @Param({"bf16", "int8"})
    public String weights;

    /** inputs x outputs */
    @Param({"384x1536", "512x512", "2048x512"})
    public String layer;

    @Param({"1", "4", "16"})
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
        bias = Numbers.random(outputs);
        x = Rows.of(Numbers.random(rows * inputs), inputs, rows);
        y = Rows.of(new float[rows * outputs], outputs, rows);
        float[] expected = run(Kernels.scalar(), inputs, outputs).clone();
        Numbers.requireSame(expected, run(Numbers.kernels(kernels), inputs, outputs));
    }

    private float[] run(Kernels with, int inputs, int outputs) {
        chosen = with;
        if (weights.equals("bf16")) {
            weight = with.packBf16(Numbers.random(outputs * inputs), outputs, inputs);
        } else {
            byte[] q = new byte[outputs * inputs];
            new Random(1).nextBytes(q);
            weight = with.packInt8(new PackedMatrix.Int8(q, Numbers.random(outputs), null), outputs, inputs);
        }
        return linear();
    }

    @Benchmark
    public float[] linear() {
        chosen.linear(x, weight, bias, Activation.IDENTITY, y);
        return y.data();
    }
}
