package dev.tercet.benchmarks;

import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.kernel.KeyValueCache;
import dev.tercet.engine.kernel.Rows;
import java.util.Arrays;
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

/** Attention of a decoding step of opus-mt to what is cached, 8 heads of 64 columns: one beam and four, two lengths. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class StepAttentionBenchmark {
    private static final int HEAD_SIZE = 64;
    private static final int COLUMNS = 8 * HEAD_SIZE;

    @Param({"vector", "scalar"})
    public String kernels;

    @Param({"1", "4"})
    public int beams;

    @Param({"24", "128"})
    public int tokens;

    private Kernels chosen;
    private Rows queries;
    private Rows context;
    private KeyValueCache cache;
    private int[][] seen;
    private float[] scratch;

    @Setup
    public void prepare() {
        queries = Rows.of(Numbers.random(beams * COLUMNS), COLUMNS, beams);
        context = Rows.of(new float[beams * COLUMNS], COLUMNS, beams);
        seen = new int[beams][tokens];
        // every beam has the slots of its own tokens, as they were written step by step
        for (int b = 0; b < beams; b++) Arrays.setAll(seen[b], new Slots(beams, b)::at);
        float[] expected = run(Kernels.scalar()).clone();
        Numbers.requireSame(expected, run(Numbers.kernels(kernels)));
    }

    private record Slots(int beams, int beam) {
        int at(int token) {
            return token * beams + beam;
        }
    }

    private float[] run(Kernels with) {
        chosen = with;
        int slots = beams * tokens;
        cache = with.cache(COLUMNS, slots);
        float[] both = Numbers.random(slots * 2 * COLUMNS); // key and value side by side
        for (int slot = 0; slot < slots; slot++) cache.put(slot, both, slot * 2 * COLUMNS);
        scratch = new float[with.attentionScratch(cache)];
        return attention();
    }

    @Benchmark
    public float[] attention() {
        chosen.attention(queries, cache, seen, HEAD_SIZE, 0.125f, context, null, scratch);
        return context.data();
    }
}
