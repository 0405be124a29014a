package dev.tercet;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * BLEU (Papineni et al. 2002): how many n-grams of translations their references have, for n = 1 to 4,
 *
 * <pre>
 * BLEU = BP · exp( ¼ Σₙ ln pₙ )      BP = min(1, exp(1 − reference tokens / hypothesis tokens))
 * </pre>
 *
 * with the numbers of sacreBLEU 2.6.0: its tokenization 13a, exponential smoothing (the k-th order without a match
 * counts 1 / 2ᵏ matches), and for several references the clipped counts of all and the length of the closest. Texts are
 * given as they are, never tokenized beforehand.
 *
 * <pre>
 * Bleu bleu = Bleu.of(translator.translate(sources), references);
 * </pre>
 *
 * Immutable and safe for use by many threads.
 *
 * @param score 0 to 100
 * @param precisions p₁ to p₄ in percent, smoothed; all 0 where no token matches
 * @param matches n-grams of the hypotheses that are in a reference, each counted as often as there at most
 * @param totals n-grams of the hypotheses
 * @param brevityPenalty BP: below 1 where the hypotheses are shorter than their references
 * @param hypothesisTokens tokens of all hypotheses
 * @param referenceTokens tokens of the references that are closest in length
 * @param signature how it was computed, as sacreBLEU writes it, with the version of sacreBLEU that it equals
 */
public record Bleu(
        double score,
        List<Double> precisions,
        List<Long> matches,
        List<Long> totals,
        double brevityPenalty,
        long hypothesisTokens,
        long referenceTokens,
        String signature) {
    private static final int ORDERS = 4;

    /**
     * How to compute it. {@link #standard} is what papers report.
     *
     * @param lowercase whether upper and lower case are the same
     * @param effectiveOrder whether only orders count of which there are n-grams: for single short sentences
     */
    public record Settings(boolean lowercase, boolean effectiveOrder) {
        /** With upper and lower case, all four orders. */
        public static Settings standard() {
            return new Settings(false, false);
        }

        private String signature(int references) {
            return "nrefs:" + references + "|case:" + (lowercase ? "lc" : "mixed") + "|eff:"
                    + (effectiveOrder ? "yes" : "no") + "|tok:13a|smooth:exp|version:" + ReferenceTexts.SACREBLEU;
        }
    }

    /**
     * The BLEU of a corpus with one reference for each hypothesis.
     *
     * @throws IllegalArgumentException when there are none, or not as many of the one as of the other
     */
    public static Bleu of(List<String> hypotheses, List<String> references) {
        return of(hypotheses, List.of(references), Settings.standard());
    }

    /**
     * The BLEU of a corpus.
     *
     * @param references lists with a reference for each hypothesis, at least one list
     * @throws IllegalArgumentException when there are no hypotheses or references, or a list has another length
     */
    public static Bleu of(List<String> hypotheses, List<List<String>> references, Settings settings) {
        ReferenceTexts.check(hypotheses, references);
        Counts counts = new Counts();
        for (int i = 0; i < hypotheses.size(); i++)
            counts.add(
                    tokens(hypotheses.get(i), settings),
                    ReferenceTexts.of(references, i).stream()
                            .map(reference -> tokens(reference, settings))
                            .toList());
        return counts.bleu(settings, references.size());
    }

    /** The BLEU of one sentence, with the effective order, as sacreBLEU recommends for one. */
    public static Bleu ofSentence(String hypothesis, List<String> references) {
        return of(List.of(hypothesis), references.stream().map(List::of).toList(), new Settings(false, true));
    }

    private static List<String> tokens(String text, Settings settings) {
        return Tokens13a.of(settings.lowercase ? text.toLowerCase(Locale.ROOT) : text);
    }

    /** p₁ to p₄, brevity penalty and lengths, as sacreBLEU shows them. */
    public String details() {
        double ratio = referenceTokens == 0 ? 0 : (double) hypothesisTokens / referenceTokens;
        return precisions.stream().map(p -> ReferenceTexts.rounded(p, 1)).collect(Collectors.joining("/"))
                + " (BP = " + ReferenceTexts.rounded(brevityPenalty, 3) + " ratio = "
                + ReferenceTexts.rounded(ratio, 3) + " hyp_len = " + hypothesisTokens + " ref_len = "
                + referenceTokens + ")";
    }

    /** What is summed over the sentences of a corpus. */
    private static final class Counts {
        private final long[] matches = new long[ORDERS];
        private final long[] totals = new long[ORDERS];
        private long hypothesisTokens;
        private long referenceTokens;

        void add(List<String> hypothesis, List<List<String>> references) {
            hypothesisTokens += hypothesis.size();
            referenceTokens += closestLength(hypothesis.size(), references);
            for (int n = 1; n <= ORDERS; n++) {
                Ngrams reference = new Ngrams();
                for (List<String> one : references) reference.atLeast(Ngrams.ofWords(one, n));
                Ngrams found = Ngrams.ofWords(hypothesis, n);
                matches[n - 1] += found.inCommon(reference);
                totals[n - 1] += found.total();
            }
        }

        private static int closestLength(int length, List<List<String>> references) {
            int closest = references.getFirst().size();
            for (List<String> reference : references) {
                int nearer = Math.abs(length - closest) - Math.abs(length - reference.size());
                if (nearer > 0 || nearer == 0 && reference.size() < closest) closest = reference.size();
            }
            return closest;
        }

        Bleu bleu(Settings settings, int references) {
            double penalty = hypothesisTokens >= referenceTokens
                    ? 1
                    : hypothesisTokens == 0 ? 0 : Math.exp(1 - (double) referenceTokens / hypothesisTokens);
            double[] precisions = new double[ORDERS];
            double score = matchesAny() ? penalty * geometricMean(precisions, settings.effectiveOrder) : 0;
            List<Double> listed = new ArrayList<>();
            for (double p : precisions) listed.add(p);
            return new Bleu(
                    score,
                    List.copyOf(listed),
                    list(matches),
                    list(totals),
                    penalty,
                    hypothesisTokens,
                    referenceTokens,
                    settings.signature(references));
        }

        private boolean matchesAny() {
            for (long count : matches) if (count > 0) return true;
            return false;
        }

        /** Of the smoothed precisions, which it fills in; 0 if an order that counts has no n-grams at all. */
        private double geometricMean(double[] precisions, boolean effectiveOrder) {
            double smoothing = 1;
            int orders = ORDERS;
            for (int n = 0; n < ORDERS && totals[n] > 0; n++) {
                if (effectiveOrder) orders = n + 1;
                if (matches[n] == 0) smoothing *= 2;
                precisions[n] = matches[n] == 0 ? 100.0 / (smoothing * totals[n]) : 100.0 * matches[n] / totals[n];
            }
            double sum = 0;
            for (int n = 0; n < orders; n++) sum += Math.log(precisions[n]); // of 0: −∞, and so a mean of 0
            return Math.exp(sum / orders);
        }

        private static List<Long> list(long[] values) {
            List<Long> list = new ArrayList<>();
            for (long value : values) list.add(value);
            return List.copyOf(list);
        }
    }

    /** The score with the signature and the details, in one line as sacreBLEU prints it. */
    @Override
    public String toString() {
        return "BLEU|" + signature + " = " + ReferenceTexts.rounded(score, 2) + " " + details();
    }
}
