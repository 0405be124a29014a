package dev.tercet.loaders;

import java.util.List;

/**
 * The {@code quantization_config} of a config.json, as compressed-tensors writes it. What is read is weights as int8
 * with a scale for the tensor or for each output channel, multiplied in fp32 after expansion; a checkpoint that also
 * asks for rounded activations would compute other numbers than its author measured, so it is refused.
 */
final class QuantizationConfig {
    private static final String FIELD = "quantization_config";

    private QuantizationConfig() {}

    /**
     * Checks the quantization of a model, if it has one.
     *
     * @param config of config.json
     * @throws InvalidModelException when the checkpoint is quantized in another way; the message names the field
     */
    static void check(JsonObject config) {
        if (!config.has(FIELD)) return;
        JsonObject quantization = config.object(FIELD);
        expect(quantization, "quant_method", "compressed-tensors");
        expect(quantization, "format", "int-quantized");
        if (quantization.has("quantization_status")) {
            expect(quantization, "quantization_status", "compressed");
        }
        refuse(quantization, "kv_cache_scheme", "expected none, keys and values stay fp32");
        if (quantization.has("sparsity_config")) {
            JsonObject sparsity = quantization.object("sparsity_config");
            if (sparsity.has("format")) expect(sparsity, "format", "dense");
        }
        JsonObject groups = quantization.object("config_groups");
        for (String group : groups.fields()) {
            checkGroup(groups.object(group));
        }
    }

    private static void checkGroup(JsonObject group) {
        refuse(group, "input_activations", "expected none, activations stay fp32");
        refuse(group, "output_activations", "expected none, activations stay fp32");
        if (group.has("format")) expect(group, "format", "int-quantized");
        JsonObject weights = group.object("weights");
        expect(weights, "type", "int");
        if (weights.integer("num_bits") != 8) throw weights.invalid("num_bits", "expected 8");
        if (weights.has("strategy") && !List.of("tensor", "channel").contains(weights.string("strategy"))) {
            throw weights.invalid("strategy", "expected tensor or channel");
        }
    }

    private static void expect(JsonObject object, String field, String value) {
        if (!object.string(field).equals(value)) {
            throw object.invalid(field, "expected " + value + "; use another quantization or the fp32 checkpoint");
        }
    }

    private static void refuse(JsonObject object, String field, String expected) {
        if (object.has(field)) throw object.invalid(field, expected);
    }
}
