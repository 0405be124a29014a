package dev.tercet.engine.generate;

/** Makes this the first token after the start token: {@code forced_bos_token_id}. */
public record ForcedFirstToken(int token) implements LogitsProcessor {
    @Override
    public void process(Prefix prefix, Scores scores) {
        if (prefix.length() == 1) scores.force(token);
    }
}
