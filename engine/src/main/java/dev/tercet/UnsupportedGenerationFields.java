package dev.tercet;

import dev.tercet.loaders.InvalidModelException;
import dev.tercet.loaders.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The fields of generation_config.json that decoding does not follow: those that change nothing here, and those that
 * ask for another way of decoding, which are refused unless they have the value that means no.
 */
final class UnsupportedGenerationFields {
    static final String SAMPLING = "only for sampling, and do_sample is not true";
    static final String UNKNOWN = "not a field of generate() in transformers 5.23";
    private static final String OUTPUT = "says what generate() returns in Python";
    private static final String MACHINE = "says how generate() uses the machine";
    private static final String ASSISTANT = "only for generation with an assistant model";

    private static final Map<String, Set<String>> WITHOUT_EFFECT = Map.of(
            OUTPUT,
            Set.of(
                    "output_attentions",
                    "output_hidden_states",
                    "output_scores",
                    "output_logits",
                    "return_dict_in_generate",
                    "return_legacy_cache"),
            MACHINE,
            Set.of(
                    "use_cache",
                    "cache_implementation",
                    "cache_config",
                    "max_cache_len",
                    "compile_config",
                    "disable_compile",
                    "prefill_chunk_size",
                    "low_memory"),
            ASSISTANT,
            Set.of(
                    "is_assistant",
                    "num_assistant_tokens",
                    "num_assistant_tokens_schedule",
                    "assistant_confidence_threshold",
                    "assistant_lookbehind",
                    "target_lookbehind",
                    "max_matching_ngram_size"),
            "says where the file comes from",
            Set.of("transformers_version", "_from_model_config", "_commit_hash"));

    /** Fields that change what is generated, with the values that mean no. */
    private static final Map<String, List<Object>> REFUSED = Map.ofEntries(
            Map.entry("num_beam_groups", List.of(1L)),
            Map.entry("diversity_penalty", List.of(0.0, 0L)),
            Map.entry("penalty_alpha", List.of(0.0, 0L)),
            Map.entry("guidance_scale", List.of(1.0, 1L)),
            Map.entry("remove_invalid_values", List.of(false)),
            Map.entry("token_healing", List.of(false)),
            Map.entry("use_mtp", List.of(false)),
            Map.entry("watermarking_config", List.of()),
            Map.entry("constraints", List.of()),
            Map.entry("force_words_ids", List.of()),
            Map.entry("dola_layers", List.of()),
            Map.entry("prompt_lookup_num_tokens", List.of()),
            Map.entry("assistant_early_exit", List.of()));

    private UnsupportedGenerationFields() {}

    /**
     * Why a field makes no difference.
     *
     * @param only whether the object is a generation config and nothing else
     * @return nothing for a field of another kind of file
     * @throws InvalidModelException when the field asks for a way of decoding that there is not
     */
    static Optional<String> check(JsonObject json, String name, boolean only) {
        if (REFUSED.containsKey(name)) {
            if (REFUSED.get(name).contains(json.value(name))) return Optional.of("has the value that means no");
            throw json.invalid(
                    name,
                    "expected null"
                            + (REFUSED.get(name).isEmpty()
                                    ? ""
                                    : " or " + REFUSED.get(name).getFirst())
                            + ": this way of decoding is not supported; remove the field");
        }
        for (var reason : WITHOUT_EFFECT.entrySet())
            if (reason.getValue().contains(name)) return Optional.of(reason.getKey());
        return only ? Optional.of(UNKNOWN) : Optional.empty();
    }
}
