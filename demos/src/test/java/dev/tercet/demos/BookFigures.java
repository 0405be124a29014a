package dev.tercet.demos;

import dev.tercet.CrossEncoder;
import dev.tercet.GenerationConfig;
import dev.tercet.Hypothesis;
import dev.tercet.Ranked;
import dev.tercet.SentenceEncoder;
import dev.tercet.Similarity;
import dev.tercet.Translator;
import dev.tercet.engine.trace.Trace;
import dev.tercet.tokenizer.Encoding;
import dev.tercet.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** The figures of the book, each from a run of the engine on the bundled models. */
final class BookFigures {
    private static final String QUERY = "Who wrote Hamlet?";
    private static final String DOCUMENT = "Hamlet is a play by Shakespeare.";
    private static final double CELL = 22;

    private static Map<String, String> figures;

    private BookFigures() {}

    /** Documents by file name. */
    static synchronized Map<String, String> all() {
        if (figures == null) {
            figures = new TreeMap<>();
            try (SentenceEncoder encoder = SentenceEncoder.load(ModelOptions.DUAL);
                    CrossEncoder cross = CrossEncoder.load(ModelOptions.CROSS);
                    Translator translator = Translator.load(ModelOptions.TRANSLATION)) {
                figures.put("who-looks-at-whom.svg", interactions(encoder, cross));
                figures.put("heads.svg", heads(encoder));
                figures.put("cosines.svg", cosines(encoder));
                figures.put("maxsim.svg", maxSim(encoder));
                figures.put("alignment.svg", alignment(translator));
                figures.put("ranks.svg", ranks(encoder, cross));
            }
        }
        return figures;
    }

    private static List<String> tokens(Tokenizer tokenizer, Encoding encoding) {
        return Arrays.stream(encoding.ids()).mapToObj(tokenizer::token).toList();
    }

    /** Sums attention [heads, rows, columns] of all layers whose name fits, divided by their number and the heads. */
    private static final class MeanAttention implements Trace {
        private final String end;
        private double[][] sum;
        private int layers;

        MeanAttention(String end) {
            this.end = end;
        }

        @Override
        public void record(String name, int sequence, float[] data, int offset, int... shape) {
            if (!name.endsWith(end)) {
                return;
            }
            layers++;
            sum = sum == null ? new double[shape[1]][shape[2]] : sum;
            for (int i = 0; i < shape[0] * shape[1] * shape[2]; i++) {
                sum[i / shape[2] % shape[1]][i % shape[2]] += (double) data[offset + i] / shape[0];
            }
        }

        double[][] mean() {
            return Arrays.stream(sum)
                    .map(row -> Arrays.stream(row).map(v -> v / layers).toArray())
                    .toArray(double[][]::new);
        }
    }

    /** The same two texts in a bi-encoder and in a cross-encoder: mean attention over all layers and heads. */
    private static String interactions(SentenceEncoder encoder, CrossEncoder cross) {
        List<String> names = new ArrayList<>();
        double[][][] apart = new double[2][][];
        String[] texts = {QUERY, DOCUMENT};
        for (int t = 0; t < 2; t++) {
            MeanAttention attention = new MeanAttention("attention.probabilities");
            encoder.embed(texts[t], attention);
            apart[t] = attention.mean();
            names.addAll(tokens(encoder.tokenizer(), encoder.tokenizer().encode(texts[t])));
        }
        double[][] both = new double[names.size()][names.size()];
        int first = apart[0].length;
        for (int r = 0; r < both.length; r++) {
            double[] row = r < first ? apart[0][r] : apart[1][r - first];
            System.arraycopy(row, 0, both[r], r < first ? 0 : first, row.length);
        }
        MeanAttention together = new MeanAttention("attention.probabilities");
        cross.score(QUERY, DOCUMENT, together);
        List<String> joint =
                tokens(cross.tokenizer(), cross.tokenizer().encodePair(QUERY, DOCUMENT, cross.maxLength()));
        double right = 100 + both.length * CELL + 130;
        return new Svg()
                .text(100, 16, "start", "", "bi-encoder: two runs")
                .matrix(100, 110, CELL, Svg.Labels.same(names), both, 0.4)
                .text(right, 16, "start", "", "cross-encoder: one run")
                .matrix(right, 110, CELL, Svg.Labels.same(joint), together.mean(), 0.4)
                .document("Mean attention from each token (row) to each token (column), over all layers and heads");
    }

    /** Three heads of the first layer. */
    private static String heads(SentenceEncoder encoder) {
        String text = "The cat sat because it was tired.";
        double[][][] heads = new double[3][][];
        int[] chosen = {2, 4, 9};
        encoder.embed(text, (name, _, data, offset, shape) -> {
            if (name.equals("encoder.layer.0.attention.probabilities")) {
                int n = shape[1];
                for (int h = 0; h < chosen.length; h++) {
                    heads[h] = new double[n][n];
                    for (int i = 0; i < n * n; i++) {
                        heads[h][i / n][i % n] = data[offset + chosen[h] * n * n + i];
                    }
                }
            }
        });
        List<String> names = tokens(encoder.tokenizer(), encoder.tokenizer().encode(text));
        Svg svg = new Svg();
        for (int h = 0; h < chosen.length; h++) {
            double x = 70 + h * (names.size() * CELL + 90);
            svg.text(x, 16, "start", "", "layer 0, head " + chosen[h])
                    .matrix(x, 90, CELL, Svg.Labels.same(names), heads[h], 1);
        }
        return svg.document("Attention of three heads: each row sums to 1");
    }

    private static String cosines(SentenceEncoder encoder) {
        float[][] values = Similarity.cosine(encoder.encode(Samples.QUERIES), encoder.encode(Samples.DOCUMENTS));
        double size = 64;
        Svg svg = new Svg();
        Svg.Labels labels = new Svg.Labels(Samples.labels('Q', Samples.QUERIES), List.of("", "", "", "", ""));
        double[][] wide = new double[values.length][values[0].length];
        for (int r = 0; r < values.length; r++) {
            for (int c = 0; c < values[r].length; c++) {
                wide[r][c] = values[r][c];
            }
        }
        svg.matrix(40, 30, size, labels, wide, 2);
        for (int r = 0; r < values.length; r++) {
            svg.text(40 + r * size + size / 2, 22, "middle", "s", Samples.label('D', r));
            for (int c = 0; c < values[r].length; c++) {
                svg.text(
                        40 + c * size + size / 2,
                        30 + r * size + size / 2 + 4,
                        "middle",
                        "",
                        String.format(Locale.ROOT, "%.2f", values[r][c]));
            }
        }
        for (int c = values.length; c < values[0].length; c++) {
            svg.text(40 + c * size + size / 2, 22, "middle", "s", Samples.label('D', c));
        }
        return svg.document("Cosines of three queries and five documents");
    }

    /** The vectors of all tokens, from the last layer, scaled to length 1. */
    private static double[][] tokenVectors(SentenceEncoder encoder, String text) {
        double[][][] vectors = new double[1][][];
        encoder.embed(text, (name, _, data, offset, shape) -> {
            if (name.equals("encoder.layer.5.output")) {
                vectors[0] = new double[shape[0]][shape[1]];
                for (int t = 0; t < shape[0]; t++) {
                    double squares = 0;
                    for (int d = 0; d < shape[1]; d++) {
                        double v = data[offset + t * shape[1] + d];
                        squares += v * v;
                    }
                    for (int d = 0; d < shape[1]; d++) {
                        vectors[0][t][d] = data[offset + t * shape[1] + d] / Math.sqrt(squares);
                    }
                }
            }
        });
        return vectors[0];
    }

    /** Late interaction: every token of the query with every token of the document. */
    private static String maxSim(SentenceEncoder encoder) {
        double[][] query = tokenVectors(encoder, QUERY);
        double[][] document = tokenVectors(encoder, DOCUMENT);
        double[][] cosines = new double[query.length][document.length];
        for (int i = 0; i < query.length; i++) {
            for (int j = 0; j < document.length; j++) {
                for (int d = 0; d < query[i].length; d++) {
                    cosines[i][j] += query[i][d] * document[j][d];
                }
            }
        }
        Svg.Labels labels = new Svg.Labels(
                tokens(encoder.tokenizer(), encoder.tokenizer().encode(QUERY)),
                tokens(encoder.tokenizer(), encoder.tokenizer().encode(DOCUMENT)));
        Svg svg = new Svg().matrix(70, 100, 32, labels, cosines, 2);
        for (int i = 0; i < query.length; i++) {
            for (int j = 0; j < document.length; j++) {
                boolean best = cosines[i][j] == Arrays.stream(cosines[i]).max().orElseThrow();
                svg.text(
                        70 + j * 32 + 16,
                        100 + i * 32 + 20,
                        "middle",
                        "s",
                        (best ? "*" : "")
                                + String.format(Locale.ROOT, "%.2f", cosines[i][j])
                                        .replace("0.", "."));
            }
        }
        return svg.document("Cosines of the tokens of a query and a document; * the largest of each row");
    }

    /** Which source tokens the decoder looks at for each token that it writes: its last layer, mean over the heads. */
    private static String alignment(Translator translator) {
        String text = "The weather is beautiful outside.";
        List<double[]> rows = new ArrayList<>();
        Hypothesis greedy = translator
                .translation(text, GenerationConfig.greedy().nBest(1), (name, _, data, offset, shape) -> {
                    if (name.equals("decoder.layers.1.encoder_attn.probabilities")) {
                        double[] row = new double[shape[2]];
                        for (int i = 0; i < shape[0] * shape[2]; i++) {
                            row[i % shape[2]] += (double) data[offset + i] / shape[0];
                        }
                        rows.add(row);
                    }
                })
                .hypotheses()
                .getFirst();
        List<String> source =
                tokens(translator.tokenizer(), translator.tokenizer().encode(text));
        return new Svg()
                .matrix(80, 90, 28, new Svg.Labels(greedy.tokens(), source), rows.toArray(double[][]::new), 1)
                .document("Cross-attention: written token (row), source token (column)");
    }

    /** The order of the documents by cosine and by the cross-encoder, for a query where they differ. */
    private static String ranks(SentenceEncoder encoder, CrossEncoder cross) {
        String query = Samples.QUERIES.getFirst();
        float[][] cosines = Similarity.cosine(encoder.encode(List.of(query)), encoder.encode(Samples.DOCUMENTS));
        List<Integer> retrieved = IntStream.range(0, Samples.DOCUMENTS.size())
                .boxed()
                .sorted(Comparator.comparing(i -> -cosines[0][i]))
                .toList();
        List<Ranked> ranked = cross.rank(query, Samples.DOCUMENTS);
        Svg svg = new Svg().text(10, 16, "start", "", "by cosine").text(330, 16, "start", "", "by the cross-encoder");
        for (int r = 0; r < ranked.size(); r++) {
            double y = 50 + r * 36;
            int left = retrieved.get(r);
            svg.text(
                    10,
                    y,
                    "start",
                    "",
                    String.format(Locale.ROOT, "%s  %.4f", Samples.label('D', left), cosines[0][left]));
            svg.text(
                    330,
                    y,
                    "start",
                    "",
                    String.format(
                            Locale.ROOT,
                            "%s  %.4f",
                            Samples.label('D', ranked.get(r).index()),
                            ranked.get(r).score()));
            double from = 50 + retrieved.indexOf(ranked.get(r).index()) * 36 - 5;
            svg.line(110, from, 320, y - 5, "l");
        }
        return svg.document("Two orders of five documents for one query");
    }
}
