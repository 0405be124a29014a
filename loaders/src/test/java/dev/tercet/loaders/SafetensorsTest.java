package dev.tercet.loaders;

import static dev.tercet.loaders.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {
    private static final String ONE = "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";

    /** A file of this header and so many bytes of data: 0, 1, 2, … */
    static byte[] file(String header, int dataBytes) {
        var file = new LittleEndian();
        byte[] json = new LittleEndian().text(header).toBytes();
        file.u64(json.length).bytes(json);
        for (int i = 0; i < dataBytes; i++) {
            file.u8(i);
        }
        return file.toBytes();
    }

    private static Safetensors read(byte[] bytes) {
        return Safetensors.read(MemorySegment.ofArray(bytes), "m.safetensors");
    }

    private static void refused(String header, int dataBytes, String... parts) {
        byte[] bytes = file(header, dataBytes);
        assertRefused(() -> read(bytes), parts);
        assertRefused(() -> read(bytes), "m.safetensors");
    }

    private static String tensor(String name, String dtype, String shape, String offsets) {
        return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets
                + "}";
    }

    @Test
    void readsTensorsInTheOrderOfTheHeader() {
        var file = read(
                file("{" + tensor("b", "U8", "[3]", "[4,7]") + "," + tensor("a", "I8", "[2,2]", "[0,4]") + "}", 7));

        assertEquals(List.of("b", "a"), List.copyOf(file.tensors().keySet()));
        assertArrayEquals(new long[] {2, 2}, file.tensors().get("a").shape());
        assertArrayEquals(new byte[] {4, 5, 6}, file.tensors().get("b").bytes());
    }

    @Test
    void readsFloatsThatAreAlignedToNothing() {
        byte[] bytes = new LittleEndian()
                .u64(ONE.length() + 1)
                .text(ONE + " ")
                .f32(1.5f, -0.25f)
                .toBytes();

        assertArrayEquals(
                new float[] {1.5f, -0.25f}, read(bytes).tensors().get("a").floats());
    }

    @Test
    void readsMetadata() {
        assertEquals(
                Map.of("format", "pt"),
                read(file("{\"__metadata__\":{\"format\":\"pt\"}}", 0)).metadata());
    }

    @Test
    void readsAHeaderWithoutTensors() {
        assertEquals(Map.of(), read(file("{}", 0)).tensors());
    }

    @Test
    void readsTensorsWithoutElementsAndScalars() {
        var tensors = read(file(
                        "{" + tensor("empty", "F32", "[0,7]", "[0,0]") + "," + tensor("scalar", "I64", "[]", "[0,8]")
                                + "}",
                        8))
                .tensors();

        assertEquals(0, tensors.get("empty").elements());
        assertEquals(1, tensors.get("scalar").elements());
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void knowsEveryWholeByteType(DType type) {
        int bytes = 3 * type.bytes();
        var tensor = read(file("{" + tensor("a", type.name(), "[3]", "[0," + bytes + "]") + "}", bytes))
                .tensors()
                .get("a");

        assertEquals(type, tensor.dtype());
        assertEquals(3, tensor.elements());
    }

    @ParameterizedTest
    @ValueSource(strings = {"F4", "F6_E2M3", "f32", "", "FLOAT"})
    void namesADtypeThatItDoesNotRead(String dtype) {
        refused("{" + tensor("a.weight", dtype, "[1]", "[0,4]") + "}", 4, "a.weight has dtype " + dtype, "BF16");
    }

    @Test
    void refusesAFileShorterThanTheLengthOfItsHeader() {
        assertRefused(() -> read(new byte[7]), "it has 7 bytes");
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 62, 100_000_001})
    void refusesAHeaderLongerThanTheFile(long length) {
        byte[] bytes = new LittleEndian().u64(length).text(ONE).toBytes();

        assertRefused(() -> read(bytes), Long.toUnsignedString(length) + " bytes", "fetch the file again");
    }

    @Test
    void refusesAHeaderOfMoreThan100Megabytes() {
        byte[] bytes = new byte[100_000_020];
        System.arraycopy(new LittleEndian().u64(100_000_001).text("{}").toBytes(), 0, bytes, 0, 10);

        assertRefused(() -> read(bytes), "at most 100000000");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " {}",
                "[]",
                "{",
                "{}x",
                "{}{}",
                "{\"a\"}",
                "{\"a\":1}",
                "{\"a\":[]}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1]",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1}}",
                "{'a':1}",
                "{\"__metadata__\":1}",
                "{\"__metadata__\":{\"a\":1}}",
                "{\"__metadata__\":{\"a\":\"b\",\"a\":\"b\"}}",
                "{\"__metadata__\":{},\"__metadata__\":{}}",
                "{\"a\":{\"dtype\":1,\"shape\":[],\"data_offsets\":[0,0]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":{},\"data_offsets\":[0,0]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":0}}",
                "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"shape\":[0],\"data_offsets\":[0,0]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0],\"data_offsets\":[0,0]}}"
            })
    void refusesAHeaderOfAnotherForm(String header) {
        refused(header, 0, "corrupt safetensors");
    }

    @Test
    void refusesAHeaderThatIsNotUtf8() {
        byte[] bytes = new LittleEndian().u64(4).u8('{', '"', 0xff, '"').toBytes();

        assertRefused(() -> read(bytes), "not valid UTF-8");
    }

    @Test
    void refusesATensorThatIsThereTwice() {
        refused(
                "{" + tensor("a", "U8", "[1]", "[0,1]") + "," + tensor("a", "U8", "[1]", "[1,2]") + "}",
                2,
                "a: there twice");
    }

    @ParameterizedTest
    @ValueSource(strings = {"dtype", "shape", "data_offsets"})
    void refusesATensorThatLacksAField(String field) {
        refused(ONE.replace("\"" + field, "\"other"), 8, "a: it lacks " + field);
    }

    @Test
    void skipsFieldsThatItDoesNotKnow() {
        assertEquals(
                1,
                read(file(ONE.replace("{\"dtype", "{\"x\":{\"y\":[1]},\"dtype"), 8))
                        .tensors()
                        .size());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[-1] | [0,8]",
                "[2.0] | [0,8]",
                "[\"2\"] | [0,8]",
                "[99999999999999999999] | [0,8]",
                "[2] | [0,-8]",
                "[2] | [-8,0]",
                "[2] | [0,8.0]",
                "[2] | [0]",
                "[2] | [0,8,8]",
                "[2] | [8,0]",
                "[2] | [0,9]",
                "[2] | [0,7]",
                "[2] | [1,8]",
                "[2] | [9223372036854775807,9223372036854775807]",
                "[3] | [0,8]",
                "[1] | [0,8]",
                "[] | [0,8]",
                "[0] | [0,8]",
                "[4294967296,4294967296] | [0,8]",
                "[4611686018427387905,4] | [0,8]",
                "[2,0,9223372036854775807,2] | [0,8]"
            })
    void refusesAShapeThatDoesNotFillItsBytes(String shape, String offsets) {
        refused("{" + tensor("a", "F32", shape, offsets) + "}", 8, "a: ");
    }

    @Test
    void refusesMoreThan32Dimensions() {
        refused(
                "{"
                        + tensor(
                                "a",
                                "F32",
                                List.of(
                                                1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                                                1, 1, 1, 1, 1, 1, 1, 1, 1)
                                        .toString(),
                                "[0,4]")
                        + "}",
                4,
                "more than 32 numbers");
    }

    @Test
    void refusesTensorsThatOverlap() {
        refused(
                "{" + tensor("a", "U8", "[3]", "[0,3]") + "," + tensor("b", "U8", "[2]", "[2,4]") + "}",
                4,
                "b: it overlaps");
    }

    @Test
    void refusesTwoTensorsOfTheSameBytes() {
        refused(
                "{" + tensor("a", "U8", "[4]", "[0,4]") + "," + tensor("b", "U8", "[4]", "[0,4]") + "}",
                4,
                "it overlaps");
    }

    @Test
    void refusesAHoleBetweenTensors() {
        refused(
                "{" + tensor("a", "U8", "[1]", "[0,1]") + "," + tensor("b", "U8", "[2]", "[2,4]") + "}",
                4,
                "b: there is a hole before it");
    }

    @Test
    void refusesAHoleBeforeTheFirstTensor() {
        refused("{" + tensor("a", "U8", "[3]", "[1,4]") + "}", 4, "a: there is a hole before it");
    }

    @Test
    void refusesBytesAfterTheLastTensor() {
        refused(ONE, 9, "1 bytes after the last tensor");
    }

    @Test
    void refusesMoreTensorsAndStringsThanAnyCheckpointHas() {
        StringBuilder tensors = new StringBuilder("{");
        StringBuilder strings = new StringBuilder("{\"__metadata__\":{");
        for (int i = 0; i <= 1 << 18; i++) {
            tensors.append(i == 0 ? "" : ",").append(tensor("" + i, "U8", "[0]", "[0,0]"));
            strings.append(i == 0 ? "" : ",").append('"').append(i).append("\":\"\"");
        }

        refused(tensors.append("}").toString(), 0, "more than 262144 tensors");
        refused(strings.append("}}").toString(), 0, "more than 65536 strings");
    }

    @Test
    void refusesDeepNesting() {
        refused("{\"a\":{\"x\":" + "[".repeat(1000) + "]".repeat(1000) + "}}", 0, "header");
    }

    @Test
    void quotesAHostileNameOnOneLine() {
        refused("{" + tensor("a\\nb\\u001b[2J", "U8", "[9]", "[0,4]") + "}", 4, "a\\nb\\u001b[2J: shape [9]");
    }
}
