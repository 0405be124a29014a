package dev.tercet.engine.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Register tiles of up to 6 rows × 4 vectors. A tile keeps its part of y in registers for the whole of k: every step
 * loads 4 vectors of b, broadcasts one element of each row of a, and does rows × 4 fused multiply-adds.
 *
 * <p>6 × 4 is 24 sums, 4 vectors of b and one of a: 29 of the 32 registers of AVX-512 and NEON. Few rows with many
 * vectors beat many rows with few: each row needs an index in a general register, of which C2 has 13, and what does not
 * fit it keeps in vector registers, which costs 10 % of the speed of a 12 × 2 tile. Measured by {@code GemmBenchmark},
 * in percent of the FMA peak of the same run, Zen 4, 512 bits: 6 × 4 98–99, 5 × 4 97, 4 × 4 94, 3 × 4 95, 6 × 3 98, 4 ×
 * 2 88–98, 8 × 2 93, 12 × 2 91.
 *
 * <p>Most tiles count k up to 0, from the ends of the rows: then the limit needs no register. What is kept in a vector
 * register waits behind the multiply-adds that wait for memory, so that fewer loads are on their way: on a Zen 5 the
 * 4-row tile, which had its base address there, took 163 GFLOP/s from L3 and 43 from memory, and takes 213 and 69. The
 * tile of 5 rows is the exception, it needs none of this with k counting from 0 and four with k counting to 0. What C2
 * keeps where is seen in its code ({@code -XX:CompileCommand=print}), see docs/performance.md.
 */
final class WideTile {
    private static final VectorSpecies<Float> S = VectorFunctions.SPECIES;
    private static final int L = S.length();

    /** Columns of y that one call computes: floats of b per step of k. */
    static final int WIDTH = 4 * L;

    private WideTile() {}

    /**
     * y[r, j] = start[j] + Σₖ a[r, k] · b[k, j] for up to {@link VectorKernels#TILE_ROWS} rows and {@link #WIDTH}
     * columns, k ascending.
     *
     * @param rows 1 to {@link VectorKernels#TILE_ROWS}
     * @param b {@code [depth, WIDTH]} from bAt
     */
    static void multiply(
            int rows,
            float[] a,
            int aAt,
            int aStride,
            float[] b,
            int bAt,
            int depth,
            float[] start,
            int startAt,
            float[] y,
            int yAt,
            int yStride) {
        switch (rows) {
            case 6 -> tile6(a, aAt, aStride, b, bAt, depth, start, startAt, y, yAt, yStride);
            case 5 -> tile5(a, aAt, aStride, b, bAt, depth, start, startAt, y, yAt, yStride);
            case 4 -> tile4(a, aAt, aStride, b, bAt, depth, start, startAt, y, yAt, yStride);
            case 3 -> tile3(a, aAt, aStride, b, bAt, depth, start, startAt, y, yAt, yStride);
            case 2 -> tile2(a, aAt, aStride, b, bAt, depth, start, startAt, y, yAt, yStride);
            default -> tile1(a, aAt, aStride, b, bAt, depth, start, startAt, y, yAt, yStride);
        }
    }

    private static void tile6(
            float[] a,
            int a0,
            int aStride,
            float[] b,
            int bAt,
            int depth,
            float[] start,
            int startAt,
            float[] y,
            int y0,
            int yStride) {
        FloatVector s0 = FloatVector.fromArray(S, start, startAt);
        FloatVector s1 = FloatVector.fromArray(S, start, startAt + L);
        FloatVector s2 = FloatVector.fromArray(S, start, startAt + 2 * L);
        FloatVector s3 = FloatVector.fromArray(S, start, startAt + 3 * L);
        FloatVector c00 = s0, c01 = s1, c02 = s2, c03 = s3;
        FloatVector c10 = s0, c11 = s1, c12 = s2, c13 = s3;
        FloatVector c20 = s0, c21 = s1, c22 = s2, c23 = s3;
        FloatVector c30 = s0, c31 = s1, c32 = s2, c33 = s3;
        FloatVector c40 = s0, c41 = s1, c42 = s2, c43 = s3;
        FloatVector c50 = s0, c51 = s1, c52 = s2, c53 = s3;
        int end0 = a0 + depth;
        int end1 = end0 + aStride;
        int end2 = end1 + aStride;
        int end3 = end2 + aStride;
        int end4 = end3 + aStride;
        int end5 = end4 + aStride;
        int bEnd = bAt + depth * (4 * L);
        for (int k = -depth; k < 0; k++) {
            int at = bEnd + k * (4 * L);
            FloatVector b0 = FloatVector.fromArray(S, b, at);
            FloatVector b1 = FloatVector.fromArray(S, b, at + L);
            FloatVector b2 = FloatVector.fromArray(S, b, at + 2 * L);
            FloatVector b3 = FloatVector.fromArray(S, b, at + 3 * L);
            FloatVector x0 = FloatVector.broadcast(S, a[end0 + k]);
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
            c02 = x0.fma(b2, c02);
            c03 = x0.fma(b3, c03);
            FloatVector x1 = FloatVector.broadcast(S, a[end1 + k]);
            c10 = x1.fma(b0, c10);
            c11 = x1.fma(b1, c11);
            c12 = x1.fma(b2, c12);
            c13 = x1.fma(b3, c13);
            FloatVector x2 = FloatVector.broadcast(S, a[end2 + k]);
            c20 = x2.fma(b0, c20);
            c21 = x2.fma(b1, c21);
            c22 = x2.fma(b2, c22);
            c23 = x2.fma(b3, c23);
            FloatVector x3 = FloatVector.broadcast(S, a[end3 + k]);
            c30 = x3.fma(b0, c30);
            c31 = x3.fma(b1, c31);
            c32 = x3.fma(b2, c32);
            c33 = x3.fma(b3, c33);
            FloatVector x4 = FloatVector.broadcast(S, a[end4 + k]);
            c40 = x4.fma(b0, c40);
            c41 = x4.fma(b1, c41);
            c42 = x4.fma(b2, c42);
            c43 = x4.fma(b3, c43);
            FloatVector x5 = FloatVector.broadcast(S, a[end5 + k]);
            c50 = x5.fma(b0, c50);
            c51 = x5.fma(b1, c51);
            c52 = x5.fma(b2, c52);
            c53 = x5.fma(b3, c53);
        }
        c00.intoArray(y, y0);
        c01.intoArray(y, y0 + L);
        c02.intoArray(y, y0 + 2 * L);
        c03.intoArray(y, y0 + 3 * L);
        int y1 = y0 + yStride;
        c10.intoArray(y, y1);
        c11.intoArray(y, y1 + L);
        c12.intoArray(y, y1 + 2 * L);
        c13.intoArray(y, y1 + 3 * L);
        int y2 = y1 + yStride;
        c20.intoArray(y, y2);
        c21.intoArray(y, y2 + L);
        c22.intoArray(y, y2 + 2 * L);
        c23.intoArray(y, y2 + 3 * L);
        int y3 = y2 + yStride;
        c30.intoArray(y, y3);
        c31.intoArray(y, y3 + L);
        c32.intoArray(y, y3 + 2 * L);
        c33.intoArray(y, y3 + 3 * L);
        int y4 = y3 + yStride;
        c40.intoArray(y, y4);
        c41.intoArray(y, y4 + L);
        c42.intoArray(y, y4 + 2 * L);
        c43.intoArray(y, y4 + 3 * L);
        int y5 = y4 + yStride;
        c50.intoArray(y, y5);
        c51.intoArray(y, y5 + L);
        c52.intoArray(y, y5 + 2 * L);
        c53.intoArray(y, y5 + 3 * L);
    }

    private static void tile5(
            float[] a,
            int a0,
            int aStride,
            float[] b,
            int bAt,
            int depth,
            float[] start,
            int startAt,
            float[] y,
            int y0,
            int yStride) {
        FloatVector s0 = FloatVector.fromArray(S, start, startAt);
        FloatVector s1 = FloatVector.fromArray(S, start, startAt + L);
        FloatVector s2 = FloatVector.fromArray(S, start, startAt + 2 * L);
        FloatVector s3 = FloatVector.fromArray(S, start, startAt + 3 * L);
        FloatVector c00 = s0, c01 = s1, c02 = s2, c03 = s3;
        FloatVector c10 = s0, c11 = s1, c12 = s2, c13 = s3;
        FloatVector c20 = s0, c21 = s1, c22 = s2, c23 = s3;
        FloatVector c30 = s0, c31 = s1, c32 = s2, c33 = s3;
        FloatVector c40 = s0, c41 = s1, c42 = s2, c43 = s3;
        int a1 = a0 + aStride;
        int a2 = a1 + aStride;
        int a3 = a2 + aStride;
        int a4 = a3 + aStride;
        for (int k = 0; k < depth; k++) {
            int at = bAt + k * (4 * L);
            FloatVector b0 = FloatVector.fromArray(S, b, at);
            FloatVector b1 = FloatVector.fromArray(S, b, at + L);
            FloatVector b2 = FloatVector.fromArray(S, b, at + 2 * L);
            FloatVector b3 = FloatVector.fromArray(S, b, at + 3 * L);
            FloatVector x0 = FloatVector.broadcast(S, a[a0 + k]);
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
            c02 = x0.fma(b2, c02);
            c03 = x0.fma(b3, c03);
            FloatVector x1 = FloatVector.broadcast(S, a[a1 + k]);
            c10 = x1.fma(b0, c10);
            c11 = x1.fma(b1, c11);
            c12 = x1.fma(b2, c12);
            c13 = x1.fma(b3, c13);
            FloatVector x2 = FloatVector.broadcast(S, a[a2 + k]);
            c20 = x2.fma(b0, c20);
            c21 = x2.fma(b1, c21);
            c22 = x2.fma(b2, c22);
            c23 = x2.fma(b3, c23);
            FloatVector x3 = FloatVector.broadcast(S, a[a3 + k]);
            c30 = x3.fma(b0, c30);
            c31 = x3.fma(b1, c31);
            c32 = x3.fma(b2, c32);
            c33 = x3.fma(b3, c33);
            FloatVector x4 = FloatVector.broadcast(S, a[a4 + k]);
            c40 = x4.fma(b0, c40);
            c41 = x4.fma(b1, c41);
            c42 = x4.fma(b2, c42);
            c43 = x4.fma(b3, c43);
        }
        c00.intoArray(y, y0);
        c01.intoArray(y, y0 + L);
        c02.intoArray(y, y0 + 2 * L);
        c03.intoArray(y, y0 + 3 * L);
        int y1 = y0 + yStride;
        c10.intoArray(y, y1);
        c11.intoArray(y, y1 + L);
        c12.intoArray(y, y1 + 2 * L);
        c13.intoArray(y, y1 + 3 * L);
        int y2 = y1 + yStride;
        c20.intoArray(y, y2);
        c21.intoArray(y, y2 + L);
        c22.intoArray(y, y2 + 2 * L);
        c23.intoArray(y, y2 + 3 * L);
        int y3 = y2 + yStride;
        c30.intoArray(y, y3);
        c31.intoArray(y, y3 + L);
        c32.intoArray(y, y3 + 2 * L);
        c33.intoArray(y, y3 + 3 * L);
        int y4 = y3 + yStride;
        c40.intoArray(y, y4);
        c41.intoArray(y, y4 + L);
        c42.intoArray(y, y4 + 2 * L);
        c43.intoArray(y, y4 + 3 * L);
    }

    private static void tile4(
            float[] a,
            int a0,
            int aStride,
            float[] b,
            int bAt,
            int depth,
            float[] start,
            int startAt,
            float[] y,
            int y0,
            int yStride) {
        FloatVector s0 = FloatVector.fromArray(S, start, startAt);
        FloatVector s1 = FloatVector.fromArray(S, start, startAt + L);
        FloatVector s2 = FloatVector.fromArray(S, start, startAt + 2 * L);
        FloatVector s3 = FloatVector.fromArray(S, start, startAt + 3 * L);
        FloatVector c00 = s0, c01 = s1, c02 = s2, c03 = s3;
        FloatVector c10 = s0, c11 = s1, c12 = s2, c13 = s3;
        FloatVector c20 = s0, c21 = s1, c22 = s2, c23 = s3;
        FloatVector c30 = s0, c31 = s1, c32 = s2, c33 = s3;
        int end0 = a0 + depth;
        int end1 = end0 + aStride;
        int end2 = end1 + aStride;
        int end3 = end2 + aStride;
        int bEnd = bAt + depth * (4 * L);
        for (int k = -depth; k < 0; k++) {
            int at = bEnd + k * (4 * L);
            FloatVector b0 = FloatVector.fromArray(S, b, at);
            FloatVector b1 = FloatVector.fromArray(S, b, at + L);
            FloatVector b2 = FloatVector.fromArray(S, b, at + 2 * L);
            FloatVector b3 = FloatVector.fromArray(S, b, at + 3 * L);
            FloatVector x0 = FloatVector.broadcast(S, a[end0 + k]);
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
            c02 = x0.fma(b2, c02);
            c03 = x0.fma(b3, c03);
            FloatVector x1 = FloatVector.broadcast(S, a[end1 + k]);
            c10 = x1.fma(b0, c10);
            c11 = x1.fma(b1, c11);
            c12 = x1.fma(b2, c12);
            c13 = x1.fma(b3, c13);
            FloatVector x2 = FloatVector.broadcast(S, a[end2 + k]);
            c20 = x2.fma(b0, c20);
            c21 = x2.fma(b1, c21);
            c22 = x2.fma(b2, c22);
            c23 = x2.fma(b3, c23);
            FloatVector x3 = FloatVector.broadcast(S, a[end3 + k]);
            c30 = x3.fma(b0, c30);
            c31 = x3.fma(b1, c31);
            c32 = x3.fma(b2, c32);
            c33 = x3.fma(b3, c33);
        }
        c00.intoArray(y, y0);
        c01.intoArray(y, y0 + L);
        c02.intoArray(y, y0 + 2 * L);
        c03.intoArray(y, y0 + 3 * L);
        int y1 = y0 + yStride;
        c10.intoArray(y, y1);
        c11.intoArray(y, y1 + L);
        c12.intoArray(y, y1 + 2 * L);
        c13.intoArray(y, y1 + 3 * L);
        int y2 = y1 + yStride;
        c20.intoArray(y, y2);
        c21.intoArray(y, y2 + L);
        c22.intoArray(y, y2 + 2 * L);
        c23.intoArray(y, y2 + 3 * L);
        int y3 = y2 + yStride;
        c30.intoArray(y, y3);
        c31.intoArray(y, y3 + L);
        c32.intoArray(y, y3 + 2 * L);
        c33.intoArray(y, y3 + 3 * L);
    }

    private static void tile3(
            float[] a,
            int a0,
            int aStride,
            float[] b,
            int bAt,
            int depth,
            float[] start,
            int startAt,
            float[] y,
            int y0,
            int yStride) {
        FloatVector s0 = FloatVector.fromArray(S, start, startAt);
        FloatVector s1 = FloatVector.fromArray(S, start, startAt + L);
        FloatVector s2 = FloatVector.fromArray(S, start, startAt + 2 * L);
        FloatVector s3 = FloatVector.fromArray(S, start, startAt + 3 * L);
        FloatVector c00 = s0, c01 = s1, c02 = s2, c03 = s3;
        FloatVector c10 = s0, c11 = s1, c12 = s2, c13 = s3;
        FloatVector c20 = s0, c21 = s1, c22 = s2, c23 = s3;
        int end0 = a0 + depth;
        int end1 = end0 + aStride;
        int end2 = end1 + aStride;
        int bEnd = bAt + depth * (4 * L);
        for (int k = -depth; k < 0; k++) {
            int at = bEnd + k * (4 * L);
            FloatVector b0 = FloatVector.fromArray(S, b, at);
            FloatVector b1 = FloatVector.fromArray(S, b, at + L);
            FloatVector b2 = FloatVector.fromArray(S, b, at + 2 * L);
            FloatVector b3 = FloatVector.fromArray(S, b, at + 3 * L);
            FloatVector x0 = FloatVector.broadcast(S, a[end0 + k]);
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
            c02 = x0.fma(b2, c02);
            c03 = x0.fma(b3, c03);
            FloatVector x1 = FloatVector.broadcast(S, a[end1 + k]);
            c10 = x1.fma(b0, c10);
            c11 = x1.fma(b1, c11);
            c12 = x1.fma(b2, c12);
            c13 = x1.fma(b3, c13);
            FloatVector x2 = FloatVector.broadcast(S, a[end2 + k]);
            c20 = x2.fma(b0, c20);
            c21 = x2.fma(b1, c21);
            c22 = x2.fma(b2, c22);
            c23 = x2.fma(b3, c23);
        }
        c00.intoArray(y, y0);
        c01.intoArray(y, y0 + L);
        c02.intoArray(y, y0 + 2 * L);
        c03.intoArray(y, y0 + 3 * L);
        int y1 = y0 + yStride;
        c10.intoArray(y, y1);
        c11.intoArray(y, y1 + L);
        c12.intoArray(y, y1 + 2 * L);
        c13.intoArray(y, y1 + 3 * L);
        int y2 = y1 + yStride;
        c20.intoArray(y, y2);
        c21.intoArray(y, y2 + L);
        c22.intoArray(y, y2 + 2 * L);
        c23.intoArray(y, y2 + 3 * L);
    }

    private static void tile2(
            float[] a,
            int a0,
            int aStride,
            float[] b,
            int bAt,
            int depth,
            float[] start,
            int startAt,
            float[] y,
            int y0,
            int yStride) {
        FloatVector s0 = FloatVector.fromArray(S, start, startAt);
        FloatVector s1 = FloatVector.fromArray(S, start, startAt + L);
        FloatVector s2 = FloatVector.fromArray(S, start, startAt + 2 * L);
        FloatVector s3 = FloatVector.fromArray(S, start, startAt + 3 * L);
        FloatVector c00 = s0, c01 = s1, c02 = s2, c03 = s3;
        FloatVector c10 = s0, c11 = s1, c12 = s2, c13 = s3;
        int end0 = a0 + depth;
        int end1 = end0 + aStride;
        int bEnd = bAt + depth * (4 * L);
        for (int k = -depth; k < 0; k++) {
            int at = bEnd + k * (4 * L);
            FloatVector b0 = FloatVector.fromArray(S, b, at);
            FloatVector b1 = FloatVector.fromArray(S, b, at + L);
            FloatVector b2 = FloatVector.fromArray(S, b, at + 2 * L);
            FloatVector b3 = FloatVector.fromArray(S, b, at + 3 * L);
            FloatVector x0 = FloatVector.broadcast(S, a[end0 + k]);
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
            c02 = x0.fma(b2, c02);
            c03 = x0.fma(b3, c03);
            FloatVector x1 = FloatVector.broadcast(S, a[end1 + k]);
            c10 = x1.fma(b0, c10);
            c11 = x1.fma(b1, c11);
            c12 = x1.fma(b2, c12);
            c13 = x1.fma(b3, c13);
        }
        c00.intoArray(y, y0);
        c01.intoArray(y, y0 + L);
        c02.intoArray(y, y0 + 2 * L);
        c03.intoArray(y, y0 + 3 * L);
        int y1 = y0 + yStride;
        c10.intoArray(y, y1);
        c11.intoArray(y, y1 + L);
        c12.intoArray(y, y1 + 2 * L);
        c13.intoArray(y, y1 + 3 * L);
    }

    private static void tile1(
            float[] a,
            int a0,
            int aStride,
            float[] b,
            int bAt,
            int depth,
            float[] start,
            int startAt,
            float[] y,
            int y0,
            int yStride) {
        FloatVector s0 = FloatVector.fromArray(S, start, startAt);
        FloatVector s1 = FloatVector.fromArray(S, start, startAt + L);
        FloatVector s2 = FloatVector.fromArray(S, start, startAt + 2 * L);
        FloatVector s3 = FloatVector.fromArray(S, start, startAt + 3 * L);
        FloatVector c00 = s0, c01 = s1, c02 = s2, c03 = s3;
        int end0 = a0 + depth;
        int bEnd = bAt + depth * (4 * L);
        for (int k = -depth; k < 0; k++) {
            int at = bEnd + k * (4 * L);
            FloatVector b0 = FloatVector.fromArray(S, b, at);
            FloatVector b1 = FloatVector.fromArray(S, b, at + L);
            FloatVector b2 = FloatVector.fromArray(S, b, at + 2 * L);
            FloatVector b3 = FloatVector.fromArray(S, b, at + 3 * L);
            FloatVector x0 = FloatVector.broadcast(S, a[end0 + k]);
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
            c02 = x0.fma(b2, c02);
            c03 = x0.fma(b3, c03);
        }
        c00.intoArray(y, y0);
        c01.intoArray(y, y0 + L);
        c02.intoArray(y, y0 + 2 * L);
        c03.intoArray(y, y0 + 3 * L);
    }
}
