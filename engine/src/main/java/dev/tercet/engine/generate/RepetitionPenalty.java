package dev.tercet.engine.generate;

/**
 * Makes tokens less likely that the hypothesis already has, the start token included: {@code repetition_penalty}
 * (Keskar et al. 2019). A negative score is multiplied by the penalty, another one divided.
 */
public record RepetitionPenalty(float penalty) implements LogitsProcessor {
    @Override
    public void process(Prefix prefix, Scores scores) {
        for (int i = 0; i < prefix.length(); i++) {
            if (firstAt(prefix.ids(), i)) apply(penalty, prefix.ids()[i], scores);
        }
    }

    static void apply(float penalty, int token, Scores scores) {
        if (token >= scores.size()) return;
        float score = scores.of(token);
        scores.set(token, score < 0 ? score * penalty : score / penalty);
    }

    /** Whether no earlier element equals this one: each token counts once. */
    static boolean firstAt(int[] ids, int index) {
        for (int i = 0; i < index; i++) if (ids[i] == ids[index]) return false;
        return true;
    }
}
