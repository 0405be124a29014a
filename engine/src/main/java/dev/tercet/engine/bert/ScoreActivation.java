package dev.tercet.engine.bert;

import dev.tercet.engine.kernel.Activation;
import dev.tercet.loaders.InvalidModelException;
import dev.tercet.loaders.JsonObject;
import java.util.Map;
import java.util.TreeMap;

/** The function that a cross-encoder applies to its logits, by the rules of sentence-transformers' CrossEncoder. */
public final class ScoreActivation {
    private static final Map<String, Activation> KNOWN = new TreeMap<>(Map.of(
            "torch.nn.modules.linear.Identity", Activation.IDENTITY,
            "torch.nn.modules.activation.Sigmoid", Activation.SIGMOID,
            "torch.nn.modules.activation.Tanh", Activation.TANH,
            "torch.nn.modules.activation.ReLU", Activation.RELU));

    private static final String NEW_FIELD = "activation_fn";
    private static final String OLD_FIELD = "sbert_ce_default_activation_function";

    private ScoreActivation() {}

    /**
     * {@code sentence_transformers.activation_fn} of config.json, else the older
     * {@code sbert_ce_default_activation_function}, else Sigmoid for one label and Identity for several.
     *
     * @throws InvalidModelException when config.json names a function that is not known here
     */
    public static Activation read(JsonObject config, int labels) {
        if (config.has("sentence_transformers")) {
            JsonObject section = config.object("sentence_transformers");
            if (section.has(NEW_FIELD)) return known(section, NEW_FIELD);
        }
        if (config.has(OLD_FIELD)) return known(config, OLD_FIELD);
        return labels == 1 ? Activation.SIGMOID : Activation.IDENTITY;
    }

    private static Activation known(JsonObject config, String field) {
        String name = config.string(field);
        // torch.nn.Sigmoid is the same class as torch.nn.modules.activation.Sigmoid
        for (var entry : KNOWN.entrySet()) {
            String shortName =
                    "torch.nn." + entry.getKey().substring(entry.getKey().lastIndexOf('.') + 1);
            if (name.equals(entry.getKey()) || name.equals(shortName)) return entry.getValue();
        }
        throw config.invalid(field, "expected one of " + String.join(", ", KNOWN.keySet()));
    }
}
