package dev.tercet;

import java.util.List;

/**
 * How likely a model finds a given translation. The arrays belong to the caller.
 *
 * @param score Σ log p of all tokens, the natural logarithm
 * @param ids the tokens of the translation, end token included
 * @param tokens the vocabulary entries of {@code ids}
 * @param logProbabilities log p of every token after those before it; of the model alone, no setting changes it
 * @param alignment with the source
 * @param truncatedTokens of the source that the model did not read, because the source has more than it takes
 */
public record TargetScore(
        float score,
        int[] ids,
        List<String> tokens,
        float[] logProbabilities,
        Alignment alignment,
        int truncatedTokens) {
    /** exp(−score / tokens): among how many tokens, all equally likely, the model had to choose on average. */
    public double perplexity() {
        return Math.exp(-score / (double) ids.length);
    }
}
