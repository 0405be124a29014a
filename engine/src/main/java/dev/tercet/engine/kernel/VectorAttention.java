package dev.tercet.engine.kernel;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Attention as two small products per head, a few rows of queries at a time, with the softmax between them: the scores
 * of one block of rows never leave L1.
 *
 * <pre>
 *   scratch:  keys of a head, transposed   [panels][headSize][width]    b of the first product
 *             values of a head             [panels][keys][width]        b of the second
 *             exponentials of some rows    [rows][keys, padded]         y of the first, a of the second
 *             their sums                   [rows]
 *             their context                [rows][width]                y of the second, where a panel is not full
 *             zeros                        [width]
 * </pre>
 *
 * Panels are {@link WideTile#WIDTH} columns wide where the machine has the registers, and {@link NarrowTile#WIDTH}
 * where that is enough for what is left: a head of 32 columns at 512 bits takes no more work than 32 columns. Columns
 * that pad a panel hold whatever the scratch held before; nothing reads what becomes of them.
 */
final class VectorAttention {
    private static final VectorSpecies<Float> S = VectorFunctions.SPECIES;
    private static final int L = S.length();
    private static final int NARROW = NarrowTile.WIDTH;
    private static final int WIDEST = L != 8 ? WideTile.WIDTH : NarrowTile.WIDTH;
    private static final int ROWS = VectorKernels.TILE_ROWS;

    /** With fewer queries than this, copying the values costs more than reading them where they are. */
    private static final int QUERIES_OF_A_BLOCK = 3;

    private VectorAttention() {}

    static int scratch(int keys, int headSize) {
        return Math.max(
                BlockAttention.scratch(keys, headSize),
                padded(keys) * headSize
                        + keys * padded(headSize)
                        + ROWS * rowStride(keys)
                        + ROWS
                        + ROWS * WIDEST
                        + WIDEST);
    }

    /** Columns that the panels for this many columns have. */
    private static int padded(int columns) {
        return (columns + NARROW - 1) / NARROW * NARROW;
    }

    /** Whole blocks of a reduction; and an odd number of cache lines, lest rows share their cache sets. */
    private static int rowStride(int keys) {
        return ScalarKernels.wholeBlocks(keys) + 16;
    }

    private static int panelWidth(int columnsLeft) {
        return columnsLeft > NARROW ? WIDEST : NARROW;
    }

    /** {@link Kernels#attention} with checked arguments. */
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
        if (queries.count() >= QUERIES_OF_A_BLOCK && !causal) {
            BlockAttention.run(
                    queries, keys, values, headSize, scale, context, probabilities, scratch, fromHead, toHead);
            return;
        }
        int valuesAt = padded(keys.count()) * headSize;
        int rowsAt = valuesAt + keys.count() * padded(headSize);
        int sumsAt = rowsAt + ROWS * rowStride(keys.count());
        int contextAt = sumsAt + ROWS;
        int zerosAt = contextAt + ROWS * WIDEST;
        Arrays.fill(scratch, zerosAt, zerosAt + WIDEST, 0f);
        boolean copied = queries.count() >= QUERIES_OF_A_BLOCK && !causal;
        // a causal row goes alone: its second product ends with the last key that it may see
        int tileRows = copied ? ROWS : 1;
        for (int head = fromHead; head < toHead; head++) {
            int column = head * headSize;
            transposeKeys(keys, column, headSize, scratch);
            if (copied) {
                copyValues(values, column, headSize, scratch, valuesAt);
            }
            int row = 0;
            for (int tiles = (queries.count() + tileRows - 1) / tileRows; tiles > 0; tiles--) {
                int rows = (queries.count() - row + tiles - 1) / tiles;
                int seen = causal ? row + keys.count() - queries.count() + 1 : keys.count();
                scores(queries, row, rows, column, headSize, keys.count(), seen, scratch, rowsAt, zerosAt);
                exponentials(scratch, rowsAt, rowStride(keys.count()), rows, seen, scale, sumsAt);
                if (probabilities != null) {
                    int to = (head * queries.count() + row) * keys.count();
                    probabilities(scratch, rowsAt, rows, seen, sumsAt, probabilities, to, keys.count());
                }
                if (copied) {
                    mix(
                            scratch,
                            valuesAt,
                            rowsAt,
                            contextAt,
                            zerosAt,
                            keys.count(),
                            context,
                            row,
                            rows,
                            column,
                            headSize);
                } else {
                    mixInPlace(scratch, rowsAt, seen, values, column, headSize, context, row);
                }
                for (int r = 0; r < rows; r++) {
                    int at = context.offset() + (row + r) * context.stride() + column;
                    VectorKernels.divide(context.data(), at, headSize, scratch[sumsAt + r]);
                }
                row += rows;
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

    /** Panel from column c: scratch[valuesAt + c · keys + j · width + i] = value j, column c + i of the head. */
    private static void copyValues(Rows values, int column, int headSize, float[] scratch, int valuesAt) {
        for (int c = 0, width; c < headSize; c += width) {
            width = panelWidth(headSize - c);
            int count = Math.min(width, headSize - c);
            for (int j = 0; j < values.count(); j++) {
                int from = values.offset() + j * values.stride() + column + c;
                int to = valuesAt + c * values.count() + j * width;
                if (count == width) {
                    for (int i = 0; i < width; i += L) {
                        FloatVector.fromArray(S, values.data(), from + i).intoArray(scratch, to + i);
                    }
                } else {
                    System.arraycopy(values.data(), from, scratch, to, count);
                }
            }
        }
    }

    /** scratch[rowsAt + r · rowStride + j] = q[row + r] · k[j] for the keys below seen. */
    private static void scores(
            Rows queries,
            int row,
            int rows,
            int column,
            int headSize,
            int keys,
            int seen,
            float[] scratch,
            int rowsAt,
            int zerosAt) {
        int qAt = queries.offset() + row * queries.stride() + column;
        for (int j = 0, width; j < seen; j += width) {
            width = panelWidth(keys - j);
            multiply(
                    width,
                    rows,
                    queries.data(),
                    qAt,
                    queries.stride(),
                    scratch,
                    j * headSize,
                    headSize,
                    zerosAt,
                    scratch,
                    rowsAt + j,
                    rowStride(keys));
        }
    }

    private static void multiply(
            int width,
            int rows,
            float[] a,
            int aAt,
            int aStride,
            float[] scratch,
            int bAt,
            int depth,
            int zerosAt,
            float[] y,
            int yAt,
            int yStride) {
        if (width == NARROW) {
            NarrowTile.multiply(rows, a, aAt, aStride, scratch, bAt, depth, scratch, zerosAt, y, yAt, yStride);
        } else {
            WideTile.multiply(rows, a, aAt, aStride, scratch, bAt, depth, scratch, zerosAt, y, yAt, yStride);
        }
    }

    /**
     * Scores to exponentials, in place, and the sum of each row. Up to the end of the last block of a reduction, the
     * scores count as −∞, whose exponential changes no sum. Step by step over all rows: the rows do not wait for each
     * other, so the processor works on several of them at a time.
     */
    private static void exponentials(
            float[] scratch, int rowsAt, int stride, int rows, int seen, float scale, int sumsAt) {
        int end = ScalarKernels.wholeBlocks(seen);
        for (int r = 0; r < rows; r++) {
            for (int j = seen; j < end; j++) {
                scratch[rowsAt + r * stride + j] = Float.NEGATIVE_INFINITY;
            }
        }
        for (int r = 0; r < rows; r++) {
            scratch[sumsAt + r] = VectorFunctions.max(scale, scratch, rowsAt + r * stride, end);
        }
        for (int r = 0; r < rows; r++) {
            VectorFunctions.exponentials(scale, scratch, rowsAt + r * stride, end, scratch[sumsAt + r]);
        }
        for (int r = 0; r < rows; r++) {
            scratch[sumsAt + r] = VectorFunctions.sum(scratch, rowsAt + r * stride, end);
        }
    }

    /** probabilities[to + r · keys + j] = e[r, j] / sum[r], 0 for the keys not seen. */
    private static void probabilities(
            float[] scratch, int rowsAt, int rows, int seen, int sumsAt, float[] probabilities, int to, int keys) {
        for (int r = 0; r < rows; r++) {
            int at = to + r * keys;
            System.arraycopy(scratch, rowsAt + r * rowStride(keys), probabilities, at, seen);
            VectorKernels.divide(probabilities, at, seen, scratch[sumsAt + r]);
            Arrays.fill(probabilities, at + seen, at + keys, 0f);
        }
    }

    /** context[row + r, c] = Σⱼ e[r, j] · v[j, c]. */
    private static void mix(
            float[] scratch,
            int valuesAt,
            int rowsAt,
            int contextAt,
            int zerosAt,
            int keys,
            Rows context,
            int row,
            int rows,
            int column,
            int headSize) {
        for (int c = 0, width; c < headSize; c += width) {
            width = panelWidth(headSize - c);
            int bAt = valuesAt + c * keys;
            int yAt = context.offset() + row * context.stride() + column + c;
            if (headSize - c >= width) {
                multiply(
                        width,
                        rows,
                        scratch,
                        rowsAt,
                        rowStride(keys),
                        scratch,
                        bAt,
                        keys,
                        zerosAt,
                        context.data(),
                        yAt,
                        context.stride());
            } else {
                multiply(
                        width,
                        rows,
                        scratch,
                        rowsAt,
                        rowStride(keys),
                        scratch,
                        bAt,
                        keys,
                        zerosAt,
                        scratch,
                        contextAt,
                        width);
                for (int r = 0; r < rows; r++) {
                    System.arraycopy(
                            scratch, contextAt + r * width, context.data(), yAt + r * context.stride(), headSize - c);
                }
            }
        }
    }

    /** {@link #mix} for one row, the values read where they are. */
    private static void mixInPlace(
            float[] scratch, int rowsAt, int seen, Rows values, int column, int headSize, Rows context, int row) {
        float[] v = values.data();
        int vAt = values.offset() + column;
        int yAt = context.offset() + row * context.stride() + column;
        int c = 0;
        for (; c <= headSize - 2 * L; c += 2 * L) {
            FloatVector c0 = FloatVector.zero(S);
            FloatVector c1 = FloatVector.zero(S);
            for (int j = 0; j < seen; j++) {
                FloatVector e = FloatVector.broadcast(S, scratch[rowsAt + j]);
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
                sum = Math.fma(scratch[rowsAt + j], v[vAt + c + j * values.stride()], sum);
            }
            context.data()[yAt + c] = sum;
        }
    }
}
