package dev.tercet.engine.kernel;

/**
 * The floating-point work of every layer. {@link ScalarKernels} states in plain loops what each kernel computes, in
 * which order; the vector kernels give the same bits faster, at every lane count.
 *
 * <p>That the bits agree rests on two rules. Every output of a product sums over K with one chain of {@code fma(a, b,
 * sum)}, k ascending, that starts from the bias, or from 0; of an int8 weight from 0, scale and bias in one {@code fma}
 * at the end. Every horizontal reduction keeps {@value #LANES} partial results over whole blocks, element i going to
 * partial i mod {@value #LANES}, folded in the fixed order of {@link ScalarKernels}; the elements that are left are
 * added one by one. So a result depends on neither tile, thread count, batch, lane count nor what the JIT has compiled
 * so far.
 *
 * <p>Implementations are stateless and safe for use by many threads.
 */
public interface Kernels {
    /** Partial results of a horizontal reduction. */
    int LANES = 32;

    /**
     * Elements of a block of a long row, see {@link #blockExponentials}: a multiple of every {@link #panelWidth()}. Few
     * enough to look through one for its best elements, many enough that what is known of all costs little.
     */
    int BLOCK = 512;

    /**
     * The kernels of this process, chosen once: the vector kernels where they are the faster ones, else the scalar
     * kernels, with the reason in {@link #description()}. The system property {@code tercet.kernels} ({@code scalar},
     * {@code vector}, {@code auto}) decides otherwise; {@code gradual} is {@code auto} for programs that may live for a
     * second: the scalar kernels, which run well long before the JVM has compiled the vector kernels, do the work until
     * it has; from half a billion multiply-adds on, a daemon thread sees to that.
     */
    static Kernels preferred() {
        return KernelChoice.PREFERRED;
    }

    /** The plain loops, whatever {@link #preferred()} is: the reference in tests and benchmarks. */
    static Kernels scalar() {
        return KernelChoice.SCALAR;
    }

    /** What runs, and why it was chosen, for {@code doctor}: "vector, 16 lanes of 32 bits". */
    String description();

    /**
     * Whether these kernels are as fast as they will be, for the work that they have done so far: {@code gradual} ones
     * are once the vector kernels have taken it over, or cannot. A clock started before measures the start.
     */
    default boolean settled() {
        return true;
    }

    /** Outputs in one panel of a {@link PackedMatrix}: work on a product is divided at multiples of it. */
    int panelWidth();

    /** Packs the weight of a dense layer, {@code [outputs, inputs]} row-major as checkpoints store it, into panels. */
    PackedMatrix pack(float[] weight, int outputs, int inputs);

    /** As {@link #pack}, each weight rounded to a bfloat16. */
    PackedMatrix packBf16(float[] weight, int outputs, int inputs);

    /** As {@link #pack} for a weight in int8, {@code [outputs, inputs]} row-major; the numbers stay what they are. */
    PackedMatrix packInt8(PackedMatrix.Int8 weight, int outputs, int inputs);

    /**
     * A dense layer on some of its outputs: y[r, o] = activation(Σᵢ x[r, i] · W[o, i] + bias[o]) for every row r and
     * every output o of the panels [fromPanel, toPanel).
     *
     * <p>W is what {@code w} holds, widened to fp32, which is exact. Of an int8 weight the sum is over x · (q −
     * zeroPoint), and the scale comes at the end: y = activation(fma(Σᵢ x[r, i] · (q[o, i] − zeroPoint[o]), scale[o],
     * bias[o])).
     *
     * @param x [rows, inputs]
     * @param bias [outputs], or null
     * @param y [rows, outputs]; as many rows as x
     */
    void linear(Rows x, PackedMatrix w, float[] bias, Activation activation, Rows y, int fromPanel, int toPanel);

    /** A dense layer on all its outputs. */
    default void linear(Rows x, PackedMatrix w, float[] bias, Activation activation, Rows y) {
        linear(x, w, bias, activation, y, 0, w.panels());
    }

    /**
     * Scaled dot-product attention of one sequence, for heads [fromHead, toHead): context[i, h] = Σⱼ pᵢⱼ · v[j, h] with
     * pᵢ = softmaxⱼ(scale · q[i, h] · k[j, h]). Head h owns the columns [h · headSize, (h + 1) · headSize) of q, k, v
     * and context.
     *
     * @param queries [queries, heads · headSize]
     * @param keys [keys, heads · headSize]
     * @param values [keys, heads · headSize]
     * @param scale above 0
     * @param causal whether query i sees only keys j ≤ i + (keys − queries)
     * @param context [queries, heads · headSize], written
     * @param probabilities [heads, queries, keys], written when not null (a traced run), at index (h · queries + i) ·
     *     keys + j
     * @param scratch at least {@link #attentionScratch} floats
     */
    void attention(
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
            int toHead);

    /** Floats of scratch that {@link #attention} needs for one call. */
    int attentionScratch(int queries, int keys, int headSize);

    /** A cache for {@link #attention(Rows, KeyValueCache, int[][], int, float, Rows, float[], float[])}. */
    KeyValueCache cache(int columns, int slots);

    /**
     * Attention in a decoding step, for all heads: row r sees the tokens in the slots {@code seen[r]} of the cache, in
     * this order, and gets the bits that the other {@code attention} gives it for their keys and values.
     *
     * @param queries [rows, heads · headSize]
     * @param seen of every row at least one slot, [rows]
     * @param scale above 0
     * @param context [rows, heads · headSize], written
     * @param probabilities [heads, rows, tokens], written when not null; then all rows see as many
     * @param scratch at least {@link #attentionScratch(KeyValueCache)} floats
     */
    void attention(
            Rows queries,
            KeyValueCache cache,
            int[][] seen,
            int headSize,
            float scale,
            Rows context,
            float[] probabilities,
            float[] scratch);

    /** Floats of scratch that attention to a cache of this size needs for one call. */
    int attentionScratch(KeyValueCache cache);

    /**
     * y = (h − mean(h)) / √(var(h) + epsilon) · weight + bias, row by row, with h = x + residual (x alone when residual
     * is null); the variance is the biased one. y may be x or residual.
     */
    void layerNorm(Rows x, Rows residual, int columns, float[] weight, float[] bias, float epsilon, Rows y);

    /** x[i] = activation(x[i]) for length elements from offset. */
    void activate(Activation activation, float[] x, int offset, int length);

    /** x = softmax(x) in place. */
    void softmax(float[] x, int offset, int length);

    /**
     * The part of a log-softmax that reads all of its row, block by block of {@value #BLOCK} elements, the last one
     * what is left: the largest of each and Σ exp(x − largest). A block may be worked on as soon as it is there; what
     * becomes of them all is {@link #logNormalizer}. Of a block without a number above −∞ the largest is −∞, and the
     * sum 0, or NaN if it has a NaN.
     *
     * @param columns of x that count
     * @param largest [rows, blocks], written; +0 for a zero of either sign
     * @param sums [rows, blocks], written
     */
    void blockExponentials(Rows x, int columns, Rows largest, Rows sums);

    /**
     * The log-softmax of a row, after what was done to it before: max = the largest of all, logarithm = log Σ sums[b] ·
     * exp(largest[b] − max) over its blocks.
     *
     * @param largest of every block, as {@link #blockExponentials} gives it, [1, blocks]
     * @param sums likewise
     * @param before what has not been written into the row yet
     */
    LogNormalizer logNormalizer(Rows largest, Rows sums, LogNormalizer before);

    /** x[i] = normalizer.of(x[i]) for length elements from offset. */
    void normalize(LogNormalizer normalizer, float[] x, int offset, int length);

    /** x = log softmax(x) in place, a row that is there at once. */
    default void logSoftmax(float[] x, int offset, int length) {
        int blocks = Math.ceilDiv(length, BLOCK);
        Rows largest = Rows.of(new float[blocks], blocks, 1);
        Rows sums = Rows.of(new float[blocks], blocks, 1);
        blockExponentials(new Rows(x, offset, length, 1), length, largest, sums);
        normalize(logNormalizer(largest, sums, LogNormalizer.NONE), x, offset, length);
    }

    /** The first i ≥ from with normalizer.of(x[i]) + addend &gt; bound; length if there is none. */
    int firstAbove(float bound, float addend, LogNormalizer normalizer, float[] x, int offset, int from, int length);

    /** Σ a[i] · b[i]. */
    float dot(float[] a, int aOffset, float[] b, int bOffset, int length);

    /** y[i] = x[i] + y[i]. */
    void add(float[] x, int xOffset, float[] y, int yOffset, int length);

    /** x[i] = factor · x[i]. */
    void scale(float factor, float[] x, int offset, int length);

    /** y[c] = Σᵣ x[r, c] / count, r ascending. */
    void mean(Rows x, int columns, float[] y, int yOffset);

    /** y[c] = maxᵣ x[r, c]. */
    void max(Rows x, int columns, float[] y, int yOffset);
}
