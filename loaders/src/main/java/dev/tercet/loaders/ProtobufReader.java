package dev.tercet.loaders;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.function.LongConsumer;

/**
 * Reads the fields of one protobuf message in order: {@link #next()} steps to the next field and gives its number, then
 * one of the value methods takes the value, or {@link #skip()} leaves it. Wire format: a varint tag (number &lt;&lt; 3
 * | type), then a varint (0), 8 bytes (1), a length and that many bytes (2) or 4 bytes (5); groups are refused. Every
 * length is checked against the message.
 */
final class ProtobufReader {
    private static final int VARINT = 0;
    private static final int FIXED_64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED_32 = 5;

    private final MemorySegment message;
    private final String file;
    private final long fileOffset;
    private long at;
    private int field;
    private int wireType;

    /**
     * A reader at the beginning of a message that is a whole file.
     *
     * @param file the name for messages
     */
    ProtobufReader(MemorySegment message, String file) {
        this(message, file, 0);
    }

    private ProtobufReader(MemorySegment message, String file, long fileOffset) {
        this.message = message;
        this.file = file;
        this.fileOffset = fileOffset;
    }

    /** The number of the next field, 0 at the end of the message. */
    int next() {
        if (at == message.byteSize()) return 0;
        long tag = varint();
        wireType = (int) (tag & 7);
        if (tag >>> 3 < 1 || tag >>> 3 > (1 << 29) - 1) {
            throw corrupt("field number " + Long.toUnsignedString(tag >>> 3));
        }
        field = (int) (tag >>> 3);
        return field;
    }

    void skip() {
        switch (wireType) {
            case VARINT -> varint();
            case FIXED_64 -> take(8);
            case BYTES -> take(length());
            case FIXED_32 -> take(4);
            default -> throw corrupt("wire type " + wireType);
        }
    }

    long integer() {
        expect(VARINT);
        return varint();
    }

    MemorySegment bytes() {
        expect(BYTES);
        return take(length());
    }

    String string() {
        byte[] bytes = bytes().toArray(JAVA_BYTE);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException _) {
            throw corrupt("a string that is not valid UTF-8");
        }
    }

    ProtobufReader message() {
        expect(BYTES);
        long bytes = length();
        long start = at;
        return new ProtobufReader(take(bytes), file, fileOffset + start);
    }

    /** The values of a repeated varint field, packed or one by one. */
    void integers(LongConsumer values) {
        if (wireType == BYTES) {
            message().forEachVarint(values);
        } else {
            values.accept(integer());
        }
    }

    /** The bytes of a packed repeated field of fixed width. */
    MemorySegment packedFixed(int width) {
        MemorySegment values = bytes();
        if (values.byteSize() % width != 0) {
            throw corrupt(values.byteSize() + " bytes of values of " + width);
        }
        return values;
    }

    /** How many varints this message is, when it is nothing else: each ends with the only byte below 128. */
    long varints() {
        long n = 0;
        for (long i = 0; i < message.byteSize(); i++) {
            if (message.get(JAVA_BYTE, i) >= 0) n++;
        }
        return n;
    }

    /** The values of a packed repeated field, which {@link #message()} gave. */
    void forEachVarint(LongConsumer values) {
        while (at < message.byteSize()) {
            values.accept(varint());
        }
    }

    InvalidModelException corrupt(String what) {
        return new InvalidModelException(file + ": corrupt protobuf: " + what + " (field " + field + ", before offset "
                + (fileOffset + at) + "); fetch the file again");
    }

    private void expect(int type) {
        if (wireType != type) throw corrupt("wire type " + wireType + ", expected " + type);
    }

    private long length() {
        return varint();
    }

    private MemorySegment take(long bytes) {
        if (bytes < 0 || bytes > message.byteSize() - at) {
            throw corrupt("a length of " + Long.toUnsignedString(bytes) + " where " + (message.byteSize() - at)
                    + " bytes are left");
        }
        MemorySegment taken = message.asSlice(at, bytes);
        at += bytes;
        return taken;
    }

    /** Seven bits a byte, the lowest first; the high bit says that another byte follows. */
    private long varint() {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            if (at == message.byteSize()) throw corrupt("it ends inside a number");
            byte b = message.get(JAVA_BYTE, at++);
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) return value;
        }
        throw corrupt("a number of more than 10 bytes");
    }
}
