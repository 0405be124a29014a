package dev.tercet.engine.generate;

/**
 * A finished hypothesis.
 *
 * @param ids the tokens produced: without the start token, with the end token if there is one
 * @param score Σ log p / (number of tokens)^lengthPenalty
 * @param logProbabilities log p of every token, [ids]
 */
public record Generated(int[] ids, float score, float[] logProbabilities) {}
