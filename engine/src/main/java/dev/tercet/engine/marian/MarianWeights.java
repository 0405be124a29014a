package dev.tercet.engine.marian;

import dev.tercet.engine.kernel.Activation;
import dev.tercet.engine.layer.Attention;
import dev.tercet.engine.layer.EmbeddingTable;
import dev.tercet.engine.layer.FeedForward;
import dev.tercet.engine.layer.LayerNorm;
import dev.tercet.engine.layer.Linear;
import dev.tercet.engine.layer.Packing;
import dev.tercet.engine.layer.SelfAttention;
import dev.tercet.loaders.InvalidModelException;
import dev.tercet.loaders.Weights;
import java.util.Arrays;
import java.util.List;

/**
 * Reads a Marian checkpoint by the names that transformers' {@code MarianMTModel} gives its weights:
 *
 * <pre>
 * model.shared.weight
 * model.encoder.layers.N.self_attn.{q,k,v,out}_proj · self_attn_layer_norm · fc1 · fc2 · final_layer_norm
 * model.decoder.layers.N. the same, and encoder_attn.{q,k,v,out}_proj · encoder_attn_layer_norm
 * final_logits_bias
 * </pre>
 */
record MarianWeights(Packing packing, Weights checkpoint, MarianConfig config) {
    private static final String SHARED = "model.shared.weight";
    private static final String ENCODER_TABLE = "model.encoder.embed_tokens.weight";
    private static final String DECODER_TABLE = "model.decoder.embed_tokens.weight";
    private static final String OUTPUT = "lm_head.weight";

    MarianEmbeddings encoderEmbeddings() {
        return embeddings("model.encoder", ENCODER_TABLE, config.vocabulary());
    }

    MarianEmbeddings decoderEmbeddings() {
        return embeddings("model.decoder", DECODER_TABLE, config.targetVocabulary());
    }

    private MarianEmbeddings embeddings(String stack, String table, int vocabulary) {
        return new MarianEmbeddings(
                EmbeddingTable.load(checkpoint, present(table), vocabulary, config.hidden()),
                config.embeddingScale(),
                Positions.load(checkpoint.in(stack), config));
    }

    /** Hidden states to logits: the output matrix, most often the token table once more, and its bias. */
    OutputLayer output() {
        int vocabulary = config.targetVocabulary();
        float[] bias =
                checkpoint.has("final_logits_bias") ? checkpoint.floats("final_logits_bias", 1, vocabulary) : null;
        return new OutputLayer(new Linear(
                packing.pack(checkpoint, present(OUTPUT), vocabulary, config.hidden()), bias, Activation.IDENTITY));
    }

    /**
     * The name under which the checkpoint has a matrix: its own, or that of one that it is tied to.
     *
     * @throws InvalidModelException when it has none of them
     */
    private String present(String name) {
        if (checkpoint.has(name) || !config.tiedEmbeddings()) return name;
        List<String> tied = config.sharedEmbeddings()
                ? List.of(SHARED, ENCODER_TABLE, DECODER_TABLE, OUTPUT)
                : name.equals(ENCODER_TABLE) ? List.of() : List.of(DECODER_TABLE, OUTPUT);
        return tied.stream().filter(checkpoint::has).findFirst().orElse(name);
    }

    /** The self-attention of a layer with the norm after it. */
    SelfAttention selfAttention(String layer, MarianConfig.Stack stack) {
        Weights weights = checkpoint.in("model." + layer);
        Weights attention = weights.in("self_attn");
        String name = layer + ".self_attn";
        return new SelfAttention(
                new SelfAttention.Names(
                        name + ".q_proj",
                        name + ".k_proj",
                        name + ".v_proj",
                        name + ".probabilities",
                        name + ".context",
                        name + "_layer_norm"),
                side(attention, "q_proj", "k_proj", "v_proj"),
                heads(stack),
                dense(attention, "out_proj"),
                norm(weights, "self_attn_layer_norm"));
    }

    /** The attention of a decoder layer to the encoder's output with the norm after it. */
    CrossAttention crossAttention(String layer) {
        Weights weights = checkpoint.in("model." + layer);
        Weights attention = weights.in("encoder_attn");
        String name = layer + ".encoder_attn";
        return new CrossAttention(
                new CrossAttention.Names(
                        name + ".q_proj",
                        name + ".k_proj",
                        name + ".v_proj",
                        name + ".probabilities",
                        name + ".context",
                        name + "_layer_norm"),
                dense(attention, "q_proj"),
                side(attention, "k_proj", "v_proj"),
                heads(config.decoder()),
                dense(attention, "out_proj"),
                norm(weights, "encoder_attn_layer_norm"));
    }

    /** The feed-forward network of a layer with the norm after it. */
    FeedForward feedForward(String layer, MarianConfig.Stack stack) {
        Weights weights = checkpoint.in("model." + layer);
        return new FeedForward(
                new FeedForward.Names(layer + ".activation_fn", layer + ".final_layer_norm"),
                Linear.load(packing, weights.in("fc1"), config.hidden(), stack.intermediate(), config.activation()),
                Linear.load(packing, weights.in("fc2"), stack.intermediate(), config.hidden(), Activation.IDENTITY),
                norm(weights, "final_layer_norm"));
    }

    private Attention heads(MarianConfig.Stack stack) {
        return new Attention(stack.heads(), stack.headSize(config.hidden()));
    }

    private Linear dense(Weights weights, String name) {
        return Linear.load(packing, weights.in(name), config.hidden(), config.hidden(), Activation.IDENTITY);
    }

    /** Several dense layers on one input as one product, their outputs side by side. */
    private Linear side(Weights weights, String... names) {
        return Linear.concatenated(
                packing, Arrays.stream(names).map(weights::in).toList(), config.hidden(), config.hidden());
    }

    private LayerNorm norm(Weights weights, String name) {
        return LayerNorm.load(weights.in(name), config.hidden(), MarianConfig.LAYER_NORM_EPSILON);
    }
}
