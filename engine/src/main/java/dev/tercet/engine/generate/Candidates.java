package dev.tercet.engine.generate;

import java.util.Arrays;

/**
 * The best few continuations of some hypotheses, best first. Of equal ones that stands first which was offered first.
 */
final class Candidates {
    private final float[] totals;
    private final int[] beams;
    private final int[] tokens;
    private int size;

    Candidates(int most) {
        totals = new float[most];
        beams = new int[most];
        tokens = new int[most];
    }

    void clear() {
        size = 0;
    }

    /**
     * Offers all continuations of a beam: the score of the beam so far plus that of the token. In the order of tokens,
     * each with its total as it is rounded, so that it does not matter which of them are passed over: those that could
     * not get in.
     */
    void offer(int beam, float soFar, Scores scores) {
        float floor = floor(soFar, scores);
        int token = 0;
        if (floor == Float.NEGATIVE_INFINITY)
            for (; token < scores.size() && size < totals.length; token++)
                insert(scores.of(token) + soFar, beam, token);
        while ((token = scores.firstAbove(worst(floor), soFar, token)) < scores.size()) {
            insert(scores.of(token) + soFar, beam, token);
            token++;
        }
    }

    /** What a total must exceed to get in. */
    private float worst(float floor) {
        return size < totals.length ? floor : totals[size - 1];
    }

    /**
     * A bound that enough totals of the beam are above to fill all places: as many blocks of tokens have one. Without
     * it the first totals get in whatever they are, and most of what comes in at the beginning goes out again. −∞ if
     * none is known.
     */
    private float floor(float soFar, Scores scores) {
        int count = totals.length;
        if (scores.blocks() < count) return Float.NEGATIVE_INFINITY;
        float[] best = new float[count];
        Arrays.fill(best, Float.NEGATIVE_INFINITY);
        for (int block = 0; block < scores.blocks(); block++) {
            float total = scores.largestOf(block) + soFar;
            if (!(total > best[count - 1])) continue;
            int at = count - 1;
            for (; at > 0 && total > best[at - 1]; at--) best[at] = best[at - 1];
            best[at] = total;
        }
        return Math.nextDown(best[count - 1]);
    }

    /** Offers those of others. */
    void offer(Candidates others) {
        for (int i = 0; i < others.size; i++) {
            float total = others.totals[i];
            if (size == totals.length && total <= totals[size - 1]) return;
            insert(total, others.beams[i], others.tokens[i]);
        }
    }

    /** Adds one behind all others, whatever its score. */
    void append(float total, int beam, int token) {
        totals[size] = total;
        beams[size] = beam;
        tokens[size++] = token;
    }

    private void insert(float total, int beam, int token) {
        int at = size < totals.length ? size++ : size - 1;
        while (at > 0 && total > totals[at - 1]) {
            totals[at] = totals[at - 1];
            beams[at] = beams[at - 1];
            tokens[at] = tokens[at - 1];
            at--;
        }
        totals[at] = total;
        beams[at] = beam;
        tokens[at] = token;
    }

    int capacity() {
        return totals.length;
    }

    int size() {
        return size;
    }

    float total(int rank) {
        return totals[rank];
    }

    int beam(int rank) {
        return beams[rank];
    }

    int token(int rank) {
        return tokens[rank];
    }
}
