package dev.tercet.engine.generate;

/** Leaves the k tokens with the highest scores, and those equal to the last of them: {@code top_k}. */
public record TopK(int k) implements LogitsProcessor {
    @Override
    public void process(Prefix prefix, Scores scores) {
        float least = Ranking.highest(scores, k);
        for (int token = 0; token < scores.size(); token++) if (scores.of(token) < least) scores.forbid(token);
    }
}
