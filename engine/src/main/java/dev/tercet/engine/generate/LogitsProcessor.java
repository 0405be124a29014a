package dev.tercet.engine.generate;

/**
 * Changes the scores of the next token of a hypothesis, like the classes of the same name in transformers. Immutable
 * and safe for use by many threads.
 */
@FunctionalInterface
public interface LogitsProcessor {
    /** @param scores of the token after {@code prefix}; changed in place */
    void process(Prefix prefix, Scores scores);
}
