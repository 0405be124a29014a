package dev.tercet.loaders;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelCopyTest {
    private static final String QUERY = "encoder.layer.0.attention.self.query.weight";
    private static final String TABLE = "embeddings.word_embeddings.weight";
    private static final String OTHER = "cls.predictions.transform.dense.weight";

    @TempDir
    private Path folder;

    private final List<Tensor> tensors = new ArrayList<>();
    private final Random random = new Random(1);
    private Path source;
    private Path target;

    @BeforeEach
    void prepare() throws IOException {
        source = Files.createDirectory(folder.resolve("source"));
        target = folder.resolve("made").resolve("target");
        put(QUERY, 8, 16);
        put("encoder.layer.0.attention.self.query.bias", 8);
        put(TABLE, 5, 16);
        put(OTHER, 16, 16);
        byte[] ids = new byte[16];
        tensors.add(new Tensor("embeddings.position_ids", DType.I64, new long[] {2}, MemorySegment.ofArray(ids)));
        Files.writeString(
                source.resolve("config.json"),
                "{\"model_type\":\"bert\",\"layer_norm_eps\":1e-12,\"torch_dtype\":\"float32\",\"id2label\":{\"0\":\"é\"}}");
        Files.writeString(source.resolve("vocab.txt"), "[PAD]\n[UNK]\n");
        Files.writeString(source.resolve("modules.json"), "[{\"path\":\"\"},{\"path\":\"1_Pooling\"}]");
        Files.createDirectory(source.resolve("1_Pooling"));
        Files.writeString(source.resolve("1_Pooling/config.json"), "{}");
        Files.writeString(source.resolve("flax_model.msgpack"), "the same once more");
    }

    private void put(String name, int... shape) {
        int n = 1;
        for (int dimension : shape) n *= dimension;
        float[] values = new float[n];
        for (int i = 0; i < n; i++) values[i] = (float) random.nextGaussian();
        tensors.add(Tensor.of(name, values, shape));
    }

    private ModelFiles source() throws IOException {
        SafetensorsWriter.write(source.resolve("model.safetensors"), tensors, Map.of());
        return ModelFiles.folder(source);
    }

    private ModelCopy.Report convert(DType dtype) throws IOException {
        try (ModelFiles files = source()) {
            return ModelCopy.convert(files, dtype, target);
        }
    }

    private ModelCopy.Report quantize() throws IOException {
        try (ModelFiles files = source()) {
            return ModelCopy.quantize(files, target);
        }
    }

    private Set<String> written(Path from) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            return Set.copyOf(all.filter(Files::isRegularFile)
                    .map(file -> from.relativize(file).toString())
                    .toList());
        }
    }

    @Test
    void aCopyHasTheSameWeightsAndWhatElseAModelNeeds() throws IOException {
        ModelCopy.Report report = convert(null);
        assertEquals(5, report.tensors());
        assertEquals(report.bytesBefore(), report.bytes());
        assertEquals(
                Set.of("config.json", "model.safetensors", "vocab.txt", "modules.json", "1_Pooling/config.json"),
                written(target));
        try (ModelFiles files = ModelFiles.folder(target)) {
            Weights weights = Checkpoint.open(files);
            assertEquals(5, weights.names().size());
            for (Tensor tensor : tensors) {
                assertEquals(tensor.dtype(), weights.tensor(tensor.name()).dtype());
                assertEquals(
                        -1, tensor.data().mismatch(weights.tensor(tensor.name()).data()), tensor.name());
            }
            JsonObject config = JsonObject.read(files, "config.json");
            assertEquals(1e-12, config.number("layer_norm_eps"));
            assertEquals("é", config.object("id2label").string("0"));
            assertEquals("float32", config.string("torch_dtype"));
        }
    }

    @Test
    void halvesAreTheNearest() throws IOException {
        for (DType dtype : List.of(DType.F16, DType.BF16)) {
            target = folder.resolve(dtype.name());
            convert(dtype);
            try (ModelFiles files = ModelFiles.folder(target)) {
                Weights weights = Checkpoint.open(files);
                assertEquals(
                        DType.I64, weights.tensor("embeddings.position_ids").dtype());
                assertEquals(dtype, weights.tensor(QUERY).dtype());
                float[] exact = tensors.getFirst().floats();
                float[] halves = weights.floats(QUERY, 8, 16);
                // 11 bits of precision, or 8, the first of them implied; the numbers are far above the subnormal
                double relative = dtype == DType.F16 ? 0x1p-11 : 0x1p-8;
                for (int i = 0; i < exact.length; i++)
                    assertTrue(Math.abs(halves[i] - exact[i]) <= relative * Math.abs(exact[i]) + 0x1p-25);
                JsonObject config = JsonObject.read(files, "config.json");
                assertEquals(dtype == DType.F16 ? "float16" : "bfloat16", config.string("dtype"));
                assertFalse(config.has("torch_dtype"));
            }
        }
    }

    @Test
    void refusesWhatIsTooLargeForATypeAndLeavesNothing() throws IOException {
        tensors.add(Tensor.of("large.weight", new float[] {1, 70000}, 2));
        Refusal.assertRefused(() -> convert(DType.F16), "large.weight holds 70000.0", "more than F16 can", "--dtype");
        assertFalse(Files.exists(target));
        try (Stream<Path> left = Files.exists(target.getParent()) ? Files.list(target.getParent()) : Stream.of()) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void denseLayersBecomeInt8AndTheRestStays() throws IOException {
        ModelCopy.Report report = quantize();
        assertEquals(1, report.quantized());
        try (ModelFiles files = ModelFiles.folder(target)) {
            Weights weights = Checkpoint.open(files);
            QuantizedTensor expected =
                    QuantizedTensor.quantize(QUERY, tensors.getFirst().floats(), 8, 16);
            QuantizedTensor actual = weights.quantized(QUERY, 8, 16);
            assertArrayEquals(expected.scales(), actual.scales());
            assertArrayEquals(expected.q().toArray(JAVA_BYTE), actual.q().toArray(JAVA_BYTE));
            assertArrayEquals(new int[] {8, 1}, weights.shape(QUERY + "_scale"));
            assertFalse(weights.has(QUERY + "_zero_point"));
            assertEquals(DType.F32, weights.tensor(TABLE).dtype());
            JsonObject quantization = JsonObject.read(files, "config.json").object("quantization_config");
            assertEquals(List.of("cls.predictions.transform.dense"), quantization.strings("ignore"));
        }
    }

    @Test
    void aQuantizedModelIsNotQuantizedAgainButExpandsToWhatItMeans() throws IOException {
        quantize();
        Path expanded = folder.resolve("expanded");
        try (ModelFiles files = ModelFiles.folder(target)) {
            Refusal.assertRefused(() -> ModelCopy.quantize(files, expanded), "is int8 already", "--dtype f32");
            ModelCopy.convert(files, DType.F32, expanded);
            try (ModelFiles copy = ModelFiles.folder(expanded)) {
                Weights weights = Checkpoint.open(copy);
                assertEquals(DType.F32, weights.tensor(QUERY).dtype());
                assertFalse(weights.has(QUERY + "_scale"));
                assertArrayEquals(Checkpoint.open(files).floats(QUERY, 8, 16), weights.floats(QUERY, 8, 16));
                assertFalse(JsonObject.read(copy, "config.json").has("quantization_config"));
            }
            Path kept = folder.resolve("kept");
            ModelCopy.convert(files, null, kept);
            try (ModelFiles copy = ModelFiles.folder(kept)) {
                assertTrue(Checkpoint.open(copy).isQuantized(QUERY));
                assertTrue(JsonObject.read(copy, "config.json").has("quantization_config"));
            }
        }
    }

    @Test
    void refusesAModelWithoutDenseLayersThatItKnows() throws IOException {
        tensors.removeFirst();
        Refusal.assertRefused(this::quantize, "no dense layers of BERT or Marian");
        assertFalse(Files.exists(target));
    }

    @Test
    void aFolderWithContentIsNotTouchedAndAnEmptyOneIsUsed() throws IOException {
        Files.createDirectories(target);
        Path mine = Files.writeString(target.resolve("mine.txt"), "mine");
        assertThrows(FileAlreadyExistsException.class, () -> convert(null));
        assertEquals(Set.of("mine.txt"), written(target));
        Files.delete(mine);
        convert(null);
        assertTrue(Files.exists(target.resolve("model.safetensors")));
    }
}
