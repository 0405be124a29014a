package dev.tercet.engine.kernel;

/**
 * For a program that may end soon: scalar kernels for the first work, vector kernels for all that follows.
 *
 * <p>Until C2 has compiled it, vector code makes an object of every vector: compiling all that one text needs takes
 * about a second of processor time, in which the scalar loops, compiled within a tenth of that, do 3 GFLOP. A single
 * text is done before; for a longer run the detour costs the third of a second. The bits are the same in both.
 *
 * <p>The count is not exact when threads share it: which kernels do a piece of work changes nothing but its speed.
 */
final class GradualKernels implements Kernels {
    /** Multiply-adds of products that the scalar kernels do: about 45 tokens of all-MiniLM-L6-v2. */
    private static final long SCALAR_WORK = 500_000_000;

    /** One product as large as this is part of a run that is worth the compiler's time at once. */
    private static final long LARGE = 25_000_000;

    private final Kernels scalar;
    private final Kernels vector;
    private Kernels current;
    private long done;

    GradualKernels(Kernels vector) {
        this.vector = vector;
        this.scalar = new ScalarKernels("until the vector kernels pay", vector.panelWidth());
        this.current = scalar;
    }

    /** Whether the vector kernels do the work by now. */
    boolean pastTheStart() {
        return current == vector;
    }

    @Override
    public String description() {
        return vector.description() + ", after a scalar start";
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
        if (current == scalar) {
            long work = (long) x.count() * (toPanel - fromPanel) * w.width * w.inputs;
            done += work;
            if (work >= LARGE || done > SCALAR_WORK) {
                current = vector;
            }
        }
        current.linear(x, w, bias, activation, y, fromPanel, toPanel);
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
        current.attention(
                queries, keys, values, headSize, scale, causal, context, probabilities, scratch, fromHead, toHead);
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
        current.attention(queries, cache, seen, headSize, scale, context, probabilities, scratch);
    }

    @Override
    public int attentionScratch(KeyValueCache cache) {
        return Math.max(scalar.attentionScratch(cache), vector.attentionScratch(cache));
    }

    @Override
    public void layerNorm(Rows x, Rows residual, int columns, float[] weight, float[] bias, float epsilon, Rows y) {
        current.layerNorm(x, residual, columns, weight, bias, epsilon, y);
    }

    @Override
    public void activate(Activation activation, float[] x, int offset, int length) {
        current.activate(activation, x, offset, length);
    }

    @Override
    public void softmax(float[] x, int offset, int length) {
        current.softmax(x, offset, length);
    }

    @Override
    public void logSoftmax(float[] x, int offset, int length) {
        current.logSoftmax(x, offset, length);
    }

    @Override
    public float logSumOfExponentials(float[] x, int offset, int length, float max) {
        return current.logSumOfExponentials(x, offset, length, max);
    }

    @Override
    public int firstAbove(float bound, float addend, float[] x, int offset, int from, int length) {
        return current.firstAbove(bound, addend, x, offset, from, length);
    }

    @Override
    public float dot(float[] a, int aOffset, float[] b, int bOffset, int length) {
        return current.dot(a, aOffset, b, bOffset, length);
    }

    @Override
    public void add(float[] x, int xOffset, float[] y, int yOffset, int length) {
        current.add(x, xOffset, y, yOffset, length);
    }

    @Override
    public void scale(float factor, float[] x, int offset, int length) {
        current.scale(factor, x, offset, length);
    }

    @Override
    public void mean(Rows x, int columns, float[] y, int yOffset) {
        current.mean(x, columns, y, yOffset);
    }

    @Override
    public void max(Rows x, int columns, float[] y, int yOffset) {
        current.max(x, columns, y, yOffset);
    }
}
