package dev.tercet.engine.generate;

import dev.tercet.engine.kernel.Kernels;

/**
 * The best few continuations of some hypotheses, best first. Of equal ones that stands first which was offered first.
 */
final class Candidates {
    private final Kernels kernels;
    private final float[] totals;
    private final int[] beams;
    private final int[] tokens;
    private int size;

    Candidates(Kernels kernels, int most) {
        this.kernels = kernels;
        totals = new float[most];
        beams = new int[most];
        tokens = new int[most];
    }

    void clear() {
        size = 0;
    }

    /** Offers all continuations of a beam: the score of the beam so far plus that of the token. */
    void offer(int beam, float soFar, Scores scores) {
        int token = 0;
        for (; token < scores.size() && size < totals.length; token++) insert(scores.of(token) + soFar, beam, token);
        while ((token = better(soFar, scores, token)) < scores.size()) {
            insert(scores.of(token) + soFar, beam, token);
            token++;
        }
    }

    /** The first token from this one on whose total is above the last one here. */
    private int better(float soFar, Scores scores, int from) {
        float worst = totals[totals.length - 1];
        return kernels.firstAbove(worst, soFar, scores.data(), scores.offset(), from, scores.size());
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
