package dev.tercet;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * chrF (Popović 2015): how many character n-grams, n = 1 to 6, translations and their references have in common, as the
 * F-score of mean precision P and mean recall R, white space left out,
 *
 * <pre>
 * chrF2 = 100 · (1 + β²) · P · R / (β² · P + R)      β = 2: recall counts twice as much
 * </pre>
 *
 * with the numbers of sacreBLEU 2.6.0: of several references the best one counts, and orders of which one side has no
 * n-grams do not. It needs no tokenization, so it suits languages with rich word forms better than {@link Bleu}.
 * Immutable and safe for use by many threads.
 *
 * @param score 0 to 100
 * @param name {@code chrF2}; {@code chrF2++} with word n-grams up to 2
 * @param signature how it was computed, as sacreBLEU writes it, with the version of sacreBLEU that it equals
 */
public record Chrf(double score, String name, String signature) {
    private static final int CHARACTER_ORDERS = 6;
    private static final double BETA_SQUARED = 4;
    private static final int MOST_WORD_ORDERS = 4;
    private static final String PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    /**
     * How to compute it.
     *
     * @param lowercase whether upper and lower case are the same
     * @param wordOrder word n-grams up to this order count too, 0 to 4: 2 gives chrF++
     */
    public record Settings(boolean lowercase, int wordOrder) {
        public Settings {
            if (wordOrder < 0 || wordOrder > MOST_WORD_ORDERS)
                throw new IllegalArgumentException("wordOrder is " + wordOrder + ", expected 0 to " + MOST_WORD_ORDERS
                        + "; 0 is chrF, 2 is chrF++");
        }

        /** chrF2: with upper and lower case, without words. */
        public static Settings standard() {
            return new Settings(false, 0);
        }

        private String signature(int references) {
            return "nrefs:" + references + "|case:" + (lowercase ? "lc" : "mixed") + "|eff:yes|nc:" + CHARACTER_ORDERS
                    + "|nw:" + wordOrder + "|space:no|version:" + ReferenceTexts.SACREBLEU;
        }
    }

    /**
     * N-grams of one order.
     *
     * @param hypothesis how many the hypothesis has; 0 if the reference has none
     * @param reference how many the reference has
     * @param common how many they have in common
     */
    private record Counts(long hypothesis, long reference, long common) {
        static Counts of(Ngrams hypothesis, Ngrams reference) {
            return new Counts(
                    reference.total() == 0 ? 0 : hypothesis.total(), reference.total(), hypothesis.inCommon(reference));
        }

        Counts plus(Counts other) {
            return new Counts(hypothesis + other.hypothesis, reference + other.reference, common + other.common);
        }
    }

    /**
     * The chrF2 of a corpus with one reference for each hypothesis.
     *
     * @throws IllegalArgumentException when there are none, or not as many of the one as of the other
     */
    public static Chrf of(List<String> hypotheses, List<String> references) {
        return of(hypotheses, List.of(references), Settings.standard());
    }

    /**
     * The chrF of a corpus.
     *
     * @param references lists with a reference for each hypothesis, at least one list
     * @throws IllegalArgumentException when there are no hypotheses or references, or a list has another length
     */
    public static Chrf of(List<String> hypotheses, List<List<String>> references, Settings settings) {
        ReferenceTexts.check(hypotheses, references);
        List<Counts> sums = null;
        for (int i = 0; i < hypotheses.size(); i++) {
            List<Counts> counts = best(hypotheses.get(i), ReferenceTexts.of(references, i), settings);
            sums = sums == null ? counts : sum(sums, counts);
        }
        String name = "chrF2" + "+".repeat(settings.wordOrder);
        return new Chrf(score(sums), name, settings.signature(references.size()));
    }

    /** The chrF2 of one sentence. */
    public static Chrf ofSentence(String hypothesis, List<String> references) {
        return of(List.of(hypothesis), references.stream().map(List::of).toList(), Settings.standard());
    }

    /** The counts with the reference that gives the best score; of equal ones the first. */
    private static List<Counts> best(String hypothesis, List<String> references, Settings settings) {
        List<Ngrams> found = ngrams(hypothesis, settings);
        List<Counts> best = null;
        double bestScore = -1;
        for (String reference : references) {
            List<Ngrams> expected = ngrams(reference, settings);
            List<Counts> counts = new ArrayList<>();
            for (int order = 0; order < found.size(); order++)
                counts.add(Counts.of(found.get(order), expected.get(order)));
            double score = score(counts);
            if (score > bestScore) {
                bestScore = score;
                best = counts;
            }
        }
        return best;
    }

    private static List<Counts> sum(List<Counts> some, List<Counts> others) {
        List<Counts> sums = new ArrayList<>();
        for (int order = 0; order < some.size(); order++)
            sums.add(some.get(order).plus(others.get(order)));
        return sums;
    }

    /** Those of characters, order by order, then those of words. */
    private static List<Ngrams> ngrams(String text, Settings settings) {
        String line = settings.lowercase ? text.toLowerCase(Locale.ROOT) : text;
        List<String> words = ReferenceTexts.words(line);
        int[] characters = String.join("", words).codePoints().toArray();
        List<Ngrams> ngrams = new ArrayList<>();
        for (int n = 1; n <= CHARACTER_ORDERS; n++) ngrams.add(Ngrams.ofCharacters(characters, n));
        if (settings.wordOrder > 0) words = withoutPunctuation(words);
        for (int n = 1; n <= settings.wordOrder; n++) ngrams.add(Ngrams.ofWords(words, n));
        return ngrams;
    }

    /** Splits one punctuation mark off each word: the last character, or if that is none the first. */
    private static List<String> withoutPunctuation(List<String> words) {
        List<String> parts = new ArrayList<>();
        for (String word : words) {
            int last = word.length() - 1;
            if (word.codePointCount(0, word.length()) == 1) {
                parts.add(word);
            } else if (PUNCTUATION.indexOf(word.charAt(last)) >= 0) {
                parts.add(word.substring(0, last));
                parts.add(word.substring(last));
            } else if (PUNCTUATION.indexOf(word.charAt(0)) >= 0) {
                parts.add(word.substring(0, 1));
                parts.add(word.substring(1));
            } else {
                parts.add(word);
            }
        }
        return parts;
    }

    private static double score(List<Counts> orders) {
        double precision = 0;
        double recall = 0;
        int effective = 0;
        for (Counts counts : orders) {
            if (counts.hypothesis == 0 || counts.reference == 0) continue;
            precision += (double) counts.common / counts.hypothesis;
            recall += (double) counts.common / counts.reference;
            effective++;
        }
        if (precision + recall == 0) return 0;
        precision /= effective;
        recall /= effective;
        return 100 * ((1 + BETA_SQUARED) * precision * recall / (BETA_SQUARED * precision + recall));
    }

    /** The score with the signature, in one line as sacreBLEU prints it. */
    @Override
    public String toString() {
        return name + "|" + signature + " = " + ReferenceTexts.rounded(score, 2);
    }
}
