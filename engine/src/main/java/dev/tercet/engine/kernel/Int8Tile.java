package dev.tercet.engine.kernel;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Register tiles of up to {@value #ROWS} rows on int8 panels, as {@link WideTile} and {@link NarrowTile} on fp32: a
 * step of k loads a quarter of the bytes and widens them in registers. The scale comes once, at the end: y = fma(Σₖ a ·
 * q, scale, start), the sum from 0, k ascending.
 *
 * <p>As in {@link WideTile}, k counts up to 0 where C2 then keeps no address in a vector register. The tile of 6 rows
 * counts k from 0, which is better for it.
 */
final class Int8Tile {
    /** The most rows of a tile of all columns. */
    static final int ROWS = 6;

    private static final VectorSpecies<Float> S = VectorFunctions.SPECIES;
    private static final int L = S.length();

    /** As many bytes as there are lanes. There are no vectors of 4 bytes: with 4 lanes this class is not used. */
    private static final VectorSpecies<Byte> STORED =
            L == 16 ? ByteVector.SPECIES_128 : L == 8 ? ByteVector.SPECIES_64 : null;

    /** Whether this machine's vectors can load int8 panels. */
    static final boolean POSSIBLE = STORED != null;

    private Int8Tile() {}

    private static FloatVector widen(byte[] b, int at) {
        return (FloatVector) ByteVector.fromArray(STORED, b, at).convertShape(VectorOperators.B2F, S, 0);
    }

    /**
     * y[r, j] = start[j] + scales[j] · Σₖ a[r, k] · b[k, j] for some rows and {@link WideTile#WIDTH} columns.
     *
     * @param rows 1 to {@link #ROWS}
     * @param b {@code [depth, WIDTH]} from bAt
     */
    static void wide(
            int rows,
            float[] a,
            int aAt,
            int aStride,
            byte[] b,
            int bAt,
            int depth,
            float[] scales,
            int scalesAt,
            float[] start,
            int startAt,
            float[] y,
            int yAt,
            int yStride) {
        switch (rows) {
            case 6 -> wide6(a, aAt, aStride, b, bAt, depth, scales, scalesAt, start, startAt, y, yAt, yStride);
            case 5 -> wide5(a, aAt, aStride, b, bAt, depth, scales, scalesAt, start, startAt, y, yAt, yStride);
            case 4 -> wide4(a, aAt, aStride, b, bAt, depth, scales, scalesAt, start, startAt, y, yAt, yStride);
            case 3 -> wide3(a, aAt, aStride, b, bAt, depth, scales, scalesAt, start, startAt, y, yAt, yStride);
            case 2 -> wide2(a, aAt, aStride, b, bAt, depth, scales, scalesAt, start, startAt, y, yAt, yStride);
            default -> wide1(a, aAt, aStride, b, bAt, depth, scales, scalesAt, start, startAt, y, yAt, yStride);
        }
    }

    /** As {@link #wide}, for {@link NarrowTile#WIDTH} columns. */
    static void narrow(
            int rows,
            float[] a,
            int aAt,
            int aStride,
            byte[] b,
            int bAt,
            int depth,
            float[] scales,
            int scalesAt,
            float[] start,
            int startAt,
            float[] y,
            int yAt,
            int yStride) {
        switch (rows) {
            case 6 -> narrow6(a, aAt, aStride, b, bAt, depth, scales, scalesAt, start, startAt, y, yAt, yStride);
            case 5 -> narrow5(a, aAt, aStride, b, bAt, depth, scales, scalesAt, start, startAt, y, yAt, yStride);
            case 4 -> narrow4(a, aAt, aStride, b, bAt, depth, scales, scalesAt, start, startAt, y, yAt, yStride);
            case 3 -> narrow3(a, aAt, aStride, b, bAt, depth, scales, scalesAt, start, startAt, y, yAt, yStride);
            case 2 -> narrow2(a, aAt, aStride, b, bAt, depth, scales, scalesAt, start, startAt, y, yAt, yStride);
            default -> narrow1(a, aAt, aStride, b, bAt, depth, scales, scalesAt, start, startAt, y, yAt, yStride);
        }
    }

    private static void wide6(
            float[] a,
            int a0,
            int aStride,
            byte[] b,
            int bAt,
            int depth,
            float[] scales,
            int scalesAt,
            float[] start,
            int startAt,
            float[] y,
            int y0,
            int yStride) {
        FloatVector zero = FloatVector.zero(S);
        FloatVector c00 = zero, c01 = zero, c02 = zero, c03 = zero;
        FloatVector c10 = zero, c11 = zero, c12 = zero, c13 = zero;
        FloatVector c20 = zero, c21 = zero, c22 = zero, c23 = zero;
        FloatVector c30 = zero, c31 = zero, c32 = zero, c33 = zero;
        FloatVector c40 = zero, c41 = zero, c42 = zero, c43 = zero;
        FloatVector c50 = zero, c51 = zero, c52 = zero, c53 = zero;
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
        FloatVector f0 = FloatVector.fromArray(S, scales, scalesAt);
        FloatVector f1 = FloatVector.fromArray(S, scales, scalesAt + L);
        FloatVector f2 = FloatVector.fromArray(S, scales, scalesAt + 2 * L);
        FloatVector f3 = FloatVector.fromArray(S, scales, scalesAt + 3 * L);
        FloatVector s0 = FloatVector.fromArray(S, start, startAt);
        FloatVector s1 = FloatVector.fromArray(S, start, startAt + L);
        FloatVector s2 = FloatVector.fromArray(S, start, startAt + 2 * L);
        FloatVector s3 = FloatVector.fromArray(S, start, startAt + 3 * L);
        c00.fma(f0, s0).intoArray(y, y0);
        c01.fma(f1, s1).intoArray(y, y0 + L);
        c02.fma(f2, s2).intoArray(y, y0 + 2 * L);
        c03.fma(f3, s3).intoArray(y, y0 + 3 * L);
        int y1 = y0 + yStride;
        c10.fma(f0, s0).intoArray(y, y1);
        c11.fma(f1, s1).intoArray(y, y1 + L);
        c12.fma(f2, s2).intoArray(y, y1 + 2 * L);
        c13.fma(f3, s3).intoArray(y, y1 + 3 * L);
        int y2 = y1 + yStride;
        c20.fma(f0, s0).intoArray(y, y2);
        c21.fma(f1, s1).intoArray(y, y2 + L);
        c22.fma(f2, s2).intoArray(y, y2 + 2 * L);
        c23.fma(f3, s3).intoArray(y, y2 + 3 * L);
        int y3 = y2 + yStride;
        c30.fma(f0, s0).intoArray(y, y3);
        c31.fma(f1, s1).intoArray(y, y3 + L);
        c32.fma(f2, s2).intoArray(y, y3 + 2 * L);
        c33.fma(f3, s3).intoArray(y, y3 + 3 * L);
        int y4 = y3 + yStride;
        c40.fma(f0, s0).intoArray(y, y4);
        c41.fma(f1, s1).intoArray(y, y4 + L);
        c42.fma(f2, s2).intoArray(y, y4 + 2 * L);
        c43.fma(f3, s3).intoArray(y, y4 + 3 * L);
        int y5 = y4 + yStride;
        c50.fma(f0, s0).intoArray(y, y5);
        c51.fma(f1, s1).intoArray(y, y5 + L);
        c52.fma(f2, s2).intoArray(y, y5 + 2 * L);
        c53.fma(f3, s3).intoArray(y, y5 + 3 * L);
    }

    private static void wide5(
            float[] a,
            int a0,
            int aStride,
            byte[] b,
            int bAt,
            int depth,
            float[] scales,
            int scalesAt,
            float[] start,
            int startAt,
            float[] y,
            int y0,
            int yStride) {
        FloatVector zero = FloatVector.zero(S);
        FloatVector c00 = zero, c01 = zero, c02 = zero, c03 = zero;
        FloatVector c10 = zero, c11 = zero, c12 = zero, c13 = zero;
        FloatVector c20 = zero, c21 = zero, c22 = zero, c23 = zero;
        FloatVector c30 = zero, c31 = zero, c32 = zero, c33 = zero;
        FloatVector c40 = zero, c41 = zero, c42 = zero, c43 = zero;
        int end0 = a0 + depth;
        int end1 = end0 + aStride;
        int end2 = end1 + aStride;
        int end3 = end2 + aStride;
        int end4 = end3 + aStride;
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
            FloatVector x4 = FloatVector.broadcast(S, a[end4 + k]);
            c40 = x4.fma(b0, c40);
            c41 = x4.fma(b1, c41);
            c42 = x4.fma(b2, c42);
            c43 = x4.fma(b3, c43);
        }
        FloatVector f0 = FloatVector.fromArray(S, scales, scalesAt);
        FloatVector f1 = FloatVector.fromArray(S, scales, scalesAt + L);
        FloatVector f2 = FloatVector.fromArray(S, scales, scalesAt + 2 * L);
        FloatVector f3 = FloatVector.fromArray(S, scales, scalesAt + 3 * L);
        FloatVector s0 = FloatVector.fromArray(S, start, startAt);
        FloatVector s1 = FloatVector.fromArray(S, start, startAt + L);
        FloatVector s2 = FloatVector.fromArray(S, start, startAt + 2 * L);
        FloatVector s3 = FloatVector.fromArray(S, start, startAt + 3 * L);
        c00.fma(f0, s0).intoArray(y, y0);
        c01.fma(f1, s1).intoArray(y, y0 + L);
        c02.fma(f2, s2).intoArray(y, y0 + 2 * L);
        c03.fma(f3, s3).intoArray(y, y0 + 3 * L);
        int y1 = y0 + yStride;
        c10.fma(f0, s0).intoArray(y, y1);
        c11.fma(f1, s1).intoArray(y, y1 + L);
        c12.fma(f2, s2).intoArray(y, y1 + 2 * L);
        c13.fma(f3, s3).intoArray(y, y1 + 3 * L);
        int y2 = y1 + yStride;
        c20.fma(f0, s0).intoArray(y, y2);
        c21.fma(f1, s1).intoArray(y, y2 + L);
        c22.fma(f2, s2).intoArray(y, y2 + 2 * L);
        c23.fma(f3, s3).intoArray(y, y2 + 3 * L);
        int y3 = y2 + yStride;
        c30.fma(f0, s0).intoArray(y, y3);
        c31.fma(f1, s1).intoArray(y, y3 + L);
        c32.fma(f2, s2).intoArray(y, y3 + 2 * L);
        c33.fma(f3, s3).intoArray(y, y3 + 3 * L);
        int y4 = y3 + yStride;
        c40.fma(f0, s0).intoArray(y, y4);
        c41.fma(f1, s1).intoArray(y, y4 + L);
        c42.fma(f2, s2).intoArray(y, y4 + 2 * L);
        c43.fma(f3, s3).intoArray(y, y4 + 3 * L);
    }

    private static void wide4(
            float[] a,
            int a0,
            int aStride,
            byte[] b,
            int bAt,
            int depth,
            float[] scales,
            int scalesAt,
            float[] start,
            int startAt,
            float[] y,
            int y0,
            int yStride) {
        FloatVector zero = FloatVector.zero(S);
        FloatVector c00 = zero, c01 = zero, c02 = zero, c03 = zero;
        FloatVector c10 = zero, c11 = zero, c12 = zero, c13 = zero;
        FloatVector c20 = zero, c21 = zero, c22 = zero, c23 = zero;
        FloatVector c30 = zero, c31 = zero, c32 = zero, c33 = zero;
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
        FloatVector f0 = FloatVector.fromArray(S, scales, scalesAt);
        FloatVector f1 = FloatVector.fromArray(S, scales, scalesAt + L);
        FloatVector f2 = FloatVector.fromArray(S, scales, scalesAt + 2 * L);
        FloatVector f3 = FloatVector.fromArray(S, scales, scalesAt + 3 * L);
        FloatVector s0 = FloatVector.fromArray(S, start, startAt);
        FloatVector s1 = FloatVector.fromArray(S, start, startAt + L);
        FloatVector s2 = FloatVector.fromArray(S, start, startAt + 2 * L);
        FloatVector s3 = FloatVector.fromArray(S, start, startAt + 3 * L);
        c00.fma(f0, s0).intoArray(y, y0);
        c01.fma(f1, s1).intoArray(y, y0 + L);
        c02.fma(f2, s2).intoArray(y, y0 + 2 * L);
        c03.fma(f3, s3).intoArray(y, y0 + 3 * L);
        int y1 = y0 + yStride;
        c10.fma(f0, s0).intoArray(y, y1);
        c11.fma(f1, s1).intoArray(y, y1 + L);
        c12.fma(f2, s2).intoArray(y, y1 + 2 * L);
        c13.fma(f3, s3).intoArray(y, y1 + 3 * L);
        int y2 = y1 + yStride;
        c20.fma(f0, s0).intoArray(y, y2);
        c21.fma(f1, s1).intoArray(y, y2 + L);
        c22.fma(f2, s2).intoArray(y, y2 + 2 * L);
        c23.fma(f3, s3).intoArray(y, y2 + 3 * L);
        int y3 = y2 + yStride;
        c30.fma(f0, s0).intoArray(y, y3);
        c31.fma(f1, s1).intoArray(y, y3 + L);
        c32.fma(f2, s2).intoArray(y, y3 + 2 * L);
        c33.fma(f3, s3).intoArray(y, y3 + 3 * L);
    }

    private static void wide3(
            float[] a,
            int a0,
            int aStride,
            byte[] b,
            int bAt,
            int depth,
            float[] scales,
            int scalesAt,
            float[] start,
            int startAt,
            float[] y,
            int y0,
            int yStride) {
        FloatVector zero = FloatVector.zero(S);
        FloatVector c00 = zero, c01 = zero, c02 = zero, c03 = zero;
        FloatVector c10 = zero, c11 = zero, c12 = zero, c13 = zero;
        FloatVector c20 = zero, c21 = zero, c22 = zero, c23 = zero;
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
        FloatVector f0 = FloatVector.fromArray(S, scales, scalesAt);
        FloatVector f1 = FloatVector.fromArray(S, scales, scalesAt + L);
        FloatVector f2 = FloatVector.fromArray(S, scales, scalesAt + 2 * L);
        FloatVector f3 = FloatVector.fromArray(S, scales, scalesAt + 3 * L);
        FloatVector s0 = FloatVector.fromArray(S, start, startAt);
        FloatVector s1 = FloatVector.fromArray(S, start, startAt + L);
        FloatVector s2 = FloatVector.fromArray(S, start, startAt + 2 * L);
        FloatVector s3 = FloatVector.fromArray(S, start, startAt + 3 * L);
        c00.fma(f0, s0).intoArray(y, y0);
        c01.fma(f1, s1).intoArray(y, y0 + L);
        c02.fma(f2, s2).intoArray(y, y0 + 2 * L);
        c03.fma(f3, s3).intoArray(y, y0 + 3 * L);
        int y1 = y0 + yStride;
        c10.fma(f0, s0).intoArray(y, y1);
        c11.fma(f1, s1).intoArray(y, y1 + L);
        c12.fma(f2, s2).intoArray(y, y1 + 2 * L);
        c13.fma(f3, s3).intoArray(y, y1 + 3 * L);
        int y2 = y1 + yStride;
        c20.fma(f0, s0).intoArray(y, y2);
        c21.fma(f1, s1).intoArray(y, y2 + L);
        c22.fma(f2, s2).intoArray(y, y2 + 2 * L);
        c23.fma(f3, s3).intoArray(y, y2 + 3 * L);
    }

    private static void wide2(
            float[] a,
            int a0,
            int aStride,
            byte[] b,
            int bAt,
            int depth,
            float[] scales,
            int scalesAt,
            float[] start,
            int startAt,
            float[] y,
            int y0,
            int yStride) {
        FloatVector zero = FloatVector.zero(S);
        FloatVector c00 = zero, c01 = zero, c02 = zero, c03 = zero;
        FloatVector c10 = zero, c11 = zero, c12 = zero, c13 = zero;
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
        FloatVector f0 = FloatVector.fromArray(S, scales, scalesAt);
        FloatVector f1 = FloatVector.fromArray(S, scales, scalesAt + L);
        FloatVector f2 = FloatVector.fromArray(S, scales, scalesAt + 2 * L);
        FloatVector f3 = FloatVector.fromArray(S, scales, scalesAt + 3 * L);
        FloatVector s0 = FloatVector.fromArray(S, start, startAt);
        FloatVector s1 = FloatVector.fromArray(S, start, startAt + L);
        FloatVector s2 = FloatVector.fromArray(S, start, startAt + 2 * L);
        FloatVector s3 = FloatVector.fromArray(S, start, startAt + 3 * L);
        c00.fma(f0, s0).intoArray(y, y0);
        c01.fma(f1, s1).intoArray(y, y0 + L);
        c02.fma(f2, s2).intoArray(y, y0 + 2 * L);
        c03.fma(f3, s3).intoArray(y, y0 + 3 * L);
        int y1 = y0 + yStride;
        c10.fma(f0, s0).intoArray(y, y1);
        c11.fma(f1, s1).intoArray(y, y1 + L);
        c12.fma(f2, s2).intoArray(y, y1 + 2 * L);
        c13.fma(f3, s3).intoArray(y, y1 + 3 * L);
    }

    private static void wide1(
            float[] a,
            int a0,
            int aStride,
            byte[] b,
            int bAt,
            int depth,
            float[] scales,
            int scalesAt,
            float[] start,
            int startAt,
            float[] y,
            int y0,
            int yStride) {
        FloatVector zero = FloatVector.zero(S);
        FloatVector c00 = zero, c01 = zero, c02 = zero, c03 = zero;
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
        FloatVector f0 = FloatVector.fromArray(S, scales, scalesAt);
        FloatVector f1 = FloatVector.fromArray(S, scales, scalesAt + L);
        FloatVector f2 = FloatVector.fromArray(S, scales, scalesAt + 2 * L);
        FloatVector f3 = FloatVector.fromArray(S, scales, scalesAt + 3 * L);
        FloatVector s0 = FloatVector.fromArray(S, start, startAt);
        FloatVector s1 = FloatVector.fromArray(S, start, startAt + L);
        FloatVector s2 = FloatVector.fromArray(S, start, startAt + 2 * L);
        FloatVector s3 = FloatVector.fromArray(S, start, startAt + 3 * L);
        c00.fma(f0, s0).intoArray(y, y0);
        c01.fma(f1, s1).intoArray(y, y0 + L);
        c02.fma(f2, s2).intoArray(y, y0 + 2 * L);
        c03.fma(f3, s3).intoArray(y, y0 + 3 * L);
    }

    private static void narrow6(
            float[] a,
            int a0,
            int aStride,
            byte[] b,
            int bAt,
            int depth,
            float[] scales,
            int scalesAt,
            float[] start,
            int startAt,
            float[] y,
            int y0,
            int yStride) {
        FloatVector zero = FloatVector.zero(S);
        FloatVector c00 = zero, c01 = zero;
        FloatVector c10 = zero, c11 = zero;
        FloatVector c20 = zero, c21 = zero;
        FloatVector c30 = zero, c31 = zero;
        FloatVector c40 = zero, c41 = zero;
        FloatVector c50 = zero, c51 = zero;
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
        FloatVector f0 = FloatVector.fromArray(S, scales, scalesAt);
        FloatVector f1 = FloatVector.fromArray(S, scales, scalesAt + L);
        FloatVector s0 = FloatVector.fromArray(S, start, startAt);
        FloatVector s1 = FloatVector.fromArray(S, start, startAt + L);
        c00.fma(f0, s0).intoArray(y, y0);
        c01.fma(f1, s1).intoArray(y, y0 + L);
        int y1 = y0 + yStride;
        c10.fma(f0, s0).intoArray(y, y1);
        c11.fma(f1, s1).intoArray(y, y1 + L);
        int y2 = y1 + yStride;
        c20.fma(f0, s0).intoArray(y, y2);
        c21.fma(f1, s1).intoArray(y, y2 + L);
        int y3 = y2 + yStride;
        c30.fma(f0, s0).intoArray(y, y3);
        c31.fma(f1, s1).intoArray(y, y3 + L);
        int y4 = y3 + yStride;
        c40.fma(f0, s0).intoArray(y, y4);
        c41.fma(f1, s1).intoArray(y, y4 + L);
        int y5 = y4 + yStride;
        c50.fma(f0, s0).intoArray(y, y5);
        c51.fma(f1, s1).intoArray(y, y5 + L);
    }

    private static void narrow5(
            float[] a,
            int a0,
            int aStride,
            byte[] b,
            int bAt,
            int depth,
            float[] scales,
            int scalesAt,
            float[] start,
            int startAt,
            float[] y,
            int y0,
            int yStride) {
        FloatVector zero = FloatVector.zero(S);
        FloatVector c00 = zero, c01 = zero;
        FloatVector c10 = zero, c11 = zero;
        FloatVector c20 = zero, c21 = zero;
        FloatVector c30 = zero, c31 = zero;
        FloatVector c40 = zero, c41 = zero;
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
        FloatVector f0 = FloatVector.fromArray(S, scales, scalesAt);
        FloatVector f1 = FloatVector.fromArray(S, scales, scalesAt + L);
        FloatVector s0 = FloatVector.fromArray(S, start, startAt);
        FloatVector s1 = FloatVector.fromArray(S, start, startAt + L);
        c00.fma(f0, s0).intoArray(y, y0);
        c01.fma(f1, s1).intoArray(y, y0 + L);
        int y1 = y0 + yStride;
        c10.fma(f0, s0).intoArray(y, y1);
        c11.fma(f1, s1).intoArray(y, y1 + L);
        int y2 = y1 + yStride;
        c20.fma(f0, s0).intoArray(y, y2);
        c21.fma(f1, s1).intoArray(y, y2 + L);
        int y3 = y2 + yStride;
        c30.fma(f0, s0).intoArray(y, y3);
        c31.fma(f1, s1).intoArray(y, y3 + L);
        int y4 = y3 + yStride;
        c40.fma(f0, s0).intoArray(y, y4);
        c41.fma(f1, s1).intoArray(y, y4 + L);
    }

    private static void narrow4(
            float[] a,
            int a0,
            int aStride,
            byte[] b,
            int bAt,
            int depth,
            float[] scales,
            int scalesAt,
            float[] start,
            int startAt,
            float[] y,
            int y0,
            int yStride) {
        FloatVector zero = FloatVector.zero(S);
        FloatVector c00 = zero, c01 = zero;
        FloatVector c10 = zero, c11 = zero;
        FloatVector c20 = zero, c21 = zero;
        FloatVector c30 = zero, c31 = zero;
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
        FloatVector f0 = FloatVector.fromArray(S, scales, scalesAt);
        FloatVector f1 = FloatVector.fromArray(S, scales, scalesAt + L);
        FloatVector s0 = FloatVector.fromArray(S, start, startAt);
        FloatVector s1 = FloatVector.fromArray(S, start, startAt + L);
        c00.fma(f0, s0).intoArray(y, y0);
        c01.fma(f1, s1).intoArray(y, y0 + L);
        int y1 = y0 + yStride;
        c10.fma(f0, s0).intoArray(y, y1);
        c11.fma(f1, s1).intoArray(y, y1 + L);
        int y2 = y1 + yStride;
        c20.fma(f0, s0).intoArray(y, y2);
        c21.fma(f1, s1).intoArray(y, y2 + L);
        int y3 = y2 + yStride;
        c30.fma(f0, s0).intoArray(y, y3);
        c31.fma(f1, s1).intoArray(y, y3 + L);
    }

    private static void narrow3(
            float[] a,
            int a0,
            int aStride,
            byte[] b,
            int bAt,
            int depth,
            float[] scales,
            int scalesAt,
            float[] start,
            int startAt,
            float[] y,
            int y0,
            int yStride) {
        FloatVector zero = FloatVector.zero(S);
        FloatVector c00 = zero, c01 = zero;
        FloatVector c10 = zero, c11 = zero;
        FloatVector c20 = zero, c21 = zero;
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
        FloatVector f0 = FloatVector.fromArray(S, scales, scalesAt);
        FloatVector f1 = FloatVector.fromArray(S, scales, scalesAt + L);
        FloatVector s0 = FloatVector.fromArray(S, start, startAt);
        FloatVector s1 = FloatVector.fromArray(S, start, startAt + L);
        c00.fma(f0, s0).intoArray(y, y0);
        c01.fma(f1, s1).intoArray(y, y0 + L);
        int y1 = y0 + yStride;
        c10.fma(f0, s0).intoArray(y, y1);
        c11.fma(f1, s1).intoArray(y, y1 + L);
        int y2 = y1 + yStride;
        c20.fma(f0, s0).intoArray(y, y2);
        c21.fma(f1, s1).intoArray(y, y2 + L);
    }

    private static void narrow2(
            float[] a,
            int a0,
            int aStride,
            byte[] b,
            int bAt,
            int depth,
            float[] scales,
            int scalesAt,
            float[] start,
            int startAt,
            float[] y,
            int y0,
            int yStride) {
        FloatVector zero = FloatVector.zero(S);
        FloatVector c00 = zero, c01 = zero;
        FloatVector c10 = zero, c11 = zero;
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
        FloatVector f0 = FloatVector.fromArray(S, scales, scalesAt);
        FloatVector f1 = FloatVector.fromArray(S, scales, scalesAt + L);
        FloatVector s0 = FloatVector.fromArray(S, start, startAt);
        FloatVector s1 = FloatVector.fromArray(S, start, startAt + L);
        c00.fma(f0, s0).intoArray(y, y0);
        c01.fma(f1, s1).intoArray(y, y0 + L);
        int y1 = y0 + yStride;
        c10.fma(f0, s0).intoArray(y, y1);
        c11.fma(f1, s1).intoArray(y, y1 + L);
    }

    private static void narrow1(
            float[] a,
            int a0,
            int aStride,
            byte[] b,
            int bAt,
            int depth,
            float[] scales,
            int scalesAt,
            float[] start,
            int startAt,
            float[] y,
            int y0,
            int yStride) {
        FloatVector zero = FloatVector.zero(S);
        FloatVector c00 = zero, c01 = zero;
        for (int k = 0; k < depth; k++) {
            int at = bAt + k * (2 * L);
            FloatVector b0 = widen(b, at);
            FloatVector b1 = widen(b, at + L);
            FloatVector x0 = FloatVector.broadcast(S, a[a0 + k]);
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
        }
        FloatVector f0 = FloatVector.fromArray(S, scales, scalesAt);
        FloatVector f1 = FloatVector.fromArray(S, scales, scalesAt + L);
        FloatVector s0 = FloatVector.fromArray(S, start, startAt);
        FloatVector s1 = FloatVector.fromArray(S, start, startAt + L);
        c00.fma(f0, s0).intoArray(y, y0);
        c01.fma(f1, s1).intoArray(y, y0 + L);
    }
}
