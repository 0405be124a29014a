package dev.tercet.engine.generate;

import dev.tercet.engine.kernel.Kernels;

/**
 * Of the 100 likeliest tokens leaves the first ones, as long as their part of the entropy is at most h: {@code top_h}
 * (Potraghloo et al. 2025). The likeliest one always stays.
 */
public record TopH(Kernels kernels, double h) implements LogitsProcessor {
    private static final int MOST = 100;

    @Override
    public void process(Prefix prefix, Scores scores) {
        if (!scores.anyPossible()) return;
        int[] ascending = Ranking.ascending(scores.data(), scores.offset(), scores.size());
        int count = Math.min(MOST, ascending.length);
        float[] best = new float[count];
        for (int i = 0; i < count; i++) best[i] = scores.of(ascending[ascending.length - 1 - i]);
        kernels.softmax(best, 0, count);
        double threshold = Ranking.entropy(best) * h;
        double part = 0;
        int kept = 1;
        for (int i = 0; i < count; i++) {
            part += Ranking.entropy(best[i]);
            if (i > 0 && part <= threshold) kept = i + 1;
        }
        for (int i = 0; i < ascending.length - kept; i++) scores.forbid(ascending[i]);
    }
}
