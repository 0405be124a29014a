package dev.tercet.engine.kernel;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Attention one query at a time, for a few queries or causal ones: the scores of a query never leave L1, and the values
 * are read where they are. More queries go through {@link BlockAttention}.
 *
 * <pre>
 *   scratch:  keys of a head, transposed   [panels][headSize][width]    b of the first product
 *             scores, then exponentials    [keys, padded]               y of the first
 *             zeros                        [width]
 * </pre>
 *
 * Panels are {@link WideTile#WIDTH} columns wide where the machine has the registers, and {@link NarrowTile#WIDTH}
 * where that is enough for what is left. Columns that pad a panel hold whatever the scratch held before; nothing reads
 * what becomes of them.
 */
final class VectorAttention {
    private static final VectorSpecies<Float> S = VectorFunctions.SPECIES;
    private static final int L = S.length();
    private static final int NARROW = NarrowTile.WIDTH;
    private static final int WIDEST = L != 8 ? WideTile.WIDTH : NarrowTile.WIDTH;

    /** With fewer queries than this, copying the values costs more than reading them where they are. */
    private static final int QUERIES_OF_A_BLOCK = 3;

    private VectorAttention() {}

    static int scratch(int keys, int headSize) {
        return Math.max(BlockAttention.scratch(keys, headSize), padded(keys) * headSize + rowLength(keys) + WIDEST);
    }

    /** Columns that the panels for this many columns have. */
    private static int padded(int columns) {
        return (columns + NARROW - 1) / NARROW * NARROW;
    }

    /** Room for the scores of a query: whole panels, and whole blocks of a reduction. */
    private static int rowLength(int keys) {
        return Math.max(padded(keys), ScalarKernels.wholeBlocks(keys));
    }

    private static int panelWidth(int columnsLeft) {
        return columnsLeft > NARROW ? WIDEST : NARROW;
    }

    /** Whether {@link BlockAttention} computes it. */
    static boolean inBlocks(int queries, boolean causal) {
        return queries >= QUERIES_OF_A_BLOCK && !causal;
    }

    /**
     * {@link Kernels#attention} with checked arguments.
     *
     * <p>Long enough that C2 compiles it by itself (more than 325 bytecodes, FreqInlineSize). Inlined into a layer it
     * shares a budget with all that is inlined there; where that ends (NodeCountInliningCutoff), a function of vectors
     * is called, and its vectors are objects for as long as the program runs.
     */
    static void run(
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
        if (inBlocks(queries.count(), causal)) {
            BlockAttention.run(
                    queries, keys, values, headSize, scale, context, probabilities, scratch, fromHead, toHead);
            return;
        }
        int rowAt = padded(keys.count()) * headSize;
        int zerosAt = rowAt + rowLength(keys.count());
        Arrays.fill(scratch, zerosAt, zerosAt + WIDEST, 0f);
        for (int head = fromHead; head < toHead; head++) {
            int column = head * headSize;
            transposeKeys(keys, column, headSize, scratch);
            for (int row = 0; row < queries.count(); row++) {
                int seen = causal ? row + keys.count() - queries.count() + 1 : keys.count();
                int qAt = queries.offset() + row * queries.stride() + column;
                scores(queries.data(), qAt, headSize, keys.count(), seen, scratch, rowAt, zerosAt);
                // up to the end of the last block of a reduction, the scores count as −∞, whose exponential is 0
                int end = ScalarKernels.wholeBlocks(seen);
                Arrays.fill(scratch, rowAt + seen, rowAt + end, Float.NEGATIVE_INFINITY);
                float max = VectorFunctions.max(scale, scratch, rowAt, end);
                VectorFunctions.exponentials(scale, scratch, rowAt, end, max);
                float sum = VectorFunctions.sum(scratch, rowAt, end);
                if (probabilities != null) {
                    int to = (head * queries.count() + row) * keys.count();
                    System.arraycopy(scratch, rowAt, probabilities, to, seen);
                    VectorKernels.divide(probabilities, to, seen, sum);
                    Arrays.fill(probabilities, to + seen, to + keys.count(), 0f);
                }
                mix(scratch, rowAt, seen, values, column, headSize, context, row);
                VectorKernels.divide(context.data(), context.offset() + row * context.stride() + column, headSize, sum);
            }
        }
    }

    /** Panel from key j: scratch[j · headSize + c · width + i] = key j + i, column c of the head. */
    private static void transposeKeys(Rows keys, int column, int headSize, float[] scratch) {
        float[] k = keys.data();
        for (int from = 0, width; from < keys.count(); from += width) {
            width = panelWidth(keys.count() - from);
            int count = Math.min(width, keys.count() - from);
            int i = 0;
            for (; i + 4 <= count; i += 4) {
                int k0 = keys.offset() + (from + i) * keys.stride() + column;
                int k1 = k0 + keys.stride();
                int k2 = k1 + keys.stride();
                int k3 = k2 + keys.stride();
                int to = from * headSize + i;
                for (int c = 0; c < headSize; c++) {
                    scratch[to] = k[k0 + c];
                    scratch[to + 1] = k[k1 + c];
                    scratch[to + 2] = k[k2 + c];
                    scratch[to + 3] = k[k3 + c];
                    to += width;
                }
            }
            for (; i < count; i++) {
                int at = keys.offset() + (from + i) * keys.stride() + column;
                int to = from * headSize + i;
                for (int c = 0; c < headSize; c++) {
                    scratch[to + c * width] = k[at + c];
                }
            }
        }
    }

    /** scratch[rowAt + j] = q · k[j] for the keys below seen. */
    private static void scores(
            float[] q, int qAt, int headSize, int keys, int seen, float[] scratch, int rowAt, int zerosAt) {
        for (int j = 0, width; j < seen; j += width) {
            width = panelWidth(keys - j);
            int bAt = j * headSize;
            if (width == NARROW) {
                NarrowTile.multiply(1, q, qAt, 0, scratch, bAt, headSize, scratch, zerosAt, scratch, rowAt + j, 0);
            } else {
                WideTile.multiply(1, q, qAt, 0, scratch, bAt, headSize, scratch, zerosAt, scratch, rowAt + j, 0);
            }
        }
    }

    /** context[row, c] = Σⱼ e[j] · v[j, c]. */
    private static void mix(
            float[] scratch, int rowAt, int seen, Rows values, int column, int headSize, Rows context, int row) {
        float[] v = values.data();
        int vAt = values.offset() + column;
        int yAt = context.offset() + row * context.stride() + column;
        int c = 0;
        for (; c <= headSize - 2 * L; c += 2 * L) {
            FloatVector c0 = FloatVector.zero(S);
            FloatVector c1 = FloatVector.zero(S);
            for (int j = 0; j < seen; j++) {
                FloatVector e = FloatVector.broadcast(S, scratch[rowAt + j]);
                int at = vAt + c + j * values.stride();
                c0 = e.fma(FloatVector.fromArray(S, v, at), c0);
                c1 = e.fma(FloatVector.fromArray(S, v, at + L), c1);
            }
            c0.intoArray(context.data(), yAt + c);
            c1.intoArray(context.data(), yAt + c + L);
        }
        for (; c < headSize; c++) {
            float sum = 0f;
            for (int j = 0; j < seen; j++) {
                sum = Math.fma(scratch[rowAt + j], v[vAt + c + j * values.stride()], sum);
            }
            context.data()[yAt + c] = sum;
        }
    }
}
