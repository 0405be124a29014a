package dev.tercet.engine.generate;

/**
 * Makes an end more likely with every token beyond a length: {@code exponential_decay_length_penalty}. With d tokens
 * too many a score s becomes s + |s| · (factor^d − 1).
 *
 * @param start tokens, start token included, that are not too many
 */
public record ExponentialDecayLengthPenalty(int start, double factor, int... endTokens) implements LogitsProcessor {
    @Override
    public void process(Prefix prefix, Scores scores) {
        int excess = prefix.length() - start;
        if (excess <= 0) return;
        float growth = (float) (Math.pow(factor, excess) - 1);
        for (int end : endTokens) {
            float score = scores.of(end);
            if (Float.isFinite(score)) scores.set(end, score + Math.abs(score) * growth);
        }
    }
}
