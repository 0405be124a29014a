package dev.tercet.demos;

import dev.tercet.SentenceEncoder;
import dev.tercet.Similarity;
import dev.tercet.tokenizer.Encoding;
import dev.tercet.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The first part of the tour: one vector for each text. */
final class DualPart {
    private final SentenceEncoder encoder;
    private final BertCost cost;
    private final Page page;

    DualPart(SentenceEncoder encoder, BertCost cost, Page page) {
        this.encoder = encoder;
        this.cost = cost;
        this.page = page;
    }

    /**
     * What the other parts and the comparison use.
     *
     * @param cosines [queries, documents]
     * @param timing of embedding all queries and documents
     * @param querySeconds to embed one query alone
     * @param dotSeconds to compare two vectors
     * @param macs of embedding all queries and documents
     */
    record Findings(
            float[][] queries,
            float[][] documents,
            float[][] cosines,
            Timing timing,
            double querySeconds,
            double dotSeconds,
            double macs) {}

    Findings run() {
        List<String> queries = Samples.QUERIES;
        List<String> documents = Samples.DOCUMENTS;
        page.heading("1  DUAL ENCODER", encoder.name());
        page.say("Each text goes through the model alone and comes out as one vector. Texts that mean the same get"
                + " vectors that point the same way. A query never meets a document inside the model: only their two"
                + " vectors are compared, at the very end.");
        tokens();

        List<String> all = Stream.concat(queries.stream(), documents.stream()).toList();
        float[][][] result = new float[1][][];
        Timing timing = Timing.of(() -> result[0] = encoder.encode(all));
        float[][] q = Arrays.copyOfRange(result[0], 0, queries.size());
        float[][] d = Arrays.copyOfRange(result[0], queries.size(), all.size());
        float[][] cosines = Similarity.cosine(q, d);
        vectors(q, d);
        similarities(cosines);
        time(timing, all);
        return new Findings(
                q,
                d,
                cosines,
                timing,
                Timing.of(() -> encoder.encode(queries.getFirst())).usual(),
                dotSeconds(q[0], d[0]),
                all.stream().mapToDouble(text -> cost.macs(tokens(text))).sum());
    }

    private int tokens(String text) {
        return encoder.tokenizer().encode(text, encoder.maxLength()).size();
    }

    private void tokens() {
        Tokenizer tokenizer = encoder.tokenizer();
        String query = Samples.QUERIES.getFirst();
        Encoding encoding = tokenizer.encode(query);
        int n = encoding.size();
        int d = encoder.dimension();
        page.step("Text becomes tokens: words or pieces of words that the model has a number for");
        page.item("Q1", query, 10);
        page.item(
                "tokens",
                Arrays.stream(encoding.ids()).mapToObj(tokenizer::token).collect(Collectors.joining("  ")),
                10);
        page.item(
                "ids", Arrays.stream(encoding.ids()).mapToObj(Integer::toString).collect(Collectors.joining("  ")), 10);
        page.say("[CLS] and [SEP] mark where the text begins and ends.");
        page.step("Tokens become vectors, and the vectors of a text become one");
        page.item(
                "[" + n + ", " + d + "]", "each token looked up in a table: one row of " + d + " numbers a token", 10);
        page.item(
                "[" + n + ", " + d + "]",
                cost.layers() + " layers of self-attention: in each, every token takes in something of every"
                        + " other token of its own text, " + cost.heads()
                        + " heads at a time, so \"learning\" after \"machine\" is no longer the \"learning\" of a"
                        + " school",
                10);
        page.item("[" + d + "]", "the mean of the tokens, scaled to length 1: the embedding of the text", 10);
    }

    private void vectors(float[][] queries, float[][] documents) {
        page.step("All texts");
        page.item("queries", "[" + queries.length + ", " + queries[0].length + "]", 11);
        page.item("documents", "[" + documents.length + ", " + documents[0].length + "]", 11);
        String first = Stream.of(0, 1, 2, 3, 4, 5)
                .map(i -> String.format(Locale.ROOT, "%.4f", queries[0][i]))
                .collect(Collectors.joining("  "));
        page.item("Q1", first + "  …", 11);
    }

    private void similarities(float[][] cosines) {
        page.step("Cosine similarity: 1 is the same direction, 0 is unrelated (* best of its row)");
        page.matrix(Samples.labels('Q', Samples.QUERIES), Samples.labels('D', Samples.DOCUMENTS), cosines);
        page.step("Best match of each query");
        bestMatches(page, cosines);
    }

    /** For each query the document with the largest number. */
    static void bestMatches(Page page, float[][] values) {
        for (int i = 0; i < values.length; i++) {
            int best = Page.largest(values[i]);
            page.item(
                    Samples.label('Q', i) + " → " + Samples.label('D', best),
                    String.format(Locale.ROOT, "%7s", Numbers.four(values[i][best])) + "  "
                            + Samples.DOCUMENTS.get(best),
                    9);
        }
    }

    private void time(Timing timing, List<String> all) {
        int tokens = all.stream().mapToInt(this::tokens).sum();
        page.step("Time");
        page.say(String.format(
                Locale.ROOT,
                "%d texts, %d tokens: %s the first time, while the JVM was still compiling; %s from then on, %s a"
                        + " text.",
                all.size(),
                tokens,
                Numbers.time(timing.first()),
                Numbers.time(timing.usual()),
                Numbers.time(timing.usual() / all.size())));
    }

    /** Seconds of one dot product, measured over many. */
    private static double dotSeconds(float[] a, float[] b) {
        int repeats = 20_000;
        float[] sink = new float[1];
        Timing timing = Timing.of(() -> {
            for (int i = 0; i < repeats; i++) {
                sink[0] += Similarity.dot(a, b);
            }
        });
        return timing.usual() / repeats;
    }
}
