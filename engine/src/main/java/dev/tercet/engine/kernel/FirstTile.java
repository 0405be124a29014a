package dev.tercet.engine.kernel;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How the first tile of a panel, which fetches it from memory when it is not in a cache, passes over it: chosen by the
 * time it takes. All ways give the same bits.
 *
 * <p>A tile of many rows keeps few loads on the way: its multiply-adds wait in the scheduler, and when that is full
 * nothing further is begun. On a Zen 5 a product of six rows with weights in memory took 68 µs (384 → 1152), of one row
 * 34. On a Zen 4 it was the other way round, and weights that are in the cache already are best met by full tiles
 * everywhere. Java tells neither what processor nor what cache this is, so the ways are tried in turn, again and again,
 * and the fastest is taken in between.
 *
 * <p>Safe for use by many threads.
 */
final class FirstTile {
    /** Every smaller number of rows has its own choice; products of more rows share one. */
    private static final int FEW_ROWS = 40;

    private static final FirstTile[][] CHOICES = new FirstTile[PackedMatrix.Format.values().length][FEW_ROWS + 1];

    /** What becomes of the first rows. */
    enum Way {
        /** The first tile is like the others. */
        EVEN(0),
        ONE_FIRST(1),
        TWO_FIRST(2),
        /** One number of each cache line is read before the first tile, which is like the others. */
        TOUCHED(0);

        /** Rows of the first tile; 0 when it is like the others. */
        final int first;

        Way(int first) {
            this.first = first;
        }
    }

    private static final Way[] WAYS = Way.values();

    /** Calls in a row on one way: two layers of an encoder, so that each way meets every kind of product. */
    private static final int BLOCK = 8;

    /** Blocks of each way in one trial. The best of them counts, because other work on the machine only adds time. */
    private static final int ROUNDS = 4;

    private static final int TRIAL = WAYS.length * BLOCK * ROUNDS;

    /** Calls from one trial to the next: the trials cost about a hundredth of the time. */
    static final int PERIOD = 32 * TRIAL;

    static {
        for (FirstTile[] byRows : CHOICES) Arrays.setAll(byRows, _ -> new FirstTile());
    }

    /** Keeps C2 from leaving out the loads of {@link #touch}. */
    private static float touched;

    private final AtomicInteger calls = new AtomicInteger();
    private final long[][] nanos = new long[WAYS.length][ROUNDS];
    private final long[][] work = new long[WAYS.length][ROUNDS];
    private volatile Way fastest = Way.EVEN;

    /** The choice for products of so many rows on weights of a format. */
    static FirstTile of(PackedMatrix.Format format, int rows) {
        return CHOICES[format.ordinal()][Math.min(rows, FEW_ROWS)];
    }

    /** Begins a product, on whatever thread. Returns its number, for the other methods. */
    int begin() {
        int call = calls.getAndIncrement() & Integer.MAX_VALUE;
        if (call % PERIOD == TRIAL) decide();
        return call;
    }

    /** The way that a product takes. */
    Way way(int call) {
        return timed(call) ? WAYS[call % PERIOD / BLOCK % WAYS.length] : fastest;
    }

    /** Whether the product is part of a trial: it must be told how long it took. */
    boolean timed(int call) {
        return call % PERIOD < TRIAL;
    }

    /**
     * @param time in nanoseconds
     * @param multiplyAdds of the product
     */
    synchronized void took(int call, long time, long multiplyAdds) {
        int block = call % PERIOD / BLOCK;
        nanos[block % WAYS.length][block / WAYS.length] += time;
        work[block % WAYS.length][block / WAYS.length] += multiplyAdds;
    }

    private synchronized void decide() {
        double best = Double.POSITIVE_INFINITY;
        for (Way way : WAYS) {
            for (int round = 0; round < ROUNDS; round++) {
                long done = work[way.ordinal()][round];
                double time = done == 0 ? Double.POSITIVE_INFINITY : (double) nanos[way.ordinal()][round] / done;
                if (time < best) {
                    best = time;
                    fastest = way;
                }
            }
            Arrays.fill(nanos[way.ordinal()], 0);
            Arrays.fill(work[way.ordinal()], 0);
        }
    }

    /** Reads a number of each cache line of 64 bytes of a panel, so that the line is near when it is needed. */
    static void touch(PackedMatrix w, int panel) {
        int from = w.start(panel);
        int to = from + w.width * w.inputs;
        touched = switch (w.format) {
            case F32 -> touch(w.data, from, to);
            case BF16 -> touch(w.halves, from, to);
            case INT8 -> touch(w.bytes, from, to);
        };
    }

    /** Four sums, so that the loads do not wait for additions. */
    private static float touch(float[] data, int from, int to) {
        float s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        for (int i = from; i < to - 48; i += 64) {
            s0 += data[i];
            s1 += data[i + 16];
            s2 += data[i + 32];
            s3 += data[i + 48];
        }
        return s0 + s1 + s2 + s3;
    }

    private static int touch(short[] data, int from, int to) {
        int sum = 0;
        for (int i = from; i < to; i += 32) sum += data[i];
        return sum;
    }

    private static int touch(byte[] data, int from, int to) {
        int sum = 0;
        for (int i = from; i < to; i += 64) sum += data[i];
        return sum;
    }
}
