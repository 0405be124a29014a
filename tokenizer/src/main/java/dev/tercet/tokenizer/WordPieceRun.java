package dev.tercet.tokenizer;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * One pass over one text: normalize, cut into words, cut words into pieces. Everything a pass writes is here. Tokens
 * beyond the limit are counted but not kept.
 */
final class WordPieceRun implements BertNormalizer.Sink {
    private final WordPieceModel model;
    private final WordPieceVocabulary vocabulary;
    private int limit;
    private final boolean wantSpans;

    private char[] text = {};
    private int textLength;
    private int[] ids = {};
    private int[] starts = {};
    private int[] ends = {};
    private int kept;
    private int total;

    /** The word being read; a word longer than {@link #longestWord} is only measured. */
    private char[] word = new char[256];

    private int wordLength;
    private final int longestWord;
    private boolean overflow;
    private int[] wordFrom = {};
    private int[] wordTo = {};
    private int lastTo;
    private final int[] hashes;

    /** What is between added tokens, and those. */
    private final AddedTokens.Pieces rawPieces = new AddedTokens.Pieces() {
        @Override
        public void text(int from, int to) {
            segment(from, to);
        }

        @Override
        public void token(int id, int from, int to) {
            add(id, from, to);
        }
    };

    /** The text, where it has to be normalized as a whole, and what is between added tokens in it, and those. */
    private final BertNormalizer.Normalized normalized = new BertNormalizer.Normalized();

    private final AddedTokens.Pieces normalizedPieces = new AddedTokens.Pieces() {
        @Override
        public void text(int from, int to) {
            for (int i = from; i < to; ) {
                int c = Character.codePointAt(normalized.text, i, to);
                accept(c, normalized.from[i], normalized.to[i]);
                i += Character.charCount(c);
            }
            endWord();
        }

        @Override
        public void token(int id, int from, int to) {
            add(id, normalized.from[from], normalized.to[to - 1]);
        }
    };

    /** @param limit tokens to keep */
    WordPieceRun(WordPieceModel model, int limit, boolean wantSpans) {
        this.model = model;
        this.vocabulary = model.vocabulary();
        this.limit = limit;
        this.wantSpans = wantSpans;
        this.longestWord = model.longestWord();
        this.hashes = new int[vocabulary.longest()];
        if (wantSpans) {
            wordFrom = new int[word.length];
            wordTo = new int[word.length];
        }
    }

    /** Tokens kept: at most the limit. */
    int kept() {
        return kept;
    }

    /** Tokens the text has. */
    int total() {
        return total;
    }

    void copyIds(int count, int[] target, int at) {
        System.arraycopy(ids, 0, target, at, count);
    }

    void copySpans(int count, int[] targetStarts, int[] targetEnds, int at) {
        System.arraycopy(starts, 0, targetStarts, at, count);
        System.arraycopy(ends, 0, targetEnds, at, count);
    }

    /**
     * As good as new, with the arrays that it has.
     *
     * @param tokens to keep
     */
    WordPieceRun reset(int tokens) {
        limit = tokens;
        kept = 0;
        total = 0;
        wordLength = 0;
        overflow = false;
        lastTo = 0;
        return this;
    }

    WordPieceRun read(String string) {
        return read("", string);
    }

    /** Reads a prompt and a text as one text, as long as a text can be. */
    WordPieceRun read(String prompt, String string) {
        textLength = Math.addExact(prompt.length(), string.length());
        if (text.length < textLength) text = new char[textLength];
        prompt.getChars(0, prompt.length(), text, 0);
        string.getChars(0, string.length(), text, prompt.length());
        replaceLoneSurrogates(text, textLength);
        int expected = Math.min(limit, textLength / 4 + 8);
        if (ids.length < expected) {
            ids = new int[expected];
            if (wantSpans) {
                starts = new int[expected];
                ends = new int[expected];
            }
        }
        if (model.rawTokens().isEmpty()) segment(0, textLength);
        else model.rawTokens().split(text, textLength, rawPieces);
        return this;
    }

    /** The references refuse a lone surrogate; here it is the replacement character, of the same length. */
    private static void replaceLoneSurrogates(char[] text, int length) {
        for (int i = 0; i < length; i++) {
            if (!Character.isSurrogate(text[i])) continue;
            if (i + 1 < length && Character.isSurrogatePair(text[i], text[i + 1])) i++;
            else text[i] = '\uFFFD';
        }
    }

    /** A stretch of the text without added tokens of the kind that is looked for before normalization. */
    private void segment(int begin, int end) {
        if (model.normalizedTokens().isEmpty()) words(begin, end);
        else normalizedFirst(begin, end);
    }

    private void words(int begin, int end) {
        BertNormalizer normalizer = model.normalizer();
        int[] latin = normalizer.latin();
        int i = begin;
        while (i < end) {
            i = letters(latin, i, end);
            if (i == end) break;
            char c = text[i];
            int action = c < 256 ? latin[c] : normalizer.action(c);
            if (action >= BertNormalizer.ASK) {
                i = normalizer.normalize(text, begin, i, end, this);
                continue;
            }
            if (action >= BertNormalizer.SEPARATE) {
                if (action < BertNormalizer.DROP) {
                    endWord();
                    if (action >= BertNormalizer.ALONE) {
                        append((char) action, i, i + 1);
                        endWord();
                    }
                }
            } else {
                append((char) action, i, i + 1);
            }
            i++;
        }
        endWord();
    }

    /** Takes plain letters below U+0100 into the word; stops at anything else or when the word has no room. */
    private int letters(int[] latin, int begin, int end) {
        char[] source = text;
        char[] target = word;
        int length = wordLength;
        int stop = Math.min(end, begin + target.length - length);
        int i = begin;
        for (; i < stop; i++) {
            char c = source[i];
            if (c >= 256) break;
            int action = latin[c];
            if (action >= BertNormalizer.SEPARATE) break;
            target[length++] = (char) action;
        }
        if (i == begin) return i;
        if (wantSpans) {
            for (int j = begin, k = wordLength; j < i; j++, k++) {
                wordFrom[k] = j;
                wordTo[k] = j + 1;
            }
        }
        lastTo = i;
        wordLength = length;
        return i;
    }

    @Override
    public void accept(int codePoint, int from, int to) {
        int flags = model.unicode().flags(codePoint);
        if ((flags & UnicodeTables.SPACE) != 0) {
            endWord();
            return;
        }
        boolean alone = (flags & UnicodeTables.PUNCTUATION) != 0;
        if (alone) endWord();
        if (Character.isBmpCodePoint(codePoint)) append((char) codePoint, from, to);
        else {
            append(Character.highSurrogate(codePoint), from, to);
            append(Character.lowSurrogate(codePoint), from, to);
        }
        if (alone) endWord();
    }

    private void append(char c, int from, int to) {
        lastTo = to;
        if (wordLength == word.length && !makeRoom()) return;
        word[wordLength] = c;
        if (wantSpans) {
            wordFrom[wordLength] = from;
            wordTo[wordLength] = to;
        }
        wordLength++;
    }

    /** More code points than the model looks at need not be stored: the word is unknown whatever they are. */
    private boolean makeRoom() {
        if (wordLength / 2 > longestWord) {
            overflow = true;
            return false;
        }
        word = Arrays.copyOf(word, 2 * wordLength);
        if (wantSpans) {
            wordFrom = Arrays.copyOf(wordFrom, 2 * wordLength);
            wordTo = Arrays.copyOf(wordTo, 2 * wordLength);
        }
        return true;
    }

    /** Longest match first; a word with a rest that matches nothing is unknown as a whole. */
    private void endWord() {
        int length = wordLength;
        if (length == 0) return;
        wordLength = 0;
        if (length > longestWord && (overflow || Character.codePointCount(word, 0, length) > longestWord)) {
            overflow = false;
            addUnknown();
            return;
        }
        int before = total;
        for (int from = 0; from < length; ) {
            long found = vocabulary.longest(word, from, length, hashes);
            if (found < 0) {
                total = before;
                kept = Math.min(before, limit);
                addUnknown();
                return;
            }
            int to = from + (int) (found >>> 32);
            if (wantSpans) add((int) found, wordFrom[from], wordTo[to - 1]);
            else add((int) found, 0, 0);
            from = to;
        }
    }

    private void addUnknown() {
        add(model.unknown(), wantSpans ? wordFrom[0] : 0, lastTo);
    }

    private void add(int id, int from, int to) {
        total++;
        if (kept == limit) return;
        if (kept == ids.length) grow();
        ids[kept] = id;
        if (wantSpans) {
            starts[kept] = from;
            ends[kept] = to;
        }
        kept++;
    }

    private void grow() {
        int length = (int) Math.min(limit, 2L * kept + 16);
        ids = Arrays.copyOf(ids, length);
        if (wantSpans) {
            starts = Arrays.copyOf(starts, length);
            ends = Arrays.copyOf(ends, length);
        }
    }

    /** Runs without spans that wait for their next text. Lock-free; when all are in use a new one is made. */
    static final class Pool {
        private static final int PLACES = 64;

        /** A run that has read a longer text is not kept: it would hold that much memory for ever. */
        private static final int LONGEST_KEPT = 1 << 16;

        private final AtomicReferenceArray<WordPieceRun> places = new AtomicReferenceArray<>(PLACES);

        WordPieceRun take(WordPieceModel model, int limit) {
            int home = (int) Thread.currentThread().threadId();
            for (int i = 0; i < PLACES; i++) {
                int place = home + i & PLACES - 1;
                WordPieceRun run = places.getOpaque(place) == null ? null : places.getAndSet(place, null);
                if (run != null) return run.reset(limit);
            }
            return new WordPieceRun(model, limit, false);
        }

        void giveBack(WordPieceRun run) {
            if (run.text.length > LONGEST_KEPT) return;
            int home = (int) Thread.currentThread().threadId();
            for (int i = 0; i < PLACES; i++) {
                int place = home + i & PLACES - 1;
                if (places.getOpaque(place) == null && places.compareAndSet(place, null, run)) return;
            }
        }
    }

    /** The way for a model that looks for added tokens in the normalized text: that text has to exist first. */
    private void normalizedFirst(int begin, int end) {
        normalized.length = 0;
        for (int i = begin; i < end; ) i = model.normalizer().normalize(text, begin, i, end, normalized);
        model.normalizedTokens().split(normalized.text, normalized.length, normalizedPieces);
    }
}
