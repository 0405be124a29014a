package dev.tercet;

import java.util.List;

/**
 * One translation of a text. The arrays belong to the caller.
 *
 * @param text the tokens as text, special ones left out
 * @param score Σ log p / (number of tokens produced)^lengthPenalty, at most 0 unless a setting adds to scores
 * @param ids the tokens of the prefix and those produced: without the decoder's start token, with the end token if
 *     there is one
 * @param tokens the vocabulary entries of {@code ids}
 * @param logProbabilities log p of every token after what came before it, as the settings have changed it; 0 for tokens
 *     of the prefix
 * @param prefixLength how many of the tokens are the prefix that was given
 * @param finish why there are no more tokens
 * @param alignment with the source; null unless {@link GenerationConfig#alignments} asks for it
 */
public record Hypothesis(
        String text,
        float score,
        int[] ids,
        List<String> tokens,
        float[] logProbabilities,
        int prefixLength,
        Finish finish,
        Alignment alignment) {}
