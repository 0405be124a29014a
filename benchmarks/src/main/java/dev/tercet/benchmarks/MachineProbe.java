package dev.tercet.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.CyclicBarrier;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * What this machine can do at most, measured in the run that quotes it: fused multiply-adds in registers, and bytes
 * read from memory. Every percentage in the results divides by one of these.
 */
public final class MachineProbe {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int ACCUMULATORS = 12;
    private static final int STEPS = 1 << 16;

    private MachineProbe() {}

    /** The best fp32 rate of {@code threads} cores together over {@code seconds}, in GFLOP/s, an fma counting two. */
    public static double fmaPeak(int threads, double seconds) {
        return together(threads, seconds, MachineProbe::fmaBurst);
    }

    /**
     * The best rate at which {@code threads} cores together read memory far larger than the caches, in GB/s: the
     * engine's own probe, which waits until its loop is compiled.
     */
    public static double readBandwidth(int threads, double seconds) {
        return dev.tercet.engine.kernel.MachineProbe.readBandwidth(threads, seconds);
    }

    /**
     * The best rate of the calling thread over bursts of a fifth of a millisecond, in GFLOP/s: short enough that some
     * of them meet no other work even on a busy machine.
     */
    static double fmaPeakHere(double seconds) {
        double flop = 2.0 * STEPS * ACCUMULATORS * SPECIES.length();
        double best = 0;
        for (long end = System.nanoTime() + (long) (seconds * 1e9); System.nanoTime() < end; ) {
            long start = threadTime();
            if (Float.isNaN(fmaChain(0.999f, 0.001f))) throw new IllegalStateException("the chain must rise");
            long time = threadTime() - start;
            if (time > 0) best = Math.max(best, flop / time);
        }
        return best;
    }

    /** Processor time of the calling thread in nanoseconds, which stands still while others have the processor. */
    static long threadTime() {
        return THREADS.getCurrentThreadCpuTime();
    }

    private interface Burst {
        /** Does a fixed piece of work and returns its size in units of 1. */
        double run();
    }

    /** Runs the same burst on all threads in step and returns the best joint rate, in 1e9 units per second. */
    private static double together(int threads, double seconds, Burst burst) {
        double[] best = new double[1];
        double[][] work = new double[threads][1];
        long[] started = new long[1];
        long end = System.nanoTime() + (long) (seconds * 1e9);
        boolean[] stop = new boolean[1];
        CyclicBarrier start = new CyclicBarrier(threads, () -> started[0] = System.nanoTime());
        CyclicBarrier finish = new CyclicBarrier(threads, () -> {
            long now = System.nanoTime();
            double done = 0;
            for (double[] w : work) done += w[0];
            best[0] = Math.max(best[0], done / (now - started[0]));
            stop[0] = now > end;
        });
        Thread[] pool = new Thread[threads];
        for (int t = 0; t < threads; t++) {
            int thread = t;
            pool[t] = new Thread(() -> {
                try {
                    do {
                        start.await();
                        work[thread][0] = burst.run();
                        finish.await();
                    } while (!stop[0]);
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            pool[t].start();
        }
        for (Thread t : pool) {
            try {
                t.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
        return best[0];
    }

    private static double fmaBurst() {
        double work = 0;
        for (int i = 0; i < 40; i++) {
            if (Float.isNaN(fmaChain(0.999f, 0.001f))) throw new IllegalStateException("the chain must rise");
            work += 2.0 * STEPS * ACCUMULATORS * SPECIES.length();
        }
        return work;
    }

    /**
     * Twelve independent chains of x = a · b + x, the sums of a product: more than latency × pipes of any current core.
     * As x = x · a + b they reach a tenth less on a Zen 5 with 256 bits.
     */
    private static float fmaChain(float factor, float addend) {
        FloatVector a = FloatVector.broadcast(SPECIES, factor);
        FloatVector b = FloatVector.broadcast(SPECIES, addend);
        FloatVector x0 = b, x1 = b, x2 = b, x3 = b, x4 = b, x5 = b, x6 = b, x7 = b, x8 = b, x9 = b, x10 = b, x11 = b;
        for (int i = 0; i < STEPS; i++) {
            x0 = a.fma(b, x0);
            x1 = a.fma(b, x1);
            x2 = a.fma(b, x2);
            x3 = a.fma(b, x3);
            x4 = a.fma(b, x4);
            x5 = a.fma(b, x5);
            x6 = a.fma(b, x6);
            x7 = a.fma(b, x7);
            x8 = a.fma(b, x8);
            x9 = a.fma(b, x9);
            x10 = a.fma(b, x10);
            x11 = a.fma(b, x11);
        }
        FloatVector sum = x0.add(x1)
                .add(x2.add(x3))
                .add(x4.add(x5))
                .add(x6.add(x7))
                .add(x8.add(x9))
                .add(x10.add(x11));
        return sum.lane(0);
    }

    /** Prints both, on one thread and on all. */
    public static void main(String[] args) {
        int all = Runtime.getRuntime().availableProcessors();
        System.out.printf("%d lanes%n", SPECIES.length());
        for (int threads = 1; threads <= all; threads *= 2) {
            System.out.printf(
                    "%d thread%s: FMA peak %.1f GFLOP/s, memory read %.1f GB/s%n",
                    threads, threads == 1 ? "" : "s", fmaPeak(threads, 1.5), readBandwidth(threads, 1.5));
        }
    }
}
