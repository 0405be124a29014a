package dev.tercet.loaders;

import static dev.tercet.loaders.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TorchCheckpointTest {
    private static final byte[] SIX = new LittleEndian().f32(0, 1, 2, 3, 4, 5).toBytes();

    private static byte[] zip(Map<String, byte[]> entries) {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            for (var content : entries.entrySet()) {
                var entry = new ZipEntry(content.getKey());
                var crc = new CRC32();
                crc.update(content.getValue());
                entry.setMethod(ZipEntry.STORED);
                entry.setSize(content.getValue().length);
                entry.setCrc(crc.getValue());
                zip.putNextEntry(entry);
                zip.write(content.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** A checkpoint of this pickle and storage 0 of six floats. */
    private static byte[] checkpoint(byte[] pickle) {
        return checkpoint(pickle, SIX);
    }

    static byte[] checkpoint(byte[] pickle, byte[] storage) {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("archive/data.pkl", pickle);
        entries.put("archive/byteorder", "little".getBytes());
        entries.put("archive/data/0", storage);
        entries.put("archive/version", "3\n".getBytes());
        return zip(entries);
    }

    private static PickleBytes dict() {
        return new PickleBytes().op('}', '(');
    }

    private static Map<String, Tensor> read(byte[] file) {
        return TorchCheckpoint.read(MemorySegment.ofArray(file), "m.bin");
    }

    private static void refused(byte[] pickle, String... parts) {
        assertRefused(() -> read(checkpoint(pickle)), parts);
        assertRefused(() -> read(checkpoint(pickle)), "m.bin");
    }

    /** A state dict of one view of storage 0. */
    private static byte[] view(long offset, long[] shape, long[] strides) {
        return dict().text("w")
                .tensor("FloatStorage", "0", 6, offset, shape, strides)
                .op('u')
                .stop();
    }

    private static long[] of(long... numbers) {
        return numbers;
    }

    @Test
    void readsAContiguousViewInPlace() {
        MemorySegment file = MemorySegment.ofArray(checkpoint(view(2, of(2, 2), of(2, 1))));
        Tensor tensor = TorchCheckpoint.read(file, "m.bin").get("w");

        assertArrayEquals(new float[] {2, 3, 4, 5}, tensor.floats());
        assertArrayEquals(of(2, 2), tensor.shape());
        file.fill((byte) 0);
        assertArrayEquals(new float[4], tensor.floats());
    }

    @Test
    void copiesATransposedViewIntoOrder() {
        assertArrayEquals(
                new float[] {0, 3, 1, 4, 2, 5},
                read(checkpoint(view(0, of(3, 2), of(1, 3)))).get("w").floats());
    }

    @Test
    void ignoresTheStrideOfADimensionOfOne() {
        assertArrayEquals(
                new float[] {0, 1, 2, 3, 4, 5},
                read(checkpoint(view(0, of(1, 6), of(0, 1)))).get("w").floats());
    }

    @Test
    void readsScalarsAndTensorsWithoutElements() {
        assertArrayEquals(
                new float[] {5}, read(checkpoint(view(5, of(), of()))).get("w").floats());
        assertEquals(0, read(checkpoint(view(6, of(0, 3), of(3, 1)))).get("w").elements());
    }

    @Test
    void letsTiedTensorsShareTheirStorage() {
        byte[] pickle = dict().text("a")
                .tensor("FloatStorage", "0", 6, 0, of(6), of(1))
                .op('q', 9)
                .text("b")
                .op('h', 9)
                .op('u')
                .stop();
        Map<String, Tensor> tensors = read(checkpoint(pickle));

        assertEquals("b", tensors.get("b").name());
        assertEquals(-1, tensors.get("a").data().mismatch(tensors.get("b").data()));
    }

    @Test
    void readsParameters() {
        byte[] pickle = dict().text("p")
                .global("torch._utils", "_rebuild_parameter")
                .op('(')
                .tensor("FloatStorage", "0", 6, 0, of(6), of(1))
                .op(0x88)
                .global("collections", "OrderedDict")
                .op(')', 'R', 't', 'R', 'u')
                .stop();

        assertEquals(6, read(checkpoint(pickle)).get("p").elements());
    }

    @Test
    void readsAnOrderedDictWithMetadata() {
        byte[] pickle = new PickleBytes()
                .global("collections", "OrderedDict")
                .op(')', 'R', '(')
                .text("w")
                .tensor("FloatStorage", "0", 6, 0, of(6), of(1))
                .op('u', '}')
                .text("_metadata")
                .op('}', 's', 'b')
                .stop();

        assertEquals(6, read(checkpoint(pickle)).get("w").elements());
    }

    @Test
    void readsAStateDictBesideTrainingState() {
        byte[] pickle = dict().text("epoch")
                .number(3)
                .text("state_dict")
                .op('}')
                .text("w")
                .tensor("FloatStorage", "0", 6, 0, of(6), of(1))
                .op('s', 'u')
                .stop();

        assertEquals(Set.of("w"), read(checkpoint(pickle)).keySet());
    }

    @Test
    void readsAnUntypedStorageAsTheTypeOfItsTensor() {
        byte[] pickle = dict().text("w")
                .global("torch._utils", "_rebuild_tensor_v3")
                .op('(', '(')
                .text("storage")
                .global("torch.storage", "UntypedStorage")
                .text("0")
                .text("cpu")
                .number(24)
                .op('t', 'Q')
                .number(1)
                .tuple(2)
                .tuple(1)
                .op(0x89, 'N')
                .global("torch", "float32")
                .op('t', 'R', 'u')
                .stop();

        assertArrayEquals(new float[] {1, 2}, read(checkpoint(pickle)).get("w").floats());
    }

    @ParameterizedTest
    @CsvSource({
        "os, system",
        "posix, system",
        "builtins, eval",
        "builtins, getattr",
        "__builtin__, exec",
        "subprocess, Popen",
        "torch, load",
        "torch.storage, _load_from_bytes",
        "torch, QInt8Storage",
        "numpy.core.multiarray, _reconstruct",
        "collections, defaultdict"
    })
    void namesTheGlobalThatItDoesNotCall(String module, String name) {
        byte[] pickle = new PickleBytes()
                .global(module, name)
                .op('(')
                .text("touch owned")
                .op('t', 'R')
                .stop();

        refused(pickle, "pickle offset 2: the global " + module + "." + name, "safetensors");
    }

    @Test
    void namesAGlobalThatComesFromTheStack() {
        refused(
                new PickleBytes().text("os").text("system").op(0x93).stop(),
                "pickle offset 20: the global os.system is not");
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                'i', 'o', 'P', 'p', 'g', 'I', 'L', 'F', 'S', 'U', 'T', 'V', 'd', 'l', '0', '1', '2', 0x81, 0x82, 0x83,
                0x84, 0x8b, 0x8d, 0x8e, 0x8f, 0x90, 0x91, 0x92, 0x96, 0x97, 0x98, 0xff, 0
            })
    void namesAnOpcodeThatItDoesNotRun(int opcode) {
        refused(
                new PickleBytes().op('}', opcode).stop(),
                "pickle offset 3: opcode 0x%02x is not one".formatted(opcode));
    }

    @Test
    void refusesAllOpcodesOnAnEmptyStackWithoutAnotherError() {
        for (int opcode = 0; opcode < 256; opcode++) {
            byte[] pickle = new PickleBytes().op(opcode).stop();
            assertThrows(InvalidModelException.class, () -> read(checkpoint(pickle)), "opcode " + opcode);
        }
    }

    @Test
    void refusesAProtocolOfText() {
        refused(new byte[] {(byte) 0x80, 0, '.'}, "pickle protocol 0");
    }

    @Test
    void refusesAMemoEntryThatWasNeverStored() {
        refused(new PickleBytes().op('j', 0xff, 0xff, 0xff, 0xff).stop(), "memo entry 4294967295 was never stored");
    }

    @Test
    void refusesAContainerAsADictKey() {
        // A container that holds itself has no hash: following it would never end.
        refused(new PickleBytes().op('}', 'q', 0, ')', 'N', 's').stop(), "a dict key that is no string or number");
    }

    @Test
    void survivesContainersThatHoldThemselves() {
        refused(
                new PickleBytes()
                        .op(']', 'q', 0, 'h', 0, 'a', '}', 'q', 1)
                        .text("state_dict")
                        .op('h', 1, 's', 0x86, 'q', 2)
                        .stop(),
                "holds no state dict");
        refused(
                new PickleBytes()
                        .op('}', 'q', 0)
                        .text("state_dict")
                        .op('h', 0, 's')
                        .stop(),
                "holds no tensors");
    }

    @Test
    void refusesABombOfListsThatDouble() {
        var pickle = new PickleBytes().op(']', 'q', 0);
        for (int i = 0; i < 200; i++) {
            pickle.op(']', 'q', i + 1, '(', 'h', i, 'h', i, 'e');
        }

        refused(pickle.stop(), "STOP with 201 values on the stack");
    }

    @Test
    void refusesAPickleThatNeverEnds() {
        byte[] endless = new byte[8 << 20];
        Arrays.fill(endless, (byte) '}');
        endless[0] = (byte) 0x80;
        endless[1] = 2;

        refused(endless, "pickle offset " + PickleMachine.MAX_BYTES);
    }

    @Test
    void refusesAStringLongerThanThePickle() {
        refused(new PickleBytes().op('X', 0xff, 0xff, 0xff, 0x7f).stop(), "2147483647 bytes wanted, 1 left");
    }

    @Test
    void refusesSeveralValuesAtTheEnd() {
        refused(new PickleBytes().op('}', '}').stop(), "STOP with 2 values");
    }

    @ParameterizedTest
    @CsvSource({"7, 1, 0", "1, 1, 6", "2, 6, 0", "3, 9223372036854775807, 1", "1, 1, 9223372036854775807"})
    void refusesAViewThatLeavesItsStorage(long size, long stride, long offset) {
        refused(view(offset, of(size), of(stride)), "w of shape [" + size + "]", "leaves its storage of 6 elements");
    }

    @Test
    void refusesAShapeWhoseProductOverflows() {
        refused(view(0, of(1L << 32, 1L << 32), of(0, 0)), "leaves its storage");
    }

    @Test
    void refusesAViewLargerThanItsStorage() {
        refused(view(0, of(1 << 20, 1 << 20), of(0, 0)), "larger than its storage of 6 elements");
    }

    @Test
    void refusesManyCopiesOfOneStorage() {
        PickleBytes pickle = dict().text("w").tensor("FloatStorage", "0", 250_000, 0, of(500, 500), of(1, 500));
        pickle.op('q', 0);
        for (int i = 0; i < 10_000; i++) {
            pickle.text("w" + i).op('h', 0);
        }
        byte[] file = checkpoint(pickle.op('u').stop(), new byte[1_000_000]);
        assertRefused(() -> read(file), "too many tensors view the same storage");
    }

    @ParameterizedTest
    @CsvSource({"-1, 6, 1", "0, -6, 1", "0, 6, -1"})
    void refusesNegativeNumbersInAView(long offset, long size, long stride) {
        refused(view(offset, of(size), of(stride)), "a call of torch._utils._rebuild_tensor_v2 with arguments");
    }

    @Test
    void refusesStridesForAnotherNumberOfDimensions() {
        refused(view(0, of(2, 3), of(1)), "with arguments that PyTorch never writes");
    }

    @Test
    void refusesAStorageOfAnotherSize() {
        refused(
                dict().text("w")
                        .tensor("FloatStorage", "0", 5, 0, of(5), of(1))
                        .op('u')
                        .stop(),
                "storage 0 of 5 elements has 24 bytes, expected 20");
    }

    @Test
    void refusesAStorageThatIsNotThere() {
        refused(
                dict().text("w")
                        .tensor("FloatStorage", "1", 6, 0, of(6), of(1))
                        .op('u')
                        .stop(),
                "storage 1 has no entry archive/data/1");
        refused(
                dict().text("w")
                        .tensor("FloatStorage", "../data.pkl", 6, 0, of(6), of(1))
                        .op('u')
                        .stop(),
                "has no entry");
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MAX_VALUE, Long.MIN_VALUE})
    void refusesAStorageOfAnAbsurdSize(long size) {
        refused(
                dict().text("w")
                        .tensor("FloatStorage", "0", size, 0, of(6), of(1))
                        .op('u')
                        .stop(),
                "a persistent id with arguments that PyTorch never writes");
    }

    @Test
    void refusesAStorageWithTwoTypes() {
        refused(
                dict().text("a")
                        .tensor("FloatStorage", "0", 6, 0, of(6), of(1))
                        .text("b")
                        .tensor("IntStorage", "0", 6, 0, of(6), of(1))
                        .op('u')
                        .stop(),
                "a persistent id");
    }

    @Test
    void refusesWhatIsNoStateDict() {
        refused(new PickleBytes().op('N').stop(), "holds no state dict");
        refused(new PickleBytes().op('}').stop(), "holds no tensors");
    }

    @Test
    void refusesABigEndianFile() {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("archive/data.pkl", view(0, of(6), of(1)));
        entries.put("archive/byteorder", "big".getBytes());
        entries.put("archive/data/0", SIX);

        assertRefused(() -> read(zip(entries)), "m.bin!/archive/byteorder: expected little");
    }

    @Test
    void refusesAZipThatIsNoCheckpoint() {
        assertRefused(() -> read(zip(Map.of("word/document.xml", SIX))), "m.bin: not a file of torch.save");
        assertRefused(() -> read(zip(Map.of("a/data.pkl", SIX, "b/data.pkl", SIX))), "2 entries");
        assertRefused(() -> read(new byte[10]), "not a zip archive");
        assertRefused(() -> read(new byte[0]), "not a zip archive");
    }

    /** The layout before PyTorch 1.6: pickles and storages one after the other. */
    private static byte[] legacy(byte[] state, byte[] keys, byte[] storages) {
        return new LittleEndian()
                .bytes(magic())
                .bytes(new PickleBytes().number(1001).stop())
                .bytes(new PickleBytes()
                        .op('}', '(')
                        .text("little_endian")
                        .op(0x88, 'u')
                        .stop())
                .bytes(state)
                .bytes(keys)
                .bytes(storages)
                .toBytes();
    }

    private static byte[] magic() {
        return new PickleBytes()
                .op(0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19)
                .stop();
    }

    private static byte[] keys(String... keys) {
        var pickle = new PickleBytes().op(']', '(');
        for (String key : keys) {
            pickle.text(key);
        }
        return pickle.op('e').stop();
    }

    private static byte[] storage(long elements, byte[] bytes) {
        return new LittleEndian().u64(elements).bytes(bytes).toBytes();
    }

    @Test
    void readsTheLayoutBeforeTheZip() {
        byte[] file = legacy(view(1, of(2), of(2)), keys("0"), storage(6, SIX));

        assertArrayEquals(new float[] {1, 3}, read(file).get("w").floats());
    }

    @Test
    void refusesCorruptFilesOfTheOldLayout() {
        byte[] state = view(0, of(6), of(1));
        byte[] good = storage(6, SIX);

        assertRefused(
                () -> read(legacy(state, keys("0"), storage(7, SIX))), "storage 0 of 6 elements is not at offset");
        assertRefused(() -> read(legacy(state, keys("0"), new byte[31])), "is not at offset");
        assertRefused(() -> read(legacy(state, keys("0"), new byte[0])), "is not at offset");
        assertRefused(() -> read(legacy(state, keys(), good)), "its list of storage keys");
        assertRefused(() -> read(legacy(state, keys("1"), good)), "its list of storage keys");
        assertRefused(() -> read(legacy(state, keys("0", "0"), good)), "its list of storage keys");
        assertRefused(() -> read(legacy(state, new PickleBytes().op('N').stop(), good)), "its list of storage keys");
        assertRefused(() -> read(new PickleBytes().number(5).stop()), "without its magic number");
        assertRefused(
                () -> read(new LittleEndian()
                        .bytes(magic())
                        .bytes(new PickleBytes().number(1000).stop())
                        .toBytes()),
                "expected protocol 1001");
        assertRefused(
                () -> read(legacy(new PickleBytes().global("os", "system").stop(), keys("0"), good)), "os.system");
    }
}
