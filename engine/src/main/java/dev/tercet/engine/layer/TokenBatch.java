package dev.tercet.engine.layer;

import java.util.Arrays;
import java.util.List;

/**
 * Token sequences of different lengths, one after another, without padding: sequence s is the tokens {@code starts[s]}
 * to {@code starts[s + 1]}, exclusive. Dense layers see all tokens as rows of one matrix; attention works sequence by
 * sequence.
 *
 * <p>The arrays grow and are used again after {@link #clear()}. Used by one thread at a time, or by many that read.
 */
public final class TokenBatch {
    private int[] ids = {};
    private int[] typeIds = {};
    private int[] starts = {0};
    private int sequences;

    /** No sequences yet. */
    public TokenBatch() {}

    /** Sequences of token ids, all of type 0. */
    public static TokenBatch of(List<int[]> sequences) {
        TokenBatch batch = new TokenBatch();
        for (int[] ids : sequences) batch.add(ids, new int[ids.length], 0, ids.length);
        return batch;
    }

    /** One sequence, all of type 0. */
    public static TokenBatch of(int... ids) {
        return of(List.of(ids));
    }

    /** Forgets the sequences and keeps the arrays. */
    public void clear() {
        sequences = 0;
    }

    /**
     * Adds a copy of a sequence.
     *
     * @param ids token ids
     * @param typeIds 0 or 1 for the first or second text of a pair
     * @param from where the sequence begins in both
     * @param length its tokens, at least one
     * @throws IllegalArgumentException when it has no tokens
     */
    public void add(int[] ids, int[] typeIds, int from, int length) {
        if (length < 1) throw new IllegalArgumentException("sequence " + sequences + " has no tokens");
        int at = tokens();
        int end = Math.addExact(at, length);
        if (end > this.ids.length) {
            this.ids = Arrays.copyOf(this.ids, roomy(end));
            this.typeIds = Arrays.copyOf(this.typeIds, roomy(end));
        }
        if (sequences + 1 == starts.length) starts = Arrays.copyOf(starts, roomy(starts.length));
        System.arraycopy(ids, from, this.ids, at, length);
        System.arraycopy(typeIds, from, this.typeIds, at, length);
        starts[++sequences] = end;
    }

    private static int roomy(int wanted) {
        return (int) Math.min(Integer.MAX_VALUE - 8, wanted + (wanted >> 1) + 16L);
    }

    /** Token ids, [tokens]; the array may be longer. */
    public int[] ids() {
        return ids;
    }

    /** 0 or 1 for the first or second text of a pair, [tokens]; the array may be longer. */
    public int[] typeIds() {
        return typeIds;
    }

    /** First token of each sequence, and the number of tokens after the last, [sequences + 1]; it may be longer. */
    public int[] starts() {
        return starts;
    }

    public int sequences() {
        return sequences;
    }

    /** Tokens of all sequences together. */
    public int tokens() {
        return starts[sequences];
    }

    public int length(int sequence) {
        return starts[sequence + 1] - starts[sequence];
    }
}
