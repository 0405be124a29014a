package dev.tercet.engine.generate;

/**
 * Forbids an end before the hypothesis, start token included, has so many tokens: {@code min_length}, and with one more
 * {@code min_new_tokens}.
 */
public record MinLength(int length, int... endTokens) implements LogitsProcessor {
    @Override
    public void process(Prefix prefix, Scores scores) {
        if (prefix.length() >= length) return;
        for (int end : endTokens) scores.forbid(end);
    }
}
