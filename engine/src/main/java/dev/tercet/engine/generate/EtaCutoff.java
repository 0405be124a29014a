package dev.tercet.engine.generate;

/**
 * Leaves tokens of at least the probability min(ε, √ε · exp(−entropy)): the less certain the model, the less likely
 * they may be. {@code eta_cutoff} (Hewitt et al. 2022)
 *
 * @param keep so many stay in any case
 */
public record EtaCutoff(double epsilon, int keep) implements LogitsProcessor {
    @Override
    public void process(Prefix prefix, Scores scores) {
        if (!scores.anyPossible()) return;
        float[] probabilities = scores.probabilities();
        double eta = Math.min(epsilon, Math.sqrt(epsilon) * StrictMath.exp(-Ranking.entropy(probabilities)));
        Ranking.forbidBelow((float) eta, probabilities, keep, scores);
    }
}
