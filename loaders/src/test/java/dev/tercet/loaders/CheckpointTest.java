package dev.tercet.loaders;

import static dev.tercet.loaders.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointTest {
    private static final byte[] TWO = SafetensorsTest.file(
            "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
                    + "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[1,3]}}",
            3);

    private static Path checkpoints() throws URISyntaxException {
        return Path.of(CheckpointTest.class.getResource("/checkpoints").toURI());
    }

    static Stream<String> savedByTransformers() {
        return Stream.of("bert", "marian").flatMap(architecture -> Stream.of("f32", "f16", "bf16")
                .flatMap(type -> Stream.of("safetensors", "torch", "torch-2020", "sharded")
                        .filter(format -> type.equals("f32") || !format.equals("sharded"))
                        .map(format -> architecture + "-" + type + "/" + format)));
    }

    /** Lines {@code name [shape] sha256} of the weights as little-endian fp32. */
    private static Map<String, String> golden(Path file) throws Exception {
        Map<String, String> lines = new HashMap<>();
        for (String line : Files.readAllLines(file)) {
            if (!line.startsWith("#")) lines.put(line.substring(0, line.indexOf(' ')), line);
        }
        return lines;
    }

    private static String digest(float[] values) throws Exception {
        byte[] bytes = new byte[4 * values.length];
        MemorySegment.copy(values, 0, MemorySegment.ofArray(bytes), Tensor.F32, 0, values.length);
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    @ParameterizedTest
    @MethodSource("savedByTransformers")
    void readsEveryWeightAsTransformersSavedIt(String folder) throws Exception {
        Map<String, String> golden = golden(checkpoints().resolve(folder).resolveSibling("weights.txt"));
        try (ModelFiles files = ModelFiles.folder(checkpoints().resolve(folder))) {
            Weights weights = Checkpoint.open(files);
            for (String name : weights.names()) {
                int[] shape = weights.shape(name);
                String line = name + " " + Arrays.toString(shape) + " " + digest(weights.floats(name, shape));
                assertEquals(golden.get(name), line);
            }
            Set<String> absent = new TreeSet<>(golden.keySet());
            absent.removeAll(weights.names());
            // save_pretrained keeps one name of several for the same bytes, and no positions that can be computed
            Set<String> left = folder.startsWith("marian") && !folder.contains("torch")
                    ? Set.of(
                            "lm_head.weight",
                            "model.decoder.embed_positions.weight",
                            "model.decoder.embed_tokens.weight",
                            "model.encoder.embed_positions.weight",
                            "model.encoder.embed_tokens.weight")
                    : Set.of();
            assertEquals(left, absent);
        }
    }

    @Test
    void listsWhatItLookedFor() {
        assertRefused(
                () -> Checkpoint.open(new MemoryFiles().with("config.json", "{}")),
                "model: no weights found; looked for model.safetensors, model.safetensors.index.json,"
                        + " pytorch_model.bin, pytorch_model.bin.index.json, onnx/model.onnx, model.onnx");
    }

    @Test
    void prefersSafetensors() {
        var files = new MemoryFiles().with("model.safetensors", TWO).with("pytorch_model.bin", "not read");

        assertEquals(Set.of("a", "b"), Checkpoint.open(files).names());
    }

    @ParameterizedTest
    @ValueSource(strings = {"onnx/model.onnx", "model.onnx"})
    void readsOnnx(String name) {
        var tensor = new OnnxModelTest.Message()
                .integer(1, 1)
                .integer(2, 1)
                .text(8, "w")
                .bytes(9, new byte[4]);
        var files = new MemoryFiles().with(name, OnnxModelTest.model(List.of(), List.of(tensor)));

        assertArrayEquals(new float[1], Checkpoint.open(files).floats("w", 1));
        assertEquals("model/" + name + ": w", Checkpoint.open(files).describe("w"));
    }

    @Test
    void namesTheShardOfAWeight() {
        var files = sharded("{\"weight_map\":{\"a\":\"one.safetensors\",\"b\":\"two.safetensors\"}}");
        Weights weights = Checkpoint.open(files);

        assertEquals("model/two.safetensors: b", weights.describe("b"));
        assertEquals("model/model.safetensors.index.json: c", weights.describe("c"));
    }

    @Test
    void leavesOutWhatTheIndexDoesNotList() {
        assertEquals(
                Set.of("a"),
                Checkpoint.open(sharded("{\"weight_map\":{\"a\":\"one.safetensors\"}}"))
                        .names());
    }

    @Test
    void refusesAnIndexThatDoesNotFitItsShards() {
        assertRefused(
                () -> Checkpoint.open(sharded("{\"weight_map\":{\"c\":\"one.safetensors\"}}")),
                "model.safetensors.index.json: weight_map.c is \"one.safetensors\", but that file has no such tensor");
        assertRefused(
                () -> Checkpoint.open(sharded("{\"weight_map\":{\"a\":\"three.safetensors\"}}")),
                "weight_map.a is \"three.safetensors\", but there is no such file");
        assertRefused(() -> Checkpoint.open(sharded("{\"weight_map\":{\"a\":1}}")), "weight_map.a is 1");
        assertRefused(() -> Checkpoint.open(sharded("{}")), "weight_map is missing");
    }

    private static MemoryFiles sharded(String index) {
        return new MemoryFiles()
                .with("model.safetensors.index.json", index)
                .with("one.safetensors", TWO)
                .with("two.safetensors", TWO);
    }

    @Test
    void refusesAnIndexThatNamesAFileOutsideTheModel(@TempDir Path folder) throws Exception {
        Files.writeString(
                folder.resolve("model.safetensors.index.json"), "{\"weight_map\":{\"a\":\"../../etc/passwd\"}}");
        try (ModelFiles files = ModelFiles.folder(folder)) {
            assertRefused(() -> Checkpoint.open(files), "../../etc/passwd");
        }
    }

    @Test
    void readsGammaAndBetaAsWeightAndBias() {
        var files = new MemoryFiles()
                .with(
                        "model.safetensors",
                        SafetensorsTest.file(
                                "{\"x.LayerNorm.gamma\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
                                    + "\"x.LayerNorm.beta\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[1,3]}}",
                                3));

        assertEquals(
                Set.of("x.LayerNorm.weight", "x.LayerNorm.bias"),
                Checkpoint.open(files).names());
    }

    @Test
    void refusesGammaBesideWeight() {
        var files = new MemoryFiles()
                .with(
                        "model.safetensors",
                        SafetensorsTest.file(
                                "{\"LayerNorm.gamma\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
                                    + "\"LayerNorm.weight\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[1,3]}}",
                                3));

        assertRefused(() -> Checkpoint.open(files), "mean the same weight");
    }

    private static void open(String quantization) {
        Weights weights = Checkpoint.open(new MemoryFiles()
                .with("model.safetensors", TWO)
                .with("config.json", "{\"quantization_config\":" + quantization + "}"));
        assertTrue(weights.has("a"));
        assertFalse(weights.isQuantized("a"));
    }

    private static String quantization(String method, String format, String group) {
        return "{\"quant_method\":\"" + method + "\",\"format\":\"" + format + "\",\"config_groups\":{\"g\":" + group
                + "}}";
    }

    private static String group(String bits, String type, String more) {
        return "{\"weights\":{\"num_bits\":" + bits + ",\"type\":\"" + type + "\",\"strategy\":\"channel\"}" + more
                + "}";
    }

    @Test
    void acceptsInt8WeightsOfCompressedTensors() {
        open("null");
        open(quantization("compressed-tensors", "int-quantized", group("8", "int", ",\"input_activations\":null")));
    }

    @Test
    void namesTheFieldOfAnotherQuantization() {
        String int8 = group("8", "int", "");
        assertRefused(
                () -> open(quantization("gptq", "int-quantized", int8)),
                "config.json: quantization_config.quant_method is \"gptq\", expected compressed-tensors");
        assertRefused(
                () -> open(quantization("compressed-tensors", "pack-quantized", int8)),
                "quantization_config.format is \"pack-quantized\"");
        assertRefused(
                () -> open(quantization("compressed-tensors", "int-quantized", group("4", "int", ""))),
                "g.weights.num_bits is 4, expected 8");
        assertRefused(
                () -> open(quantization("compressed-tensors", "int-quantized", group("8", "float", ""))),
                "g.weights.type is \"float\"");
        assertRefused(
                () -> open(quantization("compressed-tensors", "int-quantized", int8.replace("channel", "group"))),
                "g.weights.strategy is \"group\"");
        assertRefused(
                () -> open(quantization(
                        "compressed-tensors", "int-quantized", group("8", "int", ",\"input_activations\":{}"))),
                "g.input_activations is an object, expected none");
        assertRefused(() -> open("{}"), "quantization_config.quant_method is missing");
        assertRefused(() -> open("[]"), "quantization_config");
    }
}
