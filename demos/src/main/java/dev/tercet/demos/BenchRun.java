package dev.tercet.demos;

import dev.tercet.engine.kernel.Kernels;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * The same call again and again.
 *
 * @param calls seconds of each, sorted
 * @param work what each call did
 */
record BenchRun(String name, double[] calls, Work work) {
    private static final int LEAST_CALLS = 5;

    /** A run of slow calls ends after this many times the seconds that were asked for. */
    private static final int MOST_TIMES = 8;

    /**
     * What one call does.
     *
     * @param tokens read by the model; for translations, written
     * @param flop operations of the products and of attention, a multiply-add counting two
     * @param weightBytes of the weights of dense layers that have to be read at least
     */
    record Work(int texts, int tokens, double flop, double weightBytes) {}

    /**
     * Calls for half of {@code seconds} uncounted, or a few times as long until the kernels are at their speed, then
     * for {@code seconds}.
     */
    static BenchRun of(String name, double seconds, Supplier<Work> call) {
        Work work = call.get();
        int most = MOST_TIMES;
        do {
            repeat(seconds / 2, call);
        } while (!Kernels.preferred().settled() && --most > 0);
        double[] calls = repeat(seconds, call);
        Arrays.sort(calls);
        return new BenchRun(name, calls, work);
    }

    private static double[] repeat(double seconds, Supplier<Work> call) {
        double[] calls = new double[64];
        int count = 0;
        for (double total = 0; total < seconds || count < LEAST_CALLS && total < MOST_TIMES * seconds; ) {
            if (count == calls.length) calls = Arrays.copyOf(calls, 2 * count);
            long start = System.nanoTime();
            call.get();
            calls[count] = (System.nanoTime() - start) / 1e9;
            total += calls[count++];
        }
        return Arrays.copyOf(calls, count);
    }

    /** Seconds that this share of the calls took at most. */
    double percentile(double share) {
        return calls[(int) Math.ceil(share * calls.length) - 1];
    }

    private double each(double amount) {
        return amount * calls.length / Arrays.stream(calls).sum();
    }

    double textsPerSecond() {
        return each(work.texts);
    }

    double tokensPerSecond() {
        return each(work.tokens);
    }

    double gigaflops() {
        return each(work.flop) / 1e9;
    }

    /** Gigabytes of weights a second. */
    double weightGigabytes() {
        return each(work.weightBytes) / 1e9;
    }
}
