package dev.tercet.tokenizer;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads one protobuf message: a sequence of fields, each a tag {@code number << 3 | wire type} and a value. There is no
 * count and no end mark, so every length is checked against the bytes that are there before it is used.
 *
 * <p>Usage: {@code while (reader.next()) switch (reader.field()) { case 1 -> reader.string(); default -> reader.skip();
 * }}
 */
final class ProtobufReader {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED32 = 5;

    private final byte[] bytes;
    private final int end;
    private final String source;
    private int position;
    private int field;
    private int wireType;

    /** @param source the file's name in error messages */
    ProtobufReader(byte[] bytes, String source) {
        this(bytes, 0, bytes.length, source);
    }

    private ProtobufReader(byte[] bytes, int start, int end, String source) {
        this.bytes = bytes;
        this.position = start;
        this.end = end;
        this.source = source;
    }

    /** Moves to the next field; its value must then be read or skipped. */
    boolean next() {
        if (position == end) return false;
        long tag = readVarint();
        field = (int) (tag >>> 3);
        wireType = (int) tag & 7;
        if (tag >>> 32 != 0 || field == 0) throw invalid("field number " + (tag >>> 3) + " is not allowed");
        return true;
    }

    int field() {
        return field;
    }

    long varint() {
        expect(VARINT);
        return readVarint();
    }

    boolean bool() {
        return varint() != 0;
    }

    float float32() {
        expect(FIXED32);
        int at = take(4);
        int bits = bytes[at] & 0xFF | (bytes[at + 1] & 0xFF) << 8 | (bytes[at + 2] & 0xFF) << 16 | bytes[at + 3] << 24;
        return Float.intBitsToFloat(bits);
    }

    byte[] bytes() {
        expect(LENGTH_DELIMITED);
        int length = readLength();
        byte[] value = new byte[length];
        System.arraycopy(bytes, take(length), value, 0, length);
        return value;
    }

    String string() {
        expect(LENGTH_DELIMITED);
        int length = readLength();
        int at = take(length);
        // the fast decoder puts U+FFFD where the bytes are wrong; only then look closer
        String text = new String(bytes, at, length, StandardCharsets.UTF_8);
        if (text.indexOf('\uFFFD') < 0) return text;
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, at, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new InvalidTokenizerException(where(at) + "field " + field + " is not UTF-8 text" + REMEDY, e);
        }
    }

    /** The message inside this field. */
    ProtobufReader message() {
        expect(LENGTH_DELIMITED);
        int length = readLength();
        int at = take(length);
        return new ProtobufReader(bytes, at, at + length, source);
    }

    /** Passes over a field that this reader's user does not know. */
    void skip() {
        switch (wireType) {
            case VARINT -> readVarint();
            case FIXED64 -> take(8);
            case LENGTH_DELIMITED -> take(readLength());
            case FIXED32 -> take(4);
            default -> throw invalid("field " + field + " has wire type " + wireType + ", which no .spm file uses");
        }
    }

    private void expect(int wanted) {
        if (wireType != wanted)
            throw invalid("field " + field + " has wire type " + wireType + " where " + wanted + " is expected");
    }

    private int readLength() {
        long length = readVarint();
        if (length < 0 || length > end - position)
            throw invalid("field " + field + " claims " + Long.toUnsignedString(length) + " bytes, " + (end - position)
                    + " are left");
        return (int) length;
    }

    /** The position of the next {@code count} bytes, which it passes over. */
    private int take(int count) {
        if (count > end - position)
            throw invalid("field " + field + " needs " + count + " bytes, " + (end - position) + " are left");
        int at = position;
        position += count;
        return at;
    }

    private long readVarint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte b = bytes[take(1)];
            value |= (long) (b & 0x7F) << shift;
            if (b >= 0) return value;
        }
        throw invalid("a number of field " + field + " is longer than 10 bytes");
    }

    InvalidTokenizerException invalid(String what) {
        return new InvalidTokenizerException(where(position) + what + REMEDY);
    }

    private String where(int at) {
        return source + ": byte " + at + ": ";
    }

    private static final String REMEDY =
            "; the file is damaged or not a SentencePiece model, fetch it again from where the model came";
}
