package dev.tercet.engine.kernel;

import java.util.Locale;

/**
 * For a program that may end soon: scalar kernels at first, the vector kernels once the JVM has compiled them.
 *
 * <p>Until C2 has compiled it, vector code makes an object of every vector: compiling all that one text needs takes
 * about a second of processor time, in which the scalar loops, compiled within a tenth of that, do 3 GFLOP. A single
 * text is done before. In a longer run a {@link WarmUp} has the vector kernels compiled while the scalar ones go on
 * with the work; each {@linkplain KernelParts part} is taken over as soon as it is compiled. The bits are the same in
 * both.
 *
 * <p>The count is not exact when threads share it: which kernels do a piece of work changes nothing but its speed.
 */
final class GradualKernels implements Kernels {
    /** Multiply-adds of products after which the run is taken for a long one: 45 tokens of all-MiniLM-L6-v2. */
    private static final long SCALAR_WORK = 500_000_000;

    /** One product as large as this is part of a run that is worth the compiler's time at once. */
    private static final long LARGE = 25_000_000;

    /**
     * With products as large as this the scalar kernels take longer than the compiler, and longer still beside it: such
     * a run waits for it.
     */
    private static final long WORTH_WAITING = 100_000_000;

    private final Kernels scalar;
    private final Kernels vector;
    private final WarmUp warmUp;
    private long done;
    private boolean waits;

    GradualKernels(VectorKernels vector) {
        this(vector, new WarmUp(part -> new KernelExercises(vector).of(part)));
    }

    GradualKernels(Kernels vector, WarmUp warmUp) {
        this.vector = vector;
        this.scalar = new ScalarKernels("until the vector kernels are compiled", vector.panelWidth());
        this.warmUp = warmUp;
    }

    /** The vector kernels if all these parts are compiled; else the scalar ones, and they will be. */
    private Kernels kernels(long parts) {
        if (warmUp.compiled(parts)) {
            return vector;
        }
        warmUp.want(parts);
        if (waits) {
            warmUp.await(parts);
        }
        return warmUp.compiled(parts) ? vector : scalar;
    }

    @Override
    public String description() {
        double seconds = warmUp.seconds();
        return vector.description() + ", after a scalar start"
                + (seconds == 0 ? "" : String.format(Locale.ROOT, "; compiled in %.2f s", seconds));
    }

    @Override
    public boolean settled() {
        return warmUp.done();
    }

    @Override
    public int panelWidth() {
        return vector.panelWidth();
    }

    @Override
    public PackedMatrix pack(float[] weight, int outputs, int inputs) {
        return vector.pack(weight, outputs, inputs);
    }

    @Override
    public PackedMatrix packBf16(float[] weight, int outputs, int inputs) {
        return vector.packBf16(weight, outputs, inputs);
    }

    @Override
    public PackedMatrix packInt8(PackedMatrix.Int8 weight, int outputs, int inputs) {
        return vector.packInt8(weight, outputs, inputs);
    }

    @Override
    public void linear(
            Rows x, PackedMatrix w, float[] bias, Activation activation, Rows y, int fromPanel, int toPanel) {
        long parts = KernelParts.linear(w);
        int panel = fromPanel;
        if (!warmUp.compiled(parts)) {
            warmUp.want(KernelParts.activation(activation));
            count((long) x.count() * (toPanel - fromPanel) * w.width * w.inputs);
            for (; panel < toPanel && kernels(parts) == scalar; panel++) {
                scalar.linear(x, w, bias, activation, y, panel, panel + 1);
            }
        }
        if (panel < toPanel) {
            compiledLinear(x, w, bias, activation, y, panel, toPanel);
        }
    }

    /** Counts work that the scalar kernels are about to do: at some amount, compiling the vector kernels pays. */
    private void count(long multiplyAdds) {
        done += multiplyAdds;
        if (multiplyAdds >= LARGE || done > SCALAR_WORK) {
            warmUp.begin();
        }
        if (multiplyAdds >= WORTH_WAITING) {
            waits = true;
        }
    }

    /** The product is compiled; the activation need not be. */
    private void compiledLinear(
            Rows x, PackedMatrix w, float[] bias, Activation activation, Rows y, int fromPanel, int toPanel) {
        Kernels activating = kernels(KernelParts.activation(activation));
        if (activating == vector) {
            vector.linear(x, w, bias, activation, y, fromPanel, toPanel);
            return;
        }
        vector.linear(x, w, bias, Activation.IDENTITY, y, fromPanel, toPanel);
        int output = fromPanel * w.width;
        int width = Math.min(w.outputs, toPanel * w.width) - output;
        for (int row = 0; row < x.count(); row++) {
            activating.activate(activation, y.data(), y.offset() + row * y.stride() + output, width);
        }
    }

    @Override
    public void attention(
            Rows queries,
            Rows keys,
            Rows values,
            int headSize,
            float scale,
            boolean causal,
            Rows context,
            float[] probabilities,
            float[] scratch,
            int fromHead,
            int toHead) {
        kernels(KernelParts.attention(queries.count(), causal))
                .attention(
                        queries,
                        keys,
                        values,
                        headSize,
                        scale,
                        causal,
                        context,
                        probabilities,
                        scratch,
                        fromHead,
                        toHead);
    }

    /** Enough for both: the kernels may change between this question and the work. */
    @Override
    public int attentionScratch(int queries, int keys, int headSize) {
        return Math.max(
                scalar.attentionScratch(queries, keys, headSize), vector.attentionScratch(queries, keys, headSize));
    }

    /** In the panels of the vector kernels, which the scalar kernels read too. */
    @Override
    public KeyValueCache cache(int columns, int slots) {
        return vector.cache(columns, slots);
    }

    @Override
    public void attention(
            Rows queries,
            KeyValueCache cache,
            int[][] seen,
            int headSize,
            float scale,
            Rows context,
            float[] probabilities,
            float[] scratch) {
        kernels(KernelParts.STEP_ATTENTION)
                .attention(queries, cache, seen, headSize, scale, context, probabilities, scratch);
    }

    @Override
    public int attentionScratch(KeyValueCache cache) {
        return Math.max(scalar.attentionScratch(cache), vector.attentionScratch(cache));
    }

    @Override
    public void layerNorm(Rows x, Rows residual, int columns, float[] weight, float[] bias, float epsilon, Rows y) {
        kernels(KernelParts.LAYER_NORM).layerNorm(x, residual, columns, weight, bias, epsilon, y);
    }

    @Override
    public void activate(Activation activation, float[] x, int offset, int length) {
        kernels(KernelParts.activation(activation)).activate(activation, x, offset, length);
    }

    @Override
    public void softmax(float[] x, int offset, int length) {
        kernels(KernelParts.SOFTMAX).softmax(x, offset, length);
    }

    @Override
    public void blockExponentials(Rows x, int columns, Rows largest, Rows sums) {
        kernels(KernelParts.LOG_SOFTMAX).blockExponentials(x, columns, largest, sums);
    }

    @Override
    public LogNormalizer logNormalizer(Rows largest, Rows sums, LogNormalizer before) {
        return kernels(KernelParts.LOG_SOFTMAX).logNormalizer(largest, sums, before);
    }

    @Override
    public void normalize(LogNormalizer normalizer, float[] x, int offset, int length) {
        kernels(KernelParts.LOG_SOFTMAX).normalize(normalizer, x, offset, length);
    }

    @Override
    public int firstAbove(
            float bound, float addend, LogNormalizer normalizer, float[] x, int offset, int from, int length) {
        return kernels(KernelParts.FIRST_ABOVE).firstAbove(bound, addend, normalizer, x, offset, from, length);
    }

    @Override
    public float dot(float[] a, int aOffset, float[] b, int bOffset, int length) {
        return kernels(KernelParts.DOT).dot(a, aOffset, b, bOffset, length);
    }

    @Override
    public void add(float[] x, int xOffset, float[] y, int yOffset, int length) {
        kernels(KernelParts.ADD).add(x, xOffset, y, yOffset, length);
    }

    @Override
    public void scale(float factor, float[] x, int offset, int length) {
        kernels(KernelParts.SCALE).scale(factor, x, offset, length);
    }

    @Override
    public void mean(Rows x, int columns, float[] y, int yOffset) {
        kernels(KernelParts.MEAN).mean(x, columns, y, yOffset);
    }

    @Override
    public void max(Rows x, int columns, float[] y, int yOffset) {
        kernels(KernelParts.MAX).max(x, columns, y, yOffset);
    }
}
