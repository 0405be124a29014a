package dev.tercet.engine.generate;

/** Makes the token that reaches the maximum length one of these: {@code forced_eos_token_id}. */
public record ForcedLastToken(int maxLength, int... tokens) implements LogitsProcessor {
    @Override
    public void process(Prefix prefix, Scores scores) {
        if (prefix.length() == maxLength - 1) scores.force(tokens);
    }
}
