package dev.tercet.loaders;

import static dev.tercet.loaders.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ZipArchiveTest {
    private static final byte[] TEXT = "the quick brown fox".repeat(20).getBytes(StandardCharsets.US_ASCII);

    /** Offsets inside a directory header, an end record and a zip64 end record. */
    private static final int FLAGS = 8;

    private static final int METHOD = 10;
    private static final int CRC = 16;
    private static final int COMPRESSED = 20;
    private static final int SIZE = 24;
    private static final int NAME_LENGTH = 28;
    private static final int HEADER = 42;

    /** A zip written field by field; every field can be overwritten afterwards. */
    private static final class Zip {
        final LittleEndian file = new LittleEndian();
        final LittleEndian directory = new LittleEndian();
        int entries;

        Zip stored(String name, byte[] content) {
            return entry(name, 0, content, content);
        }

        Zip deflated(String name, byte[] content) {
            try (var deflater = new Deflater(9, true)) {
                deflater.setInput(content);
                deflater.finish();
                byte[] compressed = new byte[content.length + 64];
                int n = deflater.deflate(compressed);
                return entry(name, 8, Arrays.copyOf(compressed, n), content);
            }
        }

        private Zip entry(String name, int method, byte[] data, byte[] content) {
            var crc = new CRC32();
            crc.update(content);
            byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
            long header = file.size();
            file.u32(0x04034b50).u16(20).u16(0x800).u16(method).u32(0).u32(crc.getValue());
            file.u32(data.length)
                    .u32(content.length)
                    .u16(nameBytes.length)
                    .u16(0)
                    .bytes(nameBytes)
                    .bytes(data);
            directory
                    .u32(0x02014b50)
                    .u16(20)
                    .u16(20)
                    .u16(0x800)
                    .u16(method)
                    .u32(0)
                    .u32(crc.getValue());
            directory
                    .u32(data.length)
                    .u32(content.length)
                    .u16(nameBytes.length)
                    .u16(0)
                    .u16(0)
                    .u16(0)
                    .u16(0)
                    .u32(0);
            directory.u32(header).bytes(nameBytes);
            entries++;
            return this;
        }

        byte[] toBytes() {
            int start = file.size();
            return new LittleEndian()
                    .bytes(file.toBytes())
                    .bytes(directory.toBytes())
                    .u32(0x06054b50)
                    .u16(0)
                    .u16(0)
                    .u16(entries)
                    .u16(entries)
                    .u32(directory.size())
                    .u32(start)
                    .u16(0)
                    .toBytes();
        }

        /** Offsets and counts in a zip64 end record, the old one filled with ones. */
        byte[] toZip64() {
            int start = file.size();
            int end64 = start + directory.size();
            return new LittleEndian()
                    .bytes(file.toBytes())
                    .bytes(directory.toBytes())
                    .u32(0x06064b50)
                    .u64(44)
                    .u16(45)
                    .u16(45)
                    .u32(0)
                    .u32(0)
                    .u64(entries)
                    .u64(entries)
                    .u64(directory.size())
                    .u64(start)
                    .u32(0x07064b50)
                    .u32(0)
                    .u64(end64)
                    .u32(1)
                    .u32(0x06054b50)
                    .u16(0xffff)
                    .u16(0xffff)
                    .u16(0xffff)
                    .u16(0xffff)
                    .u32(0xffffffffL)
                    .u32(0xffffffffL)
                    .u16(0)
                    .toBytes();
        }
    }

    private static ZipArchive read(byte[] bytes) {
        return ZipArchive.read(MemorySegment.ofArray(bytes), "m.zip");
    }

    private static byte[] content(ZipArchive zip, String name) {
        return zip.bytes(zip.entry(name), 1000);
    }

    /** A zip of one entry with a field of its directory header overwritten, read whole. */
    private static void refusedWith(int field, int bytes, long value, String... parts) {
        var zip = new Zip().stored("a", TEXT);
        byte[] file = zip.toBytes();
        var buffer = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes == 2) buffer.putShort(zip.file.size() + field, (short) value);
        else buffer.putInt(zip.file.size() + field, (int) value);

        assertRefused(
                () -> {
                    ZipArchive archive = read(file);
                    archive.entries().forEach(entry -> archive.bytes(entry, 1000));
                },
                parts);
    }

    @Test
    void readsStoredAndDeflatedEntries() {
        ZipArchive zip = read(new Zip()
                .stored("folder/stored", TEXT)
                .deflated("déflated", TEXT)
                .toBytes());

        assertEquals(2, zip.entries().size());
        assertArrayEquals(TEXT, content(zip, "folder/stored"));
        assertArrayEquals(TEXT, content(zip, "déflated"));
        assertNull(zip.entry("absent"));
    }

    @Test
    void givesAStoredEntryInPlace() {
        MemorySegment file = MemorySegment.ofArray(new Zip().stored("a", TEXT).toBytes());
        ZipArchive zip = ZipArchive.read(file, "m.zip");
        MemorySegment slice = zip.slice(zip.entry("a"));
        file.set(ValueLayout.JAVA_BYTE, 31, (byte) 'T');

        assertEquals('T', slice.get(ValueLayout.JAVA_BYTE, 0));
    }

    @Test
    void readsZip64() {
        ZipArchive zip = read(new Zip().stored("a", TEXT).toZip64());

        assertArrayEquals(TEXT, content(zip, "a"));
    }

    @Test
    void readsAnEmptyArchive() {
        assertEquals(0, read(new Zip().toBytes()).entries().size());
    }

    @Test
    void readsAnArchiveWithAComment() {
        byte[] file = new Zip().stored("a", TEXT).toBytes();
        file[file.length - 2] = 5;
        byte[] commented = new LittleEndian().bytes(file).text("hello").toBytes();

        assertArrayEquals(TEXT, content(read(commented), "a"));
    }

    @Test
    void refusesToMapACompressedEntry() {
        ZipArchive zip = read(new Zip().deflated("a", TEXT).toBytes());

        assertRefused(() -> zip.slice(zip.entry("a")), "m.zip!/a is compressed", "store it");
    }

    @Test
    void refusesAnEntryLargerThanAllowed() {
        ZipArchive zip = read(new Zip().deflated("a", TEXT).toBytes());

        assertRefused(() -> zip.bytes(zip.entry("a"), TEXT.length - 1), "m.zip!/a has " + TEXT.length + " bytes");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 21, 22, 100_000})
    void refusesAFileWithoutEndRecord(int bytes) {
        assertRefused(() -> read(new byte[bytes]), "m.zip: not a zip archive");
    }

    @Test
    void refusesEveryTruncation() {
        byte[] file = new Zip().stored("a", TEXT).deflated("b", TEXT).toBytes();
        for (int length = 0; length < file.length; length++) {
            byte[] cut = Arrays.copyOf(file, length);
            assertRefused(() -> read(cut), "m.zip");
        }
    }

    @Test
    void refusesAnEntryThatIsThereTwiceWhenItIsAskedFor() {
        ZipArchive zip = read(
                new Zip().stored("a", TEXT).stored("a", TEXT).stored("b", TEXT).toBytes());

        assertArrayEquals(TEXT, content(zip, "b"));
        assertRefused(() -> zip.entry("a"), "entry a is there twice");
    }

    @Test
    void refusesEntriesThatShareBytes() {
        var zip = new Zip().stored("a", TEXT).stored("b", TEXT);
        byte[] file = zip.toBytes();
        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putInt(zip.file.size() + 47 + HEADER, 0);

        assertRefused(() -> read(file), "run into what begins at");
    }

    @Test
    void refusesAnEncryptedEntry() {
        refusedWith(FLAGS, 2, 0x801, "m.zip!/a is encrypted");
    }

    @Test
    void refusesAnUnknownCompression() {
        refusedWith(METHOD, 2, 14, "compression method 14");
    }

    @Test
    void refusesAnotherChecksum() {
        refusedWith(CRC, 4, 0x12345678, "its CRC is", "12345678");
    }

    @ParameterizedTest
    @CsvSource({"20, 0xfffffffe", "24, 0xfffffffe", "20, 379", "24, 381", "42, 0xfffffffe", "42, 1", "42, 400"})
    void refusesSizesAndOffsetsThatDoNotFit(int field, long value) {
        refusedWith(field, 4, value, "m.zip", "corrupt zip");
    }

    @Test
    void refusesAZip64SizeThatIsNotThere() {
        refusedWith(COMPRESSED, 4, 0xffffffffL, "m.zip!/a", "corrupt zip");
        refusedWith(SIZE, 4, 0xffffffffL, "m.zip!/a", "corrupt zip");
    }

    @Test
    void refusesANameThatRunsPastTheDirectory() {
        refusedWith(NAME_LENGTH, 2, 2, "runs past its end");
    }

    @Test
    void refusesALocalHeaderOfAnotherName() {
        byte[] file = new Zip().stored("a", TEXT).toBytes();
        file[30] = 'b';
        ZipArchive zip = read(file);

        assertRefused(() -> zip.slice(zip.entry("a")), "the local header calls it b");
    }

    @Test
    void refusesALocalHeaderThatIsNone() {
        byte[] file = new Zip().stored("a", TEXT).toBytes();
        file[0] = 0;
        ZipArchive zip = read(file);

        assertRefused(() -> zip.slice(zip.entry("a")), "no local header at offset 0");
    }

    @ParameterizedTest
    @ValueSource(longs = {379, 381, 1_000_000})
    void refusesAnInflatedSizeThatIsALie(long size) {
        var zip = new Zip().deflated("a", TEXT);
        byte[] file = zip.toBytes();
        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putInt(zip.file.size() + SIZE, (int) size);
        ZipArchive archive = read(file);

        assertRefused(() -> archive.bytes(archive.entry("a"), 1 << 30), "inflate");
    }

    @Test
    void refusesADirectoryWithMoreEntriesThanItHolds() {
        byte[] file = new Zip().stored("a", TEXT).toBytes();
        file[file.length - 22 + 8] = 2;
        file[file.length - 22 + 10] = 2;

        assertRefused(() -> read(file), "2 entries cannot lie in a central directory of 47 bytes");
    }

    @Test
    void refusesADirectoryWithFewerEntriesThanItHolds() {
        byte[] file = new Zip().stored("a", TEXT).stored("b", TEXT).toBytes();
        file[file.length - 22 + 8] = 1;
        file[file.length - 22 + 10] = 1;

        assertRefused(() -> read(file), "47 bytes after its last entry");
    }

    @Test
    void refusesAPartOfASplitArchive() {
        byte[] file = new Zip().stored("a", TEXT).toBytes();
        file[file.length - 22 + 4] = 1;

        assertRefused(() -> read(file), "split zip");
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1000, 0})
    void refusesAZip64EndRecordThatIsNotThere(long offset) {
        byte[] file = new Zip().stored("a", TEXT).toZip64();
        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(file.length - 22 - 12, offset);

        assertRefused(() -> read(file), "no zip64 end record");
    }

    @ParameterizedTest
    @CsvSource({
        "32, -1",
        "32, 9223372036854775807",
        "40, -1",
        "40, 9223372036854775807",
        "48, -1",
        "48, 9223372036854775807"
    })
    void refusesZip64CountsThatDoNotFit(int field, long value) {
        byte[] file = new Zip().stored("a", TEXT).toZip64();
        var buffer = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        int end64 = file.length - 22 - 20 - 56;
        buffer.putLong(end64 + field, value);
        if (field == 32) buffer.putLong(end64 + 24, value);

        assertRefused(() -> read(file), "m.zip", "corrupt zip");
    }
}
