package dev.tercet.engine.marian;

import dev.tercet.engine.kernel.Rows;
import dev.tercet.engine.layer.Linear;
import dev.tercet.engine.layer.Run;
import dev.tercet.engine.layer.Sequences;
import dev.tercet.engine.parallel.Workers;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Marian's decoder: the newest token of every hypothesis to the logits of the next one. Immutable; what it remembers
 * between steps is in a {@link DecoderState}.
 */
final class MarianDecoder {
    private final MarianEmbeddings embeddings;
    private final List<DecoderLayer> layers;
    private final Linear output;
    private final int hidden;

    private MarianDecoder(MarianEmbeddings embeddings, List<DecoderLayer> layers, Linear output, int hidden) {
        this.embeddings = embeddings;
        this.layers = layers;
        this.output = output;
        this.hidden = hidden;
    }

    /** @param workers pack the weights of different layers at the same time */
    static MarianDecoder load(MarianWeights weights, Workers workers) {
        MarianConfig config = weights.config();
        // first, because its shape says whether the config's sizes are those of the file
        MarianEmbeddings embeddings = weights.decoderEmbeddings();
        DecoderLayer[] layers = new DecoderLayer[config.decoder().layers()];
        workers.run(layers.length, i -> {
            String name = "decoder.layers." + i;
            layers[i] = new DecoderLayer(
                    i,
                    weights.selfAttention(name, config.decoder()),
                    weights.crossAttention(name),
                    weights.feedForward(name, config.decoder()));
        });
        return new MarianDecoder(embeddings, List.of(layers), weights.output(), config.hidden());
    }

    /** Token ids run from 0 to this, exclusive. */
    int vocabulary() {
        return output.weight().outputs();
    }

    /** A state without sentences. */
    DecoderState newState() {
        return new DecoderState(layers.size(), hidden);
    }

    /**
     * Takes in sentences: what every layer needs of their sources, computed once.
     *
     * @param sentences their numbers
     * @param source the encoder's output, [tokens, hidden]
     */
    void begin(Run run, DecoderState state, int[] sentences, Sequences source) {
        int tokens = source.rows().count();
        Sequences[] keysValues = new Sequences[layers.size()];
        for (DecoderLayer layer : layers) {
            // not in the workspace: it stays as long as the sentence
            Rows rows = Rows.of(new float[tokens * 2 * hidden], 2 * hidden, tokens); // [tokens, 2 · hidden]
            keysValues[layer.index()] = new Sequences(rows, source.starts());
            layer.crossAttention().remember(run, source, keysValues[layer.index()]);
        }
        for (int s = 0; s < sentences.length; s++) {
            int sentence = s;
            state.begin(
                    sentences[s],
                    Arrays.stream(keysValues)
                            .map(layer -> layer.sequence(sentence))
                            .toArray(Rows[]::new));
        }
    }

    /**
     * The logits of the next token of every row of the state's step.
     *
     * @param logits [rows, vocabulary], written
     */
    void forward(Run run, DecoderState state, Rows logits) {
        int rows = state.rows();
        int mark = run.workspace().mark();
        int[] starts = IntStream.rangeClosed(0, rows).toArray();
        if (run.traced()) state.record(run.trace());
        Sequences x = new Sequences(run.workspace().rows(rows, hidden), starts); // [rows, hidden]
        embeddings.forward(run, state.tokens(), state.positions(), x.rows());
        run.record("decoder.embeddings", x, hidden);
        for (DecoderLayer layer : layers) layer.forward(run, state, x);
        output.forward(run, x.rows(), logits); // [rows, vocabulary]
        run.record("lm_head", new Sequences(logits, starts), vocabulary());
        run.workspace().release(mark);
    }
}
