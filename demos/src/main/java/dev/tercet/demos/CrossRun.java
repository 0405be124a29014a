package dev.tercet.demos;

import static dev.tercet.demos.ExplainPage.fields;

import dev.tercet.Classification;
import dev.tercet.CrossEncoder;
import dev.tercet.Embedding;
import dev.tercet.Score;
import dev.tercet.SentenceEncoder;
import dev.tercet.Similarity;
import dev.tercet.tokenizer.Encoding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** A cross-encoder's run on a pair, and beside it what a dual encoder and late interaction make of the same pair. */
record CrossRun(CrossEncoder cross, SentenceEncoder dual, String query, String document) {
    /** What the page shows. */
    Map<String, Object> page() {
        RunRecording recording = new RunRecording();
        Score score = cross.score(query, document, recording);
        Encoding encoding = cross.tokenizer().encodePair(query, document, cross.maxLength());
        int layers = recording.layers("encoder.layer.");
        List<Object> attention = new ArrayList<>();
        List<Object> flows = new ArrayList<>();
        List<Float> lens = new ArrayList<>();
        lens.add(logitAfter(recording, "embeddings"));
        for (int layer = 0; layer < layers; layer++) {
            String name = "encoder.layer." + layer + ".";
            attention.add(EncodeRun.attention(recording.get(name + "attention.probabilities"), layers, 1));
            flows.add(flows(recording.get(name + "attention.probabilities").withMeanHead(), segments(encoding)));
            lens.add(logitAfter(recording, name + "output"));
        }
        return fields(
                "model", cross.name(),
                "query", query,
                "document", document,
                "tokens", EncodeRun.tokens(cross.tokenizer(), encoding),
                "ids", encoding.ids(),
                "typeIds", encoding.typeIds(),
                "segments", segments(encoding),
                "truncated", encoding.truncated(),
                "layers", layers,
                "hidden", recording.get("embeddings").shape()[1],
                "heads",
                        recording.get("encoder.layer.0.attention.probabilities").shape()[0],
                "logit", score.logit(),
                "score", score.score(),
                "activation", cross.activation().name(),
                "attention", attention,
                "flows", flows,
                "lens", lens,
                "without", logitsWithoutEach(encoding),
                "apart", apart());
    }

    /** What the head makes of the first token as it is there. */
    private float logitAfter(RunRecording recording, String name) {
        return cross.logits(recording.get(name).row(0))[0];
    }

    /** Of each token: 0 in the query, 1 in the document, -1 added by the format. */
    private static int[] segments(Encoding encoding) {
        byte[] texts = encoding.spans().texts();
        return IntStream.range(0, texts.length).map(t -> texts[t]).toArray();
    }

    /**
     * What the tokens of one text give to those of another, the mean over the tokens that give: query to query, query
     * to document, document to query, document to document, for every head and the mean of all.
     */
    private static List<double[]> flows(RunRecording.Activation attention, int[] segments) {
        int n = segments.length;
        List<double[]> flows = new ArrayList<>();
        for (int head = 0; head < attention.shape()[0]; head++) {
            double[] flow = new double[4];
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < n; j++) {
                    if (segments[i] >= 0 && segments[j] >= 0) {
                        flow[2 * segments[i] + segments[j]] += attention.data()[(head * n + i) * n + j];
                    }
                }
            }
            for (int f = 0; f < flow.length; f++) {
                int from = f / 2;
                long givers = Arrays.stream(segments)
                        .filter(segment -> segment == from)
                        .count();
                flow[f] /= Math.max(1, givers);
            }
            flows.add(flow);
        }
        return flows;
    }

    /** Of each token the logit of the pair without it; null for those that the format adds. */
    private List<Float> logitsWithoutEach(Encoding encoding) {
        int[] left = IntStream.range(0, encoding.size())
                .filter(t -> !encoding.spans().added(t))
                .toArray();
        List<Encoding> shorter =
                Arrays.stream(left).mapToObj(t -> without(encoding, t)).toList();
        List<Classification> results = cross.classifyTokens(shorter);
        Float[] logits = new Float[encoding.size()];
        for (int i = 0; i < left.length; i++) {
            logits[left[i]] = results.get(i).logits()[0];
        }
        return Arrays.asList(logits);
    }

    private static Encoding without(Encoding encoding, int token) {
        return new Encoding(without(encoding.ids(), token), without(encoding.typeIds(), token), 0, () -> {
            throw new UnsupportedOperationException("tokens without a text have no spans");
        });
    }

    private static int[] without(int[] values, int index) {
        return IntStream.range(0, values.length)
                .filter(i -> i != index)
                .map(i -> values[i])
                .toArray();
    }

    /** The same two texts, each by itself: one vector each, and one for each token. */
    private Map<String, Object> apart() {
        Side a = Side.of(dual, query);
        Side b = Side.of(dual, document);
        return fields(
                "model",
                dual.name(),
                "cosine",
                Similarity.cosine(a.vector, b.vector),
                "queryTokens",
                a.tokens,
                "documentTokens",
                b.tokens,
                "similarities",
                a.tokens.isEmpty() || b.tokens.isEmpty()
                        ? List.of()
                        : List.of((Object[]) Similarity.cosine(a.tokenVectors, b.tokenVectors)));
    }

    /**
     * A text encoded by itself.
     *
     * @param tokens those of the text, without the ones that the format adds
     * @param tokenVectors the last hidden states of these
     */
    private record Side(float[] vector, List<String> tokens, float[][] tokenVectors) {
        static Side of(SentenceEncoder dual, String text) {
            RunRecording recording = new RunRecording();
            Embedding embedding = dual.embed(text, recording);
            Encoding encoding = dual.tokenizer().encode(text, dual.maxLength());
            float[][] hidden = recording
                    .get("encoder.layer." + (recording.layers("encoder.layer.") - 1) + ".output")
                    .rows();
            List<String> tokens = EncodeRun.tokens(dual.tokenizer(), encoding);
            int[] own = IntStream.range(0, encoding.size())
                    .filter(t -> !encoding.spans().added(t))
                    .toArray();
            return new Side(
                    embedding.vector(),
                    Arrays.stream(own).mapToObj(tokens::get).toList(),
                    Arrays.stream(own).mapToObj(t -> hidden[t]).toArray(float[][]::new));
        }
    }
}
