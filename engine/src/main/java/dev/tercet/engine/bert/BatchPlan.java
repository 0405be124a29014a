package dev.tercet.engine.bert;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which texts run together, and how the threads share the work. Many texts: whole chunks of about equal length per
 * thread, so that the threads never wait for each other. Few: one chunk after the other, every product of it divided.
 *
 * @param chunks numbers of the texts, longest first
 * @param divided whether the threads share each chunk, instead of taking whole ones
 */
record BatchPlan(List<int[]> chunks, boolean divided) {
    /**
     * Tokens of a chunk. Below, the weights are read too often for the work done with them; above, what one layer
     * writes no longer stays in the L2 cache until the next one reads it. Measured by {@code EncoderComparison}, 32
     * texts of 32 and of 128 tokens: on a Zen 5 512 tokens at a time are 1 to 2 % faster than 256, as fast as 1,024; on
     * a Zen 4, whose multiply-adds take twice as long, 256 were 7 % faster than 1,024.
     */
    static final int CHUNK_TOKENS = 512;

    /** Whole chunks are for at least this many tokens per thread: each thread then reads all the weights. */
    private static final int LEAST_TOKENS = 64;

    /** How much longer than the average the longest share may be before dividing each chunk is faster. */
    private static final double UNEVEN = 1.2;

    static BatchPlan of(int[] lengths, int threads) {
        int[] order = longestFirst(lengths);
        long tokens = Arrays.stream(lengths).asLongStream().sum();
        int chunks = (int) Math.ceilDiv(tokens, CHUNK_TOKENS);
        if (threads > 1 && tokens >= (long) threads * LEAST_TOKENS) {
            List<int[]> whole = cut(order, lengths, tokens, Math.ceilDiv(chunks, threads) * threads);
            if (longestShare(whole, lengths, threads) <= UNEVEN * tokens / threads) return new BatchPlan(whole, false);
        }
        return new BatchPlan(cut(order, lengths, tokens, chunks), threads > 1);
    }

    private static int[] longestFirst(int[] lengths) {
        long[] keys = new long[lengths.length];
        for (int i = 0; i < keys.length; i++) keys[i] = (long) -lengths[i] << 32 | i;
        Arrays.sort(keys);
        return Arrays.stream(keys).mapToInt(key -> (int) key).toArray();
    }

    /** At most {@code count} chunks of about equal numbers of tokens, in the given order. */
    private static List<int[]> cut(int[] order, int[] lengths, long tokens, int count) {
        List<int[]> chunks = new ArrayList<>();
        int from = 0;
        long before = 0;
        for (int i = 0; i < order.length; i++) {
            int length = lengths[order[i]];
            // where the chunk should end, or the nearest end of a text
            long end = tokens * (chunks.size() + 1) / count;
            if (i > from && before + length / 2 >= end) {
                chunks.add(Arrays.copyOfRange(order, from, i));
                from = i;
            }
            before += length;
        }
        if (from < order.length) chunks.add(Arrays.copyOfRange(order, from, order.length));
        return chunks;
    }

    /** Tokens of the thread with the most, when each takes the next chunk as soon as it is free. */
    private static long longestShare(List<int[]> chunks, int[] lengths, int threads) {
        long[] shares = new long[threads];
        for (int[] chunk : chunks) {
            int least = 0;
            for (int t = 1; t < threads; t++) if (shares[t] < shares[least]) least = t;
            for (int text : chunk) shares[least] += lengths[text];
        }
        return Arrays.stream(shares).max().orElse(0);
    }
}
