package dev.tercet.tokenizer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Unicode as the reference tokenizer knows it, which is neither the newest nor the JDK's: categories, canonical
 * decomposition, combining order and lower case of every code point. {@code oracle/unicode_tables.py} made the table by
 * asking the reference, and describes the file.
 */
final class UnicodeTables {
    /** Control, format and private-use characters: dropped by {@code clean_text}. */
    static final int REMOVED = 1;
    /** White space. */
    static final int SPACE = 2;
    /** A CJK ideograph, a word by itself under {@code handle_chinese_chars}. */
    static final int CJK = 4;
    /** Punctuation, always a word by itself. */
    static final int PUNCTUATION = 8;
    /** A nonspacing mark: dropped by {@code strip_accents}. */
    static final int MARK = 16;
    /** A letter, digit or the like, beside which a {@code single_word} token is not found. */
    static final int WORD = 32;
    /** Has a decomposition or a lower case. */
    static final int MAPPED = 64;
    /** Has a combining class: decomposition sorts neighbours of this kind. */
    static final int REORDERED = 128;

    private static final int FIRST_SYLLABLE = 0xAC00;
    private static final int SYLLABLES = 11172;

    private final byte[] pageOfBlock;
    private final byte[] pages;
    private final Mapping decompositions;
    private final Mapping lowerCases;
    private final Mapping orders;
    private final AtomicReferenceArray<int[]> syllables = new AtomicReferenceArray<>(SYLLABLES);

    private UnicodeTables(ByteBuffer file) {
        if (file.getInt() != 0x5443554E || file.get() != 1) throw new IllegalStateException("not a Unicode table");
        file.position(file.position() + 2 + file.getShort(file.position()));
        int count = file.getShort();
        pageOfBlock = new byte[0x1100];
        file.get(pageOfBlock);
        pages = new byte[count * 256];
        file.get(pages);
        decompositions = new Mapping(file);
        lowerCases = new Mapping(file);
        orders = new Mapping(file);
    }

    static UnicodeTables get() {
        return Loaded.TABLES;
    }

    /** The properties of a code point: an or of the constants above. */
    int flags(int codePoint) {
        return pages[(pageOfBlock[codePoint >> 8] & 0xFF) << 8 | codePoint & 0xFF];
    }

    boolean is(int codePoint, int property) {
        return (flags(codePoint) & property) != 0;
    }

    /**
     * The canonical decomposition, complete and in order; {@code null} when the code point is its own. Not to be
     * changed: the next who asks gets the same array.
     */
    int[] decomposition(int codePoint) {
        int syllable = codePoint - FIRST_SYLLABLE;
        if (syllable < 0 || syllable >= SYLLABLES) return decompositions.of(codePoint);
        int[] known = syllables.getAcquire(syllable);
        if (known == null) syllables.setRelease(syllable, known = jamo(syllable));
        return known;
    }

    /**
     * The standard's arithmetic: a Hangul syllable is a leading consonant, a vowel and perhaps a trailing consonant.
     */
    private static int[] jamo(int syllable) {
        int lead = 0x1100 + syllable / (21 * 28);
        int vowel = 0x1161 + syllable % (21 * 28) / 28;
        int trail = syllable % 28;
        return trail == 0 ? new int[] {lead, vowel} : new int[] {lead, vowel, 0x11A7 + trail};
    }

    /**
     * The lower case, without regard to neighbours (no final sigma); {@code null} when the code point is its own. Not
     * to be changed.
     */
    int[] lowerCase(int codePoint) {
        return lowerCases.of(codePoint);
    }

    /** Rank of the canonical combining class, 1 to 255; 0 for a starter. */
    int order(int codePoint) {
        return is(codePoint, REORDERED) ? orders.of(codePoint)[0] : 0;
    }

    /**
     * A sorted list of code points with what each becomes, searched where it lies in the file; what has been found once
     * is an array from then on, so that a long text does not leave one for every character.
     */
    private static final class Mapping {
        private final ByteBuffer file;
        private final int count;
        private final int keys;
        private final int begins;
        private final int values;
        private final AtomicReferenceArray<int[]> known;

        /** The list at the buffer's position, which moves behind it. */
        Mapping(ByteBuffer buffer) {
            file = buffer;
            count = buffer.getShort();
            known = new AtomicReferenceArray<>(count);
            keys = buffer.position();
            begins = keys + 3 * count;
            values = begins + 2 * (count + 1);
            buffer.position(values + 3 * begin(count));
        }

        private int point(int at) {
            return (file.get(at) & 0xFF) << 16 | file.getShort(at + 1) & 0xFFFF;
        }

        private int begin(int i) {
            return file.getShort(begins + 2 * i) & 0xFFFF;
        }

        int[] of(int codePoint) {
            int low = 0;
            for (int high = count; low < high; ) {
                int middle = (low + high) / 2;
                if (point(keys + 3 * middle) < codePoint) low = middle + 1;
                else high = middle;
            }
            if (low == count || point(keys + 3 * low) != codePoint) return null;
            int[] becomes = known.getAcquire(low);
            if (becomes != null) return becomes;
            becomes = new int[begin(low + 1) - begin(low)];
            for (int i = 0; i < becomes.length; i++) becomes[i] = point(values + 3 * (begin(low) + i));
            known.setRelease(low, becomes);
            return becomes;
        }
    }

    private static final class Loaded {
        static final UnicodeTables TABLES = load();

        private static UnicodeTables load() {
            try (InputStream in = UnicodeTables.class.getResourceAsStream("unicode.bin")) {
                return new UnicodeTables(ByteBuffer.wrap(in.readAllBytes()));
            } catch (IOException e) {
                throw new IllegalStateException("unicode.bin cannot be read from the tokenizer's jar", e);
            }
        }
    }
}
