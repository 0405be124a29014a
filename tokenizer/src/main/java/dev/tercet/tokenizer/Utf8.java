package dev.tercet.tokenizer;

/** UTF-8 as SentencePiece decodes it. */
final class Utf8 {
    private Utf8() {}

    /**
     * Appends the characters that bytes spell. A byte that begins no character becomes U+FFFD, by itself: Java's
     * decoder would take several bytes of a broken character together.
     */
    static void append(byte[] bytes, int count, StringBuilder text) {
        for (int i = 0; i < count; ) {
            int length = lengthFrom(bytes[i]);
            int c = i + length <= count ? decode(bytes, i, length) : -1;
            text.appendCodePoint(c < 0 ? 0xFFFD : c);
            i += c < 0 ? 1 : length;
        }
    }

    /** How many bytes a code point takes. */
    static int length(int codePoint) {
        return codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
    }

    /** The k-th byte, 0 to 255, of a code point of the given length. */
    static int unit(int codePoint, int k, int length) {
        int bits = codePoint >> 6 * (length - 1 - k);
        if (k > 0) return 0x80 | bits & 0x3F;
        return switch (length) {
            case 1 -> bits;
            case 2 -> 0xC0 | bits;
            case 3 -> 0xE0 | bits;
            default -> 0xF0 | bits;
        };
    }

    private static int lengthFrom(byte first) {
        int b = first & 0xFF;
        return b < 0x80 ? 1 : b >> 5 == 0b110 ? 2 : b >> 4 == 0b1110 ? 3 : b >> 3 == 0b11110 ? 4 : 1;
    }

    /** The code point, or -1 when the bytes are not its shortest form or it is none. */
    private static int decode(byte[] bytes, int at, int length) {
        if (length == 1) return bytes[at];
        int c = bytes[at] & 0x7F >> length;
        for (int k = 1; k < length; k++) {
            int b = bytes[at + k];
            if ((b & 0xC0) != 0x80) return -1;
            c = c << 6 | b & 0x3F;
        }
        int smallest = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
        boolean valid = c >= smallest && c <= Character.MAX_CODE_POINT && (c < 0xD800 || c > 0xDFFF);
        return valid ? c : -1;
    }
}
