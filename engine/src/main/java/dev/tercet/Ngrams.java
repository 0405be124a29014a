package dev.tercet;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** N-grams with their counts. */
final class Ngrams {
    private final Map<String, Integer> counts = new HashMap<>();
    private long total;

    /** Of n words in a row; words contain no space. */
    static Ngrams ofWords(List<String> words, int n) {
        Ngrams ngrams = new Ngrams();
        for (int i = 0; i + n <= words.size(); i++) ngrams.add(String.join(" ", words.subList(i, i + n)));
        return ngrams;
    }

    /** Of n characters (code points) in a row. */
    static Ngrams ofCharacters(int[] characters, int n) {
        Ngrams ngrams = new Ngrams();
        for (int i = 0; i + n <= characters.length; i++) ngrams.add(new String(characters, i, n));
        return ngrams;
    }

    private void add(String ngram) {
        counts.merge(ngram, 1, Integer::sum);
        total++;
    }

    /** Raises the counts to those of others, where those are larger. */
    void atLeast(Ngrams others) {
        others.counts.forEach((ngram, count) -> counts.merge(ngram, count, Math::max));
    }

    long total() {
        return total;
    }

    /** Σ min(count here, count there). */
    long inCommon(Ngrams there) {
        long sum = 0;
        for (var entry : counts.entrySet())
            sum += Math.min(entry.getValue(), there.counts.getOrDefault(entry.getKey(), 0));
        return sum;
    }
}
