package dev.tercet.demos;

import static dev.tercet.demos.ExplainPage.fields;

import dev.tercet.Embedding;
import dev.tercet.SentenceEncoder;
import dev.tercet.Similarity;
import dev.tercet.demos.RunRecording.Activation;
import dev.tercet.engine.bert.Pooling;
import dev.tercet.tokenizer.Encoding;
import dev.tercet.tokenizer.Tokenizer;
import dev.tercet.tokenizer.WordPieceTokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A dual encoder's run on one or two texts, with everything computed on the way. */
final class EncodeRun {
    /** Decimals of vectors on the page. */
    static final int VECTOR_DECIMALS = 3;

    /**
     * Numbers of vectors that a page may hold; the more attention it has, the fewer. Of longer texts it shows the first
     * tokens.
     */
    private static final int VECTOR_NUMBERS = 1_000_000;

    /** So many attention probabilities take the place of a number of a vector: they have fewer digits. */
    private static final int ATTENTION_FOR_VECTOR = 4;

    private final SentenceEncoder encoder;
    private final List<Text> texts;

    /** A text and its run. */
    private record Text(String text, Encoding encoding, Embedding embedding, RunRecording recording) {
        int tokens() {
            return encoding.size();
        }
    }

    private EncodeRun(SentenceEncoder encoder, List<Text> texts) {
        this.encoder = encoder;
        this.texts = texts;
    }

    /** What the page shows of one or two texts. */
    static Map<String, Object> of(SentenceEncoder encoder, List<String> texts) {
        List<Text> runs = new ArrayList<>();
        for (String text : texts) {
            RunRecording recording = new RunRecording();
            Embedding embedding = encoder.embed(text, recording);
            Encoding encoding = encoder.tokenizer().encode(text, encoder.maxLength());
            runs.add(new Text(text, encoding, embedding, recording));
        }
        return new EncodeRun(encoder, runs).page();
    }

    private Map<String, Object> page() {
        List<Object> shown = new ArrayList<>();
        for (Text text : texts) {
            shown.add(show(text));
        }
        Activation attention = texts.getFirst().recording.get("encoder.layer.0.attention.probabilities");
        Map<String, Object> page = fields(
                "model", encoder.name(),
                "layers", layers(),
                "heads", attention.shape()[0],
                "hidden", encoder.dimension(),
                "texts", shown);
        if (texts.size() == 2) {
            page.put("cosine", cosine(texts.get(0), texts.get(1)));
        }
        return page;
    }

    private int layers() {
        return texts.getFirst().recording.layers("encoder.layer.");
    }

    private Map<String, Object> show(Text text) {
        Tokenizer tokenizer = encoder.tokenizer();
        int rows = Math.min(text.tokens(), Math.max(1, (int) (vectorNumbers() / texts.size() / numbersOfToken())));
        List<Object> layers = new ArrayList<>();
        for (int layer = 0; layer < layers(); layer++) {
            layers.add(layer(text.recording, layer, rows));
        }
        float[] pooled = pooled(text);
        return fields(
                "text", text.text,
                "normalized", normalized(tokenizer, text.text),
                "tokens", tokens(tokenizer, text.encoding),
                "pieces", pieces(text.text, text.encoding),
                "ids", text.encoding.ids(),
                "typeIds", text.encoding.typeIds(),
                "truncated", text.encoding.truncated(),
                "vectors", rows,
                "word", vectors(text.recording, "embeddings.word_embeddings", rows),
                "position", vectors(text.recording, "embeddings.position_embeddings", rows),
                "type", vectors(text.recording, "embeddings.token_type_embeddings", rows),
                "embeddings", vectors(text.recording, "embeddings", rows),
                "layers", layers,
                "mean", meanPooled(text),
                "pooled", pooled,
                "norm", (float) norm(pooled),
                "vector", text.embedding.vector());
    }

    /** Numbers of vectors that there is room for beside the attention. */
    private long vectorNumbers() {
        long attention = 0;
        for (Text text : texts) {
            attention += (long) layers()
                    * text.recording
                            .get("encoder.layer.0.attention.probabilities")
                            .data()
                            .length;
        }
        return VECTOR_NUMBERS - attention / ATTENTION_FOR_VECTOR;
    }

    /** Numbers of all vectors that the page shows of a token. */
    private int numbersOfToken() {
        RunRecording recording = texts.getFirst().recording;
        int intermediate = recording.get("encoder.layer.0.intermediate").shape()[1];
        return 4 * encoder.dimension() + layers() * (6 * encoder.dimension() + intermediate);
    }

    private Map<String, Object> layer(RunRecording recording, int layer, int rows) {
        String name = "encoder.layer." + layer + ".";
        Activation query = recording.get(name + "attention.self.query");
        Activation key = recording.get(name + "attention.self.key");
        Activation attention = recording.get(name + "attention.probabilities");
        return fields(
                "query", vectors(recording, name + "attention.self.query", rows),
                "key", vectors(recording, name + "attention.self.key", rows),
                "value", vectors(recording, name + "attention.self.value", rows),
                "scores", PackedNumbers.of(scores(query, key, attention.shape()[0], rows), VECTOR_DECIMALS),
                "attention", attention(attention, layers(), texts.size()),
                "context", vectors(recording, name + "attention.self", rows),
                "attentionOutput", vectors(recording, name + "attention.output", rows),
                "intermediate", vectors(recording, name + "intermediate", rows),
                "output", vectors(recording, name + "output", rows));
    }

    private static Map<String, Object> vectors(RunRecording recording, String name, int rows) {
        return PackedNumbers.of(recording.get(name).first(rows), VECTOR_DECIMALS);
    }

    /** Attention of one layer, with decimals for so many layers and texts. */
    static Map<String, Object> attention(Activation attention, int layers, int texts) {
        long count = (long) attention.data().length * layers * texts;
        return PackedNumbers.of(attention.withMeanHead(), PackedNumbers.attentionDecimals(count));
    }

    /** q · k / √headSize for every head and pair of tokens, what softmax turns into attention: [heads, rows, rows]. */
    private static Activation scores(Activation query, Activation key, int heads, int rows) {
        int columns = query.shape()[1];
        int size = columns / heads;
        float[] scores = new float[heads * rows * rows];
        for (int h = 0; h < heads; h++) {
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < rows; j++) {
                    double dot = 0;
                    for (int d = h * size; d < (h + 1) * size; d++) {
                        dot += (double) query.data()[i * columns + d] * key.data()[j * columns + d];
                    }
                    scores[(h * rows + i) * rows + j] = (float) (dot / Math.sqrt(size));
                }
            }
        }
        return new Activation(scores, new int[] {heads, rows, rows});
    }

    static String normalized(Tokenizer tokenizer, String text) {
        return tokenizer instanceof WordPieceTokenizer wordPiece ? wordPiece.normalize(text) : text;
    }

    static List<String> tokens(Tokenizer tokenizer, Encoding encoding) {
        return Arrays.stream(encoding.ids()).mapToObj(tokenizer::token).toList();
    }

    /** The characters of each token; null for a token that the format adds. */
    private static List<String> pieces(String text, Encoding encoding) {
        Encoding.Spans spans = encoding.spans();
        List<String> pieces = new ArrayList<>();
        for (int t = 0; t < encoding.size(); t++) {
            pieces.add(spans.added(t) ? null : text.substring(spans.starts()[t], spans.ends()[t]));
        }
        return pieces;
    }

    private static double norm(float[] vector) {
        double squares = 0;
        for (float v : vector) {
            squares += (double) v * v;
        }
        return Math.sqrt(squares);
    }

    private static boolean meanPooled(Text text) {
        return text.recording.has("mean");
    }

    /** The vector that the token vectors became, before it is brought to unit length. */
    private static float[] pooled(Text text) {
        String name = Stream.of(Pooling.values())
                .map(Pooling::traceName)
                .filter(text.recording::has)
                .findFirst()
                .orElseThrow();
        return text.recording.get(name).data();
    }

    private static float[][] lastHidden(Text text) {
        int last = text.recording.layers("encoder.layer.") - 1;
        return text.recording.get("encoder.layer." + last + ".output").rows();
    }

    /**
     * The cosine of two texts, and for mean pooling what every pair of tokens adds to it: with pooled vectors u = Σ hᵢ
     * / n and v = Σ gⱼ / m, cos(u, v) = Σᵢ Σⱼ hᵢ · gⱼ / (n m ‖u‖ ‖v‖).
     */
    private static Map<String, Object> cosine(Text first, Text second) {
        float cosine = Similarity.cosine(first.embedding.vector(), second.embedding.vector());
        if (!meanPooled(first) || !meanPooled(second)) {
            return fields("value", cosine, "contributions", null);
        }
        float[][] h = lastHidden(first);
        float[][] g = lastHidden(second);
        double divisor = (double) h.length * g.length * norm(pooled(first)) * norm(pooled(second));
        List<double[]> contributions = new ArrayList<>();
        for (float[] token : h) {
            double[] row = new double[g.length];
            for (int j = 0; j < row.length; j++) {
                for (int d = 0; d < token.length; d++) {
                    row[j] += token[d] * (double) g[j][d] / divisor;
                }
            }
            contributions.add(row);
        }
        return fields("value", cosine, "contributions", contributions);
    }
}
