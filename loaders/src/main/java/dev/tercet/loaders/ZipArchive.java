package dev.tercet.loaders;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The central directory of a zip or jar that lies in memory, usually a mapping: stored entries are slices of it and
 * cost nothing, deflated ones are inflated with a bound. Zip64 is read; encrypted and multi-part archives are refused.
 * Every offset and length is checked against the archive before it is used, and entries that share bytes (the trick of
 * zip bombs) are refused. Record layouts: APPNOTE.TXT 6.3, sections 4.3.7 to 4.3.16. Immutable.
 */
final class ZipArchive {
    /** Layouts of the format: little-endian, unaligned. */
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final int LOCAL_HEADER = 0x04034b50;
    private static final int DIRECTORY_HEADER = 0x02014b50;
    private static final int END = 0x06054b50;
    private static final int END_64 = 0x06064b50;
    private static final int END_64_LOCATOR = 0x07064b50;

    private static final int LOCAL_HEADER_BYTES = 30;
    private static final int DIRECTORY_HEADER_BYTES = 46;
    private static final int END_BYTES = 22;
    private static final int END_64_BYTES = 56;
    private static final int END_64_LOCATOR_BYTES = 20;

    private static final int STORED = 0;
    private static final int DEFLATED = 8;

    /** Deflate cannot expand further than this (258 bytes out of two bits). */
    private static final long DEFLATE_RATIO = 1032;

    /** Far more than any jar or checkpoint has: keeps a hostile directory from filling the heap. */
    private static final int MAX_ENTRIES = 1 << 20;

    private final MemorySegment file;
    private final String name;
    private final long directoryStart;
    private final Map<String, Entry> entries;

    /**
     * Names that are there more than once, so that it is unclear what they mean. Jars that build tools merge have such
     * entries (licences, usually), so they are refused only when they are asked for.
     */
    private final Set<String> repeated;

    /**
     * One entry as the central directory gives it.
     *
     * @param name with {@code /} between folders; folders themselves end in {@code /}
     * @param method 0 stored, 8 deflated
     * @param header offset of the local header
     */
    record Entry(String name, int method, int crc, long compressedSize, long size, long header) {
        /** Whether the bytes lie in the archive as they are, so that they can be used in place. */
        boolean stored() {
            return method == STORED;
        }
    }

    /** Where the central directory lies and how many entries it has. */
    private record Directory(long start, long size, long entries) {}

    private ZipArchive(
            MemorySegment file, String name, long directoryStart, Map<String, Entry> entries, Set<String> repeated) {
        this.file = file;
        this.name = name;
        this.directoryStart = directoryStart;
        this.entries = Collections.unmodifiableMap(entries);
        this.repeated = repeated;
    }

    /**
     * Reads the central directory.
     *
     * @param file the whole archive
     * @param name the archive's name for messages
     * @throws InvalidModelException when it is not a zip, or its directory is corrupt
     */
    static ZipArchive read(MemorySegment file, String name) {
        Directory directory = findDirectory(file, name);
        Map<String, Entry> entries = new LinkedHashMap<>();
        Set<String> repeated = new HashSet<>();
        long at = directory.start;
        long end = directory.start + directory.size;
        for (long i = 0; i < directory.entries; i++) {
            if (end - at < DIRECTORY_HEADER_BYTES || file.get(U32, at) != DIRECTORY_HEADER) {
                throw corrupt(name, "entry " + i + " of the central directory is not at offset " + at);
            }
            int nameBytes = u16(file, at + 28);
            int extraBytes = u16(file, at + 30);
            int commentBytes = u16(file, at + 32);
            long next = at + DIRECTORY_HEADER_BYTES + nameBytes + extraBytes + commentBytes;
            if (next > end) {
                throw corrupt(name, "entry " + i + " of the central directory runs past its end");
            }
            Entry entry = readEntry(file, name, at, nameBytes, extraBytes);
            if (entries.putIfAbsent(entry.name, entry) != null) {
                repeated.add(entry.name);
            }
            at = next;
        }
        if (at != end) {
            throw corrupt(name, "the central directory has " + (end - at) + " bytes after its last entry");
        }
        refuseSharedBytes(entries.values(), directory.start, name);
        entries.keySet().removeAll(repeated);
        return new ZipArchive(file, name, directory.start, entries, repeated);
    }

    /** All entries in the order of the central directory, without those whose name is there more than once. */
    Collection<Entry> entries() {
        return entries.values();
    }

    /**
     * The entry of this name, or {@code null}.
     *
     * @throws InvalidModelException when the name is there more than once
     */
    Entry entry(String entryName) {
        if (repeated.contains(entryName)) {
            throw corrupt(name, "entry " + entryName + " is there twice");
        }
        return entries.get(entryName);
    }

    /**
     * The bytes of a stored entry in place.
     *
     * @throws InvalidModelException when the entry is compressed or its local header is corrupt
     */
    MemorySegment slice(Entry entry) {
        if (!entry.stored()) {
            throw new InvalidModelException(describe(entry) + " is compressed, so it cannot be mapped; store it (jar"
                    + " --no-compress, zip -0)");
        }
        return raw(entry);
    }

    /**
     * The content of an entry, inflated if need be, checked against its CRC.
     *
     * @param limit the most bytes accepted
     * @throws InvalidModelException when the entry is larger or corrupt
     */
    byte[] bytes(Entry entry, long limit) {
        if (entry.size > Math.min(limit, Integer.MAX_VALUE - 8)) {
            throw new InvalidModelException(
                    describe(entry) + " has " + entry.size + " bytes, more than the " + limit + " accepted");
        }
        byte[] content = entry.stored() ? raw(entry).toArray(JAVA_BYTE) : inflate(entry);
        CRC32 crc = new CRC32();
        crc.update(content);
        if ((int) crc.getValue() != entry.crc) {
            throw corrupt(
                    describe(entry),
                    "its CRC is %08x, the directory says %08x".formatted((int) crc.getValue(), entry.crc));
        }
        return content;
    }

    /** The name of an entry for messages. */
    String describe(Entry entry) {
        return name + "!/" + entry.name;
    }

    private byte[] inflate(Entry entry) {
        if (entry.size > entry.compressedSize * DEFLATE_RATIO) {
            throw corrupt(describe(entry), entry.compressedSize + " bytes cannot inflate to " + entry.size);
        }
        byte[] content = new byte[(int) entry.size];
        try (Inflater inflater = new Inflater(true)) {
            inflater.setInput(raw(entry).asByteBuffer());
            int filled = 0;
            while (filled < content.length) {
                int n = inflater.inflate(content, filled, content.length - filled);
                if (n == 0) break;
                filled += n;
            }
            boolean more = filled == content.length && !inflater.finished() && inflater.inflate(new byte[1]) > 0;
            if (filled < content.length || more || !inflater.finished()) {
                throw corrupt(describe(entry), "it does not inflate to the " + entry.size + " bytes it claims");
            }
        } catch (DataFormatException e) {
            throw corrupt(describe(entry), "its deflated data is broken: " + e.getMessage());
        }
        return content;
    }

    /** The stored or compressed bytes of an entry, found through its local header. */
    private MemorySegment raw(Entry entry) {
        if (file.get(U32, entry.header) != LOCAL_HEADER) {
            throw corrupt(describe(entry), "no local header at offset " + entry.header);
        }
        int nameBytes = u16(file, entry.header + 26);
        int extraBytes = u16(file, entry.header + 28);
        long start = entry.header + LOCAL_HEADER_BYTES + nameBytes + extraBytes;
        if (start > directoryStart || entry.compressedSize > directoryStart - start) {
            throw corrupt(
                    describe(entry),
                    entry.compressedSize + " bytes at offset " + start + " run into the central directory at "
                            + directoryStart);
        }
        String localName = string(file, entry.header + LOCAL_HEADER_BYTES, nameBytes);
        if (!localName.equals(entry.name)) {
            throw corrupt(describe(entry), "the local header calls it " + localName);
        }
        return file.asSlice(start, entry.compressedSize);
    }

    private static Entry readEntry(MemorySegment file, String archive, long at, int nameBytes, int extraBytes) {
        String entryName = string(file, at + DIRECTORY_HEADER_BYTES, nameBytes);
        int flags = u16(file, at + 8);
        int method = u16(file, at + 10);
        long[] values = {u32(file, at + 24), u32(file, at + 20), u32(file, at + 42)};
        readZip64Extra(file, archive + "!/" + entryName, at + DIRECTORY_HEADER_BYTES + nameBytes, extraBytes, values);
        var entry = new Entry(entryName, method, file.get(U32, at + 16), values[1], values[0], values[2]);
        if ((flags & 1) != 0) {
            throw new InvalidModelException(archive + "!/" + entryName + " is encrypted; decrypt it first");
        }
        if (method != STORED && method != DEFLATED) {
            throw new InvalidModelException(
                    archive + "!/" + entryName + " uses compression method " + method + ", expected 0 or 8");
        }
        if (entry.stored() && entry.size != entry.compressedSize) {
            throw corrupt(
                    archive + "!/" + entryName,
                    "it is stored, but " + entry.compressedSize + " bytes hold " + entry.size);
        }
        return entry;
    }

    /** Replaces sizes and offset of 0xffffffff by the 8-byte values of extra field 1 (APPNOTE 4.5.3). */
    private static void readZip64Extra(MemorySegment file, String entry, long start, int length, long[] values) {
        long end = start + length;
        for (long at = start; end - at >= 4; ) {
            int id = u16(file, at);
            long next = at + 4 + u16(file, at + 2);
            if (next > end) {
                // Some writers pad with bytes that are no extra fields; only a field that is needed must be whole.
                break;
            }
            if (id == 1) {
                long value = at + 4;
                for (int i = 0; i < values.length && next - value >= 8; i++) {
                    if (values[i] != 0xffffffffL) continue;
                    values[i] = file.get(U64, value);
                    value += 8;
                }
            }
            at = next;
        }
        for (long value : values) {
            if (value < 0 || value > file.byteSize()) {
                // An uncompressed size may well be larger than the archive.
                if (value < 0 || value != values[0]) {
                    throw corrupt(
                            entry,
                            "a size or offset of " + Long.toUnsignedString(value) + " in an archive of "
                                    + file.byteSize() + " bytes");
                }
            }
        }
    }

    private static Directory findDirectory(MemorySegment file, String name) {
        long end = findEnd(file, name);
        int disk = u16(file, end + 4);
        int directoryDisk = u16(file, end + 6);
        long onThisDisk = u16(file, end + 8);
        var directory = new Directory(u32(file, end + 16), u32(file, end + 12), u16(file, end + 10));
        long limit = end;
        long locator = end - END_64_LOCATOR_BYTES;
        if (locator >= 0 && file.get(U32, locator) == END_64_LOCATOR) {
            long end64 = file.get(U64, locator + 8);
            if (end64 < 0 || end64 > locator - END_64_BYTES || file.get(U32, end64) != END_64) {
                throw corrupt(name, "no zip64 end record at offset " + Long.toUnsignedString(end64));
            }
            disk = file.get(U32, end64 + 16);
            directoryDisk = file.get(U32, end64 + 20);
            onThisDisk = file.get(U64, end64 + 24);
            directory = new Directory(file.get(U64, end64 + 48), file.get(U64, end64 + 40), file.get(U64, end64 + 32));
            limit = end64;
        }
        if (disk != 0 || directoryDisk != 0 || onThisDisk != directory.entries) {
            throw new InvalidModelException(name + " is one part of a split zip; join the parts first");
        }
        if (directory.start < 0 || directory.size < 0 || directory.start > limit - directory.size) {
            throw corrupt(
                    name,
                    "a central directory of " + Long.toUnsignedString(directory.size)
                            + " bytes at offset " + Long.toUnsignedString(directory.start)
                            + " does not fit before its end record at " + limit);
        }
        if (directory.entries > MAX_ENTRIES) {
            throw corrupt(name, directory.entries + " entries, at most " + MAX_ENTRIES + " expected");
        }
        if (directory.entries < 0 || directory.entries > directory.size / DIRECTORY_HEADER_BYTES) {
            throw corrupt(
                    name,
                    Long.toUnsignedString(directory.entries) + " entries cannot lie in a central directory" + " of "
                            + directory.size + " bytes");
        }
        return directory;
    }

    /** The end record is last, followed only by a comment whose length it gives. */
    private static long findEnd(MemorySegment file, String name) {
        long last = file.byteSize() - END_BYTES;
        for (long at = last; at >= Math.max(0, last - 0xffff); at--) {
            if (file.get(U32, at) == END && u16(file, at + 20) == last - at) {
                return at;
            }
        }
        throw new InvalidModelException(name + ": not a zip archive, or a truncated one (no end record in the last "
                + Math.min(file.byteSize(), 0xffff + END_BYTES) + " bytes)");
    }

    private static void refuseSharedBytes(Collection<Entry> entries, long directoryStart, String name) {
        List<Entry> ordered =
                entries.stream().sorted(Comparator.comparingLong(Entry::header)).toList();
        for (int i = 0; i < ordered.size(); i++) {
            Entry entry = ordered.get(i);
            long limit = i + 1 < ordered.size() ? ordered.get(i + 1).header : directoryStart;
            // The local header may be longer than this, never shorter: a name has no more characters than bytes.
            long least = LOCAL_HEADER_BYTES + entry.name.length() + entry.compressedSize;
            if (entry.header > limit - least) {
                throw corrupt(
                        name + "!/" + entry.name,
                        entry.compressedSize + " bytes after the header at offset " + entry.header
                                + " run into what begins at " + limit);
            }
        }
    }

    /** Names are UTF-8 or an old code page; bytes that are not UTF-8 are kept apart as ISO-8859-1. */
    private static String string(MemorySegment file, long at, int length) {
        byte[] bytes = file.asSlice(at, length).toArray(JAVA_BYTE);
        String utf8 = new String(bytes, StandardCharsets.UTF_8);
        return Arrays.equals(utf8.getBytes(StandardCharsets.UTF_8), bytes)
                ? utf8
                : new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static int u16(MemorySegment file, long at) {
        return Short.toUnsignedInt(file.get(U16, at));
    }

    private static long u32(MemorySegment file, long at) {
        return Integer.toUnsignedLong(file.get(U32, at));
    }

    private static InvalidModelException corrupt(String name, String what) {
        return new InvalidModelException(name + ": corrupt zip: " + what + "; fetch the file again");
    }
}
