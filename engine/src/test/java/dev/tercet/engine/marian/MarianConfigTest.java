package dev.tercet.engine.marian;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tercet.engine.kernel.Activation;
import dev.tercet.engine.kernel.Kernels;
import dev.tercet.loaders.InvalidModelException;
import dev.tercet.loaders.JsonObject;
import dev.tercet.loaders.ModelFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MarianConfigTest {
    private static MarianConfig read(String fields) {
        String json = "{\"model_type\": \"marian\"" + (fields.isEmpty() ? "" : ", " + fields) + "}";
        return MarianConfig.of(JsonObject.parse(json.getBytes(StandardCharsets.UTF_8), "config.json"));
    }

    @Test
    void hasTheDefaultsOfTransformersWhereTheFileSaysNothing() {
        MarianConfig config = read("");
        assertEquals(1024, config.hidden());
        assertEquals(58101, config.vocabulary());
        assertEquals(58101, config.targetVocabulary());
        assertEquals(1024, config.positions());
        assertEquals(new MarianConfig.Stack(12, 16, 4096), config.encoder());
        assertEquals(new MarianConfig.Stack(12, 16, 4096), config.decoder());
        assertEquals(Activation.GELU, config.activation());
        assertEquals(1f, config.embeddingScale());
        assertTrue(config.sharedEmbeddings());
        assertTrue(config.tiedEmbeddings());
    }

    @Test
    void scalesEmbeddingsByTheRootOfTheirWidth() {
        assertEquals(
                (float) Math.sqrt(512),
                read("\"d_model\": 512, \"scale_embedding\": true").embeddingScale());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"normalize_before\": true|normalize_before is true, expected false",
                "\"normalize_embedding\": true|normalize_embedding is true, expected false",
                "\"add_final_layer_norm\": true|add_final_layer_norm is true, expected false",
                "\"static_position_embeddings\": false|static_position_embeddings is false, expected true",
                "\"is_encoder_decoder\": false|is_encoder_decoder is false, expected true",
                "\"activation_function\": \"xielu\"|activation_function is \"xielu\", expected one of",
                "\"d_model\": 0|d_model is 0, expected a whole number of at least 1",
                "\"d_model\": 100|encoder_attention_heads",
                "\"d_model\": 64, \"decoder_attention_heads\": 5|decoder_attention_heads is 5, expected a divisor of",
                "\"decoder_vocab_size\": 7|decoder_vocab_size is 7, expected 58101",
                "\"max_position_embeddings\": 2000000000|max_position_embeddings is 2000000000, expected at most",
                "\"encoder_layers\": -1|encoder_layers is -1"
            })
    void refusesWhatTheReferenceDoesNotCompute(String fields, String message) {
        String found =
                assertThrows(InvalidModelException.class, () -> read(fields)).getMessage();
        assertTrue(found.startsWith("config.json: " + message), found);
        assertEquals(1, found.lines().count());
    }

    @Test
    void refusesAnotherKindOfModel() {
        JsonObject bert =
                JsonObject.parse("{\"model_type\": \"bert\"}".getBytes(StandardCharsets.UTF_8), "config.json");
        String found = assertThrows(InvalidModelException.class, () -> MarianConfig.of(bert))
                .getMessage();
        assertEquals("config.json: model_type is \"bert\", expected \"marian\": this is another kind of model", found);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"d_model\": 16|\"d_model\": 32|model.shared.weight is [23, 16], expected [23, 32]",
                "\"decoder_layers\": 2|\"decoder_layers\": 3|model.decoder.layers.2.self_attn.q_proj.weight is missing",
                "\"encoder_ffn_dim\": 24|\"encoder_ffn_dim\": 25|fc1.weight is [24, 16], expected [25, 16]",
                "\"vocab_size\": 23|\"vocab_size\": 24|model.shared.weight is [23, 16]"
            })
    void namesTheWeightThatDoesNotFitTheConfig(String field, String instead, String message, @TempDir Path folder)
            throws IOException {
        try (ModelFiles small = MarianGolden.folder("small-shared-f16")) {
            String config = new String(small.read("config.json", 1 << 20), StandardCharsets.UTF_8);
            assertTrue(config.contains(field), config);
            Files.writeString(
                    folder.resolve("config.json"),
                    config.replace(field, instead)
                            .replace(
                                    "\"decoder_vocab_size\": 23",
                                    instead.startsWith("\"vocab")
                                            ? "\"decoder_vocab_size\": 24"
                                            : "\"decoder_vocab_size\": 23"));
            Files.write(folder.resolve("model.safetensors"), small.read("model.safetensors", 1 << 20));
        }
        try (ModelFiles files = ModelFiles.folder(folder)) {
            String found = assertThrows(InvalidModelException.class, () -> MarianGolden.load(Kernels.scalar(), files))
                    .getMessage();
            assertTrue(found.contains(message), found);
            assertEquals(1, found.lines().count());
        }
    }
}
