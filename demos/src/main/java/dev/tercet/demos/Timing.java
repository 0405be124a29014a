package dev.tercet.demos;

import dev.tercet.engine.kernel.Kernels;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * How long the same work takes.
 *
 * @param first seconds of the first call, which still runs partly interpreted
 * @param usual the median of the last calls, once they no longer become faster
 */
record Timing(double first, double usual) {
    /** Seconds of repeating: at least, and at most while calls still become faster. */
    private static final double LEAST = 0.3;

    private static final double MOST = 1.5;

    private static final int LEAST_CALLS = 3;

    /** Calls the work once, then again until its time has settled. */
    static Timing of(Runnable work) {
        double first = once(work);
        List<Double> later = new ArrayList<>();
        double total = 0;
        while (later.size() < LEAST_CALLS
                || total < LEAST
                || (total < MOST && !(settled(later) && Kernels.preferred().settled()))) {
            double seconds = once(work);
            later.add(seconds);
            total += seconds;
        }
        return new Timing(first, median(lastThird(later)));
    }

    /** Whether the last third of the calls is about as fast as the third before it. */
    private static boolean settled(List<Double> calls) {
        int third = calls.size() / 3;
        double before = median(calls.subList(third, calls.size() - third));
        return median(lastThird(calls)) > 0.95 * before;
    }

    private static List<Double> lastThird(List<Double> calls) {
        return calls.subList(calls.size() - calls.size() / 3, calls.size());
    }

    private static double median(List<Double> values) {
        List<Double> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        return sorted.get(sorted.size() / 2);
    }

    private static double once(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e9;
    }
}
