package dev.tercet.engine.generate;

import java.util.Arrays;

/** Forbids n-grams that the hypothesis already has, the start token included: {@code no_repeat_ngram_size}. */
public record NoRepeatNgram(int size) implements LogitsProcessor {
    @Override
    public void process(Prefix prefix, Scores scores) {
        forbidNgrams(size, prefix.ids(), prefix.length(), prefix, scores);
    }

    /** Forbids the last token of every n-gram of {@code text} that the prefix has all but the last token of. */
    static void forbidNgrams(int size, int[] text, int textLength, Prefix prefix, Scores scores) {
        int before = size - 1;
        int suffix = prefix.length() - before;
        if (suffix < 0) return;
        for (int from = 0; from + size <= textLength; from++) {
            int last = text[from + before];
            if (last < scores.size() && Arrays.equals(text, from, from + before, prefix.ids(), suffix, prefix.length()))
                scores.forbid(last);
        }
    }
}
