package dev.tercet.engine.generate;

/** All that decoding knows of a model: the logits of the token after each of some hypotheses. */
public interface NextTokens {
    /** Token ids run from 0 to this, exclusive. */
    int vocabulary();

    /**
     * The logits of the next token of every row of a step.
     *
     * @return [rows, vocabulary]; the caller may overwrite them, and they are valid until the next call
     */
    Logits logits(Continuations step);
}
