package dev.tercet.engine.generate;

/**
 * Leaves tokens of at least a probability: {@code epsilon_cutoff} (Hewitt et al. 2022).
 *
 * @param keep so many stay in any case
 */
public record EpsilonCutoff(double epsilon, int keep) implements LogitsProcessor {
    @Override
    public void process(Prefix prefix, Scores scores) {
        if (!scores.anyPossible()) return;
        Ranking.forbidBelow((float) epsilon, scores.probabilities(), keep, scores);
    }
}
