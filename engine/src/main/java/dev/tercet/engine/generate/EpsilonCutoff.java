package dev.tercet.engine.generate;

import dev.tercet.engine.kernel.Kernels;

/**
 * Leaves tokens of at least a probability: {@code epsilon_cutoff} (Hewitt et al. 2022).
 *
 * @param keep so many stay in any case
 */
public record EpsilonCutoff(Kernels kernels, double epsilon, int keep) implements LogitsProcessor {
    @Override
    public void process(Prefix prefix, Scores scores) {
        if (!scores.anyPossible()) return;
        Ranking.forbidBelow((float) epsilon, scores.probabilities(kernels), keep, scores);
    }
}
