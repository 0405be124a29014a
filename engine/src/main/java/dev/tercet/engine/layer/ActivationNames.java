package dev.tercet.engine.layer;

import dev.tercet.engine.kernel.Activation;
import dev.tercet.loaders.InvalidModelException;
import dev.tercet.loaders.JsonObject;
import java.util.Map;
import java.util.TreeMap;

/** Activation functions as config.json names them, with the meaning that transformers gives each name. */
public final class ActivationNames {
    private static final Map<String, Activation> KNOWN = new TreeMap<>(Map.of(
            "gelu", Activation.GELU,
            "gelu_new", Activation.GELU_TANH,
            "gelu_pytorch_tanh", Activation.GELU_TANH,
            "relu", Activation.RELU,
            "silu", Activation.SILU,
            "swish", Activation.SILU,
            "tanh", Activation.TANH,
            "sigmoid", Activation.SIGMOID,
            "linear", Activation.IDENTITY));

    private ActivationNames() {}

    /**
     * The activation that a field of config.json names.
     *
     * @param absent the name when there is no such field, transformers' default
     * @throws InvalidModelException when the name is none of those known
     */
    public static Activation read(JsonObject config, String field, String absent) {
        Activation activation = KNOWN.get(config.string(field, absent));
        if (activation == null) throw config.invalid(field, "expected one of " + String.join(", ", KNOWN.keySet()));
        return activation;
    }
}
