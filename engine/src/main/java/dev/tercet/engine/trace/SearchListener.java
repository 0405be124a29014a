package dev.tercet.engine.trace;

import java.util.List;

/**
 * Sees what the search for a translation decides, step by step. A search without one carries {@code null} and does
 * nothing more than that comparison.
 */
@FunctionalInterface
public interface SearchListener {
    /** A step was decided. */
    void step(Step step);

    /** What becomes of a candidate. */
    enum Fate {
        /** It is continued in the next step. */
        KEPT,
        /** It ended, well enough to be a translation. */
        FINISHED,
        /** Others were better. */
        DROPPED
    }

    /** Whether the search goes on after a step, and if not, why. */
    enum Verdict {
        GOES_ON,
        /** The best running hypothesis can get no better than the worst of enough finished ones. */
        NO_BETTER_POSSIBLE,
        /** As many hypotheses are finished as there are beams, and the settings want no more. */
        ENOUGH_FINISHED,
        /** Everything has ended, by an end token or because it has the greatest length. */
        ALL_ENDED
    }

    /**
     * A hypothesis that the step continues. In the decoder's trace it has the same number.
     *
     * @param ids its tokens, the start token included
     * @param total Σ log p of its tokens
     * @param logProbabilities of the next token, [vocabulary], as the settings have changed them
     */
    record Row(int[] ids, float total, float[] logProbabilities) {}

    /**
     * A hypothesis with one token more.
     *
     * @param row which of the step's it continues
     * @param logProbability of the token
     * @param total Σ log p, of the token and those before it
     * @param ends whether the token ends it, or its length
     * @param score total / (tokens produced)^lengthPenalty, what finished hypotheses are compared by
     * @param next its number among the rows of the next step, -1 when it is not there
     */
    record Candidate(
            int row, int token, float logProbability, float total, boolean ends, float score, Fate fate, int next) {}

    /**
     * What was there to decide, and how it was decided.
     *
     * @param rows what was continued; in beam search the first step has one
     * @param candidates the best continuations, best first: more than there are beams, since some may end
     * @param bestPossible the score that the best running hypothesis can have; negative infinity when none runs on
     * @param worstFinished the score of the worst of the finished ones that are kept; negative infinity until there are
     *     as many as beams
     */
    record Step(List<Row> rows, List<Candidate> candidates, float bestPossible, float worstFinished, Verdict verdict) {}
}
