package dev.tercet.demos;

import dev.tercet.loaders.JsonObject;

/**
 * What a Marian model costs, counted from its config.json.
 *
 * @param hidden d_model
 */
record MarianCost(
        int encoderLayers,
        int decoderLayers,
        int heads,
        int hidden,
        int encoderIntermediate,
        int decoderIntermediate,
        int vocabulary) {
    static MarianCost of(JsonObject config) {
        return new MarianCost(
                config.positive("encoder_layers"),
                config.positive("decoder_layers"),
                config.positive("decoder_attention_heads"),
                config.positive("d_model"),
                config.positive("encoder_ffn_dim"),
                config.positive("decoder_ffn_dim"),
                config.positive("vocab_size"));
    }

    /**
     * Multiply-accumulates of one translation: the encoder as in {@link BertCost}; keys and values of the source once
     * in each decoder layer; and for every step and beam four d × d products of self-attention, two of cross-attention
     * (query, output), two d × f ones, the attention itself, and the product with the whole vocabulary.
     */
    double macs(int sourceTokens, int steps, int beams) {
        double d = hidden;
        double n = sourceTokens;
        double encoder = encoderLayers * (n * (4 * d * d + 2 * d * encoderIntermediate) + 2 * n * n * d);
        double source = decoderLayers * 2 * n * d * d;
        double attention = 2 * d * (n + (steps + 1) / 2.0);
        double row = decoderLayers * (6 * d * d + 2 * d * decoderIntermediate + attention) + d * vocabulary;
        return encoder + source + steps * beams * row;
    }

    /**
     * Weights of dense layers that a translation reads: the encoder's once, the decoder's and the output's each step.
     */
    double weightsRead(int steps) {
        double d = hidden;
        double encoder = encoderLayers * (4 * d * d + 2 * d * encoderIntermediate);
        double source = decoderLayers * 2 * d * d;
        double step = decoderLayers * (6 * d * d + 2 * d * decoderIntermediate) + d * vocabulary;
        return encoder + source + steps * step;
    }

    /** Bytes of keys and values at the last step: of the source once, of the target for each beam. */
    double cacheBytes(int sourceTokens, int steps, int beams) {
        return 2.0 * Float.BYTES * decoderLayers * hidden * (sourceTokens + (double) steps * beams);
    }

    /** Numbers in the checkpoint: one table of embeddings, the layers, the bias of the output. */
    double parameters() {
        double d = hidden;
        double attention = 4 * (d * d + d);
        double encoder = attention + 2 * d * encoderIntermediate + encoderIntermediate + d + 4 * d;
        double decoder = 2 * attention + 2 * d * decoderIntermediate + decoderIntermediate + d + 6 * d;
        return vocabulary * (d + 1) + encoderLayers * encoder + decoderLayers * decoder;
    }

    double weightBytes() {
        return Float.BYTES * parameters();
    }
}
