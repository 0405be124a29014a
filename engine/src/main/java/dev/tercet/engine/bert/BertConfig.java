package dev.tercet.engine.bert;

import dev.tercet.engine.kernel.Activation;
import dev.tercet.engine.layer.ActivationNames;
import dev.tercet.loaders.InvalidModelException;
import dev.tercet.loaders.JsonObject;
import java.util.ArrayList;
import java.util.List;

/**
 * The sizes of a BERT, from config.json.
 *
 * @param vocabularySize token ids run from 0 to this, exclusive
 * @param layers encoder layers
 * @param intermediateSize width of the feed-forward network
 * @param activation between its two dense layers
 * @param positions the most tokens of one sequence
 * @param types token types: 2 for pairs
 * @param epsilon of every layer normalization
 * @param labels of the classifier, by number; empty when config.json names none
 */
public record BertConfig(
        int vocabularySize,
        int hiddenSize,
        int layers,
        int heads,
        int intermediateSize,
        Activation activation,
        int positions,
        int types,
        float epsilon,
        List<String> labels) {
    /**
     * Reads and validates config.json.
     *
     * @throws InvalidModelException when it describes another architecture, or one of BERT's variants that this
     *     implementation does not compute
     */
    public static BertConfig read(JsonObject config) {
        if (!config.string("model_type").equals("bert"))
            throw config.invalid("model_type", "expected \"bert\", the only encoder read here");
        if (!config.string("position_embedding_type", "absolute").equals("absolute"))
            throw config.invalid("position_embedding_type", "expected \"absolute\"");
        for (String decoder : List.of("is_decoder", "add_cross_attention")) {
            if (config.bool(decoder, false))
                throw config.invalid(decoder, "expected false: a BERT that decodes is not read here");
        }
        int hidden = config.positive("hidden_size");
        int heads = config.positive("num_attention_heads");
        if (hidden % heads != 0)
            throw config.invalid("num_attention_heads", "expected a divisor of hidden_size, which is " + hidden);
        double epsilon = config.number("layer_norm_eps", 1e-12);
        if (!(epsilon >= 0 && epsilon < 1))
            throw config.invalid("layer_norm_eps", "expected a number from 0 to 1, as in 1e-12");
        return new BertConfig(
                config.positive("vocab_size"),
                hidden,
                config.positive("num_hidden_layers"),
                heads,
                config.positive("intermediate_size"),
                ActivationNames.read(config, "hidden_act", "gelu"),
                config.positive("max_position_embeddings"),
                config.positive("type_vocab_size", 2),
                (float) epsilon,
                labels(config));
    }

    public int headSize() {
        return hiddenSize / heads;
    }

    private static List<String> labels(JsonObject config) {
        if (!config.has("id2label")) return List.of();
        JsonObject names = config.object("id2label");
        List<String> labels = new ArrayList<>();
        for (int label = 0; label < names.fields().size(); label++) labels.add(names.string(Integer.toString(label)));
        return List.copyOf(labels);
    }
}
