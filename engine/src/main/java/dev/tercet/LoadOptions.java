package dev.tercet;

import dev.tercet.loaders.DownloadListener;

/**
 * How to load a model. {@link #defaults()} suits most callers; each {@code with…} method returns a copy with one thing
 * changed.
 *
 * @param threads how many threads share the work of a call, the caller's included; 0 for one per processor, shared with
 *     all other models that ask for 0
 * @param weights how weights are kept in memory
 * @param offline never ask the Hub, only folders, bundled models and the local cache
 * @param maxLength the most tokens of a text or pair, special tokens included; 0 for the model's own limit
 * @param progress hears about a download
 */
public record LoadOptions(
        int threads, WeightPrecision weights, boolean offline, int maxLength, DownloadListener progress) {
    private static final int MOST_THREADS = 1024;

    /**
     * How the weights of dense layers are kept in memory. Fewer bytes make runs of few tokens faster, which are bound
     * by reading the weights: single queries, decoding steps. Runs of many tokens are as fast in each. The arithmetic
     * is fp32 in all three, and embedding tables stay as the checkpoint has them.
     *
     * <p>What it costs, measured with all-MiniLM-L6-v2 against {@link #F32} on the sentences of STS-B dev
     * (benchmarks/RESULTS.md):
     *
     * <table>
     * <caption>Vectors and judgement of 1,500 pairs</caption>
     * <tr><th></th><th>cosine to F32, mean</th><th>least</th><th>Spearman</th></tr>
     * <tr><td>F32</td><td>1</td><td>1</td><td>0.8672</td></tr>
     * <tr><td>BF16</td><td>0.99999</td><td>0.99998</td><td>0.8672</td></tr>
     * <tr><td>INT8</td><td>0.9996</td><td>0.9984</td><td>0.8668</td></tr>
     * </table>
     */
    public enum WeightPrecision {
        /** 4 bytes a weight, exactly as in the checkpoint. */
        F32,
        /** 2 bytes a weight, rounded to 8 bits of precision. */
        BF16,
        /**
         * 1 byte a weight, with a scale for each output. A checkpoint in int8 keeps the numbers that it has, so nothing
         * is rounded; others are rounded when loaded.
         */
        INT8
    }

    public LoadOptions {
        if (threads < 0 || threads > MOST_THREADS)
            throw new IllegalArgumentException(
                    "threads is " + threads + ", expected 1 to " + MOST_THREADS + ", or 0 for one per processor");
        if (maxLength < 0)
            throw new IllegalArgumentException(
                    "maxLength is " + maxLength + ", expected a number of tokens, or 0 for the model's own limit");
    }

    /** A thread per processor, exact weights, the model's own limit, the Hub when a model is nowhere else. */
    public static LoadOptions defaults() {
        return new LoadOptions(0, WeightPrecision.F32, false, 0, DownloadListener.NONE);
    }

    public LoadOptions withThreads(int count) {
        return new LoadOptions(count, weights, offline, maxLength, progress);
    }

    public LoadOptions withWeights(WeightPrecision precision) {
        return new LoadOptions(threads, precision, offline, maxLength, progress);
    }

    public LoadOptions withOffline(boolean only) {
        return new LoadOptions(threads, weights, only, maxLength, progress);
    }

    public LoadOptions withMaxLength(int tokens) {
        return new LoadOptions(threads, weights, offline, tokens, progress);
    }

    public LoadOptions withProgress(DownloadListener listener) {
        return new LoadOptions(threads, weights, offline, maxLength, listener);
    }
}
