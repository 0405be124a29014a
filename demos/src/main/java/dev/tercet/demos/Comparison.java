package dev.tercet.demos;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The last part of the tour: the three side by side, with what this run measured; the hybrid; what to take away. */
final class Comparison {
    private static final int MANY = 1_000_000;
    private static final int SHORTLIST = 100;
    private static final int[] WIDTHS = {13, 27, 27, 25};

    private final Tour tour;
    private final Page page;

    Comparison(Tour tour, Page page) {
        this.tour = tour;
        this.page = page;
    }

    void run() {
        page.heading("THE THREE SIDE BY SIDE", "");
        page.table(WIDTHS, rows());
    }

    private List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("", "dual encoder", "cross-encoder", "encoder-decoder"));
        rows.add(List.of(
                "processing",
                "each text once, alone: text → vector",
                "each pair together: two texts → score",
                "source once, then the target token by token"));
        rows.add(List.of(
                "interaction",
                "none inside the model; one dot product at the end",
                "full: every token of one text sees every token of the other, in every layer",
                "every new token sees the whole source and what was written before it"));
        rows.add(speed());
        rows.add(work());
        rows.add(accuracy());
        rows.add(scalability());
        rows.add(memory());
        rows.add(List.of(
                "use cases",
                "search in millions, clustering, near-duplicates",
                "re-ranking a short list, checking single pairs",
                "translation, summaries, rewriting"));
        return separated(rows);
    }

    /** An empty row between all rows below the head. */
    private static List<List<String>> separated(List<List<String>> rows) {
        List<List<String>> spaced = new ArrayList<>(rows.subList(0, 2));
        for (List<String> row : rows.subList(2, rows.size())) {
            spaced.add(List.of("", "", "", ""));
            spaced.add(row);
        }
        return spaced;
    }

    private static int pairs() {
        return Samples.QUERIES.size() * Samples.DOCUMENTS.size();
    }

    private List<String> speed() {
        double dual = tour.dual.timing().usual() / pairs();
        double cross = tour.cross.timing().usual() / pairs();
        double sentence = tour.translation.timing().usual() / Samples.SENTENCES.size();
        return List.of(
                "speed (measured)",
                Numbers.time(dual) + " a pair: " + (Samples.QUERIES.size() + Samples.DOCUMENTS.size())
                        + " texts encoded for " + pairs() + " pairs",
                Numbers.time(cross) + " a pair: " + pairs() + " runs for " + pairs() + " pairs, " + times(cross / dual)
                        + " the time",
                Numbers.time(sentence) + " a sentence, "
                        + Numbers.time(tour.translation.timing().usual() / tour.translation.tokens())
                        + " for each token written");
    }

    private List<String> work() {
        return List.of(
                "work (counted)",
                Numbers.count(tour.dual.macs() / pairs()) + " multiplications a pair",
                Numbers.count(tour.cross.macs() / pairs()) + " multiplications a pair",
                Numbers.count(tour.translation.macs() / Samples.SENTENCES.size()) + " multiplications a sentence");
    }

    private List<String> accuracy() {
        return List.of(
                "accuracy (on " + Samples.QUERIES.size() + " queries)",
                right(tour.dual.cosines()) + " right; " + margin(tour.dual.cosines()),
                right(tour.cross.scores()) + " right; " + margin(tour.cross.scores())
                        + ". On large test collections cross-encoders rank clearly better",
                "no one right answer; judged by BLEU or chrF on a test set, see the model's card");
    }

    private List<String> scalability() {
        double query = tour.dual.querySeconds();
        double dots = MANY * tour.dual.dotSeconds();
        double all = MANY * tour.cross.timing().usual() / pairs();
        return List.of(
                "scalability (estimated)",
                "new query over 1,000,000 documents: " + Numbers.time(query + dots) + ", their vectors being there",
                "new query over 1,000,000 documents: " + Numbers.time(all),
                "grows with the number of tokens written; knows no collection");
    }

    private List<String> memory() {
        int bytes = Float.BYTES * tour.dual.documents()[0].length;
        return List.of(
                "memory (counted)",
                "keeps " + String.format(Locale.ROOT, "%,d", bytes) + " bytes a document: "
                        + Numbers.bytes((double) bytes * MANY) + " for 1,000,000; weights "
                        + Numbers.bytes(tour.dualCost.weightBytes()),
                "keeps nothing: no run is of use for another query; weights "
                        + Numbers.bytes(tour.crossCost.weightBytes()),
                "keys and values while it writes: " + Numbers.bytes(tour.translation.cacheBytes())
                        + " for the longest sentence here; weights "
                        + Numbers.bytes(tour.translation.weightBytes()));
    }

    private static String times(double factor) {
        return String.format(Locale.ROOT, factor < 9.95 ? "%.1f ×" : "%.0f ×", factor);
    }

    /** Queries whose best document is the one about their subject: the first for the first, and so on. */
    private static int right(float[][] values) {
        int right = 0;
        for (int i = 0; i < values.length; i++) {
            right += Page.largest(values[i]) == i ? 1 : 0;
        }
        return right;
    }

    /** The first query's best number and its next one. */
    private static String margin(float[][] values) {
        float[] sorted = values[0].clone();
        Arrays.sort(sorted);
        return String.format(
                Locale.ROOT,
                "best and next for Q1: %.2f and %.2f",
                sorted[sorted.length - 1],
                sorted[sorted.length - 2]);
    }

    /** What searching a million documents with both costs. */
    String hybridEstimate() {
        double retrieve = tour.dual.querySeconds() + MANY * tour.dual.dotSeconds();
        double rerank = SHORTLIST * tour.cross.timing().usual() / pairs();
        double all = MANY * tour.cross.timing().usual() / pairs();
        return "With 1,000,000 documents (estimated): retrieve " + SHORTLIST + " in " + Numbers.time(retrieve)
                + ", re-rank them in " + Numbers.time(rerank) + ", instead of " + Numbers.time(all)
                + " for the cross-encoder alone.";
    }
}
