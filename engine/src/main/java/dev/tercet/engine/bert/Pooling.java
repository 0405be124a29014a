package dev.tercet.engine.bert;

import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.kernel.Rows;
import java.util.Locale;

/** The hidden states of a text to one vector, as in sentence-transformers' {@code Pooling}. */
public enum Pooling {
    /** The mean over all tokens, special ones included. */
    MEAN,
    /** The first token, {@code [CLS]}. */
    CLS,
    /** The largest value over all tokens, dimension by dimension. */
    MAX;

    /** The least norm that {@link #normalize} divides by: torch.nn.functional.normalize's eps. */
    private static final float LEAST_NORM = 1e-12f;

    /** What a trace calls the pooled vector: {@code mean}, {@code cls} or {@code max}. */
    public String traceName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * @param hidden of one text, [tokens, columns], at least one token
     * @param vector written from {@code offset} on
     */
    public void forward(Kernels kernels, Rows hidden, int columns, float[] vector, int offset) {
        switch (this) {
            case MEAN -> kernels.mean(hidden, columns, vector, offset);
            case CLS -> System.arraycopy(hidden.data(), hidden.offset(), vector, offset, columns);
            case MAX -> kernels.max(hidden, columns, vector, offset);
        }
    }

    /** vector = vector / max(‖vector‖₂, 1e-12) */
    public static void normalize(Kernels kernels, float[] vector, int offset, int length) {
        float norm = (float) Math.sqrt(kernels.dot(vector, offset, vector, offset, length));
        float divisor = Math.max(norm, LEAST_NORM);
        for (int i = offset; i < offset + length; i++) vector[i] /= divisor;
    }
}
