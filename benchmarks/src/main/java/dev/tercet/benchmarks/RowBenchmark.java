package dev.tercet.benchmarks;

import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.kernel.LogNormalizer;
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

/**
 * The kernels that pass over rows, on 128 tokens of MiniLM; softmax and what a search does on one row of a translator's
 * vocabulary.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class RowBenchmark {
    private static final int TOKENS = 128;
    private static final int HIDDEN = 384;
    private static final int VOCABULARY = 59514;

    @Param({"vector", "scalar"})
    public String kernels;

    private final float[] hidden = Numbers.random(TOKENS * HIDDEN);
    private final float[] residual = Numbers.random(TOKENS * HIDDEN + 1);
    private final float[] weight = Numbers.random(HIDDEN);
    private final float[] logits = Numbers.random(VOCABULARY);
    private final float[] normalized = new float[TOKENS * HIDDEN];
    private final float[] probabilities = new float[VOCABULARY];
    private final Rows largest = blocks();
    private final Rows sums = blocks();
    private final float[] pooled = new float[HIDDEN];
    private Kernels chosen;

    private static Rows blocks() {
        int blocks = Math.ceilDiv(VOCABULARY, Kernels.BLOCK);
        return Rows.of(new float[blocks], blocks, 1);
    }

    @Setup
    public void prepare() {
        chosen = Kernels.scalar();
        float[][] expected = results();
        chosen = Numbers.kernels(kernels);
        float[][] measured = results();
        for (int i = 0; i < expected.length; i++) Numbers.requireSame(expected[i], measured[i]);
    }

    private float[][] results() {
        return new float[][] {
            layerNorm().clone(),
            softmax().clone(),
            logSoftmax().clone(),
            {firstAbove(), dot()},
            blockExponentials().clone(),
            add().clone(),
            scale().clone(),
            mean().clone(),
            max().clone()
        };
    }

    @Benchmark
    public float[] layerNorm() {
        chosen.layerNorm(
                Rows.of(hidden, HIDDEN, TOKENS),
                Rows.of(residual, HIDDEN, TOKENS),
                HIDDEN,
                weight,
                weight,
                1e-12f,
                Rows.of(normalized, HIDDEN, TOKENS));
        return normalized;
    }

    /** A copy is part of the time here and below: the kernel works in place, and its input must stay what it is. */
    @Benchmark
    public float[] softmax() {
        System.arraycopy(logits, 0, probabilities, 0, logits.length);
        chosen.softmax(probabilities, 0, probabilities.length);
        return probabilities;
    }

    @Benchmark
    public float[] logSoftmax() {
        System.arraycopy(logits, 0, probabilities, 0, logits.length);
        chosen.logSoftmax(probabilities, 0, probabilities.length);
        return probabilities;
    }

    /** There is none, so all are looked at. */
    @Benchmark
    public int firstAbove() {
        return chosen.firstAbove(1e3f, 1f, LogNormalizer.NONE, logits, 0, 0, VOCABULARY);
    }

    /** What is read of all logits in a decoding step. */
    @Benchmark
    public float[] blockExponentials() {
        chosen.blockExponentials(Rows.of(logits, VOCABULARY, 1), VOCABULARY, largest, sums);
        return sums.data();
    }

    /** Of two vectors of MiniLM, once for each token. */
    @Benchmark
    public float dot() {
        float sum = 0;
        for (int t = 0; t < TOKENS; t++) sum += chosen.dot(hidden, t * HIDDEN, residual, t * HIDDEN, HIDDEN);
        return sum;
    }

    @Benchmark
    public float[] add() {
        System.arraycopy(residual, 0, normalized, 0, normalized.length);
        chosen.add(hidden, 0, normalized, 0, normalized.length);
        return normalized;
    }

    @Benchmark
    public float[] scale() {
        System.arraycopy(hidden, 0, normalized, 0, normalized.length);
        chosen.scale(19.6f, normalized, 0, normalized.length);
        return normalized;
    }

    @Benchmark
    public float[] max() {
        chosen.max(Rows.of(hidden, HIDDEN, TOKENS), HIDDEN, pooled, 0);
        return pooled;
    }

    @Benchmark
    public float[] mean() {
        chosen.mean(Rows.of(hidden, HIDDEN, TOKENS), HIDDEN, pooled, 0);
        return pooled;
    }
}
