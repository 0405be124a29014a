package dev.tercet.engine.kernel;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Attention of a block of queries to all keys of a head, one query to a lane: the scores are computed transposed, keys
 * by queries. So the softmax, which runs over the keys, needs no sum across the lanes of a vector, every step of it
 * works on full vectors, and only the queries have to be transposed.
 *
 * <pre>
 *   scratch:  queries of the block, transposed    [headSize][width]
 *             values of a head                    [panels][keys][width]
 *             scores, then exponentials           [keys][width]
 *             partial sums of them                [LANES][width], the first row their sum
 *                                                   (before: the largest scores)
 *             context, where a tile is not full   [rows][width]
 * </pre>
 *
 * A block is {@link #WIDTH} queries, two vectors. Lanes without a query hold zeros, columns that pad the last panel of
 * values hold whatever the scratch held before; nothing reads what becomes of either.
 */
final class BlockAttention {
    private static final VectorSpecies<Float> S = VectorFunctions.SPECIES;
    private static final int L = S.length();

    /** Queries of a block, and columns of a panel of values. */
    private static final int WIDTH = 2 * L;

    /** Keys of one tile of scores: 12 sums, as in {@link NarrowTile}. */
    private static final int KEYS = 6;

    /** Queries of one tile of the context, a divisor of {@link #WIDTH}: 16 sums, or 8 where there are 16 registers. */
    private static final int QUERIES = L == 8 ? 4 : 8;

    private BlockAttention() {}

    static int scratch(int keys, int headSize) {
        return headSize * WIDTH + keys * padded(headSize) + (keys + Kernels.LANES + QUERIES) * WIDTH;
    }

    /** Columns that the panels for this many columns have. */
    private static int padded(int columns) {
        return (columns + WIDTH - 1) / WIDTH * WIDTH;
    }

    /**
     * {@link Kernels#attention} with checked arguments, not causal. Long enough that C2 compiles it by itself, as
     * {@link VectorAttention#run}.
     */
    static void run(
            Rows queries,
            Rows keys,
            Rows values,
            int headSize,
            float scale,
            Rows context,
            float[] probabilities,
            float[] scratch,
            int fromHead,
            int toHead) {
        int valuesAt = headSize * WIDTH;
        int scoresAt = valuesAt + keys.count() * padded(headSize);
        int sumsAt = scoresAt + keys.count() * WIDTH;
        for (int head = fromHead; head < toHead; head++) {
            int column = head * headSize;
            int kAt = keys.offset() + column;
            copyValues(values, column, headSize, scratch, valuesAt);
            for (int row = 0; row < queries.count(); row += WIDTH) {
                int rows = Math.min(WIDTH, queries.count() - row);
                transposeQueries(queries, row, rows, column, headSize, scratch);
                if (keys.count() >= KEYS) {
                    tiles(keys.data(), kAt, keys.stride(), keys.count(), headSize, scratch, scoresAt);
                } else {
                    fewKeys(keys.data(), kAt, keys.stride(), keys.count(), headSize, scratch, scoresAt);
                }
                largest(scratch, scoresAt, keys.count(), scale, sumsAt);
                // one call in the code for both vectors: of two C2 inlined only the first, after other shapes had run
                for (int half = 0; half < WIDTH; half += L) {
                    exponentials(scratch, scoresAt + half, keys.count(), scale, sumsAt + half);
                }
                sums(scratch, scoresAt, keys.count(), sumsAt);
                if (probabilities != null) {
                    int to = (head * queries.count() + row) * keys.count();
                    for (int i = 0; i < rows; i++) {
                        for (int j = 0; j < keys.count(); j++) {
                            probabilities[to++] = scratch[scoresAt + j * WIDTH + i] / scratch[sumsAt + i];
                        }
                    }
                }
                mix(scratch, valuesAt, scoresAt, sumsAt, keys.count(), context, row, rows, column, headSize);
            }
        }
    }

    /** scratch[c · WIDTH + i] = query row + i, column c of the head; 0 where there is no such query. */
    private static void transposeQueries(Rows queries, int row, int rows, int column, int headSize, float[] scratch) {
        float[] q = queries.data();
        if (rows < WIDTH) {
            Arrays.fill(scratch, 0, headSize * WIDTH, 0f);
        }
        int i = 0;
        for (; i + 4 <= rows; i += 4) {
            int q0 = queries.offset() + (row + i) * queries.stride() + column;
            int q1 = q0 + queries.stride();
            int q2 = q1 + queries.stride();
            int q3 = q2 + queries.stride();
            int to = i;
            for (int c = 0; c < headSize; c++) {
                scratch[to] = q[q0 + c];
                scratch[to + 1] = q[q1 + c];
                scratch[to + 2] = q[q2 + c];
                scratch[to + 3] = q[q3 + c];
                to += WIDTH;
            }
        }
        for (; i < rows; i++) {
            int at = queries.offset() + (row + i) * queries.stride() + column;
            for (int c = 0; c < headSize; c++) {
                scratch[c * WIDTH + i] = q[at + c];
            }
        }
    }

    /** Panel from column c: scratch[valuesAt + c · keys + j · WIDTH + i] = value j, column c + i of the head. */
    private static void copyValues(Rows values, int column, int headSize, float[] scratch, int valuesAt) {
        for (int c = 0; c < headSize; c += WIDTH) {
            int count = Math.min(WIDTH, headSize - c);
            for (int j = 0; j < values.count(); j++) {
                int from = values.offset() + j * values.stride() + column + c;
                int to = valuesAt + c * values.count() + j * WIDTH;
                if (count == WIDTH) {
                    FloatVector.fromArray(S, values.data(), from).intoArray(scratch, to);
                    FloatVector.fromArray(S, values.data(), from + L).intoArray(scratch, to + L);
                } else {
                    System.arraycopy(values.data(), from, scratch, to, count);
                }
            }
        }
    }

    /** scratch[scoresAt + j · WIDTH + i] = k[j] · q[i] for all keys j and the queries i of the block. */
    private static void tiles(float[] k, int kAt, int kStride, int keys, int headSize, float[] scratch, int scoresAt) {
        FloatVector zero = FloatVector.zero(S);
        for (int from = 0; from < keys; from += 6) {
            // the last tile overlaps the one before it and computes the same again
            int j = Math.min(from, keys - 6);
            int k0 = kAt + j * kStride;
            int k1 = k0 + kStride;
            int k2 = k1 + kStride;
            int k3 = k2 + kStride;
            int k4 = k3 + kStride;
            int k5 = k4 + kStride;
            FloatVector c00 = zero, c01 = zero;
            FloatVector c10 = zero, c11 = zero;
            FloatVector c20 = zero, c21 = zero;
            FloatVector c30 = zero, c31 = zero;
            FloatVector c40 = zero, c41 = zero;
            FloatVector c50 = zero, c51 = zero;
            for (int c = 0; c < headSize; c++) {
                FloatVector q0 = FloatVector.fromArray(S, scratch, c * WIDTH);
                FloatVector q1 = FloatVector.fromArray(S, scratch, c * WIDTH + L);
                FloatVector x0 = FloatVector.broadcast(S, k[k0 + c]);
                c00 = x0.fma(q0, c00);
                c01 = x0.fma(q1, c01);
                FloatVector x1 = FloatVector.broadcast(S, k[k1 + c]);
                c10 = x1.fma(q0, c10);
                c11 = x1.fma(q1, c11);
                FloatVector x2 = FloatVector.broadcast(S, k[k2 + c]);
                c20 = x2.fma(q0, c20);
                c21 = x2.fma(q1, c21);
                FloatVector x3 = FloatVector.broadcast(S, k[k3 + c]);
                c30 = x3.fma(q0, c30);
                c31 = x3.fma(q1, c31);
                FloatVector x4 = FloatVector.broadcast(S, k[k4 + c]);
                c40 = x4.fma(q0, c40);
                c41 = x4.fma(q1, c41);
                FloatVector x5 = FloatVector.broadcast(S, k[k5 + c]);
                c50 = x5.fma(q0, c50);
                c51 = x5.fma(q1, c51);
            }
            int at = scoresAt + j * WIDTH;
            c00.intoArray(scratch, at);
            c01.intoArray(scratch, at + L);
            c10.intoArray(scratch, at + 1 * WIDTH);
            c11.intoArray(scratch, at + 1 * WIDTH + L);
            c20.intoArray(scratch, at + 2 * WIDTH);
            c21.intoArray(scratch, at + 2 * WIDTH + L);
            c30.intoArray(scratch, at + 3 * WIDTH);
            c31.intoArray(scratch, at + 3 * WIDTH + L);
            c40.intoArray(scratch, at + 4 * WIDTH);
            c41.intoArray(scratch, at + 4 * WIDTH + L);
            c50.intoArray(scratch, at + 5 * WIDTH);
            c51.intoArray(scratch, at + 5 * WIDTH + L);
        }
    }

    /** As {@link #tiles}, for fewer keys than a tile has. */
    private static void fewKeys(
            float[] k, int kAt, int kStride, int keys, int headSize, float[] scratch, int scoresAt) {
        for (int j = 0; j < keys; j++) {
            FloatVector c0 = FloatVector.zero(S), c1 = c0;
            for (int c = 0; c < headSize; c++) {
                FloatVector x = FloatVector.broadcast(S, k[kAt + j * kStride + c]);
                c0 = x.fma(FloatVector.fromArray(S, scratch, c * WIDTH), c0);
                c1 = x.fma(FloatVector.fromArray(S, scratch, c * WIDTH + L), c1);
            }
            c0.intoArray(scratch, scoresAt + j * WIDTH);
            c1.intoArray(scratch, scoresAt + j * WIDTH + L);
        }
    }

    /**
     * scratch[maxAt + i] = the largest scale · score of query i. The largest score is scaled, not the largest scaled
     * score taken: scale is above 0 and rounding keeps the order, so it is the same. Of an odd number of keys the last
     * is looked at twice: a call for it alone, seldom made, is one that C2 does not inline once the method called has
     * been compiled, and then the vectors of the whole loop are objects.
     */
    private static void largest(float[] scratch, int scoresAt, int keys, float scale, int maxAt) {
        FloatVector max0 = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
        FloatVector max1 = max0, max2 = max0, max3 = max0;
        int last = scoresAt + (keys - 1) * WIDTH;
        for (int at = scoresAt; at <= last; at += 2 * WIDTH) {
            int next = Math.min(at + WIDTH, last);
            max0 = VectorFunctions.greater(max0, FloatVector.fromArray(S, scratch, at));
            max1 = VectorFunctions.greater(max1, FloatVector.fromArray(S, scratch, at + L));
            max2 = VectorFunctions.greater(max2, FloatVector.fromArray(S, scratch, next));
            max3 = VectorFunctions.greater(max3, FloatVector.fromArray(S, scratch, next + L));
        }
        // + 0: of two zeros either may have won
        VectorFunctions.greater(max0, max2).mul(scale).add(0f).intoArray(scratch, maxAt);
        VectorFunctions.greater(max1, max3).mul(scale).add(0f).intoArray(scratch, maxAt + L);
    }

    /**
     * scratch[at + j · WIDTH + i] = exp(scale · scratch[at + j · WIDTH + i] − scratch[maxAt + i]) for one vector of
     * queries. One exponential in the loop and no more: C2 has a limit on what it inlines into one method.
     */
    private static void exponentials(float[] scratch, int at, int keys, float scale, int maxAt) {
        FloatVector max = FloatVector.fromArray(S, scratch, maxAt);
        for (int j = 0; j < keys; j++) {
            FloatVector score = FloatVector.fromArray(S, scratch, at + j * WIDTH);
            VectorFunctions.expUpToZero(score.mul(scale).sub(max)).intoArray(scratch, at + j * WIDTH);
        }
    }

    /**
     * The first row of the partial sums = Σⱼ e[j], in the order of every horizontal reduction: partial l takes the keys
     * l, l + LANES …, then the partials are folded in halves. The keys that would fill the last block count 0, and are
     * left out: an exponential is never −0, so adding 0 changes nothing.
     */
    private static void sums(float[] scratch, int scoresAt, int keys, int sumsAt) {
        int partials = Math.min(keys, Kernels.LANES);
        for (int l = 0; l < partials; l++) {
            FloatVector s0 = FloatVector.fromArray(S, scratch, scoresAt + l * WIDTH);
            FloatVector s1 = FloatVector.fromArray(S, scratch, scoresAt + l * WIDTH + L);
            for (int j = l + Kernels.LANES; j < keys; j += Kernels.LANES) {
                s0 = s0.add(FloatVector.fromArray(S, scratch, scoresAt + j * WIDTH));
                s1 = s1.add(FloatVector.fromArray(S, scratch, scoresAt + j * WIDTH + L));
            }
            s0.intoArray(scratch, sumsAt + l * WIDTH);
            s1.intoArray(scratch, sumsAt + l * WIDTH + L);
        }
        for (int half = Kernels.LANES / 2; half > 0; half /= 2) {
            for (int l = 0; l + half < partials; l++) {
                int to = sumsAt + l * WIDTH;
                int from = to + half * WIDTH;
                FloatVector.fromArray(S, scratch, to)
                        .add(FloatVector.fromArray(S, scratch, from))
                        .intoArray(scratch, to);
                FloatVector.fromArray(S, scratch, to + L)
                        .add(FloatVector.fromArray(S, scratch, from + L))
                        .intoArray(scratch, to + L);
            }
            partials = Math.min(partials, half);
        }
    }

    /** context[row + i, c] = Σⱼ e[j, i] · v[j, c] / sum[i]. */
    private static void mix(
            float[] scratch,
            int valuesAt,
            int scoresAt,
            int sumsAt,
            int keys,
            Rows context,
            int row,
            int rows,
            int column,
            int headSize) {
        int tileAt = sumsAt + Kernels.LANES * WIDTH;
        for (int c = 0; c < headSize; c += WIDTH) {
            int vAt = valuesAt + c * keys;
            int count = Math.min(WIDTH, headSize - c);
            for (int i = 0; i < rows; i += QUERIES) {
                int yAt = context.offset() + (row + i) * context.stride() + column + c;
                if (count == WIDTH && i + QUERIES <= rows) {
                    mix(scratch, scoresAt + i, vAt, keys, sumsAt + i, context.data(), yAt, context.stride());
                } else {
                    mix(scratch, scoresAt + i, vAt, keys, sumsAt + i, scratch, tileAt, WIDTH);
                    for (int r = 0; r < Math.min(QUERIES, rows - i); r++) {
                        System.arraycopy(
                                scratch, tileAt + r * WIDTH, context.data(), yAt + r * context.stride(), count);
                    }
                }
            }
        }
    }

    private static void mix(float[] scratch, int eAt, int vAt, int keys, int sumAt, float[] y, int yAt, int yStride) {
        if (QUERIES == 8) {
            mix8(scratch, eAt, vAt, keys, sumAt, y, yAt, yStride);
        } else {
            mix4(scratch, eAt, vAt, keys, sumAt, y, yAt, yStride);
        }
    }

    private static void mix8(float[] scratch, int eAt, int vAt, int keys, int sumAt, float[] y, int y0, int yStride) {
        FloatVector zero = FloatVector.zero(S);
        FloatVector c00 = zero, c01 = zero;
        FloatVector c10 = zero, c11 = zero;
        FloatVector c20 = zero, c21 = zero;
        FloatVector c30 = zero, c31 = zero;
        FloatVector c40 = zero, c41 = zero;
        FloatVector c50 = zero, c51 = zero;
        FloatVector c60 = zero, c61 = zero;
        FloatVector c70 = zero, c71 = zero;
        for (int j = 0; j < keys; j++) {
            int e = eAt + j * WIDTH;
            int v = vAt + j * WIDTH;
            FloatVector v0 = FloatVector.fromArray(S, scratch, v);
            FloatVector v1 = FloatVector.fromArray(S, scratch, v + L);
            FloatVector x0 = FloatVector.broadcast(S, scratch[e]);
            c00 = x0.fma(v0, c00);
            c01 = x0.fma(v1, c01);
            FloatVector x1 = FloatVector.broadcast(S, scratch[e + 1]);
            c10 = x1.fma(v0, c10);
            c11 = x1.fma(v1, c11);
            FloatVector x2 = FloatVector.broadcast(S, scratch[e + 2]);
            c20 = x2.fma(v0, c20);
            c21 = x2.fma(v1, c21);
            FloatVector x3 = FloatVector.broadcast(S, scratch[e + 3]);
            c30 = x3.fma(v0, c30);
            c31 = x3.fma(v1, c31);
            FloatVector x4 = FloatVector.broadcast(S, scratch[e + 4]);
            c40 = x4.fma(v0, c40);
            c41 = x4.fma(v1, c41);
            FloatVector x5 = FloatVector.broadcast(S, scratch[e + 5]);
            c50 = x5.fma(v0, c50);
            c51 = x5.fma(v1, c51);
            FloatVector x6 = FloatVector.broadcast(S, scratch[e + 6]);
            c60 = x6.fma(v0, c60);
            c61 = x6.fma(v1, c61);
            FloatVector x7 = FloatVector.broadcast(S, scratch[e + 7]);
            c70 = x7.fma(v0, c70);
            c71 = x7.fma(v1, c71);
        }
        FloatVector sum0 = FloatVector.broadcast(S, scratch[sumAt]);
        c00.div(sum0).intoArray(y, y0);
        c01.div(sum0).intoArray(y, y0 + L);
        int y1 = y0 + yStride;
        FloatVector sum1 = FloatVector.broadcast(S, scratch[sumAt + 1]);
        c10.div(sum1).intoArray(y, y1);
        c11.div(sum1).intoArray(y, y1 + L);
        int y2 = y1 + yStride;
        FloatVector sum2 = FloatVector.broadcast(S, scratch[sumAt + 2]);
        c20.div(sum2).intoArray(y, y2);
        c21.div(sum2).intoArray(y, y2 + L);
        int y3 = y2 + yStride;
        FloatVector sum3 = FloatVector.broadcast(S, scratch[sumAt + 3]);
        c30.div(sum3).intoArray(y, y3);
        c31.div(sum3).intoArray(y, y3 + L);
        int y4 = y3 + yStride;
        FloatVector sum4 = FloatVector.broadcast(S, scratch[sumAt + 4]);
        c40.div(sum4).intoArray(y, y4);
        c41.div(sum4).intoArray(y, y4 + L);
        int y5 = y4 + yStride;
        FloatVector sum5 = FloatVector.broadcast(S, scratch[sumAt + 5]);
        c50.div(sum5).intoArray(y, y5);
        c51.div(sum5).intoArray(y, y5 + L);
        int y6 = y5 + yStride;
        FloatVector sum6 = FloatVector.broadcast(S, scratch[sumAt + 6]);
        c60.div(sum6).intoArray(y, y6);
        c61.div(sum6).intoArray(y, y6 + L);
        int y7 = y6 + yStride;
        FloatVector sum7 = FloatVector.broadcast(S, scratch[sumAt + 7]);
        c70.div(sum7).intoArray(y, y7);
        c71.div(sum7).intoArray(y, y7 + L);
    }

    private static void mix4(float[] scratch, int eAt, int vAt, int keys, int sumAt, float[] y, int y0, int yStride) {
        FloatVector zero = FloatVector.zero(S);
        FloatVector c00 = zero, c01 = zero;
        FloatVector c10 = zero, c11 = zero;
        FloatVector c20 = zero, c21 = zero;
        FloatVector c30 = zero, c31 = zero;
        for (int j = 0; j < keys; j++) {
            int e = eAt + j * WIDTH;
            int v = vAt + j * WIDTH;
            FloatVector v0 = FloatVector.fromArray(S, scratch, v);
            FloatVector v1 = FloatVector.fromArray(S, scratch, v + L);
            FloatVector x0 = FloatVector.broadcast(S, scratch[e]);
            c00 = x0.fma(v0, c00);
            c01 = x0.fma(v1, c01);
            FloatVector x1 = FloatVector.broadcast(S, scratch[e + 1]);
            c10 = x1.fma(v0, c10);
            c11 = x1.fma(v1, c11);
            FloatVector x2 = FloatVector.broadcast(S, scratch[e + 2]);
            c20 = x2.fma(v0, c20);
            c21 = x2.fma(v1, c21);
            FloatVector x3 = FloatVector.broadcast(S, scratch[e + 3]);
            c30 = x3.fma(v0, c30);
            c31 = x3.fma(v1, c31);
        }
        FloatVector sum0 = FloatVector.broadcast(S, scratch[sumAt]);
        c00.div(sum0).intoArray(y, y0);
        c01.div(sum0).intoArray(y, y0 + L);
        int y1 = y0 + yStride;
        FloatVector sum1 = FloatVector.broadcast(S, scratch[sumAt + 1]);
        c10.div(sum1).intoArray(y, y1);
        c11.div(sum1).intoArray(y, y1 + L);
        int y2 = y1 + yStride;
        FloatVector sum2 = FloatVector.broadcast(S, scratch[sumAt + 2]);
        c20.div(sum2).intoArray(y, y2);
        c21.div(sum2).intoArray(y, y2 + L);
        int y3 = y2 + yStride;
        FloatVector sum3 = FloatVector.broadcast(S, scratch[sumAt + 3]);
        c30.div(sum3).intoArray(y, y3);
        c31.div(sum3).intoArray(y, y3 + L);
    }
}
