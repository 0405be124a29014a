package dev.tercet.demos;

import dev.tercet.loaders.JsonObject;

/**
 * What a BERT costs, counted from its config.json.
 *
 * @param layers encoder layers
 * @param heads attention heads in a layer
 * @param parameters numbers in the checkpoint, pooler included
 */
record BertCost(int layers, int heads, int hidden, int intermediate, double parameters) {
    static BertCost of(JsonObject config) {
        int layers = config.positive("num_hidden_layers");
        int hidden = config.positive("hidden_size");
        int intermediate = config.positive("intermediate_size");
        double d = hidden;
        double f = intermediate;
        double embeddings = (config.positive("vocab_size")
                        + config.positive("max_position_embeddings")
                        + config.positive("type_vocab_size", 2)
                        + 2.0) // weight and bias of the normalization
                * d;
        double layer = 4 * (d * d + d) + 2 * d * f + f + d + 4 * d;
        double pooler = d * d + d;
        return new BertCost(
                layers,
                config.positive("num_attention_heads"),
                hidden,
                intermediate,
                embeddings + layers * layer + pooler);
    }

    /**
     * Multiply-accumulates of the encoder over one text: in each layer four d × d products (query, key, value, output)
     * and two d × f ones (feed-forward) for each token, and two products of length d for each pair of tokens
     * (attention).
     */
    double macs(int tokens) {
        double d = hidden;
        double n = tokens;
        return layers * (n * (4 * d * d + 2 * d * intermediate) + 2 * n * n * d);
    }

    /** Weights of dense layers: every run reads all of them. */
    double layerWeights() {
        return (double) layers * (4.0 * hidden * hidden + 2.0 * hidden * intermediate);
    }

    /** Bytes of the weights in memory, as fp32. */
    double weightBytes() {
        return Float.BYTES * parameters;
    }
}
