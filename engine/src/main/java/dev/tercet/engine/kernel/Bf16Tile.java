package dev.tercet.engine.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Register tiles of up to {@value #ROWS} rows on bfloat16 panels, as {@link WideTile} and {@link NarrowTile} on fp32: a
 * step of k loads half the bytes and widens them in registers. A bfloat16 is the upper half of an fp32.
 *
 * <p>As in {@link WideTile}, k counts up to 0 where C2 then keeps no address in a vector register. The tiles of 5 and 6
 * rows count k from 0, which is better for them.
 */
final class Bf16Tile {
    /** The most rows of a tile. */
    static final int ROWS = 6;

    private static final VectorSpecies<Float> S = VectorFunctions.SPECIES;
    private static final int L = S.length();
    private static final VectorSpecies<Integer> BITS = S.withLanes(int.class);
    private static final VectorSpecies<Short> STORED =
            L == 16 ? ShortVector.SPECIES_256 : L == 8 ? ShortVector.SPECIES_128 : ShortVector.SPECIES_64;

    private Bf16Tile() {}

    private static FloatVector widen(short[] b, int at) {
        IntVector bits =
                (IntVector) ShortVector.fromArray(STORED, b, at).convertShape(VectorOperators.ZERO_EXTEND_S2I, BITS, 0);
        return bits.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
    }

    /**
     * y[r, j] = start[j] + Σₖ a[r, k] · b[k, j] for some rows and {@link WideTile#WIDTH} columns, k ascending.
     *
     * @param rows 1 to {@link #ROWS}
     * @param b {@code [depth, WIDTH]} from bAt
     */
    static void wide(
            int rows,
            float[] a,
            int aAt,
            int aStride,
            short[] b,
            int bAt,
            int depth,
            float[] start,
            int startAt,
            float[] y,
            int yAt,
            int yStride) {
        switch (rows) {
            case 6 -> wide6(a, aAt, aStride, b, bAt, depth, start, startAt, y, yAt, yStride);
            case 5 -> wide5(a, aAt, aStride, b, bAt, depth, start, startAt, y, yAt, yStride);
            case 4 -> wide4(a, aAt, aStride, b, bAt, depth, start, startAt, y, yAt, yStride);
            case 3 -> wide3(a, aAt, aStride, b, bAt, depth, start, startAt, y, yAt, yStride);
            case 2 -> wide2(a, aAt, aStride, b, bAt, depth, start, startAt, y, yAt, yStride);
            default -> wide1(a, aAt, aStride, b, bAt, depth, start, startAt, y, yAt, yStride);
        }
    }

    /** As {@link #wide}, for {@link NarrowTile#WIDTH} columns. */
    static void narrow(
            int rows,
            float[] a,
            int aAt,
            int aStride,
            short[] b,
            int bAt,
            int depth,
            float[] start,
            int startAt,
            float[] y,
            int yAt,
            int yStride) {
        switch (rows) {
            case 6 -> narrow6(a, aAt, aStride, b, bAt, depth, start, startAt, y, yAt, yStride);
            case 5 -> narrow5(a, aAt, aStride, b, bAt, depth, start, startAt, y, yAt, yStride);
            case 4 -> narrow4(a, aAt, aStride, b, bAt, depth, start, startAt, y, yAt, yStride);
            case 3 -> narrow3(a, aAt, aStride, b, bAt, depth, start, startAt, y, yAt, yStride);
            case 2 -> narrow2(a, aAt, aStride, b, bAt, depth, start, startAt, y, yAt, yStride);
            default -> narrow1(a, aAt, aStride, b, bAt, depth, start, startAt, y, yAt, yStride);
        }
    }

    private static void wide6(
            float[] a,
            int a0,
            int aStride,
            short[] b,
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
        int a1 = a0 + aStride;
        int a2 = a1 + aStride;
        int a3 = a2 + aStride;
        int a4 = a3 + aStride;
        int a5 = a4 + aStride;
        for (int k = 0; k < depth; k++) {
            int at = bAt + k * (4 * L);
            FloatVector b0 = widen(b, at);
            FloatVector b1 = widen(b, at + L);
            FloatVector b2 = widen(b, at + 2 * L);
            FloatVector b3 = widen(b, at + 3 * L);
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
            FloatVector x5 = FloatVector.broadcast(S, a[a5 + k]);
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

    private static void wide5(
            float[] a,
            int a0,
            int aStride,
            short[] b,
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
            FloatVector b0 = widen(b, at);
            FloatVector b1 = widen(b, at + L);
            FloatVector b2 = widen(b, at + 2 * L);
            FloatVector b3 = widen(b, at + 3 * L);
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

    private static void wide4(
            float[] a,
            int a0,
            int aStride,
            short[] b,
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
            FloatVector b0 = widen(b, at);
            FloatVector b1 = widen(b, at + L);
            FloatVector b2 = widen(b, at + 2 * L);
            FloatVector b3 = widen(b, at + 3 * L);
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

    private static void wide3(
            float[] a,
            int a0,
            int aStride,
            short[] b,
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
            FloatVector b0 = widen(b, at);
            FloatVector b1 = widen(b, at + L);
            FloatVector b2 = widen(b, at + 2 * L);
            FloatVector b3 = widen(b, at + 3 * L);
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

    private static void wide2(
            float[] a,
            int a0,
            int aStride,
            short[] b,
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
            FloatVector b0 = widen(b, at);
            FloatVector b1 = widen(b, at + L);
            FloatVector b2 = widen(b, at + 2 * L);
            FloatVector b3 = widen(b, at + 3 * L);
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

    private static void wide1(
            float[] a,
            int a0,
            int aStride,
            short[] b,
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
            FloatVector b0 = widen(b, at);
            FloatVector b1 = widen(b, at + L);
            FloatVector b2 = widen(b, at + 2 * L);
            FloatVector b3 = widen(b, at + 3 * L);
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

    private static void narrow6(
            float[] a,
            int a0,
            int aStride,
            short[] b,
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
            FloatVector b0 = widen(b, at);
            FloatVector b1 = widen(b, at + L);
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

    private static void narrow5(
            float[] a,
            int a0,
            int aStride,
            short[] b,
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
            FloatVector b0 = widen(b, at);
            FloatVector b1 = widen(b, at + L);
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

    private static void narrow4(
            float[] a,
            int a0,
            int aStride,
            short[] b,
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
            FloatVector b0 = widen(b, at);
            FloatVector b1 = widen(b, at + L);
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

    private static void narrow3(
            float[] a,
            int a0,
            int aStride,
            short[] b,
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
            FloatVector b0 = widen(b, at);
            FloatVector b1 = widen(b, at + L);
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

    private static void narrow2(
            float[] a,
            int a0,
            int aStride,
            short[] b,
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
            FloatVector b0 = widen(b, at);
            FloatVector b1 = widen(b, at + L);
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

    private static void narrow1(
            float[] a,
            int a0,
            int aStride,
            short[] b,
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
            FloatVector b0 = widen(b, at);
            FloatVector b1 = widen(b, at + L);
            FloatVector x0 = FloatVector.broadcast(S, a[a0 + k]);
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
        }
        c00.intoArray(y, y0);
        c01.intoArray(y, y0 + L);
    }
}
