package dev.tercet.tokenizer;

import java.util.Arrays;
import java.util.Objects;

/**
 * Tokenized texts or pairs, one after another in arrays that grow and are used again: what models read of them, without
 * an object for each. Where the tokens lie in their texts, only an {@link Encoding} knows.
 *
 * <p>Used by one thread at a time.
 */
public final class Encodings {
    private int[] ids = {};
    private int[] typeIds = {};

    /** First token of each text, and the number of tokens at the end. */
    private int[] starts = {0};

    private int[] truncated = {};
    private int count;

    /** No texts yet. */
    public Encodings() {}

    /** How many texts there are. */
    public int count() {
        return count;
    }

    /** Tokens of all texts together, special tokens included. */
    public int tokens() {
        return starts[count];
    }

    /**
     * Index of a text's first token in {@link #ids()} and {@link #typeIds()}.
     *
     * @throws IndexOutOfBoundsException when there is no such text
     */
    public int start(int text) {
        return starts[Objects.checkIndex(text, count)];
    }

    /**
     * Tokens of a text, special tokens included.
     *
     * @throws IndexOutOfBoundsException when there is no such text
     */
    public int length(int text) {
        return starts[Objects.checkIndex(text, count) + 1] - starts[text];
    }

    /**
     * Tokens of a text that were dropped to fit the limit.
     *
     * @throws IndexOutOfBoundsException when there is no such text
     */
    public int truncated(int text) {
        return truncated[Objects.checkIndex(text, count)];
    }

    /** Token ids of all texts; the array may be longer, belongs to this object and is another one when it has grown. */
    public int[] ids() {
        return ids;
    }

    /** 0 for the first text of a pair and its special tokens, 1 for the second; as {@link #ids()}. */
    public int[] typeIds() {
        return typeIds;
    }

    /** Forgets the texts and keeps the arrays. */
    public void clear() {
        count = 0;
    }

    /** Adds a copy of an encoding. */
    public void add(Encoding encoding) {
        int at = begin(encoding.size());
        System.arraycopy(encoding.ids(), 0, ids, at, encoding.size());
        System.arraycopy(encoding.typeIds(), 0, typeIds, at, encoding.size());
        end(encoding.size(), encoding.truncated());
    }

    /** Makes room for the tokens of another text; returns the index of the first. They count after {@link #end}. */
    int begin(int tokens) {
        int at = starts[count];
        int wanted = Math.addExact(at, tokens);
        if (wanted > ids.length) {
            int longer = roomy(wanted);
            ids = Arrays.copyOf(ids, longer);
            typeIds = Arrays.copyOf(typeIds, longer);
        }
        return at;
    }

    /**
     * Another text is complete.
     *
     * @param tokens as in {@link #begin}
     */
    void end(int tokens, int dropped) {
        if (count == truncated.length) {
            truncated = Arrays.copyOf(truncated, roomy(count + 1));
            starts = Arrays.copyOf(starts, truncated.length + 1);
        }
        truncated[count] = dropped;
        starts[count + 1] = starts[count] + tokens;
        count++;
    }

    private static int roomy(int wanted) {
        return (int) Math.min(Integer.MAX_VALUE - 8, wanted + (wanted >> 1) + 16L);
    }
}
