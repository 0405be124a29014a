package dev.tercet.engine.generate;

import dev.tercet.engine.kernel.Kernels;
import java.util.Arrays;

/**
 * A score for every token: logits in greedy search, log-probabilities in beam search.
 *
 * @param data holds them from {@code offset} on
 * @param size of the vocabulary
 */
public record Scores(float[] data, int offset, int size) {
    public float of(int token) {
        return data[offset + token];
    }

    public void set(int token, float score) {
        data[offset + token] = score;
    }

    /** Whether any token is possible. */
    boolean anyPossible() {
        for (int token = 0; token < size; token++) if (of(token) > Float.NEGATIVE_INFINITY) return true;
        return false;
    }

    /** The probabilities that belong to these scores, [size]; at least one token must be possible. */
    float[] probabilities(Kernels kernels) {
        float[] probabilities = Arrays.copyOfRange(data, offset, offset + size);
        kernels.softmax(probabilities, 0, size);
        return probabilities;
    }

    /** Makes a token impossible. */
    public void forbid(int token) {
        set(token, Float.NEGATIVE_INFINITY);
    }

    /** Makes all tokens impossible but these, which become certain. */
    public void force(int... tokens) {
        Arrays.fill(data, offset, offset + size, Float.NEGATIVE_INFINITY);
        for (int token : tokens) set(token, 0f);
    }
}
