package dev.tercet.tokenizer;

import java.util.function.Supplier;

/**
 * A tokenized text or pair: what the model reads, and where each token lies in its text. The arrays belong to the
 * encoding and must not be changed. Safe for use by many threads.
 *
 * <p>A model needs only {@link #ids()}, {@link #typeIds()} and {@link #truncated()}; {@link #spans()} is worked out
 * when it is first asked for, because indexing a million documents never asks.
 */
public final class Encoding {
    private final int[] ids;
    private final int[] typeIds;
    private final int truncated;
    private final Supplier<Spans> source;

    /** Written without a lock: whoever loses the race has computed the same, and the record's fields are final. */
    private Spans spans;

    /**
     * @param ids token ids, special tokens included
     * @param typeIds as long as {@code ids}: 0 for the first text and its special tokens, 1 for the second
     * @param truncated tokens dropped to fit the limit
     * @param spans computes {@link #spans()}, always to the same result
     */
    public Encoding(int[] ids, int[] typeIds, int truncated, Supplier<Spans> spans) {
        if (ids.length != typeIds.length)
            throw new IllegalArgumentException(ids.length + " ids but " + typeIds.length + " type ids");
        this.ids = ids;
        this.typeIds = typeIds;
        this.truncated = truncated;
        this.source = spans;
    }

    /** How many tokens there are, special tokens included. */
    public int size() {
        return ids.length;
    }

    /** Token ids, special tokens included. */
    public int[] ids() {
        return ids;
    }

    /** 0 for the first text and its special tokens, 1 for the second. */
    public int[] typeIds() {
        return typeIds;
    }

    /** Tokens dropped to fit the limit. */
    public int truncated() {
        return truncated;
    }

    /** Where each token lies in its text. */
    public Spans spans() {
        Spans known = spans;
        if (known == null) spans = known = source.get();
        return known;
    }

    @Override
    public String toString() {
        return "Encoding[" + ids.length + " tokens, " + truncated + " truncated]";
    }

    /**
     * Where tokens lie in their texts, one entry per token, in Java's {@code char} indexes and in code points (what
     * Python calls an offset). A special token that the model's format adds lies nowhere: its spans are 0, its text -1.
     *
     * @param starts index of a token's first {@code char}
     * @param ends index after a token's last {@code char}
     * @param codePointStarts index of a token's first code point
     * @param codePointEnds index after a token's last code point
     * @param texts 0 for a token of the first text, 1 for the second, -1 for an added special token
     */
    public record Spans(int[] starts, int[] ends, int[] codePointStarts, int[] codePointEnds, byte[] texts) {
        /**
         * Spans in {@code char} indexes, with the code points counted in the texts.
         *
         * @param second the second text of a pair, or {@code null}
         */
        public static Spans of(String first, String second, int[] starts, int[] ends, byte[] texts) {
            CodePoints[] counters = {new CodePoints(first), second == null ? null : new CodePoints(second)};
            int[] codePointStarts = new int[starts.length];
            int[] codePointEnds = new int[starts.length];
            for (int i = 0; i < starts.length; i++) {
                if (texts[i] < 0) continue;
                codePointStarts[i] = counters[texts[i]].before(starts[i]);
                codePointEnds[i] = counters[texts[i]].before(ends[i]);
            }
            return new Spans(starts, ends, codePointStarts, codePointEnds, texts);
        }

        /** Whether the model's format added this token, rather than the text. */
        public boolean added(int token) {
            return texts[token] < 0;
        }
    }

    /** Counts the code points before an index; cheap when the next index is near the last one asked for. */
    private static final class CodePoints {
        private final String text;
        private int index;
        private int count;

        CodePoints(String text) {
            this.text = text;
        }

        int before(int wanted) {
            count += wanted >= index ? text.codePointCount(index, wanted) : -text.codePointCount(wanted, index);
            index = wanted;
            return count;
        }
    }
}
