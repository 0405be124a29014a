package dev.tercet.loaders;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes files by hand, byte by byte, for tests of what their readers accept. */
final class LittleEndian {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    LittleEndian u8(int... values) {
        for (int value : values) {
            out.write(value);
        }
        return this;
    }

    LittleEndian u16(int value) {
        return u8(value, value >>> 8);
    }

    LittleEndian u32(long value) {
        return u16((int) value).u16((int) (value >>> 16));
    }

    LittleEndian u64(long value) {
        return u32(value).u32(value >>> 32);
    }

    LittleEndian f32(float... values) {
        for (float value : values) {
            u32(Float.floatToRawIntBits(value));
        }
        return this;
    }

    LittleEndian text(String text) {
        return bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    LittleEndian bytes(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    int size() {
        return out.size();
    }

    byte[] toBytes() {
        return out.toByteArray();
    }
}
