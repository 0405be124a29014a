package dev.tercet.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes small {@code .spm} files, right ones and wrong ones. */
final class SpmWriter {
    static final int NORMAL = 1;
    static final int UNKNOWN = 2;
    static final int CONTROL = 3;
    static final int USER_DEFINED = 4;
    static final int UNUSED = 5;
    static final int BYTE = 6;

    private final ByteArrayOutputStream model = new ByteArrayOutputStream();
    private final ByteArrayOutputStream trainer = new ByteArrayOutputStream();
    private final ByteArrayOutputStream normalizer = new ByteArrayOutputStream();

    /** A model that adds nothing to the text: no dummy prefix, white space as it is, no rules. */
    static SpmWriter plain() {
        return new SpmWriter().piece("<unk>", 0, UNKNOWN).dummyPrefix(false).removeExtraWhitespaces(false);
    }

    /** SentencePiece's defaults. */
    static SpmWriter usual() {
        return new SpmWriter().piece("<unk>", 0, UNKNOWN);
    }

    SpmWriter piece(String text, float score, int type) {
        return piece(text.getBytes(StandardCharsets.UTF_8), score, type);
    }

    SpmWriter piece(byte[] text, float score, int type) {
        ByteArrayOutputStream piece = new ByteArrayOutputStream();
        bytes(piece, 1, text);
        float32(piece, 2, score);
        varint(piece, 3, type);
        bytes(model, 1, piece.toByteArray());
        return this;
    }

    SpmWriter normal(String text, float score) {
        return piece(text, score, NORMAL);
    }

    /** All byte pieces, and byte_fallback. */
    SpmWriter byteFallback() {
        for (int b = 0; b < 256; b++) piece(String.format("<0x%02X>", b), 0, BYTE);
        varint(trainer, 35, 1);
        return this;
    }

    SpmWriter trainer(int field, long value) {
        varint(trainer, field, value);
        return this;
    }

    SpmWriter unknownSurface(String text) {
        bytes(trainer, 44, text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    SpmWriter dummyPrefix(boolean value) {
        varint(normalizer, 3, value ? 1 : 0);
        return this;
    }

    SpmWriter removeExtraWhitespaces(boolean value) {
        varint(normalizer, 4, value ? 1 : 0);
        return this;
    }

    SpmWriter escapeWhitespaces(boolean value) {
        varint(normalizer, 5, value ? 1 : 0);
        return this;
    }

    SpmWriter charsmap(byte[] blob) {
        bytes(normalizer, 2, blob);
        return this;
    }

    /** A field of the model that no version of SentencePiece has. */
    SpmWriter field(int number, byte[] value) {
        bytes(model, number, value);
        return this;
    }

    byte[] toBytes() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(model.toByteArray());
        bytes(all, 2, trainer.toByteArray());
        bytes(all, 3, normalizer.toByteArray());
        return all.toByteArray();
    }

    SentencePieceModel toModel() {
        return SentencePieceModel.parse(toBytes(), "test.spm");
    }

    /** A charsmap whose trie is these units (and empty ones) and whose replacements are this text. */
    static byte[] charsmap(int[] units, String replacements) {
        byte[] text = replacements.getBytes(StandardCharsets.UTF_8);
        int size = (units.length + 255) / 256 * 256;
        ByteBuffer blob = ByteBuffer.allocate(4 + 4 * size + text.length).order(ByteOrder.LITTLE_ENDIAN);
        blob.putInt(4 * size);
        for (int unit : units) blob.putInt(unit);
        blob.position(4 + 4 * size);
        blob.put(text);
        return blob.array();
    }

    /** The trie of rules for single ASCII characters, whose replacements are at {@code values}. */
    static int[] trie(String keys, int... values) {
        int[] units = new int[512];
        int base = 256;
        units[0] = base << 10;
        // an empty unit's label must not lead to a parent's base
        for (int i = 1; i < units.length; i++) units[i] = i & 0xFF ^ 0xFF;
        for (int i = 0; i < keys.length(); i++) {
            int label = keys.charAt(i);
            int node = base ^ label;
            int leaf = 1 + i;
            units[node] = (node ^ leaf) << 10 | 1 << 8 | label;
            units[leaf] = 1 << 31 | values[i];
        }
        return units;
    }

    static void varint(ByteArrayOutputStream out, int field, long value) {
        number(out, (long) field << 3);
        number(out, value);
    }

    static void bytes(ByteArrayOutputStream out, int field, byte[] value) {
        number(out, (long) field << 3 | 2);
        number(out, value.length);
        out.writeBytes(value);
    }

    private static void float32(ByteArrayOutputStream out, int field, float value) {
        number(out, (long) field << 3 | 5);
        int bits = Float.floatToRawIntBits(value);
        for (int i = 0; i < 4; i++) out.write(bits >>> 8 * i);
    }

    private static void number(ByteArrayOutputStream out, long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.write((int) rest & 0x7F | 0x80);
            rest >>>= 7;
        }
        out.write((int) rest);
    }
}
