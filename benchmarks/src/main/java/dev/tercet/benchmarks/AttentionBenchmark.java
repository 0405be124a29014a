package dev.tercet.benchmarks;

import dev.tercet.engine.kernel.Kernels;
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

/** Attention of one sequence in one layer, all heads, as the models call it: q, k and v side by side in one matrix. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class AttentionBenchmark {
    @Param({"vector", "scalar"})
    public String kernels;

    /**
     * queries x keys, heads x columns of a head: MiniLM at four lengths, a decoding step of opus-mt, one and four beams
     */
    @Param({"16x16,12x32", "32x32,12x32", "128x128,12x32", "256x256,12x32", "1x40,8x64", "4x40,8x64"})
    public String shape;

    private Kernels chosen;
    private Rows queries;
    private Rows keys;
    private Rows context;
    private int heads;
    private int headSize;
    private float[] scratch;

    @Setup
    public void prepare() {
        int[] n = java.util.Arrays.stream(shape.split("[x,]"))
                .mapToInt(Integer::parseInt)
                .toArray();
        heads = n[2];
        headSize = n[3];
        int columns = heads * headSize;
        queries = Rows.of(Numbers.random(n[0] * 3 * columns), 3 * columns, n[0]);
        keys = Rows.of(Numbers.random(n[1] * 3 * columns), 3 * columns, n[1]);
        context = Rows.of(new float[n[0] * columns], columns, n[0]);
        float[] expected = run(Kernels.scalar()).clone();
        chosen = Numbers.kernels(kernels);
        Numbers.requireSame(expected, run(chosen));
    }

    @Benchmark
    public float[] attention() {
        return attend(chosen);
    }

    private float[] run(Kernels with) {
        scratch = new float[with.attentionScratch(queries.count(), keys.count(), headSize)];
        return attend(with);
    }

    private float[] attend(Kernels with) {
        int columns = heads * headSize;
        with.attention(
                queries,
                keys.column(columns),
                keys.column(2 * columns),
                headSize,
                0.125f,
                false,
                context,
                null,
                scratch,
                0,
                heads);
        return context.data();
    }
}
