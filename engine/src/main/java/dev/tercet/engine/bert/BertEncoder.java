package dev.tercet.engine.bert;

import dev.tercet.engine.kernel.Activation;
import dev.tercet.engine.kernel.Rows;
import dev.tercet.engine.layer.Attention;
import dev.tercet.engine.layer.EncoderLayer;
import dev.tercet.engine.layer.FeedForward;
import dev.tercet.engine.layer.LayerNorm;
import dev.tercet.engine.layer.Linear;
import dev.tercet.engine.layer.Packing;
import dev.tercet.engine.layer.Run;
import dev.tercet.engine.layer.SelfAttention;
import dev.tercet.engine.layer.Sequences;
import dev.tercet.engine.layer.TokenBatch;
import dev.tercet.engine.parallel.Workers;
import dev.tercet.loaders.InvalidModelException;
import dev.tercet.loaders.Weights;
import java.util.List;

/**
 * BERT's encoder: token ids to one hidden state per token. Devlin et al. 2019, with the weights' names and the order of
 * every sum as in transformers' {@code BertModel}.
 *
 * <p>Immutable; every run brings what it writes in its {@link Run}.
 */
public final class BertEncoder {
    private final BertConfig config;
    private final BertEmbeddings embeddings;
    private final EncoderLayer[] layers;

    private BertEncoder(BertConfig config, BertEmbeddings embeddings, EncoderLayer[] layers) {
        this.config = config;
        this.embeddings = embeddings;
        this.layers = layers;
    }

    /**
     * Loads the encoder of a checkpoint, whether its names begin with {@code bert.}, as where a head was trained with
     * it, or not.
     *
     * @param packing how the weights of dense layers are kept
     * @param workers pack the weights of different layers at the same time
     * @throws InvalidModelException when a weight is missing or has another shape than the config implies
     */
    public static BertEncoder load(Packing packing, Workers workers, Weights checkpoint, BertConfig config) {
        Weights weights = inner(checkpoint);
        BertEmbeddings embeddings = BertEmbeddings.load(weights.in("embeddings"), config);
        EncoderLayer[] layers = new EncoderLayer[config.layers()];
        workers.run(config.layers(), i -> layers[i] = layer(packing, weights, config, "encoder.layer." + i));
        return new BertEncoder(config, embeddings, layers);
    }

    /** The weights below {@code bert.} when there are any, else all. */
    static Weights inner(Weights checkpoint) {
        return checkpoint.in("bert").names().isEmpty() ? checkpoint : checkpoint.in("bert");
    }

    private static EncoderLayer layer(Packing packing, Weights encoder, BertConfig config, String name) {
        int hidden = config.hiddenSize();
        int wide = config.intermediateSize();
        Weights weights = encoder.in(name);
        Weights self = weights.in("attention.self");
        Weights afterAttention = weights.in("attention.output");
        Weights afterFeedForward = weights.in("output");
        SelfAttention attention = new SelfAttention(
                new SelfAttention.Names(
                        name + ".attention.self.query",
                        name + ".attention.self.key",
                        name + ".attention.self.value",
                        name + ".attention.probabilities",
                        name + ".attention.self",
                        name + ".attention.output"),
                Linear.concatenated(
                        packing, List.of(self.in("query"), self.in("key"), self.in("value")), hidden, hidden),
                new Attention(config.heads(), config.headSize()),
                Linear.load(packing, afterAttention.in("dense"), hidden, hidden, Activation.IDENTITY),
                LayerNorm.load(afterAttention.in("LayerNorm"), hidden, config.epsilon()));
        FeedForward feedForward = new FeedForward(
                new FeedForward.Names(name + ".intermediate", name + ".output"),
                Linear.load(packing, weights.in("intermediate.dense"), hidden, wide, config.activation()),
                Linear.load(packing, afterFeedForward.in("dense"), wide, hidden, Activation.IDENTITY),
                LayerNorm.load(afterFeedForward.in("LayerNorm"), hidden, config.epsilon()));
        return new EncoderLayer(attention, feedForward);
    }

    public BertConfig config() {
        return config;
    }

    /**
     * The last hidden states.
     *
     * @return [tokens, hidden], in the run's workspace
     * @throws IllegalArgumentException when an id or type is not in its table, or a sequence has more tokens than there
     *     are positions
     */
    public Sequences forward(Run run, TokenBatch batch) {
        Sequences hidden = embeddings.forward(run, batch); // [tokens, hidden]
        for (EncoderLayer layer : layers) layer.forward(run, hidden);
        return hidden;
    }

    /**
     * The last hidden states of the first token of each sequence, {@code [CLS]}: the last layer computes only what they
     * need. The same bits as in {@link #forward}.
     *
     * @return [sequences, hidden], in the run's workspace
     */
    public Rows forwardFirst(Run run, TokenBatch batch) {
        Sequences hidden = embeddings.forward(run, batch); // [tokens, hidden]
        int last = layers.length - 1;
        for (int i = 0; i < last; i++) layers[i].forward(run, hidden);
        return layers[last].forwardFirst(run, hidden); // [sequences, hidden]
    }
}
