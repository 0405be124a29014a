package dev.tercet.benchmarks;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Whether weights can come from memory while others are multiplied. Panels of 384 × 64 weights are multiplied with 24
 * rows, one panel after the other from 250 MB of them; a processor without limits would take the longer of the two
 * times, of reading and of multiplying. Prints the time of a panel in µs: multiplied only (always the same panel), read
 * only, neither in any special way, all of a panel read before it is multiplied, and the next panel read while this one
 * is multiplied, some lines in each step of a tile. Java has no prefetch instruction, so what is read must be a load,
 * and a load that misses holds up what comes after it once the reorder buffer is full.
 *
 * <p>{@code java --add-modules jdk.incubator.vector -Xmx1g -cp benchmarks/target/benchmarks.jar
 * dev.tercet.benchmarks.ReadAhead}, with {@code -Dlines=1|2|4} lines a step, and {@code -Dlead=0} for panels of which
 * every vector lies across two cache lines. For 512-bit vectors.
 */
public final class ReadAhead {
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_512;
    private static final int L = S.length();
    private static final int LINE = 16;
    private static final int LINES = Integer.getInteger("lines", 4);

    /** Floats before the first panel: with 12 the panels begin where a cache line does, as those of the engine. */
    private static final int LEAD = Integer.getInteger("lead", 12);

    private static final int WIDTH = 4 * L;
    private static final int DEPTH = 384;
    private static final int PANEL = DEPTH * WIDTH;
    private static final int PANELS = 2500;
    private static final int TILES = 4;
    private static final int ROUNDS = 9;

    private static final float[] A = new float[6 * DEPTH];
    private static final float[] Y = new float[6 * WIDTH];

    /** Keeps C2 from leaving out the loads. */
    private static float sink;

    private ReadAhead() {}

    private interface Way {
        void panel(float[] b, int at);
    }

    public static void main(String[] args) {
        float[] b = new float[LEAD + PANEL * (PANELS + 1)];
        Arrays.fill(b, 1f);
        String[] names = {
            "multiplied", "read", "as it comes", "read, then multiplied", LINES + " lines a step of the next one read"
        };
        Way[] ways = {
            (_, _) -> multiply(b, LEAD, 0),
            ReadAhead::read,
            (_, at) -> multiply(b, at, 0),
            (_, at) -> {
                read(b, at);
                multiply(b, at, 0);
            },
            (_, at) -> {
                for (int t = 0; t < TILES / LINES; t++) multiplyAndRead(b, at, at + PANEL + t * DEPTH * LINES * LINE);
                multiply(b, at, TILES / LINES);
            }
        };
        double[][] micros = new double[ways.length][ROUNDS];
        for (int round = -2; round < ROUNDS; round++) { // the first two are the compiler's
            for (int way = 0; way < ways.length; way++) {
                long start = System.nanoTime();
                for (int panel = 0; panel < PANELS; panel++) ways[way].panel(b, LEAD + panel * PANEL);
                if (round >= 0) micros[way][round] = (System.nanoTime() - start) / 1e3 / PANELS;
            }
        }
        for (int way = 0; way < ways.length; way++) {
            Arrays.sort(micros[way]);
            System.out.printf(
                    "%-40s %6.2f (%.2f-%.2f)%n",
                    names[way], micros[way][ROUNDS / 2], micros[way][0], micros[way][ROUNDS - 1]);
        }
    }

    /** The tiles from one on. */
    private static void multiply(float[] b, int at, int tile) {
        for (int t = tile; t < TILES; t++) multiply(b, at);
    }

    /** One number of each line. */
    private static void read(float[] b, int at) {
        float s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        for (int i = at; i < at + PANEL; i += 4 * LINE) {
            s0 += b[i];
            s1 += b[i + LINE];
            s2 += b[i + 2 * LINE];
            s3 += b[i + 3 * LINE];
        }
        sink = s0 + s1 + s2 + s3;
    }

    /** Six rows against a panel: 24 sums. */
    private static void multiply(float[] b, int bAt) {
        FloatVector zero = FloatVector.zero(S);
        FloatVector c00 = zero, c01 = zero, c02 = zero, c03 = zero;
        FloatVector c10 = zero, c11 = zero, c12 = zero, c13 = zero;
        FloatVector c20 = zero, c21 = zero, c22 = zero, c23 = zero;
        FloatVector c30 = zero, c31 = zero, c32 = zero, c33 = zero;
        FloatVector c40 = zero, c41 = zero, c42 = zero, c43 = zero;
        FloatVector c50 = zero, c51 = zero, c52 = zero, c53 = zero;
        int bEnd = bAt + DEPTH * WIDTH;
        for (int k = -DEPTH; k < 0; k++) {
            int at = bEnd + k * WIDTH;
            FloatVector b0 = FloatVector.fromArray(S, b, at);
            FloatVector b1 = FloatVector.fromArray(S, b, at + L);
            FloatVector b2 = FloatVector.fromArray(S, b, at + 2 * L);
            FloatVector b3 = FloatVector.fromArray(S, b, at + 3 * L);
            FloatVector x0 = FloatVector.broadcast(S, A[DEPTH + k]);
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
            c02 = x0.fma(b2, c02);
            c03 = x0.fma(b3, c03);
            FloatVector x1 = FloatVector.broadcast(S, A[2 * DEPTH + k]);
            c10 = x1.fma(b0, c10);
            c11 = x1.fma(b1, c11);
            c12 = x1.fma(b2, c12);
            c13 = x1.fma(b3, c13);
            FloatVector x2 = FloatVector.broadcast(S, A[3 * DEPTH + k]);
            c20 = x2.fma(b0, c20);
            c21 = x2.fma(b1, c21);
            c22 = x2.fma(b2, c22);
            c23 = x2.fma(b3, c23);
            FloatVector x3 = FloatVector.broadcast(S, A[4 * DEPTH + k]);
            c30 = x3.fma(b0, c30);
            c31 = x3.fma(b1, c31);
            c32 = x3.fma(b2, c32);
            c33 = x3.fma(b3, c33);
            FloatVector x4 = FloatVector.broadcast(S, A[5 * DEPTH + k]);
            c40 = x4.fma(b0, c40);
            c41 = x4.fma(b1, c41);
            c42 = x4.fma(b2, c42);
            c43 = x4.fma(b3, c43);
            FloatVector x5 = FloatVector.broadcast(S, A[6 * DEPTH + k]);
            c50 = x5.fma(b0, c50);
            c51 = x5.fma(b1, c51);
            c52 = x5.fma(b2, c52);
            c53 = x5.fma(b3, c53);
        }
        c00.intoArray(Y, 0);
        c01.intoArray(Y, L);
        c02.intoArray(Y, 2 * L);
        c03.intoArray(Y, 3 * L);
        c10.intoArray(Y, 4 * L);
        c11.intoArray(Y, 5 * L);
        c12.intoArray(Y, 6 * L);
        c13.intoArray(Y, 7 * L);
        c20.intoArray(Y, 8 * L);
        c21.intoArray(Y, 9 * L);
        c22.intoArray(Y, 10 * L);
        c23.intoArray(Y, 11 * L);
        c30.intoArray(Y, 12 * L);
        c31.intoArray(Y, 13 * L);
        c32.intoArray(Y, 14 * L);
        c33.intoArray(Y, 15 * L);
        c40.intoArray(Y, 16 * L);
        c41.intoArray(Y, 17 * L);
        c42.intoArray(Y, 18 * L);
        c43.intoArray(Y, 19 * L);
        c50.intoArray(Y, 20 * L);
        c51.intoArray(Y, 21 * L);
        c52.intoArray(Y, 22 * L);
        c53.intoArray(Y, 23 * L);
    }

    /**
     * The same, and of the next panel {@link #LINES} lines are read in each step.
     *
     * @param next where the first of them is
     */
    private static void multiplyAndRead(float[] b, int bAt, int next) {
        FloatVector zero = FloatVector.zero(S);
        FloatVector c00 = zero, c01 = zero, c02 = zero, c03 = zero;
        FloatVector c10 = zero, c11 = zero, c12 = zero, c13 = zero;
        FloatVector c20 = zero, c21 = zero, c22 = zero, c23 = zero;
        FloatVector c30 = zero, c31 = zero, c32 = zero, c33 = zero;
        FloatVector c40 = zero, c41 = zero, c42 = zero, c43 = zero;
        FloatVector c50 = zero, c51 = zero, c52 = zero, c53 = zero;
        float read0 = 0, read1 = 0;
        int nextEnd = next + DEPTH * LINES * LINE;
        int bEnd = bAt + DEPTH * WIDTH;
        for (int k = -DEPTH; k < 0; k++) {
            int nextAt = nextEnd + k * LINES * LINE;
            for (int line = 0; line < LINES; line += 2) {
                read0 += b[nextAt + line * LINE];
                if (LINES > 1) read1 += b[nextAt + (line + 1) * LINE];
            }
            int at = bEnd + k * WIDTH;
            FloatVector b0 = FloatVector.fromArray(S, b, at);
            FloatVector b1 = FloatVector.fromArray(S, b, at + L);
            FloatVector b2 = FloatVector.fromArray(S, b, at + 2 * L);
            FloatVector b3 = FloatVector.fromArray(S, b, at + 3 * L);
            FloatVector x0 = FloatVector.broadcast(S, A[DEPTH + k]);
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
            c02 = x0.fma(b2, c02);
            c03 = x0.fma(b3, c03);
            FloatVector x1 = FloatVector.broadcast(S, A[2 * DEPTH + k]);
            c10 = x1.fma(b0, c10);
            c11 = x1.fma(b1, c11);
            c12 = x1.fma(b2, c12);
            c13 = x1.fma(b3, c13);
            FloatVector x2 = FloatVector.broadcast(S, A[3 * DEPTH + k]);
            c20 = x2.fma(b0, c20);
            c21 = x2.fma(b1, c21);
            c22 = x2.fma(b2, c22);
            c23 = x2.fma(b3, c23);
            FloatVector x3 = FloatVector.broadcast(S, A[4 * DEPTH + k]);
            c30 = x3.fma(b0, c30);
            c31 = x3.fma(b1, c31);
            c32 = x3.fma(b2, c32);
            c33 = x3.fma(b3, c33);
            FloatVector x4 = FloatVector.broadcast(S, A[5 * DEPTH + k]);
            c40 = x4.fma(b0, c40);
            c41 = x4.fma(b1, c41);
            c42 = x4.fma(b2, c42);
            c43 = x4.fma(b3, c43);
            FloatVector x5 = FloatVector.broadcast(S, A[6 * DEPTH + k]);
            c50 = x5.fma(b0, c50);
            c51 = x5.fma(b1, c51);
            c52 = x5.fma(b2, c52);
            c53 = x5.fma(b3, c53);
        }
        sink = read0 + read1;
        c00.intoArray(Y, 0);
        c01.intoArray(Y, L);
        c02.intoArray(Y, 2 * L);
        c03.intoArray(Y, 3 * L);
        c10.intoArray(Y, 4 * L);
        c11.intoArray(Y, 5 * L);
        c12.intoArray(Y, 6 * L);
        c13.intoArray(Y, 7 * L);
        c20.intoArray(Y, 8 * L);
        c21.intoArray(Y, 9 * L);
        c22.intoArray(Y, 10 * L);
        c23.intoArray(Y, 11 * L);
        c30.intoArray(Y, 12 * L);
        c31.intoArray(Y, 13 * L);
        c32.intoArray(Y, 14 * L);
        c33.intoArray(Y, 15 * L);
        c40.intoArray(Y, 16 * L);
        c41.intoArray(Y, 17 * L);
        c42.intoArray(Y, 18 * L);
        c43.intoArray(Y, 19 * L);
        c50.intoArray(Y, 20 * L);
        c51.intoArray(Y, 21 * L);
        c52.intoArray(Y, 22 * L);
        c53.intoArray(Y, 23 * L);
    }
}
