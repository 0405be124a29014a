package dev.tercet;

/**
 * Runs of the same tokens over and over, as decoders produce that have lost their way: "the man of the man of the man
 * of". A run with period p is a stretch in which every token equals the one p before it.
 */
final class RepeatedTokens {
    /** Fewer are style: "no, no, no". */
    private static final int FEWEST_TIMES = 4;

    private static final int SHORTEST_RUN = 8;

    private RepeatedTokens() {}

    /** Whether a translation repeats itself more often than its source does. */
    static boolean loops(int[] source, int[] target) {
        int times = times(target);
        return times >= FEWEST_TIMES && times > times(source);
    }

    /** How often the same tokens come in a row, in the run where they come most often; short runs do not count. */
    static int times(int[] ids) {
        int most = 1;
        for (int period = 1; period <= ids.length / FEWEST_TIMES; period++) {
            int equal = 0;
            for (int i = period; i < ids.length; i++) {
                equal = ids[i] == ids[i - period] ? equal + 1 : 0;
                int run = equal + period;
                if (run >= SHORTEST_RUN) most = Math.max(most, run / period);
            }
        }
        return most;
    }
}
