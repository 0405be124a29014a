package dev.tercet.engine.kernel;

/**
 * The vector kernels in parts that the JVM compiles, and so makes fast, each at its own time. A part is a bit of a
 * {@code long}; the lower, the more of a run's time it usually takes.
 */
final class KernelParts {
    private static final PackedMatrix.Format[] FORMATS = PackedMatrix.Format.values();
    private static final Activation[] ACTIVATIONS = Activation.values();

    private static final int FIRST_ACTIVATION = FORMATS.length + 1;

    /** Dense layers on int8 weights with zero points, widened for the tiles of fp32. */
    static final long ZERO_POINTS = 1L << FORMATS.length;

    /** {@link BlockAttention}. */
    static final long BLOCK_ATTENTION = 1L << FIRST_ACTIVATION + ACTIVATIONS.length;

    /** {@link VectorAttention} by itself. */
    static final long ROW_ATTENTION = BLOCK_ATTENTION << 1;

    /** {@link VectorStepAttention}. */
    static final long STEP_ATTENTION = BLOCK_ATTENTION << 2;

    static final long LAYER_NORM = BLOCK_ATTENTION << 3;
    static final long ADD = BLOCK_ATTENTION << 4;
    static final long SCALE = BLOCK_ATTENTION << 5;
    static final long LOG_SOFTMAX = BLOCK_ATTENTION << 6;
    static final long FIRST_ABOVE = BLOCK_ATTENTION << 7;
    static final long SOFTMAX = BLOCK_ATTENTION << 8;
    static final long MEAN = BLOCK_ATTENTION << 9;
    static final long MAX = BLOCK_ATTENTION << 10;
    static final long DOT = BLOCK_ATTENTION << 11;

    /** From {@link #BLOCK_ATTENTION} on. */
    private static final String[] NAMES = {
        "attention of several queries",
        "attention of one query",
        "attention in a decoding step",
        "layer normalization",
        "sums",
        "scaling",
        "log softmax",
        "the search for large numbers",
        "softmax",
        "mean pooling",
        "max pooling",
        "dot products"
    };

    private KernelParts() {}

    /** Every part there is. */
    static long all() {
        return (BLOCK_ATTENTION << NAMES.length) - 1 & ~identity();
    }

    /** Of the bit that would be its own; there is nothing to compile. */
    private static long identity() {
        return 1L << FIRST_ACTIVATION + Activation.IDENTITY.ordinal();
    }

    static long linear(PackedMatrix.Format format) {
        return 1L << format.ordinal();
    }

    /** What a product with this matrix needs, its activation apart. */
    static long linear(PackedMatrix w) {
        return w.zeroPoints == null ? linear(w.format) : ZERO_POINTS;
    }

    static long activation(Activation activation) {
        return 1L << FIRST_ACTIVATION + activation.ordinal() & ~identity();
    }

    static long attention(int queries, boolean causal) {
        return VectorAttention.inBlocks(queries, causal) ? BLOCK_ATTENTION : ROW_ATTENTION;
    }

    /** The format whose products are this part, or null. */
    static PackedMatrix.Format format(long part) {
        return part < ZERO_POINTS ? FORMATS[Long.numberOfTrailingZeros(part)] : null;
    }

    /** The activation that is this part, or null. */
    static Activation activation(long part) {
        return part > ZERO_POINTS && part < BLOCK_ATTENTION
                ? ACTIVATIONS[Long.numberOfTrailingZeros(part) - FIRST_ACTIVATION]
                : null;
    }

    /** Of one part, for people. */
    static String name(long part) {
        if (format(part) != null) {
            return "products with " + format(part) + " weights";
        }
        if (activation(part) != null) {
            return "the activation " + activation(part);
        }
        return part == ZERO_POINTS
                ? "products with zero points"
                : NAMES[Long.numberOfTrailingZeros(part / BLOCK_ATTENTION)];
    }
}
