package dev.tercet.loaders;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Valid files with seeded damage: each is read or refused with an {@link InvalidModelException}, in time, and whatever
 * is read can be used.
 */
class HostileBytesTest {
    private static final int MUTATIONS = Integer.getInteger("tercet.fuzz", 2000);

    /** Bytes that sit at the edge of some type or mean something in one of the formats. */
    private static final int[] EDGES = {0, 1, 0x7f, 0x80, 0xff, '{', '}', '[', '"', '.', '(', 'h', 'R', 0x94};

    /** A reader of a file of any content. */
    private interface Reader {
        Map<String, Tensor> read(MemorySegment file);
    }

    static Stream<Arguments> formats() throws IOException {
        byte[] safetensors = resource("bert-f32/safetensors/model.safetensors");
        byte[] torch = resource("marian-bf16/torch/pytorch_model.bin");
        byte[] legacy = resource("bert-f16/torch-2020/pytorch_model.bin");
        byte[] config = resource("marian-f32/safetensors/config.json");
        Reader readsTorch = file -> TorchCheckpoint.read(file, "fuzzed");
        return Stream.of(
                Arguments.of("safetensors", safetensors, (Reader)
                        file -> Safetensors.read(file, "fuzzed").tensors()),
                Arguments.of("torch zip", torch, readsTorch),
                Arguments.of("torch 2020", legacy, readsTorch),
                Arguments.of("zip", torch, (Reader) HostileBytesTest::unzip),
                Arguments.of("onnx", onnx(), (Reader) file -> OnnxModel.read(file, "fuzzed")),
                Arguments.of("json", config, (Reader) HostileBytesTest::parse));
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = HostileBytesTest.class.getResourceAsStream("/checkpoints/" + name)) {
            return in.readAllBytes();
        }
    }

    private static byte[] onnx() {
        var weight = new OnnxModelTest.Message()
                .integer(1, 4)
                .integer(1, 6)
                .integer(2, 1)
                .text(8, "onnx::MatMul_1");
        var bias = new OnnxModelTest.Message()
                .integer(1, 6)
                .integer(2, 1)
                .text(8, "a.bias")
                .bytes(4, new byte[24]);
        var ids = new OnnxModelTest.Message()
                .integer(1, 9)
                .integer(2, 7)
                .text(8, "ids")
                .bytes(7, new byte[9]);
        var product = new OnnxModelTest.Message()
                .text(1, "h")
                .text(1, "onnx::MatMul_1")
                .text(2, "p")
                .text(4, "MatMul");
        var sum = new OnnxModelTest.Message()
                .text(1, "a.bias")
                .text(1, "p")
                .text(2, "q")
                .text(4, "Add");
        return OnnxModelTest.model(List.of(product, sum), List.of(weight.bytes(9, new byte[96]), bias, ids));
    }

    private static Map<String, Tensor> unzip(MemorySegment file) {
        ZipArchive zip = ZipArchive.read(file, "fuzzed");
        for (ZipArchive.Entry entry : zip.entries()) {
            zip.bytes(entry, 1 << 20);
        }
        return Map.of();
    }

    private static Map<String, Tensor> parse(MemorySegment file) {
        JsonObject.parse(file.toArray(JAVA_BYTE), "fuzzed");
        return Map.of();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("formats")
    void readsOrRefusesDamagedFiles(String format, byte[] valid, Reader reader) {
        assertDoesNotThrow(() -> use(reader, valid), format);
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            for (int seed = 0; seed < MUTATIONS; seed++) {
                byte[] damaged = damaged(valid, new SplittableRandom(seed));
                try {
                    use(reader, damaged);
                } catch (InvalidModelException _) {
                    // one of the two right answers
                } catch (RuntimeException | Error e) {
                    fail(format + ", seed " + seed, e);
                }
            }
        });
    }

    private static void use(Reader reader, byte[] file) {
        for (Tensor tensor : reader.read(MemorySegment.ofArray(file)).values()) {
            if (Tensor.elements(tensor.shape()) != tensor.elements()) throw new AssertionError(tensor);
            switch (tensor.dtype()) {
                case F32, F16, BF16 -> tensor.floats();
                default -> tensor.bytes();
            }
        }
    }

    /**
     * One to eight times: a byte replaced, bytes cut out, bytes doubled, or the end cut off; most often near a length.
     */
    private static byte[] damaged(byte[] valid, SplittableRandom random) {
        byte[] bytes = valid.clone();
        int wounds = 1 + random.nextInt(8);
        for (int i = 0; i < wounds && bytes.length > 1; i++) {
            int at =
                    switch (random.nextInt(4)) {
                        case 0 -> random.nextInt(Math.min(64, bytes.length));
                        case 1 -> bytes.length - 1 - random.nextInt(Math.min(128, bytes.length));
                        default -> random.nextInt(bytes.length);
                    };
            int n = Math.min(1 + random.nextInt(8), bytes.length - at);
            switch (random.nextInt(16)) {
                case 0 -> bytes = Arrays.copyOf(bytes, at);
                case 1 -> bytes = spliced(bytes, at, at + n);
                case 2 -> bytes = spliced(bytes, at + n, at);
                case 3, 4, 5, 6 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 7, 8, 9 -> bytes[at] = (byte) random.nextInt(256);
                default -> bytes[at] = (byte) EDGES[random.nextInt(EDGES.length)];
            }
        }
        return bytes;
    }

    /** What is before {@code end}, then what is from {@code start} on. */
    private static byte[] spliced(byte[] bytes, int end, int start) {
        byte[] spliced = Arrays.copyOf(bytes, end + bytes.length - start);
        System.arraycopy(bytes, start, spliced, end, bytes.length - start);
        return spliced;
    }
}
