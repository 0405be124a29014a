package dev.tercet.engine.kernel;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Attention of a decoding step: a few rows, each of which sees tokens of its own of one {@link KeyValueCache}. The
 * scores of all slots are computed for all rows, on register tiles over the panels of the cache; each row then picks
 * those of its tokens. Hypotheses of a sentence share most of their tokens, so little is computed in vain.
 *
 * <pre>
 *   scratch:  scores of some rows          [rows][slots]
 *             exponentials of these rows   [rows][tokens, padded]
 *             zeros                        [width]
 * </pre>
 */
final class VectorStepAttention {
    private static final VectorSpecies<Float> S = VectorFunctions.SPECIES;
    private static final int L = S.length();
    private static final int ROWS = VectorKernels.TILE_ROWS;

    /** Slots of a panel of the cache. */
    static final int WIDTH = NarrowTile.WIDTH;

    private VectorStepAttention() {}

    static int scratch(KeyValueCache cache) {
        return ROWS * (cache.slots() + ScalarKernels.wholeBlocks(cache.slots())) + WIDTH;
    }

    /** {@link Kernels#attention} with checked arguments. */
    static void run(
            Rows queries,
            KeyValueCache cache,
            int[][] seen,
            int headSize,
            float scale,
            Rows context,
            float[] probabilities,
            float[] scratch) {
        int slots = cache.slots();
        int padded = ScalarKernels.wholeBlocks(slots);
        int zerosAt = ROWS * (slots + padded);
        Arrays.fill(scratch, zerosAt, zerosAt + WIDTH, 0f);
        int row = 0;
        for (int tiles = (queries.count() + ROWS - 1) / ROWS; tiles > 0; tiles--) {
            int rows = (queries.count() - row + tiles - 1) / tiles;
            for (int column = 0; column < cache.columns; column += headSize) {
                scores(queries, row, rows, cache, column, headSize, scratch, zerosAt);
                // all rows before the first is read in vectors: those would wait for the single numbers on their way
                // out
                for (int r = 0; r < rows; r++) {
                    pick(scratch, r * slots, seen[row + r], ROWS * slots + r * padded);
                }
                for (int r = 0; r < rows; r++) {
                    int[] tokens = seen[row + r];
                    int exponentialsAt = ROWS * slots + r * padded;
                    float sum = exponentials(scratch, exponentialsAt, tokens.length, scale);
                    int to = context.offset() + (row + r) * context.stride() + column;
                    mix(scratch, exponentialsAt, tokens, cache, column, headSize, context.data(), to);
                    VectorKernels.divide(context.data(), to, headSize, sum);
                    if (probabilities != null) {
                        int at = (column / headSize * queries.count() + row + r) * tokens.length;
                        System.arraycopy(scratch, exponentialsAt, probabilities, at, tokens.length);
                        VectorKernels.divide(probabilities, at, tokens.length, sum);
                    }
                }
            }
            row += rows;
        }
    }

    /** scratch[r · slots + s] = q[row + r] · k[s] for every slot s. */
    private static void scores(
            Rows queries,
            int row,
            int rows,
            KeyValueCache cache,
            int column,
            int headSize,
            float[] scratch,
            int zerosAt) {
        int qAt = queries.offset() + row * queries.stride() + column;
        for (int slot = 0; slot < cache.slots(); slot += WIDTH) {
            NarrowTile.multiply(
                    rows,
                    queries.data(),
                    qAt,
                    queries.stride(),
                    cache.keys,
                    cache.keyAt(slot, column),
                    headSize,
                    scratch,
                    zerosAt,
                    scratch,
                    slot,
                    cache.slots());
        }
    }

    /**
     * The scores of the tokens seen, in their order. Up to the end of the last block of a reduction they count as −∞,
     * whose exponential changes no sum.
     */
    private static void pick(float[] scratch, int scoresAt, int[] tokens, int at) {
        for (int j = 0; j < tokens.length; j++) {
            scratch[at + j] = scratch[scoresAt + tokens[j]];
        }
        Arrays.fill(
                scratch, at + tokens.length, at + ScalarKernels.wholeBlocks(tokens.length), Float.NEGATIVE_INFINITY);
    }

    /** Makes exponentials of the scores that were picked; returns their sum. */
    private static float exponentials(float[] scratch, int at, int count, float scale) {
        int length = ScalarKernels.wholeBlocks(count);
        float max = VectorFunctions.max(scale, scratch, at, length);
        VectorFunctions.exponentials(scale, scratch, at, length, max);
        return VectorFunctions.sum(scratch, at, length);
    }

    /** y[yAt + c] = Σⱼ e[j] · v[tokens[j], c] for the columns of a head. */
    private static void mix(
            float[] scratch,
            int exponentialsAt,
            int[] tokens,
            KeyValueCache cache,
            int column,
            int headSize,
            float[] y,
            int yAt) {
        float[] v = cache.values;
        int columns = cache.columns;
        int c = 0;
        for (; c <= headSize - 4 * L; c += 4 * L) {
            FloatVector c0 = FloatVector.zero(S);
            FloatVector c1 = c0, c2 = c0, c3 = c0;
            for (int j = 0; j < tokens.length; j++) {
                FloatVector e = FloatVector.broadcast(S, scratch[exponentialsAt + j]);
                int at = tokens[j] * columns + column + c;
                c0 = e.fma(FloatVector.fromArray(S, v, at), c0);
                c1 = e.fma(FloatVector.fromArray(S, v, at + L), c1);
                c2 = e.fma(FloatVector.fromArray(S, v, at + 2 * L), c2);
                c3 = e.fma(FloatVector.fromArray(S, v, at + 3 * L), c3);
            }
            c0.intoArray(y, yAt + c);
            c1.intoArray(y, yAt + c + L);
            c2.intoArray(y, yAt + c + 2 * L);
            c3.intoArray(y, yAt + c + 3 * L);
        }
        for (; c <= headSize - L; c += L) {
            FloatVector c0 = FloatVector.zero(S);
            for (int j = 0; j < tokens.length; j++) {
                FloatVector e = FloatVector.broadcast(S, scratch[exponentialsAt + j]);
                c0 = e.fma(FloatVector.fromArray(S, v, tokens[j] * columns + column + c), c0);
            }
            c0.intoArray(y, yAt + c);
        }
        for (; c < headSize; c++) {
            float sum = 0f;
            for (int j = 0; j < tokens.length; j++) {
                sum = Math.fma(scratch[exponentialsAt + j], v[tokens[j] * columns + column + c], sum);
            }
            y[yAt + c] = sum;
        }
    }
}
