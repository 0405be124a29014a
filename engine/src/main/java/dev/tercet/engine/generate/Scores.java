package dev.tercet.engine.generate;

import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.kernel.LogNormalizer;
import dev.tercet.engine.kernel.Rows;
import java.util.Arrays;

/**
 * A score for every token: logits in greedy search, log-probabilities in beam search.
 *
 * <p>A vocabulary is long, and a search wants the few best tokens of it. So {@link #logSoftmax} neither reads nor
 * writes the logits: what it needs of them is known by block, and what is to be subtracted from each is remembered,
 * until somebody changes a score to another number. And the best are found in the few blocks where they can be.
 *
 * <p>Not safe for use by many threads at once.
 */
public final class Scores {
    private static final float IMPOSSIBLE = Float.NEGATIVE_INFINITY;
    private static final int BLOCK = Kernels.BLOCK;

    private final Kernels kernels;

    /** One row. Of a block that was changed the sum is NaN until it is needed; the largest is always right. */
    private final Logits logits;

    private final float[] data;
    private final int offset;

    /** Of a number in the data it makes the score. */
    private LogNormalizer normalizer = LogNormalizer.NONE;

    /** @param logits of one row, which are overwritten when scores change; there should be no other scores of them */
    Scores(Kernels kernels, Logits logits) {
        this.kernels = kernels;
        this.logits = logits;
        this.data = logits.rows().data();
        this.offset = logits.rows().offset();
    }

    /**
     * Any scores.
     *
     * @param data holds them from {@code offset} on; overwritten when they change
     * @param size of the vocabulary
     */
    public static Scores of(Kernels kernels, float[] data, int offset, int size) {
        return new Scores(kernels, Logits.of(kernels, new Rows(data, offset, size, 1)));
    }

    /** Of the vocabulary. */
    public int size() {
        return logits.rows().stride();
    }

    public float of(int token) {
        return normalizer.of(data[offset + token]);
    }

    /** All of them, [size]; a copy. */
    public float[] all() {
        float[] all = Arrays.copyOfRange(data, offset, offset + size());
        if (normalizer != LogNormalizer.NONE) kernels.normalize(normalizer, all, 0, all.length);
        return all;
    }

    public void set(int token, float score) {
        // −∞ stays what it is, whatever is subtracted
        if (score != IMPOSSIBLE) write();
        float before = data[offset + token];
        if (score == before) return;
        data[offset + token] = score;
        int block = token / BLOCK;
        if (before == largest(block) && score < before) sumUp(block);
        else know(block, score > largest(block) ? score + 0f : largest(block), Float.NaN);
    }

    /** Makes a token impossible. */
    public void forbid(int token) {
        set(token, IMPOSSIBLE);
    }

    /** Makes all tokens impossible but these, which become certain. */
    public void force(int... tokens) {
        normalizer = LogNormalizer.NONE;
        Arrays.fill(data, offset, offset + size(), IMPOSSIBLE);
        for (int block = 0; block < blocks(); block++) know(block, IMPOSSIBLE, 0f);
        for (int token : tokens) set(token, 0f);
    }

    /** Makes log-probabilities of the scores. All are NaN then if one was no number, or infinite. */
    void logSoftmax() {
        if (!normalizer.canBeFollowed()) write();
        for (int block = 0; block < blocks(); block++)
            if (Float.isNaN(logits.sums().data()[logits.sums().offset() + block])) sumUp(block);
        normalizer = kernels.logNormalizer(logits.largest(), logits.sums(), normalizer);
    }

    /** Writes down what is only to be subtracted so far. The sums stay: they are relative to the largest. */
    private void write() {
        if (normalizer == LogNormalizer.NONE) return;
        kernels.normalize(normalizer, data, offset, size());
        kernels.normalize(normalizer, logits.largest().data(), logits.largest().offset(), blocks());
        normalizer = LogNormalizer.NONE;
    }

    /** The largest of all; −∞ where none is a number. */
    float largest() {
        float max = IMPOSSIBLE;
        for (int block = 0; block < blocks(); block++) max = Math.max(max, largest(block));
        return normalizer.of(max);
    }

    /** Blocks of {@link Kernels#BLOCK} tokens. */
    int blocks() {
        return logits.largest().stride();
    }

    /** The largest of a block; −∞ where none is a number. */
    float largestOf(int block) {
        return normalizer.of(largest(block));
    }

    private float largest(int block) {
        return logits.largest().data()[logits.largest().offset() + block];
    }

    private void know(int block, float largest, float sum) {
        logits.largest().data()[logits.largest().offset() + block] = largest;
        logits.sums().data()[logits.sums().offset() + block] = sum;
    }

    private void sumUp(int block) {
        logits.sumUp(kernels, block, block + 1);
    }

    /** Whether any token is possible. */
    boolean anyPossible() {
        return largest() > IMPOSSIBLE;
    }

    /** The first token from this one on whose score plus {@code addend} is above a bound; the size if there is none. */
    int firstAbove(float bound, float addend, int from) {
        for (int block = from / BLOCK; block < blocks(); block++) {
            if (!(largestOf(block) + addend > bound)) continue;
            int start = Math.max(from, block * BLOCK);
            int end = Math.min(size(), (block + 1) * BLOCK);
            int token = kernels.firstAbove(bound, addend, normalizer, data, offset, start, end);
            if (token < end) return token;
        }
        return size();
    }

    /** The probabilities that belong to these scores, [size]; at least one token must be possible. */
    float[] probabilities() {
        float[] probabilities = all();
        kernels.softmax(probabilities, 0, probabilities.length);
        return probabilities;
    }

    /** The probabilities of some tokens when no others are possible. */
    float[] probabilitiesAmong(int... tokens) {
        float[] probabilities = new float[tokens.length];
        for (int i = 0; i < tokens.length; i++) probabilities[i] = of(tokens[i]);
        kernels.softmax(probabilities, 0, tokens.length);
        return probabilities;
    }

    /** The log-probabilities that belong to these scores, [size]; the scores stay. */
    float[] logProbabilities() {
        float[] logProbabilities = all();
        kernels.logSoftmax(logProbabilities, 0, logProbabilities.length);
        return logProbabilities;
    }
}
