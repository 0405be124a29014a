package dev.tercet.engine.generate;

import dev.tercet.Finish;

/**
 * A finished hypothesis.
 *
 * @param ids the tokens of the prefix and those produced: without the start token, with the end token if there is one
 * @param prefix how many of the ids were given
 * @param score Σ log p / (number of tokens produced)^lengthPenalty
 * @param logProbabilities log p of every token, [ids]; 0 for those of the prefix
 * @param finish why there are no more tokens
 */
public record Generated(int[] ids, int prefix, float score, float[] logProbabilities, Finish finish) {
    /** No tokens at all, and why. */
    static Generated nothing(Finish finish) {
        return new Generated(new int[0], 0, Float.NEGATIVE_INFINITY, new float[0], finish);
    }
}
