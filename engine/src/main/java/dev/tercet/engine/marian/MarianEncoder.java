package dev.tercet.engine.marian;

import dev.tercet.engine.layer.EncoderLayer;
import dev.tercet.engine.layer.Run;
import dev.tercet.engine.layer.Sequences;
import dev.tercet.engine.layer.TokenBatch;
import dev.tercet.engine.parallel.Workers;
import java.util.List;

/**
 * Marian's encoder: source ids to one hidden state per token (Junczys-Dowmunt et al. 2018; the transformer of Vaswani
 * et al. 2017, post-norm). Immutable; every run brings what it writes in its {@link Run}.
 */
final class MarianEncoder {
    private final MarianEmbeddings embeddings;
    private final List<EncoderLayer> layers;
    private final int hidden;

    private MarianEncoder(MarianEmbeddings embeddings, List<EncoderLayer> layers, int hidden) {
        this.embeddings = embeddings;
        this.layers = layers;
        this.hidden = hidden;
    }

    /** @param workers pack the weights of different layers at the same time */
    static MarianEncoder load(MarianWeights weights, Workers workers) {
        MarianConfig config = weights.config();
        // first, because its shape says whether the config's sizes are those of the file
        MarianEmbeddings embeddings = weights.encoderEmbeddings();
        EncoderLayer[] layers = new EncoderLayer[config.encoder().layers()];
        workers.run(layers.length, i -> {
            String name = "encoder.layers." + i;
            layers[i] = new EncoderLayer(
                    weights.selfAttention(name, config.encoder()), weights.feedForward(name, config.encoder()));
        });
        return new MarianEncoder(embeddings, List.of(layers), config.hidden());
    }

    /**
     * The last hidden states.
     *
     * @return [tokens, hidden], in the run's workspace
     * @throws IllegalArgumentException when an id is not in the table, or a sequence has more tokens than there are
     *     positions
     */
    Sequences forward(Run run, TokenBatch batch) {
        Sequences x = run.workspace().sequences(batch, hidden); // [tokens, hidden]
        embeddings.forward(run, batch.ids(), positions(batch), x.rows());
        run.record("encoder.embeddings", x, hidden);
        for (EncoderLayer layer : layers) layer.forward(run, x);
        return x;
    }

    /** Tokens of every sequence are counted from 0. */
    private static int[] positions(TokenBatch batch) {
        int[] positions = new int[batch.tokens()];
        for (int s = 0; s < batch.sequences(); s++) {
            for (int p = 0; p < batch.length(s); p++) positions[batch.starts()[s] + p] = p;
        }
        return positions;
    }
}
