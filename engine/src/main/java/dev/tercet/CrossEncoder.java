package dev.tercet;

import dev.tercet.engine.bert.BertConfig;
import dev.tercet.engine.bert.BertEncoder;
import dev.tercet.engine.bert.BertRunner;
import dev.tercet.engine.bert.ClassificationHead;
import dev.tercet.engine.bert.ScoreActivation;
import dev.tercet.engine.bert.TokenizedTexts;
import dev.tercet.engine.kernel.Activation;
import dev.tercet.engine.kernel.Rows;
import dev.tercet.engine.layer.Run;
import dev.tercet.engine.layer.TokenBatch;
import dev.tercet.engine.layer.Workspace;
import dev.tercet.engine.parallel.Workers;
import dev.tercet.engine.trace.Trace;
import dev.tercet.loaders.InvalidModelException;
import dev.tercet.loaders.JsonObject;
import dev.tercet.loaders.Weights;
import dev.tercet.tokenizer.Encoding;
import dev.tercet.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A cross-encoder: reads two texts together, every token of one attending to every token of the other, and says how
 * well they fit. More accurate than comparing vectors, and one run of the model per pair.
 *
 * <pre>{@code
 * try (var cross = CrossEncoder.load("cross-encoder/ms-marco-MiniLM-L12-v2")) {
 *     Score score = cross.score("What is the capital of France?", "Paris is the capital of France.");
 *     List<Ranked> best = cross.rank("What is the capital of France?", documents, 10);
 * }
 * }</pre>
 *
 * <p>A pair's score is the same to the last bit whichever other pairs are scored with it, in whatever order and on
 * however many threads. One cross-encoder may be used by many threads at the same time; close it when none will use it
 * again.
 */
public final class CrossEncoder implements AutoCloseable {
    private final OpenModel model;
    private final TextReader reader;
    private final BertEncoder encoder;
    private final ClassificationHead head;
    private final Activation activation;
    private final BertRunner runner;

    private CrossEncoder(
            OpenModel model, TextReader reader, BertEncoder encoder, ClassificationHead head, Activation activation) {
        this.model = model;
        this.reader = reader;
        this.encoder = encoder;
        this.head = head;
        this.activation = activation;
        this.runner = new BertRunner(model.kernels(), model.workers());
    }

    /**
     * Loads a model with {@link LoadOptions#defaults()}.
     *
     * @param idOrFolder a folder, or an id such as {@code cross-encoder/ms-marco-MiniLM-L12-v2}, which is looked for
     *     among the bundled models, then in the local Hugging Face cache, then on the Hub
     * @throws InvalidModelException when it is nowhere, or its files are corrupt, incomplete or of a kind not read
     */
    public static CrossEncoder load(String idOrFolder) {
        return load(idOrFolder, LoadOptions.defaults());
    }

    /**
     * Loads a model.
     *
     * @throws InvalidModelException when it is nowhere, or its files are corrupt, incomplete or of a kind not read
     * @throws IllegalArgumentException when the options ask for what this model cannot do
     */
    public static CrossEncoder load(String idOrFolder, LoadOptions options) {
        return OpenModel.load(idOrFolder, options, (model, files) -> {
            JsonObject json = JsonObject.read(files, "config.json");
            BertConfig config = BertConfig.read(json);
            Weights weights = model.checkpoint();
            // first, because it says whether this is a cross-encoder at all
            ClassificationHead head = ClassificationHead.load(model.packing(), weights, config);
            var read = model.read(
                    () -> TextReader.load(files, config, options.maxLength()),
                    () -> BertEncoder.load(model.packing(), model.workers(), weights, config));
            return new CrossEncoder(
                    model, read.tokenizer(), read.weights(), head, ScoreActivation.read(json, head.labels()));
        });
    }

    /**
     * The score of a pair.
     *
     * @throws IllegalStateException when the model has several labels, or is closed
     */
    public Score score(String query, String document) {
        return scores(List.of(new Pair(query, document))).getFirst();
    }

    /** As {@link #score(String, String)}, and shows every activation of the model to the trace. */
    public Score score(String query, String document, Trace trace) {
        return score(classify(new Pair(query, document), trace));
    }

    /**
     * The scores of pairs, in their order.
     *
     * @throws IllegalStateException when the model has several labels, or is closed
     */
    public List<Score> scores(List<Pair> pairs) {
        requireOneLabel();
        return model.call(() -> {
            try (TokenizedTexts tokens = reader.encodePairs(pairs, model.workers())) {
                Score[] scores = new Score[tokens.count()];
                runner.run(tokens, (run, batch, numbers) -> score(run, batch, numbers, tokens, scores));
                return Collections.unmodifiableList(Arrays.asList(scores));
            }
        });
    }

    /** A batch of pairs to their scores: scores[pairs[s]] is that of sequence s. */
    private void score(Run run, TokenBatch batch, int[] pairs, TokenizedTexts tokens, Score[] scores) {
        Rows logits = logits(run, batch); // [sequences, 1]
        float[] data = logits.data();
        for (int s = 0; s < logits.count(); s++) {
            int at = logits.offset() + s * logits.stride();
            int pair = pairs[s];
            float logit = data[at];
            run.kernels().activate(activation, data, at, 1);
            scores[pair] = new Score(logit, data[at], tokens.length(pair), tokens.truncated(pair));
        }
    }

    private static Score score(Classification one) {
        return new Score(one.logits()[0], one.scores()[0], one.tokens(), one.truncatedTokens());
    }

    /**
     * The documents by their score for a query, the best first; documents with the same score in the order given.
     *
     * @throws IllegalStateException when the model has several labels, or is closed
     */
    public List<Ranked> rank(String query, List<String> documents) {
        return rank(query, documents, Integer.MAX_VALUE);
    }

    /**
     * The best documents by their score for a query.
     *
     * @param topK how many at most
     * @throws IllegalArgumentException when {@code topK} is negative
     * @throws IllegalStateException when the model has several labels, or is closed
     */
    public List<Ranked> rank(String query, List<String> documents, int topK) {
        if (topK < 0) throw new IllegalArgumentException("topK is " + topK + ", expected 0 or more");
        List<Score> scores = scores(
                documents.stream().map(document -> new Pair(query, document)).toList());
        return IntStream.range(0, scores.size())
                .mapToObj(i -> {
                    Score score = scores.get(i);
                    return new Ranked(i, score.logit(), score.score(), documents.get(i));
                })
                .sorted(Comparator.comparing(Ranked::score, Comparator.reverseOrder()))
                .limit(topK)
                .toList();
    }

    /**
     * What the model says about pairs, in their order, for models with any number of labels.
     *
     * @throws IllegalArgumentException when a pair is null
     * @throws IllegalStateException when the model is closed
     */
    public List<Classification> classify(List<Pair> pairs) {
        return model.call(() -> {
            try (TokenizedTexts tokens = reader.encodePairs(pairs, model.workers())) {
                return classified(tokens);
            }
        });
    }

    /**
     * As {@link #classify(List)}, for pairs that are token ids already: from {@link #tokenizer()}, or changed since.
     *
     * @throws IllegalArgumentException when a pair has more tokens than the model has positions, or an unknown id
     */
    public List<Classification> classifyTokens(List<Encoding> pairs) {
        return model.call(() -> classified(TokenizedTexts.of(pairs)));
    }

    private List<Classification> classified(TokenizedTexts pairs) {
        Classification[] results = new Classification[pairs.count()];
        runner.run(pairs, (run, batch, numbers) -> {
            Rows logits = logits(run, batch); // [sequences, labels]
            for (int s = 0; s < logits.count(); s++) {
                int pair = numbers[s];
                results[pair] = classification(logits, s, pairs.length(pair), pairs.truncated(pair));
            }
        });
        return new ArrayList<>(Arrays.asList(results));
    }

    /** As {@link #classify(List)} for one pair, and shows every activation of the model to the trace. */
    public Classification classify(Pair pair, Trace trace) {
        return model.call(() -> {
            Encoding encoding = reader.encode(pair);
            Classification[] result = new Classification[1];
            runner.run(
                    encoding,
                    trace,
                    (run, batch, _) ->
                            result[0] = classification(logits(run, batch), 0, encoding.size(), encoding.truncated()));
            return result[0];
        });
    }

    /**
     * What the head makes of a hidden state of the first token, {@code [CLS]}: of the last layer's the logits of the
     * pair, of an earlier layer's what they would be if the encoder ended there.
     *
     * @param cls [hidden]
     * @return [labels]
     */
    public float[] logits(float[] cls) {
        return model.call(() -> {
            int hidden = encoder.config().hiddenSize();
            if (cls.length != hidden)
                throw new IllegalArgumentException("a hidden state has " + hidden + " numbers, not " + cls.length);
            Run run = new Run(model.kernels(), Workers.serial(), new Workspace(), null);
            return copy(head.forward(run, Rows.of(cls.clone(), hidden, 1)), 0); // [1, labels]
        });
    }

    /**
     * A batch of pairs to their logits.
     *
     * @return [sequences, labels], in the run's workspace
     */
    private Rows logits(Run run, TokenBatch batch) {
        Rows first = encoder.forwardFirst(run, batch); // [sequences, hidden]
        return head.forward(run, first);
    }

    private Classification classification(Rows logits, int row, int tokens, int truncated) {
        float[] ofPair = copy(logits, row);
        float[] scores = ofPair.clone();
        model.kernels().activate(activation, scores, 0, scores.length);
        return new Classification(ofPair, scores, tokens, truncated);
    }

    private float[] copy(Rows logits, int row) {
        int from = logits.offset() + row * logits.stride();
        return Arrays.copyOfRange(logits.data(), from, from + labels());
    }

    private void requireOneLabel() {
        if (labels() != 1)
            throw new IllegalStateException(
                    name() + " has " + labels() + " labels, a score or ranking needs a model with one; use classify");
    }

    /** How many labels the classifier has. */
    public int labels() {
        return head.labels();
    }

    /** The names of the labels in config.json, by number; empty when it has none. */
    public List<String> labelNames() {
        return encoder.config().labels();
    }

    /** The function from logits to scores. */
    public Activation activation() {
        return activation;
    }

    /** The most tokens that are read of a pair, special ones included. */
    public int maxLength() {
        return reader.maxLength();
    }

    /** Text to token ids, as this model reads them. */
    public Tokenizer tokenizer() {
        return reader.tokenizer();
    }

    /** How the model was loaded: the weights held, and how long each part of the work took. */
    public LoadReport loadReport() {
        return model.report();
    }

    /** The model's id or folder. */
    public String name() {
        return model.name();
    }

    /** Ends the use of the model's files and threads, when running calls have ended. Closing twice does nothing. */
    @Override
    public void close() {
        model.close();
    }
}
