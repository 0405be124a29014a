package dev.tercet;

import dev.tercet.engine.bert.BertConfig;
import dev.tercet.engine.bert.BertEncoder;
import dev.tercet.engine.bert.BertRunner;
import dev.tercet.engine.bert.Pooling;
import dev.tercet.engine.bert.TokenizedTexts;
import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.kernel.Rows;
import dev.tercet.engine.layer.Run;
import dev.tercet.engine.layer.Sequences;
import dev.tercet.engine.layer.TokenBatch;
import dev.tercet.engine.layer.Workspace;
import dev.tercet.engine.trace.Trace;
import dev.tercet.loaders.InvalidModelException;
import dev.tercet.loaders.JsonObject;
import dev.tercet.loaders.SentenceTransformerConfig;
import dev.tercet.loaders.Weights;
import dev.tercet.tokenizer.Encoding;
import dev.tercet.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * A bi-encoder: texts to vectors whose cosine says how similar they are, as sentence-transformers computes them.
 *
 * <pre>{@code
 * try (var encoder = SentenceEncoder.load("sentence-transformers/all-MiniLM-L6-v2")) {
 *     float[][] vectors = encoder.encode(List.of("A cat sits on the mat.", "Stock prices fell."));
 *     float similarity = Similarity.cosine(vectors[0], vectors[1]);
 * }
 * }</pre>
 *
 * <p>A text's vector is the same to the last bit whichever other texts are encoded with it, in whatever order and on
 * however many threads. One encoder may be used by many threads at the same time; close it when none will use it again.
 */
public final class SentenceEncoder implements AutoCloseable {
    private final OpenModel model;
    private final TextReader reader;
    private final BertEncoder encoder;
    private final Pooling pooling;
    private final boolean normalize;
    private final BertRunner runner;

    private SentenceEncoder(
            OpenModel model, TextReader reader, BertEncoder encoder, Pooling pooling, boolean normalize) {
        this.model = model;
        this.reader = reader;
        this.encoder = encoder;
        this.pooling = pooling;
        this.normalize = normalize;
        this.runner = new BertRunner(model.kernels(), model.workers());
    }

    /**
     * Loads a model with {@link LoadOptions#defaults()}.
     *
     * @param idOrFolder a folder, or an id such as {@code sentence-transformers/all-MiniLM-L6-v2}, which is looked for
     *     among the bundled models, then in the local Hugging Face cache, then on the Hub
     * @throws InvalidModelException when it is nowhere, or its files are corrupt, incomplete or of a kind not read
     */
    public static SentenceEncoder load(String idOrFolder) {
        return load(idOrFolder, LoadOptions.defaults());
    }

    /**
     * Loads a model.
     *
     * @throws InvalidModelException when it is nowhere, or its files are corrupt, incomplete or of a kind not read
     * @throws IllegalArgumentException when the options ask for what this model cannot do
     */
    public static SentenceEncoder load(String idOrFolder, LoadOptions options) {
        return OpenModel.load(idOrFolder, options, (model, files) -> {
            SentenceTransformerConfig pipeline = SentenceTransformerConfig.read(files);
            BertConfig config = BertConfig.read(JsonObject.read(files, "config.json"));
            Pooling pooling = Pooling.valueOf(pipeline.pooling().name());
            Weights weights = model.checkpoint();
            var read = model.read(
                    () -> TextReader.load(files, config, options.maxLength(), pipeline),
                    () -> BertEncoder.load(model.packing(), model.workers(), weights, config));
            return new SentenceEncoder(model, read.tokenizer(), read.weights(), pooling, pipeline.normalize());
        });
    }

    /**
     * The vectors of texts, of unit length when the model normalizes them. Long texts are truncated to
     * {@link #maxLength()}; {@link #embed(List)} tells.
     *
     * @return [texts, dimension], in the order of the texts
     * @throws IllegalArgumentException when a text is null
     * @throws IllegalStateException when the encoder is closed
     */
    public float[][] encode(List<String> texts) {
        return model.call(() -> {
            try (TokenizedTexts tokens = reader.encode(texts, model.workers())) {
                return vectors(tokens);
            }
        });
    }

    /**
     * The vector of a text.
     *
     * @return [dimension]
     */
    public float[] encode(String text) {
        return encode(List.of(text))[0];
    }

    /** The vectors of texts, with how many tokens were read and dropped. */
    public List<Embedding> embed(List<String> texts) {
        return model.call(() -> {
            try (TokenizedTexts tokens = reader.encode(texts, model.workers())) {
                float[][] vectors = vectors(tokens);
                Embedding[] embeddings = new Embedding[vectors.length];
                for (int i = 0; i < vectors.length; i++)
                    embeddings[i] = new Embedding(vectors[i], tokens.length(i), tokens.truncated(i));
                return Collections.unmodifiableList(Arrays.asList(embeddings));
            }
        });
    }

    /** The vector of a text, with how many tokens were read and dropped. */
    public Embedding embed(String text) {
        return embed(List.of(text)).getFirst();
    }

    /** As {@link #embed(String)}, and shows every activation of the model to the trace. */
    public Embedding embed(String text, Trace trace) {
        return model.call(() -> {
            Encoding encoding = reader.encode(text);
            float[][] vector = new float[1][dimension()];
            runner.run(encoding, trace, (run, batch, texts) -> pool(run, batch, texts, vector));
            return new Embedding(vector[0], encoding.size(), encoding.truncated());
        });
    }

    private float[][] vectors(TokenizedTexts texts) {
        float[][] vectors = new float[texts.count()][dimension()];
        runner.run(texts, (run, batch, numbers) -> pool(run, batch, numbers, vectors));
        return vectors;
    }

    /** A batch of texts to their vectors: vectors[texts[s]] is that of sequence s. */
    private void pool(Run run, TokenBatch batch, int[] texts, float[][] vectors) {
        Workspace workspace = run.workspace();
        boolean first = pooling == Pooling.CLS; // one row of each sequence
        Sequences hidden = first
                ? workspace.singles(encoder.forwardFirst(run, batch)) // [sequences, hidden]
                : encoder.forward(run, batch); // [tokens, hidden]
        for (int s = 0; s < hidden.count(); s++) {
            int mark = workspace.mark();
            finish(run, s, workspace.sequence(hidden, s), vectors[texts[s]]);
            workspace.release(mark);
        }
    }

    private void finish(Run run, int sequence, Rows hidden, float[] vector) {
        Kernels kernels = run.kernels();
        pooling.forward(kernels, hidden, vector.length, vector, 0);
        if (run.traced()) run.trace().record(pooling.traceName(), sequence, vector, 0, 1, vector.length);
        if (normalize) Pooling.normalize(kernels, vector, 0, vector.length);
    }

    /** Components of a vector. */
    public int dimension() {
        return encoder.config().hiddenSize();
    }

    /** The most tokens that are read of a text, special ones included. */
    public int maxLength() {
        return reader.maxLength();
    }

    /** Text to token ids, as this model reads them; never truncated unless asked. */
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
