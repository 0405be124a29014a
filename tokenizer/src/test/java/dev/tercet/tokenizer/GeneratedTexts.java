package dev.tercet.tokenizer;

import java.util.List;

/**
 * Texts that visit what is hard to tokenize, in all planes of Unicode. {@code oracle/wordpiece_parity.py} has the same
 * generator, so that both sides make the same texts from a seed.
 */
final class GeneratedTexts {
    private static final int[][] SCRIPTS = {
        {0x00A0, 0x024F},
        {0x0370, 0x03FF},
        {0x0400, 0x052F},
        {0x0530, 0x058F},
        {0x0590, 0x06FF},
        {0x0900, 0x0DFF},
        {0x0E00, 0x0FFF},
        {0x1000, 0x11FF},
        {0x1E00, 0x1FFF},
        {0x2000, 0x2BFF},
        {0x3000, 0x30FF},
        {0x4E00, 0x9FFF},
        {0xA640, 0xABFF},
        {0xAC00, 0xD7A3},
        {0xF900, 0xFFFF},
        {0x10000, 0x10FFF},
        {0x1D100, 0x1D7FF},
        {0x1E000, 0x1EFFF},
        {0x1F300, 0x1FAFF},
        {0x20000, 0x2FA1F}
    };
    private static final int[][] MARKS = {
        {0x0300, 0x036F}, {0x0300, 0x036F}, {0x0483, 0x0487}, {0x0591, 0x05BD}, {0x0610, 0x061A}, {0x064B, 0x065F},
        {0x0730, 0x074A}, {0x0898, 0x08FF}, {0x093C, 0x094D}, {0x0E38, 0x0E4B}, {0x0F71, 0x0F84}, {0x1AB0, 0x1ACE},
        {0x1DC0, 0x1DFF}, {0x20D0, 0x20F0}, {0x302A, 0x302F}, {0x302E, 0x302F}, {0x3099, 0x309A}, {0xFE20, 0xFE2F},
        {0x16FF0, 0x16FF1}, {0x1D165, 0x1D172}, {0x1D165, 0x1D169}, {0x1D16D, 0x1D172}, {0x1E8D0, 0x1E94A}
    };
    private static final int[][] COMPOSED = {
        {0x00C0, 0x017F},
        {0x01CD, 0x0233},
        {0x0340, 0x0344},
        {0x0374, 0x03D4},
        {0x0958, 0x095F},
        {0x0F73, 0x0F81},
        {0x1E00, 0x1EFF},
        {0x1F00, 0x1FFF},
        {0x2000, 0x2001},
        {0x2126, 0x212B},
        {0x2260, 0x22ED},
        {0xAC00, 0xD7A3},
        {0xF900, 0xFAFF},
        {0xFB1D, 0xFB4E},
        {0x1109A, 0x110AB},
        {0x1D15E, 0x1D164},
        {0x1D1BB, 0x1D1C0},
        {0x2F800, 0x2FA1F}
    };
    private static final int[] SPACES = {
        0x20, 0x20, 0x20, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x1C, 0x1F, 0x85, 0xA0, 0x1680, 0x180E, 0x2000, 0x2003, 0x200A,
        0x200B, 0x2028, 0x2029, 0x202F, 0x205F, 0x2060, 0x3000, 0xFEFF
    };
    private static final int[][] CONTROLS = {
        {0x00, 0x1F},
        {0x7F, 0x9F},
        {0xAD, 0xAD},
        {0x0600, 0x0605},
        {0x200B, 0x200F},
        {0x202A, 0x202E},
        {0x2060, 0x206F},
        {0xE000, 0xE010},
        {0xFFF0, 0xFFFF},
        {0xE0001, 0xE007F},
        {0xF0000, 0xF0010}
    };
    private static final int[][] PUNCTUATION = {
        {0x21, 0x2F},
        {0x3A, 0x40},
        {0x5B, 0x60},
        {0x7B, 0x7E},
        {0xA1, 0xBF},
        {0x037E, 0x0387},
        {0x2010, 0x205E},
        {0x2E00, 0x2E5D},
        {0x3001, 0x303D},
        {0xFE10, 0xFE6B},
        {0xFF01, 0xFF20},
        {0x10100, 0x10102}
    };
    private static final String[] SPECIALS = {
        "[CLS]", "[SEP]", "[MASK]", "[PAD]", "[UNK]", "[MAS", "[cls]", "[[SEP]]", "[unused1]", "##", "##ing"
    };
    private static final int[] EMOJI = {0x1F469, 0x200D, 0x1F4BB, 0xFE0F, 0x1F3FD, 0x2764, 0x1F1EB, 0x1F1F7, 0x20E3};

    private final List<String> vocabulary;
    private long state;

    /** @param vocabulary the lines of vocab.txt */
    GeneratedTexts(List<String> vocabulary, long seed) {
        this.vocabulary = vocabulary;
        this.state = seed;
    }

    /** SplitMix64. */
    private long random() {
        long z = state += 0x9E3779B97F4A7C15L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }

    int below(int n) {
        return (int) ((random() >>> 33) % n);
    }

    String next() {
        StringBuilder text = new StringBuilder();
        int units = below(24);
        for (int i = 0; i < units; i++) {
            unit(text);
            if (below(2) == 0) text.append(' ');
        }
        return text.toString();
    }

    private void unit(StringBuilder text) {
        switch (below(16)) {
            case 0, 1 -> word(text, 1 + below(9), 'a');
            case 2 -> word(text, 1 + below(5), 'A');
            case 3, 4, 5 -> text.append(vocabulary.get(below(vocabulary.size())).replace("##", ""));
            case 6 -> text.appendCodePoint(anywhere());
            case 7 -> scripted(text);
            case 8 -> marks(text);
            case 9 -> point(text, COMPOSED);
            case 10 -> text.appendCodePoint(SPACES[below(SPACES.length)]);
            case 11 -> point(text, CONTROLS);
            case 12 -> point(text, PUNCTUATION);
            case 13 -> text.append(SPECIALS[below(SPECIALS.length)]);
            case 14 -> {
                for (int n = 1 + below(4); n > 0; n--) text.appendCodePoint(EMOJI[below(EMOJI.length)]);
            }
            default -> rare(text);
        }
    }

    private void word(StringBuilder text, int length, char first) {
        for (int i = 0; i < length; i++) text.append((char) (first + below(26)));
    }

    private int anywhere() {
        int c = below(0x10F800);
        return c < 0xD800 ? c : c + 0x800;
    }

    private void scripted(StringBuilder text) {
        int[] script = SCRIPTS[below(SCRIPTS.length)];
        for (int n = 1 + below(5); n > 0; n--) text.appendCodePoint(script[0] + below(script[1] - script[0] + 1));
    }

    private void marks(StringBuilder text) {
        for (int n = 1 + below(4); n > 0; n--) {
            if (below(4) == 0) point(text, COMPOSED);
            point(text, MARKS);
        }
    }

    private void point(StringBuilder text, int[][] ranges) {
        int[] range = ranges[below(ranges.length)];
        text.appendCodePoint(range[0] + below(range[1] - range[0] + 1));
    }

    /** Digits, or a word around the limit of 100 code points. */
    private void rare(StringBuilder text) {
        if (below(4) > 0) {
            text.append(below(100000));
            return;
        }
        int[] fill = {'a', 'x', 0xE9, 0x1D165, 0x10400, 0x0301};
        int c = fill[below(fill.length)];
        for (int n = 97 + below(7); n > 0; n--) text.appendCodePoint(c);
    }
}
