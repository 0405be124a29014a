package dev.tercet.engine.marian;

import dev.tercet.engine.generate.Logits;
import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.layer.Run;
import dev.tercet.engine.layer.Sequences;
import dev.tercet.engine.parallel.Workers;
import java.util.List;

/**
 * Marian's decoder: the newest token of every hypothesis to the logits of the next one. Immutable; what it remembers
 * between steps is in a {@link DecoderState}.
 */
final class MarianDecoder {
    private final MarianEmbeddings embeddings;
    private final List<DecoderLayer> layers;
    private final OutputLayer output;
    private final int hidden;

    private MarianDecoder(MarianEmbeddings embeddings, List<DecoderLayer> layers, OutputLayer output, int hidden) {
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
        OutputLayer[] output = new OutputLayer[1];
        // the output matrix, the largest, first: while it is packed the others fill the rest of the threads
        workers.run(layers.length + 1, task -> {
            if (task == 0) output[0] = weights.output();
            else layers[task - 1] = layer(weights, task - 1);
        });
        return new MarianDecoder(embeddings, List.of(layers), output[0], config.hidden());
    }

    private static DecoderLayer layer(MarianWeights weights, int index) {
        String name = "decoder.layers." + index;
        return new DecoderLayer(
                index,
                weights.selfAttention(name, weights.config().decoder()),
                weights.crossAttention(name),
                weights.feedForward(name, weights.config().decoder()));
    }

    /** Token ids run from 0 to this, exclusive. */
    int vocabulary() {
        return output.vocabulary();
    }

    /** A state without sentences. */
    DecoderState newState(Kernels kernels) {
        return new DecoderState(kernels, layers.size(), hidden);
    }

    /**
     * Takes in sentences: what every layer needs of their sources, computed once.
     *
     * @param sentences their numbers
     * @param source the encoder's output, [tokens, hidden]
     */
    void begin(Run run, DecoderState state, int[] sentences, Sequences source) {
        SentenceMemory[] memories = new SentenceMemory[sentences.length];
        for (int s = 0; s < sentences.length; s++) memories[s] = state.begin(sentences[s], source.length(s));
        int mark = run.workspace().mark();
        Sequences keysValues = run.workspace().sequences(source, 2 * hidden); // [tokens, 2 · hidden]
        for (DecoderLayer layer : layers) {
            layer.crossAttention().remember(run, source, keysValues);
            for (int s = 0; s < sentences.length; s++)
                memories[s].rememberSource(layer.index(), keysValues.sequence(s));
        }
        run.workspace().release(mark);
    }

    /**
     * The logits of the next token of every row of the state's step.
     *
     * @param logits [rows, vocabulary], written
     */
    void forward(Run run, DecoderState state, Logits logits) {
        int rows = state.rows();
        int mark = run.workspace().mark();
        if (run.traced()) state.record(run.trace());
        Sequences x = run.workspace().singles(rows, hidden); // [rows, hidden]
        embeddings.forward(run, state.tokens(), state.positions(), x.rows());
        run.record("decoder.embeddings", x, hidden);
        for (DecoderLayer layer : layers) layer.forward(run, state, x);
        output.forward(run, x.rows(), logits); // [rows, vocabulary]
        run.record("lm_head", run.workspace().singles(logits.rows()), vocabulary());
        run.workspace().release(mark);
    }
}
