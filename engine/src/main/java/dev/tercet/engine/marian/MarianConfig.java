package dev.tercet.engine.marian;

import dev.tercet.engine.kernel.Activation;
import dev.tercet.engine.layer.ActivationNames;
import dev.tercet.loaders.InvalidModelException;
import dev.tercet.loaders.JsonObject;

/**
 * The shape of a Marian model, as its {@code config.json} states it. A field that is absent has the default of
 * transformers' {@code MarianConfig}, because that is what the reference would run.
 *
 * @param hidden d_model: the width of both stacks
 * @param vocabulary source ids run from 0 to this, exclusive
 * @param targetVocabulary ids of the decoder's input and output run from 0 to this, exclusive
 * @param positions tokens that one sequence may have, on either side
 * @param activation between the two dense layers of a feed-forward network
 * @param scaleEmbedding whether token vectors are multiplied by √hidden before positions are added
 * @param sharedEmbeddings whether encoder and decoder read one table
 * @param tiedEmbeddings whether a table or output matrix that the checkpoint leaves out is one that it has
 */
public record MarianConfig(
        int hidden,
        int vocabulary,
        int targetVocabulary,
        int positions,
        Stack encoder,
        Stack decoder,
        Activation activation,
        boolean scaleEmbedding,
        boolean sharedEmbeddings,
        boolean tiedEmbeddings) {
    /** PyTorch's default, which Marian's LayerNorms keep. */
    static final float LAYER_NORM_EPSILON = 1e-5f;

    /** More positions than any published model has, few enough that a corrupt number cannot ask for much memory. */
    private static final int MAX_POSITIONS = 1 << 20;

    /**
     * Encoder or decoder.
     *
     * @param intermediate width between the two dense layers of a feed-forward network
     */
    public record Stack(int layers, int heads, int intermediate) {
        int headSize(int hidden) {
            return hidden / heads;
        }
    }

    /**
     * Reads {@code config.json}.
     *
     * @throws InvalidModelException when a value is missing, out of range or asks for what transformers' Marian does
     *     not compute
     */
    public static MarianConfig of(JsonObject json) {
        if (!json.string("model_type").equals("marian"))
            throw json.invalid("model_type", "expected \"marian\": this is another kind of model");
        refuseOtherArchitectures(json);

        int hidden = json.positive("d_model", 1024);
        int vocabulary = json.positive("vocab_size", 58101);
        int decoderVocabulary = json.positive("decoder_vocab_size", vocabulary);
        boolean shared = json.bool("share_encoder_decoder_embeddings", true);
        if (shared && decoderVocabulary != vocabulary)
            throw json.invalid(
                    "decoder_vocab_size",
                    "expected " + vocabulary + ", the vocab_size, because share_encoder_decoder_embeddings is true");
        int positions = json.positive("max_position_embeddings", 1024);
        if (positions > MAX_POSITIONS)
            throw json.invalid("max_position_embeddings", "expected at most " + MAX_POSITIONS);
        return new MarianConfig(
                hidden,
                vocabulary,
                decoderVocabulary,
                positions,
                stack(json, "encoder", hidden),
                stack(json, "decoder", hidden),
                ActivationNames.read(json, "activation_function", "gelu"),
                json.bool("scale_embedding", false),
                shared,
                json.bool("tie_word_embeddings", true));
    }

    /** What token vectors are multiplied by: √hidden, computed in double and rounded once. */
    public float embeddingScale() {
        return scaleEmbedding ? (float) Math.sqrt(hidden) : 1f;
    }

    private static Stack stack(JsonObject json, String side, int hidden) {
        String headsField = side + "_attention_heads";
        int heads = json.positive(headsField, 16);
        if (hidden % heads != 0) throw json.invalid(headsField, "expected a divisor of d_model, " + hidden);
        return new Stack(json.positive(side + "_layers", 12), heads, json.positive(side + "_ffn_dim", 4096));
    }

    /**
     * Fields of other Marian trainings than the one that transformers computes (post-norm, no norm on embeddings or at
     * the end, sinusoidal positions). transformers ignores them and would compute something else than was trained.
     */
    private static void refuseOtherArchitectures(JsonObject json) {
        require(json, "is_encoder_decoder", true, true);
        require(json, "normalize_before", false, false);
        require(json, "normalize_embedding", false, false);
        require(json, "add_final_layer_norm", false, false);
        require(json, "static_position_embeddings", true, true);
    }

    private static void require(JsonObject json, String field, boolean expected, boolean absent) {
        if (json.bool(field, absent) != expected)
            throw json.invalid(field, "expected " + expected + ", the only form of Marian supported");
    }
}
