package dev.tercet.tokenizer;

import java.util.Arrays;
import java.util.List;

/**
 * SentencePiece's text normalization, rule for rule ({@code Normalizer::Normalize} of SentencePiece 0.2.3):
 *
 * <ol>
 *   <li>white space at the start is dropped; nothing else, and there are no tokens at all;
 *   <li>U+2581 goes in front (or at the very end, where white space is treated as a suffix);
 *   <li>from left to right the longest user-defined symbol is taken as it stands, else the longest rule of the charsmap
 *       is applied, else one character is copied;
 *   <li>a space becomes U+2581; runs of spaces become one, and those at the end are dropped.
 * </ol>
 *
 * Which of these happen, the model says. Immutable.
 */
final class SentencePieceNormalizer {
    static final char SPACE_SYMBOL = '\u2581';

    /** SentencePiece looks at no more than this many symbols that are prefixes of one another, shortest first. */
    private static final int MAX_NESTED_SYMBOLS = 64;

    /** What a character can be the start of; looked up once for each character of the text. */
    private static final byte PLAIN = 0;

    /** Copied, unless the next character continues a rule that starts here. */
    private static final byte PLAIN_UNLESS_CONTINUED = 1;

    private static final byte SPACE = 2;
    private static final byte LOOK_UP = 3;

    /** Added to the kinds of characters that a rule has behind its first: the sign, so that one test tells. */
    private static final byte CONTINUES = (byte) 0x80;

    private final boolean addDummyPrefix;
    private final boolean removeExtraWhitespaces;
    private final boolean suffix;
    private final int space;
    private final Charsmap charsmap;
    private final SymbolTrie userDefined;
    private final byte[] kinds = new byte[1 << 16];

    /**
     * @param userDefinedSymbols taken from the text as they stand
     * @param source the file's name in error messages
     */
    SentencePieceNormalizer(
            SentencePieceProto.Normalizer spec, boolean suffix, List<String> userDefinedSymbols, String source) {
        this.addDummyPrefix = spec.addDummyPrefix();
        this.removeExtraWhitespaces = spec.removeExtraWhitespaces();
        this.suffix = suffix;
        this.space = spec.escapeWhitespaces() ? SPACE_SYMBOL : ' ';
        boolean[] continues = new boolean[kinds.length];
        charsmap = spec.precompiledCharsmap().length == 0
                ? null
                : new Charsmap(spec.precompiledCharsmap(), source, continues);
        userDefined = userDefinedSymbols.isEmpty() ? null : trie(userDefinedSymbols, source);
        classify(userDefinedSymbols, continues);
    }

    private static SymbolTrie trie(List<String> symbols, String source) {
        StringTable table = new StringTable(source);
        for (String symbol : symbols) table.add(symbol);
        return new SymbolTrie(table, _ -> true, source);
    }

    private void classify(List<String> symbols, boolean[] continues) {
        if (charsmap != null)
            for (int c = 0; c < kinds.length; c++)
                kinds[c] = charsmap.hasRuleFor(c) ? LOOK_UP : charsmap.beginsRule(c) ? PLAIN_UNLESS_CONTINUED : PLAIN;
        for (String symbol : symbols) {
            kinds[symbol.charAt(0)] = LOOK_UP;
            for (int i = 1; i < symbol.length(); i++) continues[symbol.charAt(i)] = true;
        }
        kinds[' '] = kinds[' '] == PLAIN ? SPACE : LOOK_UP;
        Arrays.fill(kinds, Character.MIN_SURROGATE, Character.MAX_SURROGATE + 1, LOOK_UP);
        // half a pair is read as U+FFFD
        if (continues[0xFFFD]) Arrays.fill(continues, Character.MIN_SURROGATE, Character.MAX_SURROGATE + 1, true);
        for (int c = 0; c < kinds.length; c++) if (continues[c]) kinds[c] |= CONTINUES;
    }

    /**
     * Normalizes {@code scratch.chars} into {@code scratch.codePoints} and, where wanted, {@code scratch.origins}: the
     * index in the text that each came from, and one more for the end.
     *
     * @param alphabet whose symbols are written to {@code scratch.symbols} beside, or {@code null}
     */
    void normalize(Scratch scratch, SymbolTrie alphabet, boolean origins) {
        new Run(scratch, alphabet, origins).run();
    }

    /** One normalization under way. */
    private final class Run {
        private final Scratch scratch;
        private final SymbolTrie alphabet;
        private final boolean wantsOrigins;
        private final char[] chars;
        private final int end;
        private final CodePoints text;
        private final Charsmap.Match rule = new Charsmap.Match();

        private int position;
        private int length;
        private boolean afterSpace;

        /** What {@link #match} found: the consumed chars, and whether {@link #rule} replaces them. */
        private int matchEnd;

        private boolean ruleMatched;

        Run(Scratch scratch, SymbolTrie alphabet, boolean wantsOrigins) {
            this.scratch = scratch;
            this.alphabet = alphabet;
            this.wantsOrigins = wantsOrigins;
            this.chars = scratch.chars;
            this.end = scratch.charCount;
            this.text = new CodePoints(chars, end);
        }

        void run() {
            scratch.length = 0;
            if (removeExtraWhitespaces) skipLeadingSpaces();
            if (position == end) return;
            scratch.ensureNormalized(end - position + 2, alphabet != null, wantsOrigins);
            if (!suffix && addDummyPrefix) emit(space, position);
            afterSpace = removeExtraWhitespaces;
            while (position < end) {
                copyPlain();
                if (position < end) replace();
            }
            int consumed = end;
            if (removeExtraWhitespaces) {
                while (length > 0 && scratch.codePoints[length - 1] == space) {
                    length--;
                    if (wantsOrigins) consumed = scratch.origins[length];
                }
            }
            if (suffix && addDummyPrefix) {
                scratch.ensureNormalized(length + 2, alphabet != null, wantsOrigins);
                emit(space, consumed);
            }
            if (wantsOrigins) scratch.origins[length] = consumed;
            scratch.length = length;
        }

        private void skipLeadingSpaces() {
            while (position < end) {
                match();
                boolean single = ruleMatched
                        ? charsmap.replacements()[rule.start] == ' ' && charsmap.replacements()[rule.start + 1] == 0
                        : matchEnd == position + 1 && chars[position] == ' ';
                if (!single) break;
                position = matchEnd;
            }
        }

        /** The common case: characters that no rule touches, and single spaces. */
        private void copyPlain() {
            char[] chars = this.chars;
            byte[] kinds = SentencePieceNormalizer.this.kinds;
            int[] codePoints = scratch.codePoints;
            int[] origins = wantsOrigins ? scratch.origins : null;
            char[] symbols = alphabet == null ? null : scratch.symbols;
            char[] table = alphabet == null ? null : alphabet.bmpSymbols();
            boolean collapse = removeExtraWhitespaces;
            boolean after = afterSpace;
            int space = SentencePieceNormalizer.this.space;
            int end = this.end;
            int i = position;
            int n = length;
            for (; i < end; i++) {
                int c = chars[i];
                int kind = kinds[c] & ~CONTINUES;
                if (kind == SPACE) {
                    if (after) continue;
                    after = collapse;
                    c = space;
                } else {
                    if (kind == LOOK_UP || kind == PLAIN_UNLESS_CONTINUED && i + 1 < end && kinds[chars[i + 1]] < 0)
                        break;
                    after = false;
                }
                codePoints[n] = c;
                if (symbols != null) symbols[n] = table[c];
                if (origins != null) origins[n] = i;
                n++;
            }
            position = i;
            length = n;
            afterSpace = after;
        }

        /** One step of the general kind. */
        private void replace() {
            match();
            int origin = position;
            position = matchEnd;
            if (ruleMatched) substitute(origin);
            else copy(origin);
            if (!removeExtraWhitespaces) afterSpace = false;
        }

        private void substitute(int origin) {
            int[] characters = charsmap.replacements();
            int from = rule.start;
            while (afterSpace && characters[from] == ' ') from++;
            if (characters[from] == 0) return;
            int to = from;
            while (characters[to] != 0) to++;
            scratch.ensureNormalized(
                    Math.addExact(length, to - from + (end - position) + 2), alphabet != null, wantsOrigins);
            for (int k = from; k < to; k++) emit(characters[k] == ' ' ? space : characters[k], origin);
            afterSpace = characters[to - 1] == ' ';
        }

        /** The matched text as it stands: one character, or a user-defined symbol. */
        private void copy(int origin) {
            int from = origin;
            while (afterSpace && from < matchEnd && chars[from] == ' ') from++;
            if (from == matchEnd) return;
            afterSpace = chars[matchEnd - 1] == ' ';
            for (int i = from; i < matchEnd; i += text.count(i)) {
                int c = text.at(i);
                emit(c == ' ' ? space : c, origin);
            }
        }

        private void emit(int codePoint, int origin) {
            scratch.codePoints[length] = codePoint;
            if (alphabet != null) scratch.symbols[length] = alphabet.symbol(codePoint);
            if (wantsOrigins) scratch.origins[length] = origin;
            length++;
        }

        /** SentencePiece's {@code NormalizePrefix} at the current position. */
        private void match() {
            ruleMatched = false;
            if (userDefined != null && matchUserDefined()) return;
            ruleMatched = charsmap != null && charsmap.longest(text, position, rule);
            matchEnd = ruleMatched ? rule.end : position + text.count(position);
        }

        private boolean matchUserDefined() {
            long[] units = userDefined.units();
            long unit = SymbolTrie.root(units);
            int nested = 0;
            for (int i = position; i < end && nested < MAX_NESTED_SYMBOLS; ) {
                int symbol = userDefined.symbol(text.at(i));
                unit = SymbolTrie.child(units, unit, symbol);
                if (SymbolTrie.label(unit) != symbol) break;
                i += text.count(i);
                if (SymbolTrie.value(unit) < 0) continue;
                matchEnd = i;
                nested++;
            }
            return nested > 0;
        }
    }
}
