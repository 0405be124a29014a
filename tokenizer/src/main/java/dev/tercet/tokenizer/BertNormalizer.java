package dev.tercet.tokenizer;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * What BERT does to a text before it is split: clean, space around CJK, decompose and drop accents, lower case, in this
 * order. Normalized code points go to a {@link Sink} together with the part of the original text each came from.
 *
 * <p>Almost every character of real text becomes one character or none, whatever its neighbours are; {@link #action}
 * answers those from a table. The rest goes through {@link #normalize}, which is the definition; the table is filled
 * from it.
 */
final class BertNormalizer {
    /** Where normalized text goes. */
    interface Sink {
        /**
         * @param codePoint the next code point of the normalized text
         * @param from index in the original text of the first {@code char} it came from
         * @param to index after the last
         */
        void accept(int codePoint, int from, int to);
    }

    /**
     * The normalizer section of tokenizer.json, defaults resolved.
     *
     * @param cleanText drop control characters, turn white space into spaces
     * @param handleChineseChars put spaces around CJK ideographs
     * @param stripAccents decompose and drop nonspacing marks
     * @param lowercase lower case, code point by code point
     */
    record Options(boolean cleanText, boolean handleChineseChars, boolean stripAccents, boolean lowercase) {}

    /** Actions: a plain character stands for itself, the others have a kind above bit 15. */
    static final int SEPARATE = 1 << 16;
    /** The low bits are a word by themselves. */
    static final int ALONE = 2 << 16;

    static final int DROP = 3 << 16;
    /** Ask {@link #normalize}. */
    static final int ASK = 4 << 16;

    private final UnicodeTables unicode = UnicodeTables.get();
    private final Options options;

    /** Actions of 256 characters each, filled when first needed. */
    private final AtomicReferenceArray<int[]> actions = new AtomicReferenceArray<>(256);

    private final int[] ascii;

    BertNormalizer(Options options) {
        this.options = options;
        this.ascii = page(0);
    }

    /** Actions of the first 256 characters, for the loop that wants them in a local. */
    int[] latin() {
        return ascii;
    }

    /** What becomes of a {@code char}: itself, or one of the constants, or {@link #ALONE} or'ed with a character. */
    int action(char c) {
        int[] page = actions.get(c >> 8);
        return (page != null ? page : page(c >> 8))[c & 0xFF];
    }

    private int[] page(int number) {
        int[] page = new int[256];
        for (int i = 0; i < 256; i++) page[i] = actionOf((char) (number << 8 | i));
        actions.set(number, page);
        return page;
    }

    private int actionOf(char c) {
        if (Character.isSurrogate(c) || keepsMark(c)) return ASK;
        Normalized one = new Normalized();
        normalize(new char[] {c}, 0, 0, 1, one);
        boolean spaced = one.length == 3 && one.text[0] == ' ' && one.text[2] == ' ';
        if (one.length == 0) return DROP;
        if (one.length != 1 && !spaced) return ASK;
        char result = one.text[spaced ? 1 : 0];
        if (spaced) return ALONE | result;
        int flags = unicode.flags(result);
        if ((flags & UnicodeTables.SPACE) != 0) return SEPARATE;
        return (flags & UnicodeTables.PUNCTUATION) != 0 ? ALONE | result : result;
    }

    /**
     * Normalizes one code point, or a run of combining marks that must be sorted.
     *
     * @param begin where the text begins: nothing before it is looked at
     * @param at the code point's index; everything before it has been normalized
     * @param end where the text ends
     * @return the index to go on from
     */
    int normalize(char[] text, int begin, int at, int end, Sink sink) {
        int c = Character.codePointAt(text, at, end);
        int next = at + Character.charCount(c);
        int flags = unicode.flags(c);
        if (options.cleanText) {
            if ((flags & UnicodeTables.REMOVED) != 0) return next;
            if ((flags & UnicodeTables.SPACE) != 0) {
                sink.accept(' ', at, next);
                return next;
            }
        }
        if (keepsMark(c)) return sortedRun(text, begin, at, end, sink);
        boolean spaced = options.handleChineseChars && (flags & UnicodeTables.CJK) != 0;
        if (spaced) sink.accept(' ', at, next);
        int[] parts = decomposition(c);
        if (parts == null) finish(c, at, next, sink);
        else for (int part : parts) finish(part, at, next, sink);
        if (spaced) sink.accept(' ', at, next);
        return next;
    }

    /** The normalized form of a whole text. */
    String normalize(String text) {
        Normalized normalized = new Normalized();
        char[] chars = text.toCharArray();
        for (int at = 0; at < chars.length; ) at = normalize(chars, 0, at, chars.length, normalized);
        return new String(normalized.text, 0, normalized.length);
    }

    /** The last two steps, for one code point of the decomposed text. */
    private void finish(int c, int from, int to, Sink sink) {
        if (options.stripAccents && unicode.is(c, UnicodeTables.MARK)) return;
        int[] lower = options.lowercase && unicode.is(c, UnicodeTables.MAPPED) ? unicode.lowerCase(c) : null;
        if (lower == null) sink.accept(c, from, to);
        else for (int part : lower) sink.accept(part, from, to);
    }

    /** What a code point is decomposed into; null when it stays what it is. */
    private int[] decomposition(int c) {
        return options.stripAccents && unicode.is(c, UnicodeTables.MAPPED) ? unicode.decomposition(c) : null;
    }

    private int[] decomposed(int c) {
        int[] parts = decomposition(c);
        return parts == null ? new int[] {c} : parts;
    }

    /** Whether decomposition may have to sort what is left of this code point among its neighbours. */
    private boolean keepsMark(int c) {
        if (!options.stripAccents || !unicode.is(c, UnicodeTables.MAPPED | UnicodeTables.REORDERED)) return false;
        for (int part : decomposed(c)) {
            int flags = unicode.flags(part);
            if ((flags & UnicodeTables.REORDERED) != 0 && (flags & UnicodeTables.MARK) == 0) return true;
        }
        return false;
    }

    /**
     * Combining marks between two starters, sorted by class, when some of them are not dropped as accents (few
     * characters: most marks with a class are nonspacing). The reference aligns the sorted marks with the original text
     * by position: the first part of each decomposition takes the next character of the original, whichever that is,
     * and the other parts repeat the one taken last.
     *
     * @param at the first mark of the run that is kept; those before it have been dropped
     */
    private int sortedRun(char[] text, int begin, int at, int end, Sink sink) {
        int starter = lastStarter(text, begin, at, end);
        Run run = new Run();
        int next = begin;
        if (starter >= 0) {
            int c = Character.codePointAt(text, starter, end);
            next = starter + Character.charCount(c);
            run.taken(starter, next);
            int[] parts = decomposed(c);
            int marks = parts.length;
            while (unicode.order(parts[marks - 1]) > 0) marks--;
            // an earlier starter has been normalized; its marks would have been kept, were they not accents
            if (starter == at) for (int i = 0; i < marks; i++) finish(parts[i], at, next, sink);
            for (int i = marks; i < parts.length; i++) run.add(parts[i], unicode.order(parts[i]), false);
        }
        while (next < end) {
            int c = Character.codePointAt(text, next, end);
            int after = next + Character.charCount(c);
            if (!removed(c)) {
                int[] parts = decomposed(c);
                if (unicode.order(parts[0]) == 0) break;
                run.original(next, after);
                for (int i = 0; i < parts.length; i++) run.add(parts[i], unicode.order(parts[i]), i == 0);
            }
            next = after;
        }
        run.sorted((c, from, to) -> finish(c, from, to, sink));
        return next;
    }

    /** Index of the nearest code point at or before {@code at} whose decomposition has a starter, or -1. */
    private int lastStarter(char[] text, int begin, int at, int end) {
        for (int i = at; ; i -= Character.charCount(Character.codePointBefore(text, i, begin))) {
            int c = Character.codePointAt(text, i, end);
            if (!removed(c)) for (int part : decomposed(c)) if (unicode.order(part) == 0) return i;
            if (i == begin) return -1;
        }
    }

    private boolean removed(int c) {
        return options.cleanText && unicode.is(c, UnicodeTables.REMOVED);
    }

    /** The parts of a run of marks and the stretch of original characters they take their places from. */
    private static final class Run {
        private int[] parts = new int[16];
        private byte[] orders = new byte[16];
        private boolean[] first = new boolean[16];
        private int count;
        private int[] from = new int[16];
        private int[] to = new int[16];
        private int originals = 1;

        /** The starter before the run. */
        void taken(int start, int end) {
            from[0] = start;
            to[0] = end;
        }

        void original(int start, int end) {
            if (originals == from.length) {
                from = Arrays.copyOf(from, 2 * originals);
                to = Arrays.copyOf(to, 2 * originals);
            }
            from[originals] = start;
            to[originals++] = end;
        }

        void add(int part, int order, boolean takesNext) {
            if (count == parts.length) {
                parts = Arrays.copyOf(parts, 2 * count);
                orders = Arrays.copyOf(orders, 2 * count);
                first = Arrays.copyOf(first, 2 * count);
            }
            parts[count] = part;
            orders[count] = (byte) order;
            first[count++] = takesNext;
        }

        /** A stable counting sort: a run may be as long as the text. */
        void sorted(Sink sink) {
            int[] place = new int[257];
            for (int i = 0; i < count; i++) place[(orders[i] & 0xFF) + 1]++;
            for (int i = 1; i < place.length; i++) place[i] += place[i - 1];
            int[] sequence = new int[count];
            for (int i = 0; i < count; i++) sequence[place[orders[i] & 0xFF]++] = i;
            int original = 0;
            for (int i : sequence) {
                if (first[i]) original++;
                sink.accept(parts[i], from[original], to[original]);
            }
        }
    }

    /** A normalized text in memory, with where each {@code char} came from. */
    static final class Normalized implements Sink {
        char[] text = new char[16];
        int[] from = new int[16];
        int[] to = new int[16];
        int length;

        @Override
        public void accept(int codePoint, int start, int end) {
            if (length + 2 > text.length) {
                text = Arrays.copyOf(text, 2 * text.length);
                from = Arrays.copyOf(from, text.length);
                to = Arrays.copyOf(to, text.length);
            }
            for (int i = Character.toChars(codePoint, text, length); i > 0; i--) {
                from[length] = start;
                to[length++] = end;
            }
        }
    }
}
