package dev.tercet.loaders;

import static dev.tercet.loaders.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxModelTest {
    private static final byte[] SIX = new LittleEndian().f32(1, 2, 3, 4, 5, 6).toBytes();

    /** Writes protobuf fields. */
    static final class Message {
        private final LittleEndian out = new LittleEndian();

        Message integer(int field, long value) {
            return varint(field << 3).varint(value);
        }

        Message bytes(int field, byte[] value) {
            varint(field << 3 | 2).varint(value.length);
            out.bytes(value);
            return this;
        }

        Message text(int field, String value) {
            return bytes(field, new LittleEndian().text(value).toBytes());
        }

        Message message(int field, Message value) {
            return bytes(field, value.toBytes());
        }

        Message varint(long value) {
            long rest = value;
            while (rest >>> 7 != 0) {
                out.u8((int) (rest & 127 | 128));
                rest >>>= 7;
            }
            out.u8((int) rest);
            return this;
        }

        byte[] toBytes() {
            return out.toBytes();
        }
    }

    private static Message tensor(String name, int type, byte[] raw, long... dims) {
        Message tensor = new Message();
        for (long dim : dims) {
            tensor.integer(1, dim);
        }
        return tensor.integer(2, type).text(8, name).bytes(9, raw);
    }

    private static Message weight(String name, long... dims) {
        return tensor(name, 1, SIX, dims);
    }

    private static Message node(String operator, String name, List<String> inputs, String output) {
        Message node = new Message();
        inputs.forEach(input -> node.text(1, input));
        return node.text(2, output).text(3, name).text(4, operator);
    }

    static byte[] model(List<Message> nodes, List<Message> initializers) {
        Message graph = new Message();
        nodes.forEach(node -> graph.message(1, node));
        graph.text(2, "torch_jit");
        initializers.forEach(initializer -> graph.message(5, initializer));
        return new Message()
                .integer(1, 7)
                .text(2, "pytorch")
                .message(7, graph)
                .message(8, new Message().integer(2, 14))
                .toBytes();
    }

    private static Map<String, Tensor> read(byte[] file) {
        return OnnxModel.read(MemorySegment.ofArray(file), "m.onnx");
    }

    private static Map<String, Tensor> read(List<Message> nodes, Message... initializers) {
        return read(model(nodes, List.of(initializers)));
    }

    private static void refused(Message initializer, String... parts) {
        assertRefused(() -> read(List.of(), initializer), parts);
        assertRefused(() -> read(List.of(), initializer), "m.onnx");
    }

    @Test
    void readsNamedInitializersAsTheyAre() {
        Tensor tensor = read(List.of(), weight("encoder.weight", 2, 3)).get("encoder.weight");

        assertArrayEquals(new long[] {2, 3}, tensor.shape());
        assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, tensor.floats());
    }

    @ParameterizedTest
    @ValueSource(strings = {"onnx::MatMul_885", "885"})
    void namesAnAnonymousWeightAfterTheBiasAddedToItsProduct(String anonymous) {
        var tensors = read(
                List.of(
                        node("MatMul", "MatMul_1", List.of("hidden", anonymous), "p"),
                        node("Add", "Add_1", List.of("layer.0.query.bias", "p"), "q")),
                weight(anonymous, 2, 3));

        assertEquals(Set.of("layer.0.query.weight"), tensors.keySet());
        assertArrayEquals(new long[] {3, 2}, tensors.get("layer.0.query.weight").shape());
        assertArrayEquals(
                new float[] {1, 4, 2, 5, 3, 6},
                tensors.get("layer.0.query.weight").floats());
    }

    @Test
    void namesAWeightWithoutBiasAfterThePathOfItsNode() {
        var tensors = read(
                List.of(node("MatMul", "/encoder/layer.0/dense/MatMul", List.of("h", "onnx::MatMul_1"), "p")),
                weight("onnx::MatMul_1", 2, 3));

        assertEquals(Set.of("encoder.layer.0.dense.weight"), tensors.keySet());
    }

    @Test
    void namesTheWeightOfAGemmAfterItsThirdInput() {
        var tensors = read(
                List.of(node("Gemm", "Gemm_1", List.of("h", "onnx::Gemm_1", "pooler.dense.bias"), "p")),
                weight("onnx::Gemm_1", 2, 3));

        assertArrayEquals(new long[] {3, 2}, tensors.get("pooler.dense.weight").shape());
    }

    @Test
    void leavesTheNamedWeightOfAGemmThatTransposesItself() {
        Message gemm = node("Gemm", "Gemm_1", List.of("h", "pooler.dense.weight", "pooler.dense.bias"), "p")
                .message(5, new Message().text(1, "transB").integer(3, 1).integer(20, 2));

        assertArrayEquals(
                new long[] {2, 3},
                read(List.of(gemm), weight("pooler.dense.weight", 2, 3))
                        .get("pooler.dense.weight")
                        .shape());
    }

    @Test
    void readsAWeightThatTheExporterReplacedByAnEqualOne() {
        var tensors = read(
                List.of(node("Identity", "Identity_1", List.of("layer.0.LayerNorm.bias"), "layer.1.LayerNorm.bias")),
                weight("layer.0.LayerNorm.bias", 6));

        assertArrayEquals(
                tensors.get("layer.0.LayerNorm.bias").floats(),
                tensors.get("layer.1.LayerNorm.bias").floats());
    }

    @Test
    void givesOneAnonymousWeightEveryNameThatItHas() {
        var tensors = read(
                List.of(
                        node("MatMul", "/a/MatMul", List.of("h", "onnx::MatMul_1"), "p"),
                        node("MatMul", "/b/MatMul", List.of("h", "onnx::MatMul_1"), "q")),
                weight("onnx::MatMul_1", 2, 3));

        assertEquals(Set.of("a.weight", "b.weight"), tensors.keySet());
    }

    @ParameterizedTest
    @CsvSource({"2, U8, 1", "3, I8, 1", "5, I16, 2", "6, I32, 4", "7, I64, 8", "10, F16, 2", "11, F64, 8", "16, BF16, 2"
    })
    void readsRawDataOfOtherTypes(int type, DType expected, int bytes) {
        Tensor tensor =
                read(List.of(), tensor("a", type, new byte[3 * bytes], 3)).get("a");

        assertEquals(expected, tensor.dtype());
        assertEquals(3, tensor.elements());
    }

    @Test
    void readsFloatsFromTheirRepeatedField() {
        Message tensor = new Message()
                .bytes(1, new byte[] {2, 3})
                .integer(2, 1)
                .bytes(4, SIX)
                .text(8, "a");

        assertArrayEquals(
                new float[] {1, 2, 3, 4, 5, 6}, read(List.of(), tensor).get("a").floats());
    }

    @Test
    void readsWholeNumbersFromTheirRepeatedFields() {
        byte[] varints = new Message().varint(5).varint(-1).varint(300).toBytes();
        Message longs =
                new Message().integer(1, 3).integer(2, 7).text(8, "longs").bytes(7, varints);
        Message bytes =
                new Message().integer(1, 3).integer(2, 3).text(8, "bytes").bytes(5, varints);
        var tensors = read(List.of(), longs, bytes);

        assertArrayEquals(new byte[] {5, -1, 44}, tensors.get("bytes").bytes());
        assertEquals(-1, tensors.get("longs").data().get(Tensor.B64, 8));
        assertEquals(300, tensors.get("longs").data().get(Tensor.B64, 16));
    }

    @Test
    void refusesExternalData() {
        refused(weight("a", 6).integer(14, 1), "initializer a lies in another file (external data)");
        refused(weight("a", 6).message(13, new Message().text(1, "location").text(2, "x.data")), "external data");
    }

    @Test
    void refusesTypesThatAreNotRead() {
        refused(tensor("a", 8, new byte[4], 1), "initializer a has ONNX data type 8");
        refused(tensor("a", 0, new byte[4], 1), "ONNX data type 0");
    }

    @Test
    void refusesDataThatDoesNotFillTheShape() {
        refused(weight("a", 7), "initializer a has 6 whole values for F32 [7]");
        refused(weight("a", -6), "for F32 [-6]");
        refused(weight("a", 1L << 33, 1L << 33), "for F32");
        refused(tensor("a", 1, new byte[23], 6), "for F32 [6]");
        refused(new Message().integer(1, 6).integer(2, 1).text(8, "a"), "has 0 whole values");
    }

    @Test
    void refusesValuesInTheFieldOfAnotherType() {
        refused(
                new Message().integer(1, 3).integer(2, 1).text(8, "a").bytes(5, new byte[] {1, 2, 3}),
                "has its values in field 5");
        refused(weight("a", 6).bytes(4, SIX), "in field 4 and in raw_data");
    }

    @Test
    void refusesValuesInTwoPieces() {
        refused(
                new Message()
                        .integer(1, 6)
                        .integer(2, 1)
                        .text(8, "a")
                        .bytes(4, SIX)
                        .bytes(4, SIX),
                "in two pieces");
    }

    @Test
    void refusesMoreThan32Dimensions() {
        refused(new Message().bytes(1, new byte[33]).integer(2, 1).text(8, "a"), "more than 32 dimensions");
    }

    @Test
    void refusesAnInitializerThatIsThereTwice() {
        assertRefused(() -> read(List.of(), weight("a", 6), weight("a", 6)), "initializer a is there twice");
    }

    @ParameterizedTest
    @ValueSource(strings = {"DynamicQuantizeLinear", "MatMulInteger", "QLinearMatMul", "DequantizeLinear"})
    void refusesAQuantizedGraph(String operator) {
        assertRefused(() -> read(List.of(node(operator, "n", List.of("a"), "b"))), operator, "quantized graph");
    }

    @Test
    void refusesAGraphThatARuntimeHasFused() {
        Message fused = node("Attention", "n", List.of("a"), "b").text(7, "com.microsoft");

        assertRefused(() -> read(List.of(fused)), "com.microsoft.Attention", "before optimization");
    }

    @Test
    void refusesSparseInitializers() {
        byte[] file = new Message()
                .message(7, new Message().message(15, new Message()))
                .toBytes();

        assertRefused(() -> read(file), "sparse initializers");
    }

    @Test
    void refusesAWeightThatNothingNames() {
        assertRefused(
                () -> read(
                        List.of(node("MatMul", "MatMul_7", List.of("h", "onnx::MatMul_1"), "p")),
                        weight("onnx::MatMul_1", 2, 3)),
                "nothing in the graph names the weight onnx::MatMul_1 of node MatMul_7");
    }

    @Test
    void refusesOneNameForTwoWeights() {
        assertRefused(
                () -> read(
                        List.of(
                                node("MatMul", "/a/MatMul", List.of("h", "onnx::MatMul_1"), "p"),
                                node("MatMul", "/a/MatMul", List.of("h", "onnx::MatMul_2"), "q")),
                        weight("onnx::MatMul_1", 2, 3),
                        weight("onnx::MatMul_2", 2, 3)),
                "the name a.weight to two weights");
    }

    @Test
    void refusesWhatIsNoModel() {
        assertRefused(() -> read(new byte[0]), "m.onnx: not an ONNX model");
        assertRefused(() -> read(new byte[] {0x0b}), "corrupt protobuf: wire type 3");
        assertRefused(() -> read(new byte[] {0, 0}), "corrupt protobuf: field number 0");
        assertRefused(() -> read(new byte[] {0x3a, 5, 1}), "a length of 5 where 1 bytes are left");
        assertRefused(() -> read(new byte[] {(byte) 0x80}), "it ends inside a number");
        assertRefused(() -> read(new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1}), "more than 10 bytes");
    }

    @Test
    void refusesTwoGraphs() {
        byte[] file = new Message()
                .message(7, new Message())
                .message(7, new Message())
                .toBytes();

        assertRefused(() -> read(file), "a second graph");
    }

    @Test
    void refusesEveryTruncation() {
        byte[] file = model(
                List.of(node("MatMul", "/a/MatMul", List.of("h", "onnx::MatMul_1"), "p")),
                List.of(weight("onnx::MatMul_1", 2, 3)));
        int graphEnd = file.length - 4; // what follows the graph is of no interest
        for (int length = 0; length < graphEnd; length++) {
            byte[] cut = Arrays.copyOf(file, length);
            assertRefused(() -> read(cut), "m.onnx");
        }
    }
}
