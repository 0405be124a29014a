package dev.tercet.engine.generate;

/**
 * Leaves tokens at least p times as likely as the likeliest one: {@code min_p} (Nguyen et al. 2024).
 *
 * @param keep so many stay in any case
 */
public record MinP(double p, int keep) implements LogitsProcessor {
    @Override
    public void process(Prefix prefix, Scores scores) {
        if (!scores.anyPossible()) return;
        float[] probabilities = scores.probabilities();
        float most = 0;
        for (float probability : probabilities) most = Math.max(most, probability);
        Ranking.forbidBelow((float) p * most, probabilities, keep, scores);
    }
}
