package dev.tercet.engine.generate;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * Adds to the score of a token that would complete one of some sequences: {@code sequence_bias}; with a bias of −∞,
 * {@code bad_words_ids}.
 */
public record SequenceBias(List<Entry> entries) implements LogitsProcessor {
    /** @param ids at least one */
    public record Entry(int[] ids, float bias) {}

    public SequenceBias {
        entries = List.copyOf(entries);
    }

    /** Forbids sequences; one that is nothing but an end token stays allowed. */
    public static SequenceBias badWords(Collection<int[]> words, int... endTokens) {
        return new SequenceBias(words.stream()
                .filter(word -> word.length > 1 || Arrays.stream(endTokens).noneMatch(end -> end == word[0]))
                .map(word -> new Entry(word, Float.NEGATIVE_INFINITY))
                .toList());
    }

    @Override
    public void process(Prefix prefix, Scores scores) {
        for (Entry entry : entries) {
            int last = entry.ids[entry.ids.length - 1];
            if (completes(prefix, entry.ids)) scores.set(last, scores.of(last) + entry.bias);
        }
    }

    /** Whether the prefix ends with all of the sequence but its last token. */
    private static boolean completes(Prefix prefix, int[] sequence) {
        int before = sequence.length - 1;
        return before <= prefix.length()
                && Arrays.equals(prefix.ids(), prefix.length() - before, prefix.length(), sequence, 0, before);
    }
}
