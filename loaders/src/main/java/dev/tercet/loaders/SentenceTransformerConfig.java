package dev.tercet.loaders;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeSet;

/**
 * What sentence-transformers keeps beside a checkpoint: which modules follow the encoder, and how many tokens it reads.
 * Both the older and the newer spelling of its files are read.
 *
 * @param maxLength {@code max_seq_length} of sentence_bert_config.json, special tokens included; empty when it names
 *     none
 * @param pooling from the folder of the Pooling module; {@link Pooling#MEAN} for a folder without modules.json, as in
 *     sentence-transformers
 * @param normalize whether a Normalize module makes vectors of unit length
 * @param prompt what is put in front of every text; empty for most models
 */
public record SentenceTransformerConfig(OptionalInt maxLength, Pooling pooling, boolean normalize, String prompt) {
    private static final String MODULES = "modules.json";
    private static final String LENGTHS = "sentence_bert_config.json";
    private static final String PROMPTS = "config_sentence_transformers.json";

    /** How the hidden states of all tokens become one vector. */
    public enum Pooling {
        MEAN,
        CLS,
        MAX
    }

    /** Names of the newer {@code pooling_mode} field. */
    private static final Map<String, Pooling> MODES =
            Map.of("mean", Pooling.MEAN, "cls", Pooling.CLS, "max", Pooling.MAX);

    /** The older fields, one per mode, of which one should be true. */
    private static final Map<String, Pooling> FLAGS = Map.of(
            "pooling_mode_mean_tokens", Pooling.MEAN,
            "pooling_mode_cls_token", Pooling.CLS,
            "pooling_mode_max_tokens", Pooling.MAX);

    /**
     * Reads the files of a model.
     *
     * @throws InvalidModelException when they name a module or a mode that is not computed here
     */
    public static SentenceTransformerConfig read(ModelFiles files) {
        OptionalInt maxLength = JsonObject.readIfPresent(files, LENGTHS)
                .map(lengths -> maxLength(files, lengths))
                .orElse(OptionalInt.empty());
        String prompt = JsonObject.readIfPresent(files, PROMPTS)
                .map(SentenceTransformerConfig::prompt)
                .orElse("");
        if (!files.has(MODULES)) return new SentenceTransformerConfig(maxLength, Pooling.MEAN, false, prompt);

        List<JsonObject> modules =
                JsonObject.parseObjects(files.read(MODULES, JsonObject.MAX_CONFIG_BYTES), files.describe(MODULES));
        List<String> names = new ArrayList<>();
        Pooling pooling = Pooling.MEAN;
        for (JsonObject module : modules) {
            String type = module.string("type");
            String name = type.substring(type.lastIndexOf('.') + 1);
            names.add(name);
            if (name.equals("Pooling")) pooling = pooling(files, module.string("path"), !prompt.isEmpty());
        }
        boolean normalize = names.equals(List.of("Transformer", "Pooling", "Normalize"));
        if (!normalize && !names.equals(List.of("Transformer", "Pooling")))
            throw new InvalidModelException(files.describe(MODULES) + ": the modules are "
                    + Messages.oneLine("" + names) + ", expected Transformer, Pooling and perhaps Normalize");
        return new SentenceTransformerConfig(maxLength, pooling, normalize, prompt);
    }

    private static OptionalInt maxLength(ModelFiles files, JsonObject lengths) {
        // the tokenizer of a model for lower case does this anyway
        if (lengths.bool("do_lower_case", false)
                && !JsonObject.readIfPresent(files, "tokenizer_config.json")
                        .map(tokenizer -> tokenizer.bool("do_lower_case", true))
                        .orElse(true))
            throw lengths.invalid("do_lower_case", "expected false, since the tokenizer keeps upper case");
        return lengths.has("max_seq_length") ? OptionalInt.of(lengths.positive("max_seq_length")) : OptionalInt.empty();
    }

    private static String prompt(JsonObject config) {
        if (!config.has("default_prompt_name")) return "";
        String name = config.string("default_prompt_name");
        if (!config.has("prompts") || !config.object("prompts").has(name))
            throw config.invalid("default_prompt_name", "but prompts has no such entry");
        return config.object("prompts").string(name);
    }

    private static Pooling pooling(ModelFiles files, String path, boolean prompted) {
        JsonObject config = JsonObject.read(files, path + "/config.json");
        if (prompted && !config.bool("include_prompt", true))
            throw config.invalid("include_prompt", "expected true in a model with a default prompt");
        if (config.has("pooling_mode")) {
            Object mode = config.value("pooling_mode");
            if (mode instanceof List<?> list && list.size() == 1) mode = list.getFirst();
            if (mode instanceof String name && MODES.containsKey(name)) return MODES.get(name);
            throw config.invalid("pooling_mode", "expected one of mean, cls and max");
        }
        List<String> chosen = config.fields().stream()
                .filter(field -> field.startsWith("pooling_mode_") && config.bool(field, false))
                .toList();
        if (chosen.isEmpty()) return Pooling.MEAN;
        if (chosen.size() == 1 && FLAGS.containsKey(chosen.getFirst())) return FLAGS.get(chosen.getFirst());
        throw config.invalid(
                chosen.getLast(), "expected exactly one of " + String.join(", ", new TreeSet<>(FLAGS.keySet())));
    }
}
