package dev.tercet.engine.generate;

/**
 * Leaves the likeliest tokens whose probabilities together reach p, fewest first: {@code top_p} (Holtzman et al. 2020).
 *
 * @param keep so many stay in any case
 */
public record TopP(double p, int keep) implements LogitsProcessor {
    @Override
    public void process(Prefix prefix, Scores scores) {
        if (!scores.anyPossible()) return;
        float[] probabilities = scores.probabilities();
        int[] ascending = Ranking.ascending(scores.all());
        float rest = (float) (1 - p);
        // summed from the least likely on, in double and rounded at each, as PyTorch does
        double sum = 0;
        for (int i = 0; i < ascending.length - keep; i++) {
            sum += probabilities[ascending[i]];
            if ((float) sum <= rest) scores.forbid(ascending[i]);
        }
    }
}
