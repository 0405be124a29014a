package dev.tercet.engine.generate;

/** Makes the scores log-probabilities again after others have changed them: {@code renormalize_logits}. */
public record Renormalize() implements LogitsProcessor {
    @Override
    public void process(Prefix prefix, Scores scores) {
        // the logarithm of a sum of zeros would turn a hypothesis that cannot go on into one of unknown score
        if (scores.anyPossible()) scores.logSoftmax();
    }
}
