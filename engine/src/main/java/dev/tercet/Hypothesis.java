package dev.tercet;

import java.util.List;

/**
 * One translation of a text. The arrays belong to the caller.
 *
 * @param text the tokens as text, special ones left out
 * @param score Σ log p / (number of tokens)^lengthPenalty, at most 0 unless a setting adds to scores
 * @param ids the tokens produced: without the decoder's start token, with the end token if there is one
 * @param tokens the vocabulary entries of {@code ids}
 * @param logProbabilities log p of every token after what came before it, as the settings have changed it
 */
public record Hypothesis(String text, float score, int[] ids, List<String> tokens, float[] logProbabilities) {}
