package dev.tercet.engine.layer;

import dev.tercet.engine.kernel.Activation;
import dev.tercet.loaders.InvalidModelException;
import dev.tercet.loaders.JsonObject;
import java.util.Map;
import java.util.TreeMap;

/**
 * Activation functions as config.json names them, with the meaning that transformers gives each name ({@code ACT2FN}).
 * All of those that are formulas; not "prelu" and "xielu", which have weights of their own.
 */
public final class ActivationNames {
    private static final Map<String, Activation> KNOWN = new TreeMap<>(Map.ofEntries(
            Map.entry("gelu", Activation.GELU),
            Map.entry("gelu_python", Activation.GELU),
            Map.entry("gelu_new", Activation.GELU_TANH),
            Map.entry("gelu_fast", Activation.GELU_TANH),
            Map.entry("gelu_accurate", Activation.GELU_TANH),
            Map.entry("gelu_pytorch_tanh", Activation.GELU_TANH),
            Map.entry("gelu_python_tanh", Activation.GELU_TANH),
            Map.entry("gelu_10", Activation.GELU_10),
            Map.entry("quick_gelu", Activation.QUICK_GELU),
            Map.entry("relu", Activation.RELU),
            Map.entry("relu6", Activation.RELU6),
            Map.entry("relu2", Activation.RELU2),
            Map.entry("leaky_relu", Activation.LEAKY_RELU),
            Map.entry("hardswish", Activation.HARD_SWISH),
            Map.entry("mish", Activation.MISH),
            Map.entry("laplace", Activation.LAPLACE),
            Map.entry("sqrtsoftplus", Activation.SQRT_SOFTPLUS),
            Map.entry("silu", Activation.SILU),
            Map.entry("swish", Activation.SILU),
            Map.entry("tanh", Activation.TANH),
            Map.entry("sigmoid", Activation.SIGMOID),
            Map.entry("linear", Activation.IDENTITY)));

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
