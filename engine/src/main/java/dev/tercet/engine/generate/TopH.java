package dev.tercet.engine.generate;

/**
 * Of the 100 likeliest tokens leaves the first ones, as long as their part of the entropy is at most h: {@code top_h}
 * (Potraghloo et al. 2025). The likeliest one always stays.
 */
public record TopH(double h) implements LogitsProcessor {
    private static final int MOST = 100;

    @Override
    public void process(Prefix prefix, Scores scores) {
        if (!scores.anyPossible()) return;
        int[] ascending = Ranking.ascending(scores.all());
        int count = Math.min(MOST, ascending.length);
        int[] likeliest = new int[count];
        for (int i = 0; i < count; i++) likeliest[i] = ascending[ascending.length - 1 - i];
        float[] best = scores.probabilitiesAmong(likeliest);
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
