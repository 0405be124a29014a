package dev.tercet.engine.generate;

import dev.tercet.engine.kernel.Kernels;

/** Makes the scores log-probabilities again after others have changed them: {@code renormalize_logits}. */
public record Renormalize(Kernels kernels) implements LogitsProcessor {
    @Override
    public void process(Prefix prefix, Scores scores) {
        if (anyPossible(scores)) kernels.logSoftmax(scores.data(), scores.offset(), scores.size());
    }

    /** The logarithm of a sum of zeros would turn a hypothesis that cannot go on into one of unknown score. */
    private static boolean anyPossible(Scores scores) {
        for (int token = 0; token < scores.size(); token++) {
            if (scores.of(token) > Float.NEGATIVE_INFINITY) return true;
        }
        return false;
    }
}
