package dev.tercet.engine.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Register tiles of up to 6 rows × 2 vectors, as {@link WideTile}: for the 16 registers of AVX2 (12 sums, 2 vectors of
 * b and one of a; 95–97 % of the FMA peak, where 4 × 2 reaches 88 and 4 × 3 spills), and for products that are no wider
 * than 2 vectors, such as a head of 32 columns at 512 bits.
 */
final class NarrowTile {
    private static final VectorSpecies<Float> S = VectorFunctions.SPECIES;
    private static final int L = S.length();

    /** Columns of y that one call computes: floats of b per step of k. */
    static final int WIDTH = 2 * L;

    private NarrowTile() {}

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
        FloatVector c00 = s0, c01 = s1;
        FloatVector c10 = s0, c11 = s1;
        FloatVector c20 = s0, c21 = s1;
        FloatVector c30 = s0, c31 = s1;
        FloatVector c40 = s0, c41 = s1;
        FloatVector c50 = s0, c51 = s1;
        int a1 = a0 + aStride;
        int a2 = a1 + aStride;
        int a3 = a2 + aStride;
        int a4 = a3 + aStride;
        int a5 = a4 + aStride;
        for (int k = 0; k < depth; k++) {
            int at = bAt + k * (2 * L);
            FloatVector b0 = FloatVector.fromArray(S, b, at);
            FloatVector b1 = FloatVector.fromArray(S, b, at + L);
            FloatVector x0 = FloatVector.broadcast(S, a[a0 + k]);
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
            FloatVector x1 = FloatVector.broadcast(S, a[a1 + k]);
            c10 = x1.fma(b0, c10);
            c11 = x1.fma(b1, c11);
            FloatVector x2 = FloatVector.broadcast(S, a[a2 + k]);
            c20 = x2.fma(b0, c20);
            c21 = x2.fma(b1, c21);
            FloatVector x3 = FloatVector.broadcast(S, a[a3 + k]);
            c30 = x3.fma(b0, c30);
            c31 = x3.fma(b1, c31);
            FloatVector x4 = FloatVector.broadcast(S, a[a4 + k]);
            c40 = x4.fma(b0, c40);
            c41 = x4.fma(b1, c41);
            FloatVector x5 = FloatVector.broadcast(S, a[a5 + k]);
            c50 = x5.fma(b0, c50);
            c51 = x5.fma(b1, c51);
        }
        c00.intoArray(y, y0);
        c01.intoArray(y, y0 + L);
        int y1 = y0 + yStride;
        c10.intoArray(y, y1);
        c11.intoArray(y, y1 + L);
        int y2 = y1 + yStride;
        c20.intoArray(y, y2);
        c21.intoArray(y, y2 + L);
        int y3 = y2 + yStride;
        c30.intoArray(y, y3);
        c31.intoArray(y, y3 + L);
        int y4 = y3 + yStride;
        c40.intoArray(y, y4);
        c41.intoArray(y, y4 + L);
        int y5 = y4 + yStride;
        c50.intoArray(y, y5);
        c51.intoArray(y, y5 + L);
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
        FloatVector c00 = s0, c01 = s1;
        FloatVector c10 = s0, c11 = s1;
        FloatVector c20 = s0, c21 = s1;
        FloatVector c30 = s0, c31 = s1;
        FloatVector c40 = s0, c41 = s1;
        int a1 = a0 + aStride;
        int a2 = a1 + aStride;
        int a3 = a2 + aStride;
        int a4 = a3 + aStride;
        for (int k = 0; k < depth; k++) {
            int at = bAt + k * (2 * L);
            FloatVector b0 = FloatVector.fromArray(S, b, at);
            FloatVector b1 = FloatVector.fromArray(S, b, at + L);
            FloatVector x0 = FloatVector.broadcast(S, a[a0 + k]);
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
            FloatVector x1 = FloatVector.broadcast(S, a[a1 + k]);
            c10 = x1.fma(b0, c10);
            c11 = x1.fma(b1, c11);
            FloatVector x2 = FloatVector.broadcast(S, a[a2 + k]);
            c20 = x2.fma(b0, c20);
            c21 = x2.fma(b1, c21);
            FloatVector x3 = FloatVector.broadcast(S, a[a3 + k]);
            c30 = x3.fma(b0, c30);
            c31 = x3.fma(b1, c31);
            FloatVector x4 = FloatVector.broadcast(S, a[a4 + k]);
            c40 = x4.fma(b0, c40);
            c41 = x4.fma(b1, c41);
        }
        c00.intoArray(y, y0);
        c01.intoArray(y, y0 + L);
        int y1 = y0 + yStride;
        c10.intoArray(y, y1);
        c11.intoArray(y, y1 + L);
        int y2 = y1 + yStride;
        c20.intoArray(y, y2);
        c21.intoArray(y, y2 + L);
        int y3 = y2 + yStride;
        c30.intoArray(y, y3);
        c31.intoArray(y, y3 + L);
        int y4 = y3 + yStride;
        c40.intoArray(y, y4);
        c41.intoArray(y, y4 + L);
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
        FloatVector c00 = s0, c01 = s1;
        FloatVector c10 = s0, c11 = s1;
        FloatVector c20 = s0, c21 = s1;
        FloatVector c30 = s0, c31 = s1;
        int a1 = a0 + aStride;
        int a2 = a1 + aStride;
        int a3 = a2 + aStride;
        for (int k = 0; k < depth; k++) {
            int at = bAt + k * (2 * L);
            FloatVector b0 = FloatVector.fromArray(S, b, at);
            FloatVector b1 = FloatVector.fromArray(S, b, at + L);
            FloatVector x0 = FloatVector.broadcast(S, a[a0 + k]);
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
            FloatVector x1 = FloatVector.broadcast(S, a[a1 + k]);
            c10 = x1.fma(b0, c10);
            c11 = x1.fma(b1, c11);
            FloatVector x2 = FloatVector.broadcast(S, a[a2 + k]);
            c20 = x2.fma(b0, c20);
            c21 = x2.fma(b1, c21);
            FloatVector x3 = FloatVector.broadcast(S, a[a3 + k]);
            c30 = x3.fma(b0, c30);
            c31 = x3.fma(b1, c31);
        }
        c00.intoArray(y, y0);
        c01.intoArray(y, y0 + L);
        int y1 = y0 + yStride;
        c10.intoArray(y, y1);
        c11.intoArray(y, y1 + L);
        int y2 = y1 + yStride;
        c20.intoArray(y, y2);
        c21.intoArray(y, y2 + L);
        int y3 = y2 + yStride;
        c30.intoArray(y, y3);
        c31.intoArray(y, y3 + L);
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
        FloatVector c00 = s0, c01 = s1;
        FloatVector c10 = s0, c11 = s1;
        FloatVector c20 = s0, c21 = s1;
        int a1 = a0 + aStride;
        int a2 = a1 + aStride;
        for (int k = 0; k < depth; k++) {
            int at = bAt + k * (2 * L);
            FloatVector b0 = FloatVector.fromArray(S, b, at);
            FloatVector b1 = FloatVector.fromArray(S, b, at + L);
            FloatVector x0 = FloatVector.broadcast(S, a[a0 + k]);
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
            FloatVector x1 = FloatVector.broadcast(S, a[a1 + k]);
            c10 = x1.fma(b0, c10);
            c11 = x1.fma(b1, c11);
            FloatVector x2 = FloatVector.broadcast(S, a[a2 + k]);
            c20 = x2.fma(b0, c20);
            c21 = x2.fma(b1, c21);
        }
        c00.intoArray(y, y0);
        c01.intoArray(y, y0 + L);
        int y1 = y0 + yStride;
        c10.intoArray(y, y1);
        c11.intoArray(y, y1 + L);
        int y2 = y1 + yStride;
        c20.intoArray(y, y2);
        c21.intoArray(y, y2 + L);
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
        FloatVector c00 = s0, c01 = s1;
        FloatVector c10 = s0, c11 = s1;
        int a1 = a0 + aStride;
        for (int k = 0; k < depth; k++) {
            int at = bAt + k * (2 * L);
            FloatVector b0 = FloatVector.fromArray(S, b, at);
            FloatVector b1 = FloatVector.fromArray(S, b, at + L);
            FloatVector x0 = FloatVector.broadcast(S, a[a0 + k]);
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
            FloatVector x1 = FloatVector.broadcast(S, a[a1 + k]);
            c10 = x1.fma(b0, c10);
            c11 = x1.fma(b1, c11);
        }
        c00.intoArray(y, y0);
        c01.intoArray(y, y0 + L);
        int y1 = y0 + yStride;
        c10.intoArray(y, y1);
        c11.intoArray(y, y1 + L);
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
        FloatVector c00 = s0, c01 = s1;
        for (int k = 0; k < depth; k++) {
            int at = bAt + k * (2 * L);
            FloatVector b0 = FloatVector.fromArray(S, b, at);
            FloatVector b1 = FloatVector.fromArray(S, b, at + L);
            FloatVector x0 = FloatVector.broadcast(S, a[a0 + k]);
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
        }
        c00.intoArray(y, y0);
        c01.intoArray(y, y0 + L);
    }
}
