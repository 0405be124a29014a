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

    /** How the weights of dense layers are kept in memory. */
    public enum WeightPrecision {
        /** 4 bytes a weight, exactly as in the checkpoint. */
        F32,
        /** 2 bytes a weight, rounded to 8 bits of precision. */
        BF16,
        /** 1 byte a weight, with a scale per output. */
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
