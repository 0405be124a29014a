package dev.tercet.engine.generate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Adds to the score of a token that would complete one of some sequences: {@code sequence_bias}; with a bias of −∞,
 * {@code bad_words_ids}.
 */
public record SequenceBias(List<Entry> entries) implements LogitsProcessor {
    /** @param ids at least one */
    public record Entry(int[] ids, float bias) {
        int token() {
            return ids[ids.length - 1];
        }
    }

    public SequenceBias {
        entries = ordered(entries);
    }

    /**
     * Biases of one token together, as they are added up in the reference: those of the token by itself, then the
     * others by the order in which their lengths come. Of entries for the same sequence the last one counts.
     */
    private static List<Entry> ordered(List<Entry> entries) {
        Map<List<Integer>, Entry> last = new LinkedHashMap<>();
        for (Entry entry : entries) last.put(Arrays.stream(entry.ids).boxed().toList(), entry);
        Map<Integer, List<Entry>> ofLength = new LinkedHashMap<>();
        ofLength.put(1, new ArrayList<>());
        for (Entry entry : last.values())
            ofLength.computeIfAbsent(entry.ids.length, _ -> new ArrayList<>()).add(entry);
        return ofLength.values().stream()
                .flatMap(List::stream)
                .sorted(Comparator.comparingInt(Entry::token))
                .toList();
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
        for (int from = 0, to; from < entries.size(); from = to) {
            int token = entries.get(from).token();
            float bias = 0f;
            for (to = from; to < entries.size() && entries.get(to).token() == token; to++)
                if (completes(prefix, entries.get(to).ids)) bias += entries.get(to).bias;
            if (bias != 0) scores.set(token, scores.of(token) + bias);
        }
    }

    /** Whether the prefix ends with all of the sequence but its last token. */
    private static boolean completes(Prefix prefix, int[] sequence) {
        int before = sequence.length - 1;
        return before <= prefix.length()
                && Arrays.equals(prefix.ids(), prefix.length() - before, prefix.length(), sequence, 0, before);
    }
}
