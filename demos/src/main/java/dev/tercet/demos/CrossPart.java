package dev.tercet.demos;

import dev.tercet.CrossEncoder;
import dev.tercet.Pair;
import dev.tercet.Score;
import dev.tercet.tokenizer.Encoding;
import dev.tercet.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The second part of the tour: one number for each pair of texts. */
final class CrossPart {
    private final CrossEncoder cross;
    private final BertCost cost;
    private final Page page;

    CrossPart(CrossEncoder cross, BertCost cost, Page page) {
        this.cross = cross;
        this.cost = cost;
        this.page = page;
    }

    /**
     * What the comparison uses.
     *
     * @param scores [queries, documents]
     * @param timing of scoring all pairs
     * @param macs of scoring all pairs
     */
    record Findings(float[][] scores, Timing timing, double macs) {}

    Findings run() {
        page.heading("2  CROSS-ENCODER", cross.name());
        page.say("Query and document go through the model together, as one text. Every token of the question can look"
                + " at every token of the document, and back, in each of the " + cost.layers()
                + " layers: full interaction. Out comes no vector but one number: how well this document answers this"
                + " query.");
        format();
        List<Pair> pairs = Samples.QUERIES.stream()
                .flatMap(query -> Samples.DOCUMENTS.stream().map(document -> new Pair(query, document)))
                .toList();
        AttentionShare share = AttentionShare.of(cross, pairs.getFirst());
        share.explain(page);

        List<List<Score>> result = new ArrayList<>(List.of(List.of()));
        Timing timing = Timing.of(() -> result.set(0, cross.scores(pairs)));
        List<Score> scores = result.getFirst();
        float[][] matrix = new float[Samples.QUERIES.size()][Samples.DOCUMENTS.size()];
        for (int i = 0; i < scores.size(); i++) {
            matrix[i / Samples.DOCUMENTS.size()][i % Samples.DOCUMENTS.size()] =
                    scores.get(i).score();
        }
        page.step("The score of each of the " + pairs.size() + " pairs (* best of its row)");
        page.matrix(Samples.labels('Q', Samples.QUERIES), Samples.labels('D', Samples.DOCUMENTS), matrix);
        page.say("Higher is better; these are logits, any number can come out, and only comparisons between documents"
                + " mean something.");
        page.step("Best match of each query");
        DualPart.bestMatches(page, matrix);
        int tokens = scores.stream().mapToInt(Score::tokens).sum();
        page.step("Time");
        page.say(String.format(
                Locale.ROOT,
                "%d pairs, %d tokens: %s the first time, %s from then on, %s a pair. A new query means %d new runs:"
                        + " nothing can be computed before the query is known.",
                pairs.size(),
                tokens,
                Numbers.time(timing.first()),
                Numbers.time(timing.usual()),
                Numbers.time(timing.usual() / pairs.size()),
                Samples.DOCUMENTS.size()));
        return new Findings(
                matrix,
                timing,
                scores.stream().mapToDouble(s -> cost.macs(s.tokens())).sum());
    }

    private void format() {
        Tokenizer tokenizer = cross.tokenizer();
        Encoding encoding =
                tokenizer.encodePair(Samples.QUERIES.getFirst(), Samples.DOCUMENTS.getFirst(), cross.maxLength());
        page.step("A pair becomes one row of tokens: [CLS] query [SEP] document [SEP]");
        page.item(
                "tokens",
                Arrays.stream(encoding.ids()).mapToObj(tokenizer::token).collect(Collectors.joining(" ")),
                9);
        page.item(
                "types",
                Arrays.stream(encoding.typeIds()).mapToObj(Integer::toString).collect(Collectors.joining(" ")),
                9);
        page.say("The types tell the two texts apart: 0 for the query, 1 for the document.");
    }
}
