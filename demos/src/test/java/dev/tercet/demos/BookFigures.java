package dev.tercet.demos;

import dev.tercet.CrossEncoder;
import dev.tercet.GenerationConfig;
import dev.tercet.Hypothesis;
import dev.tercet.LoadOptions;
import dev.tercet.LoadOptions.WeightPrecision;
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
                figures.put("pieces.svg", pieces(encoder, translator));
                figures.put("bank.svg", bank(encoder));
                figures.put("weights.svg", weights(encoder));
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

    /** A text as both tokenizers cut it, each piece in a box with its id below. */
    private static String pieces(SentenceEncoder encoder, Translator translator) {
        String text = "Unbelievable naïve tokenization!";
        Svg svg = new Svg().text(10, 18, "start", "", text);
        double y = 44;
        for (Tokenizer tokenizer : List.of(encoder.tokenizer(), translator.tokenizer())) {
            boolean wordPiece = tokenizer == encoder.tokenizer();
            svg.text(
                    10,
                    y,
                    "start",
                    "m",
                    wordPiece ? "WordPiece: the longest piece first" : "unigram: the likeliest pieces");
            Encoding encoding = tokenizer.encode(text);
            double x = 10;
            for (int t = 0; t < encoding.size(); t++) {
                String piece = tokenizer.token(encoding.ids()[t]);
                String id = Integer.toString(encoding.ids()[t]);
                double width = 12 + 8.2 * Math.max(piece.length(), id.length());
                svg.box(x, y + 8, width, 24)
                        .text(x + width / 2, y + 25, "middle", "", piece)
                        .text(x + width / 2, y + 47, "middle", "s m", id);
                x += width + 5;
            }
            y += 84;
        }
        return svg.document("A text in the pieces of two vocabularies, with their ids");
    }

    /** The vectors of a word after the embeddings and after every layer, [layers + 1][hidden]. */
    private static List<float[]> through(SentenceEncoder encoder, String text, String word) {
        int at = tokens(encoder.tokenizer(), encoder.tokenizer().encode(text)).indexOf(word);
        List<float[]> vectors = new ArrayList<>();
        encoder.embed(text, (name, _, data, offset, shape) -> {
            if (name.equals("embeddings") || name.matches("encoder\\.layer\\.\\d+\\.output")) {
                int from = offset + at * shape[1];
                vectors.add(Arrays.copyOfRange(data, from, from + shape[1]));
            }
        });
        return vectors;
    }

    /** How alike the vectors of one word are in two sentences, layer by layer: of one meaning, and of two. */
    private static String bank(SentenceEncoder encoder) {
        List<float[]> money = through(encoder, "The bank raised its interest rates.", "bank");
        double left = 60;
        double top = 30;
        double step = 70;
        double hundredth = 11; // of a cosine
        Svg svg = new Svg().text(10, 14, "start", "s m", "cosine");
        for (int c = 80; c <= 100; c += 5) {
            double y = top + (100 - c) * hundredth;
            svg.line(left, y, left + 6 * step, y, "a")
                    .text(left - 8, y + 4, "end", "s", String.format(Locale.ROOT, "%.2f", c / 100.0));
        }
        for (int layer = 0; layer < money.size(); layer++) {
            svg.text(
                    left + layer * step,
                    top + 20 * hundredth + 20,
                    "middle",
                    "s",
                    layer == 0 ? "embeddings" : "layer " + layer);
        }
        for (String other : List.of("The bank lowered its interest rates.", "The bank of the river was muddy.")) {
            List<float[]> vectors = through(encoder, other, "bank");
            double before = 0;
            for (int layer = 0; layer < vectors.size(); layer++) {
                double y = top + 100 * (1 - Similarity.cosine(money.get(layer), vectors.get(layer))) * hundredth;
                if (layer > 0) {
                    svg.line(left + (layer - 1) * step, before, left + layer * step, y, "l");
                }
                before = y;
            }
            svg.text(left + 6 * step + 10, before + 4, "start", "", other);
        }
        return svg.document("Cosine of the vector of bank in \"The bank raised its interest rates.\" and in two other"
                + " sentences, after the embeddings and after each layer");
    }

    /** What rounded weights do to the fifteen cosines of the tour. */
    private static String weights(SentenceEncoder exact) {
        float[][] cosines = Similarity.cosine(exact.encode(Samples.QUERIES), exact.encode(Samples.DOCUMENTS));
        double left = 80;
        double width = 480;
        double middle = 90;
        double thousandth = 15;
        Svg svg = new Svg().text(10, 14, "start", "s m", "change of the cosine");
        for (int t = -8; t <= 4; t += 4) {
            double y = middle - t * thousandth;
            svg.line(left, y, left + width, y, "a")
                    .text(
                            left - 8,
                            y + 4,
                            "end",
                            "s",
                            t == 0
                                    ? "0"
                                    : String.format(Locale.ROOT, "%+.3f", t / 1000.0)
                                            .replace('-', '−'));
        }
        for (int tenth = 0; tenth <= 10; tenth += 2) {
            svg.text(
                    left + width * tenth / 10,
                    middle + 140,
                    "middle",
                    "s",
                    String.format(Locale.ROOT, "%.1f", tenth / 10.0));
        }
        svg.text(left + width / 2, middle + 160, "middle", "s m", "cosine with weights in fp32");
        svg.cell(left + width + 20, 60, 9, 1).text(left + width + 36, 69, "start", "", "int8");
        svg.cross(left + width + 24, 94, 5).text(left + width + 36, 99, "start", "", "bf16");
        for (WeightPrecision precision : List.of(WeightPrecision.INT8, WeightPrecision.BF16)) {
            try (SentenceEncoder rounded = SentenceEncoder.load(
                    ModelOptions.DUAL, LoadOptions.defaults().withWeights(precision))) {
                float[][] others =
                        Similarity.cosine(rounded.encode(Samples.QUERIES), rounded.encode(Samples.DOCUMENTS));
                for (int q = 0; q < cosines.length; q++) {
                    for (int d = 0; d < cosines[q].length; d++) {
                        double x = left + width * cosines[q][d];
                        double y = middle - 1000 * ((double) others[q][d] - cosines[q][d]) * thousandth;
                        if (precision == WeightPrecision.INT8) {
                            svg.cell(x - 4, y - 4, 9, 1);
                        } else {
                            svg.cross(x, y, 5);
                        }
                    }
                }
            }
        }
        return svg.document("Change of fifteen cosines when the weights are rounded to int8 and to bf16");
    }
}
