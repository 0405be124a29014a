package dev.tercet.engine.generate;

/**
 * Leaves the tokens whose −log p is nearest to the entropy, as many as together reach a probability: {@code typical_p}
 * (Meister et al. 2022). The likeliest token may go.
 *
 * @param mass the probability
 * @param keep so many stay in any case
 */
public record TypicalP(double mass, int keep) implements LogitsProcessor {
    @Override
    public void process(Prefix prefix, Scores scores) {
        if (!scores.anyPossible()) return;
        float[] probabilities = scores.probabilities();
        float entropy = (float) Ranking.entropy(probabilities);
        float[] distances = scores.logProbabilities();
        for (int token = 0; token < distances.length; token++) distances[token] = Math.abs(-distances[token] - entropy);
        int[] nearest = Ranking.ascending(distances);
        double sum = 0;
        int last = 0;
        for (; last < nearest.length - 1; last++) {
            sum += probabilities[nearest[last]];
            if (!((float) sum < (float) mass)) break;
        }
        float farthest = distances[nearest[last]];
        for (int i = keep; i < nearest.length; i++) if (distances[nearest[i]] > farthest) scores.forbid(nearest[i]);
    }
}
