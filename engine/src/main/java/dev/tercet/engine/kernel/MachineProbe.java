package dev.tercet.engine.kernel;

import java.util.Arrays;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.function.Supplier;

/**
 * What this machine can do at most, as measured now: fused multiply-adds in registers, and bytes read from memory. A
 * measured speed means little beside another machine's; beside these two it says how much is left.
 *
 * <p>With the vector module both are measured by vectors, else by the loops that the scalar kernels are made of.
 */
public final class MachineProbe {
    /** Floats read in all: 128 MB, more than the caches of most machines hold. */
    private static final int STREAM_FLOATS = 32 << 20;

    private static final int SCALAR_FLOATS = 512;
    private static final int FMA_STEPS = 1 << 17;

    private MachineProbe() {}

    /**
     * The best rate of {@code threads} threads together at fused multiply-adds, in GFLOP/s; one counts two operations.
     *
     * @param seconds to try for, and longer while the JVM has not compiled the loop
     */
    public static double fmaPeak(int threads, double seconds) {
        boolean vectors = vectors();
        return together(threads, seconds, () -> new Piece(FMA_STEPS) {
            @Override
            double work(int steps) {
                return vectors ? VectorProbe.multiplyAdds(steps) : scalarMultiplyAdds(steps);
            }
        });
    }

    /**
     * The best rate at which {@code threads} threads together read memory, in GB/s.
     *
     * @param seconds to try for, and longer while the JVM has not compiled the loop
     */
    public static double readBandwidth(int threads, double seconds) {
        boolean vectors = vectors();
        return together(threads, seconds, () -> {
            float[] stream = new float[STREAM_FLOATS / threads];
            Arrays.fill(stream, 1f);
            return new Piece(stream.length) {
                private int at;

                @Override
                double work(int floats) {
                    int from = at + floats <= stream.length ? at : 0; // on, so that a cache does not hold it
                    at = from + floats;
                    return vectors ? VectorProbe.read(stream, from, at) : scalarRead(stream, from, at);
                }
            };
        });
    }

    private static boolean vectors() {
        return !(Kernels.preferred() instanceof ScalarKernels);
    }

    /**
     * Work of one thread, in portions that are small until the loop is compiled: interpreted, a large one takes
     * seconds.
     */
    private abstract static class Piece {
        private static final long QUICK_NANOS = 3_000_000;

        private final int full;
        private int size;

        Piece(int full) {
            this.full = full;
            this.size = Math.min(full, 512);
        }

        /** Does so much and returns how many units that was. */
        abstract double work(int size);

        double next() {
            long start = System.nanoTime();
            double done = work(size);
            if (System.nanoTime() - start < QUICK_NANOS) size = (int) Math.min(full, 2L * size);
            return done;
        }

        boolean isFull() {
            return size == full;
        }
    }

    /** Threads that work in step. */
    private static final class Race {
        private final Piece[] pieces;
        private final double[] done;
        private final CyclicBarrier start;
        private final CyclicBarrier finish;
        private long begun;
        private double best;
        private boolean over;

        Race(Piece[] pieces, double seconds) {
            long first = System.nanoTime();
            this.pieces = pieces;
            done = new double[pieces.length];
            start = new CyclicBarrier(pieces.length, () -> begun = System.nanoTime());
            finish = new CyclicBarrier(pieces.length, () -> {
                long now = System.nanoTime();
                best = Math.max(best, Arrays.stream(done).sum() / (now - begun));
                double passed = (now - first) / 1e9;
                over = passed > seconds && (pieces[0].isFull() || passed > 4 * seconds);
            });
        }

        void run(int thread) {
            try {
                do {
                    start.await();
                    done[thread] = pieces[thread].next();
                    finish.await();
                } while (!over);
            } catch (InterruptedException | BrokenBarrierException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** The best rate of all threads together, in 1e9 units a second. */
    private static double together(int threads, double seconds, Supplier<Piece> maker) {
        Piece[] pieces = new Piece[threads];
        for (int t = 0; t < threads; t++) pieces[t] = maker.get();
        Race race = new Race(pieces, seconds);
        for (int t = 1; t < threads; t++) {
            int thread = t;
            Thread.ofPlatform().daemon().start(() -> race.run(thread));
        }
        race.run(0);
        return race.best;
    }

    private static double scalarMultiplyAdds(int steps) {
        float[] x = new float[SCALAR_FLOATS];
        for (int step = 0; step < steps; step++) {
            for (int i = 0; i < x.length; i++) {
                x[i] = Math.fma(x[i], 0.999f, 0.001f);
            }
        }
        if (!(x[0] > 0)) throw new IllegalStateException("the chain converges to 1");
        return 2.0 * SCALAR_FLOATS * steps;
    }

    private static double scalarRead(float[] stream, int from, int to) {
        int bits = 0;
        for (int i = from; i < to; i++) {
            bits |= Float.floatToRawIntBits(stream[i]);
        }
        if (bits == 0) throw new IllegalStateException("the stream holds ones");
        return 4.0 * (to - from);
    }
}
