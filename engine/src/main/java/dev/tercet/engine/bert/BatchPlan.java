package dev.tercet.engine.bert;

import java.util.Arrays;

/**
 * Which texts run together, and how the threads share the work. Many texts: whole chunks of about equal length per
 * thread, so that the threads never wait for each other. Few: one chunk after the other, every product of it divided.
 *
 * <p>Its arrays are used again for the next plan. Used by one thread at a time, or by many that read.
 */
final class BatchPlan {
    /**
     * Tokens of a chunk. Below, the weights are read too often for the work done with them; above, what one layer
     * writes no longer stays in the L2 cache until the next one reads it. Measured by {@code EncoderComparison}, 32
     * texts of 32 and of 128 tokens: on a Zen 5 512 tokens at a time are 1 to 2 % faster than 256; 1,024 are 1 % faster
     * than 512 at best and 1 to 2 % slower while others use the L3 cache too; on a Zen 4, whose multiply-adds take
     * twice as long, 256 were 7 % faster than 1,024.
     */
    static final int CHUNK_TOKENS = 512;

    /** Whole chunks are for at least this many tokens per thread: each thread then reads all the weights. */
    private static final int LEAST_TOKENS = 64;

    /** How much longer than the average the longest share may be before dividing each chunk is faster. */
    private static final double UNEVEN = 1.2;

    private int texts;
    private int[] lengths = {};
    private int[] order = {};

    /** Of every text what it is sorted by. */
    private long[] keys = {};

    /** Where each chunk ends in the order. */
    private int[] ends = {};

    private int chunks;
    private boolean divided;
    private long[] shares = {};

    /** For texts of these lengths in tokens. */
    static BatchPlan of(int[] lengths, int threads) {
        BatchPlan plan = new BatchPlan();
        plan.reserve(lengths.length);
        System.arraycopy(lengths, 0, plan.lengths, 0, lengths.length);
        plan.make(threads);
        return plan;
    }

    /** Plans anew. */
    void make(TokenizedTexts tokenized, int threads) {
        reserve(tokenized.count());
        for (int text = 0; text < texts; text++) lengths[text] = tokenized.length(text);
        make(threads);
    }

    private void reserve(int count) {
        texts = count;
        if (count <= lengths.length) return;
        lengths = new int[count];
        order = new int[count];
        keys = new long[count];
        ends = new int[count];
    }

    private void make(int threads) {
        sortLongestFirst();
        long tokens = 0;
        for (int text = 0; text < texts; text++) tokens += lengths[text];
        int count = (int) Math.ceilDiv(tokens, CHUNK_TOKENS);
        if (threads > 1 && tokens >= (long) threads * LEAST_TOKENS) {
            cut(tokens, Math.ceilDiv(count, threads) * threads);
            divided = longestShare(threads) > UNEVEN * tokens / threads;
            if (!divided) return;
        }
        cut(tokens, count);
        divided = threads > 1;
    }

    private void sortLongestFirst() {
        for (int text = 0; text < texts; text++) keys[text] = (long) -lengths[text] << 32 | text;
        Arrays.sort(keys, 0, texts);
        for (int i = 0; i < texts; i++) order[i] = (int) keys[i];
    }

    /** At most {@code count} chunks of about equal numbers of tokens, in the order. */
    private void cut(long tokens, int count) {
        chunks = 0;
        int from = 0;
        long before = 0;
        for (int i = 0; i < texts; i++) {
            int length = lengths[order[i]];
            // where the chunk should end, or the nearest end of a text
            long end = tokens * (chunks + 1) / count;
            if (i > from && before + length / 2 >= end) {
                ends[chunks++] = i;
                from = i;
            }
            before += length;
        }
        if (from < texts) ends[chunks++] = texts;
    }

    /** Tokens of the thread with the most, when each takes the next chunk as soon as it is free. */
    private long longestShare(int threads) {
        if (shares.length != threads) shares = new long[threads];
        Arrays.fill(shares, 0);
        for (int chunk = 0; chunk < chunks; chunk++) {
            int least = 0;
            for (int t = 1; t < threads; t++) if (shares[t] < shares[least]) least = t;
            for (int i = begin(chunk); i < end(chunk); i++) shares[least] += lengths[order[i]];
        }
        long longest = 0;
        for (long share : shares) longest = Math.max(longest, share);
        return longest;
    }

    /** How many texts there are. */
    int texts() {
        return texts;
    }

    /** How many chunks the texts run in. */
    int chunks() {
        return chunks;
    }

    /** Whether the threads share each chunk, instead of taking whole ones. */
    boolean divided() {
        return divided;
    }

    /** The number of a text, those of a chunk one after another, longest first. */
    int text(int place) {
        return order[place];
    }

    /** The first place of a chunk. */
    int begin(int chunk) {
        return chunk == 0 ? 0 : ends[chunk - 1];
    }

    /** The place after the last of a chunk. */
    int end(int chunk) {
        return ends[chunk];
    }
}
