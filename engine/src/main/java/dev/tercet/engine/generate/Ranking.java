package dev.tercet.engine.generate;

import java.util.Arrays;

/** What the processors that leave only some tokens to be drawn from have in common. */
final class Ranking {
    private Ranking() {}

    /** The score of rank k, from 1; the least of all if there are not so many. */
    static float highest(Scores scores, int k) {
        float[] sorted = scores.all();
        Arrays.sort(sorted);
        return sorted[Math.max(0, sorted.length - k)];
    }

    /** The indexes of values from the smallest value to the largest; of equal ones the smaller index first. */
    static int[] ascending(float[] values) {
        long[] keys = new long[values.length];
        for (int i = 0; i < keys.length; i++) {
            // + 0 makes one zero of both; negative numbers have their bits turned, so that bits sort like numbers
            int bits = Float.floatToIntBits(values[i] + 0f);
            keys[i] = (long) (bits < 0 ? ~bits ^ Integer.MIN_VALUE : bits) << 32 | i;
        }
        Arrays.sort(keys);
        int[] order = new int[keys.length];
        for (int i = 0; i < order.length; i++) order[i] = (int) keys[i];
        return order;
    }

    /** −Σ p · log p. */
    static double entropy(float[] probabilities) {
        double entropy = 0;
        for (float p : probabilities) entropy += entropy(p);
        return entropy;
    }

    /** −p · log p; 0 for what is impossible. */
    static double entropy(float p) {
        return p == 0 ? 0 : -p * StrictMath.log(p);
    }

    /** Forbids tokens of smaller probability, but for the best {@code keep} and those equal to the last of them. */
    static void forbidBelow(float least, float[] probabilities, int keep, Scores scores) {
        float kept = highest(scores, keep);
        for (int token = 0; token < scores.size(); token++)
            if (probabilities[token] < least && scores.of(token) < kept) scores.forbid(token);
    }
}
