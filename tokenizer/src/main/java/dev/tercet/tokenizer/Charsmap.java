package dev.tercet.tokenizer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * SentencePiece's {@code precompiled_charsmap}: string-to-string rules such as {@code ﬁ → fi}.
 *
 * <pre>
 *  u32 trie bytes | trie: u32 units | replacements, each closed by a zero byte
 * </pre>
 *
 * The trie is a darts-clone double array over the UTF-8 bytes of the keys, whose values are positions in the
 * replacements. One unit:
 *
 * <pre>
 *  node   0 | offset (21) | offset is in units of 256 (1) | has a value (1) | label (8)      child: index ^ offset ^ byte
 *  value  1 | value (31)                                                                     at: index ^ offset
 * </pre>
 *
 * NFKC has a quarter of a million rules in 45,000 units, because rules share their ends. So the trie is used as it is;
 * but all of it that a text can reach is checked first, which takes one visit per unit: no step leaves the array, no
 * way runs in a circle, every value is a replacement, no rule ends inside a character. Immutable.
 */
final class Charsmap {
    private static final int HAS_VALUE = 1 << 8;

    /** NFKC needs 18 characters; without a limit, a small file could make a gigabyte of a megabyte of text. */
    private static final int MAX_REPLACEMENT = 256;

    /** The keys of NFKC are a few characters long. */
    private static final int MAX_KEY_BYTES = 1024;

    /** SentencePiece looks at no more than this many rules that are prefixes of one another, shortest first. */
    private static final int MAX_NESTED_RULES = 32;

    private final int[] units;

    /** Characters of all replacements, each closed by 0. */
    private final int[] replacements;

    /** Where in {@link #replacements} a value points: index by byte, -1 inside a character. */
    private final int[] replacementAt;

    private final String source;

    /**
     * @param blob not empty
     * @param source the file's name in error messages
     * @param continues by character: set where rules have it behind their first. In whole ranges of 64 characters (one
     *     continuation byte), but exactly where they are ASCII; and for all surrogates when they lie in a higher plane
     */
    Charsmap(byte[] blob, String source, boolean[] continues) {
        this.source = source;
        if (blob.length < 4) throw invalid("is only " + blob.length + " bytes long");
        ByteBuffer buffer = ByteBuffer.wrap(blob).order(ByteOrder.LITTLE_ENDIAN);
        long trieBytes = Integer.toUnsignedLong(buffer.getInt());
        if (trieBytes >= buffer.remaining())
            throw invalid("claims a trie of " + trieBytes + " bytes, " + buffer.remaining() + " are left");
        if (trieBytes == 0 || trieBytes % 1024 != 0)
            throw invalid("claims a trie of " + trieBytes + " bytes, not a multiple of 1024");
        if (blob[blob.length - 1] != 0) throw invalid("does not end with a zero byte");
        units = new int[(int) trieBytes / 4];
        buffer.asIntBuffer().get(units);
        buffer.position(4 + (int) trieBytes);
        replacementAt = new int[buffer.remaining()];
        replacements = decode(buffer);
        Check check = new Check();
        check.run();
        check.markContinuing(continues);
    }

    private int[] decode(ByteBuffer bytes) {
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw invalid("has replacements that are not UTF-8 text");
        }
        int[] codePoints = text.codePoints().toArray();
        Arrays.fill(replacementAt, -1);
        int at = 0;
        for (int i = 0; i < codePoints.length; i++) {
            replacementAt[at] = i;
            at += Utf8.length(codePoints[i]);
        }
        return codePoints;
    }

    // ---- following the trie

    private static final int ROOT = 0;

    private int base(int node) {
        int unit = units[node];
        return node ^ (unit >>> 10) << ((unit & 1 << 9) >>> 6);
    }

    /** The node one byte on, or -1. */
    private int step(int node, int label) {
        int next = base(node) ^ label;
        return (units[next] & 0x800000FF) == label ? next : -1;
    }

    /** The node one character on, or -1. */
    private int walk(int from, int codePoint) {
        int length = Utf8.length(codePoint);
        int node = from;
        for (int k = 0; k < length && node >= 0; k++) node = step(node, Utf8.unit(codePoint, k, length));
        return node;
    }

    private boolean hasRule(int node) {
        return (units[node] & HAS_VALUE) != 0;
    }

    private int replacement(int node) {
        return replacementAt[units[base(node)] & Integer.MAX_VALUE];
    }

    /** What the longest rule found replaces. */
    static final class Match {
        /** The characters are at {@code replacements()[start]} and on, up to a 0. */
        int start;

        /** Index after the last char of the text that is replaced. */
        int end;
    }

    int[] replacements() {
        return replacements;
    }

    /** Finds the longest rule for what begins at {@code chars[from]}; false when there is none. */
    boolean longest(CodePoints text, int from, Match match) {
        boolean found = false;
        int node = ROOT;
        for (int i = from, nested = 0; i < text.end() && nested < MAX_NESTED_RULES; ) {
            node = walk(node, text.at(i));
            if (node < 0) break;
            i += text.count(i);
            if (!hasRule(node)) continue;
            match.start = replacement(node);
            match.end = i;
            found = true;
            nested++;
        }
        return found;
    }

    /** Whether a character alone has a rule. */
    boolean hasRuleFor(int codePoint) {
        int node = walk(ROOT, codePoint);
        return node >= 0 && hasRule(node);
    }

    /** Whether any rule begins with a character. */
    boolean beginsRule(int codePoint) {
        return walk(ROOT, codePoint) >= 0;
    }

    /** Visits all that a text can reach; children are found by their parent's base instead of by trying 256 labels. */
    private final class Check {
        private final int[] firstWithBase = new int[units.length];
        private final int[] nextWithBase = new int[units.length];

        /**
         * For each unit, with how many bytes of a character to come it was visited: bit r while open, r + 4 when done.
         */
        private final byte[] visits = new byte[units.length];

        Check() {
            Arrays.fill(firstWithBase, -1);
            for (int i = units.length - 1; i >= 0; i--) {
                if (units[i] < 0) continue;
                int base = i ^ units[i] & 0xFF;
                nextWithBase[i] = firstWithBase[base];
                firstWithBase[base] = i;
            }
        }

        void run() {
            int[] path = new int[MAX_KEY_BYTES + 1];
            int[] pending = new int[MAX_KEY_BYTES + 1];
            byte[] missing = new byte[MAX_KEY_BYTES + 1];
            path[0] = ROOT;
            visits[ROOT] = 1;
            pending[0] = firstWithBase[checkedBase(ROOT)];
            for (int depth = 0; depth >= 0; ) {
                int node = pending[depth];
                if (node < 0) {
                    visits[path[depth]] |= (byte) (1 << missing[depth] + 4);
                    depth--;
                    continue;
                }
                pending[depth] = nextWithBase[node];
                int rest = missingAfter(missing[depth], units[node] & 0xFF);
                if (rest < 0 || (visits[node] & 1 << rest + 4) != 0) continue;
                if ((visits[node] & 1 << rest) != 0) throw invalid("has a trie that runs in a circle at unit " + node);
                if (depth == MAX_KEY_BYTES) throw invalid("has a rule for more than " + MAX_KEY_BYTES + " bytes");
                visits[node] |= (byte) (1 << rest);
                int base = checkedBase(node);
                if (hasRule(node)) checkRule(node, base, rest);
                depth++;
                path[depth] = node;
                missing[depth] = (byte) rest;
                pending[depth] = firstWithBase[base];
            }
        }

        /** Bytes that a character still needs after this one; -1 where no text goes. */
        private int missingAfter(int missing, int label) {
            if (missing > 0) return (label & 0xC0) == 0x80 ? missing - 1 : -1;
            return label < 0x80 ? 0 : label < 0xC0 ? -1 : label < 0xE0 ? 1 : label < 0xF0 ? 2 : label < 0xF8 ? 3 : -1;
        }

        private int checkedBase(int node) {
            int base = base(node);
            if (base < 0 || base >= units.length)
                throw invalid("points from unit " + node + " to unit " + base + " of " + units.length);
            return base;
        }

        private void checkRule(int node, int base, int missing) {
            if (missing > 0) throw invalid("has a rule that ends inside a character, at unit " + node);
            int at = units[base] & Integer.MAX_VALUE;
            if (at >= replacementAt.length)
                throw invalid("points to byte " + at + " of " + replacementAt.length + " bytes of replacements");
            int start = replacementAt[at];
            if (start < 0) throw invalid("points into a character, at byte " + at + " of the replacements");
            for (int length = 0; replacements[start + length] != 0; length++)
                if (length == MAX_REPLACEMENT)
                    throw invalid("has a replacement of more than " + MAX_REPLACEMENT + " characters");
        }

        void markContinuing(boolean[] continues) {
            boolean[] marked = new boolean[units.length];
            for (int node = 1; node < units.length; node++) {
                // visited with no byte missing: a character ends here
                if ((visits[node] & 1 << 4) == 0 || marked[base(node)]) continue;
                marked[base(node)] = true;
                for (int lead = firstWithBase[base(node)]; lead >= 0; lead = nextWithBase[lead])
                    markFrom(lead, units[lead] & 0xFF, continues);
            }
        }

        private void markFrom(int lead, int label, boolean[] continues) {
            if (label < 0x80) {
                continues[label] = true;
            } else if (label < 0xE0) {
                mark(continues, (label & 0x1F) << 6, 64);
            } else if (label < 0xF0) {
                for (int second = firstWithBase[base(lead)]; second >= 0; second = nextWithBase[second])
                    mark(continues, (label & 0xF) << 12 | (units[second] & 0x3F) << 6, 64);
            } else {
                mark(continues, Character.MIN_SURROGATE, 2048);
            }
        }

        private static void mark(boolean[] continues, int from, int count) {
            Arrays.fill(continues, from, from + count, true);
        }
    }

    private InvalidTokenizerException invalid(String what) {
        return new InvalidTokenizerException(source + ": precompiled_charsmap " + what
                + "; the file is damaged, fetch it again from where the model came");
    }
}
