package dev.tercet.tokenizer;

/** A text in chars, read in code points; a surrogate without its other half is U+FFFD. */
record CodePoints(char[] chars, int end) {
    int at(int i) {
        char c = chars[i];
        if (!Character.isSurrogate(c)) return c;
        return count(i) == 2 ? Character.toCodePoint(c, chars[i + 1]) : 0xFFFD;
    }

    /** How many chars the code point takes. */
    int count(int i) {
        return Character.isHighSurrogate(chars[i]) && i + 1 < end && Character.isLowSurrogate(chars[i + 1]) ? 2 : 1;
    }
}
