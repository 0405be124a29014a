package dev.tercet.loaders;

import static dev.tercet.loaders.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tercet.loaders.SentenceTransformerConfig.Pooling;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SentenceTransformerConfigTest {
    private static final String OLD = "sentence_transformers.models.";
    private static final String NEW = "sentence_transformers.sentence_transformer.modules.pooling.";

    private static String modules(String... types) {
        StringBuilder json = new StringBuilder("[");
        for (int i = 0; i < types.length; i++) {
            String type = types[i];
            String name = type.substring(type.lastIndexOf('.') + 1);
            json.append(i == 0 ? "" : ",")
                    .append("{\"idx\":%d,\"name\":\"%d\",\"path\":\"%s\",\"type\":\"%s\"}"
                            .formatted(i, i, i == 0 ? "" : i + "_" + name, type));
        }
        return json.append("]").toString();
    }

    /** A model of Transformer and Pooling with this configuration of the latter. */
    private static MemoryFiles pooled(String pooling) {
        return new MemoryFiles()
                .with("modules.json", modules(OLD + "Transformer", OLD + "Pooling"))
                .with("1_Pooling/config.json", pooling);
    }

    private static Pooling pooling(String config) {
        return SentenceTransformerConfig.read(pooled(config)).pooling();
    }

    @Test
    void readsTheFilesOfMiniLm() {
        var files = pooled("""
            {"word_embedding_dimension": 384, "pooling_mode_cls_token": false, "pooling_mode_mean_tokens": true,
             "pooling_mode_max_tokens": false, "pooling_mode_lasttoken": false, "include_prompt": true}\
            """)
                .with("modules.json", modules(OLD + "Transformer", OLD + "Pooling", OLD + "Normalize"))
                .with("sentence_bert_config.json", "{\"max_seq_length\": 256, \"do_lower_case\": false}")
                .with(
                        "config_sentence_transformers.json",
                        "{\"prompts\": {\"query\": \"\"}, \"default_prompt_name\": null}");
        var config = SentenceTransformerConfig.read(files);

        assertEquals(new SentenceTransformerConfig(OptionalInt.of(256), Pooling.MEAN, true, ""), config);
    }

    @Test
    void takesTheMeanOfAModelWithoutModules() {
        var config = SentenceTransformerConfig.read(new MemoryFiles());

        assertEquals(new SentenceTransformerConfig(OptionalInt.empty(), Pooling.MEAN, false, ""), config);
    }

    @ParameterizedTest
    @CsvSource({"pooling_mode_mean_tokens, MEAN", "pooling_mode_cls_token, CLS", "pooling_mode_max_tokens, MAX"})
    void readsTheOlderFlags(String flag, Pooling pooling) {
        assertEquals(pooling, pooling("{\"" + flag + "\": true, \"pooling_mode_lasttoken\": false}"));
    }

    @ParameterizedTest
    @CsvSource({"'\"mean\"', MEAN", "'\"cls\"', CLS", "'\"max\"', MAX", "'[\"cls\"]', CLS"})
    void readsTheNewerMode(String mode, Pooling pooling) {
        assertEquals(pooling, pooling("{\"embedding_dimension\": 8, \"pooling_mode\": " + mode + "}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"pooling_mode_mean_sqrt_len_tokens", "pooling_mode_weightedmean_tokens", "pooling_mode_lasttoken"
            })
    void namesAModeThatItDoesNotCompute(String flag) {
        assertRefused(
                () -> pooling("{\"" + flag + "\": true}"),
                "1_Pooling/config.json: " + flag + " is true",
                "pooling_mode_cls_token, pooling_mode_max_tokens, pooling_mode_mean_tokens");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"lasttoken\"", "[\"cls\", \"mean\"]", "[]", "1"})
    void refusesOtherValuesOfTheNewerMode(String mode) {
        assertRefused(() -> pooling("{\"pooling_mode\": " + mode + "}"), "pooling_mode is", "mean, cls and max");
    }

    @Test
    void refusesTwoModesAtOnce() {
        assertRefused(
                () -> pooling("{\"pooling_mode_cls_token\": true, \"pooling_mode_mean_tokens\": true}"),
                "pooling_mode_mean_tokens is true, expected exactly one");
    }

    @Test
    void readsTheNewerNamesOfModules() {
        var files = new MemoryFiles()
                .with("modules.json", modules(NEW + "Transformer", NEW + "Pooling", NEW + "Normalize"))
                .with("1_Pooling/config.json", "{\"pooling_mode\": \"cls\"}");

        assertTrue(SentenceTransformerConfig.read(files).normalize());
    }

    @Test
    void readsAModelThatDoesNotNormalize() {
        assertFalse(SentenceTransformerConfig.read(pooled("{}")).normalize());
    }

    @Test
    void namesTheModulesOfAModelWithADenseLayer() {
        var files = pooled("{}")
                .with("modules.json", modules(OLD + "Transformer", OLD + "Pooling", OLD + "Dense", OLD + "Normalize"));

        assertRefused(
                () -> SentenceTransformerConfig.read(files),
                "modules.json: the modules are [Transformer, Pooling, Dense, Normalize], expected");
    }

    @Test
    void refusesAPoolingModuleWithoutItsFile() {
        var files = new MemoryFiles().with("modules.json", modules(OLD + "Transformer", OLD + "Pooling"));

        assertRefused(() -> SentenceTransformerConfig.read(files), "1_Pooling/config.json");
    }

    @Test
    void readsTheDefaultPrompt() {
        var files = pooled("{}")
                .with(
                        "config_sentence_transformers.json",
                        "{\"prompts\": {\"query\": \"query: \"}, \"default_prompt_name\": \"query\"}");

        assertEquals("query: ", SentenceTransformerConfig.read(files).prompt());
    }

    @Test
    void refusesADefaultPromptThatIsNotThere() {
        var files = pooled("{}").with("config_sentence_transformers.json", "{\"default_prompt_name\": \"query\"}");

        assertRefused(() -> SentenceTransformerConfig.read(files), "default_prompt_name is \"query\"");
    }

    @Test
    void refusesALimitBelowOne() {
        var files = pooled("{}").with("sentence_bert_config.json", "{\"max_seq_length\": 0}");

        assertRefused(() -> SentenceTransformerConfig.read(files), "sentence_bert_config.json: max_seq_length is 0");
    }
}
