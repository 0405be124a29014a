package dev.tercet.engine.generate;

/**
 * Forbids tokens: {@code suppress_tokens} always, {@code begin_suppress_tokens} at one place.
 *
 * @param length at which they are forbidden, start token included; 0 for all
 */
public record SuppressTokens(int length, int... tokens) implements LogitsProcessor {
    @Override
    public void process(Prefix prefix, Scores scores) {
        if (length != 0 && prefix.length() != length) return;
        for (int token : tokens) scores.forbid(token);
    }
}
