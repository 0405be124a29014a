package dev.tercet.engine.marian;

import dev.tercet.loaders.Weights;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Sinusoidal positions: position p is, with θⱼ = p / 10000^(2j / hidden),
 *
 * <pre>
 * [ sin θ₀, sin θ₁, …, cos θ₀, cos θ₁, … ]
 * </pre>
 *
 * sines in the first half and cosines in the second, where Vaswani et al. 2017 interleave them. Computed in double and
 * rounded once, as transformers does. Older checkpoints carry the table; then, as there, the checkpoint's is used.
 *
 * <p>Safe for use by many threads.
 */
final class Positions {
    private static final double BASE = 10000;

    private final int columns;

    /** Computed when first asked for: most texts are short. */
    private final AtomicReferenceArray<float[]> vectors;

    private Positions(int count, int columns) {
        this.columns = columns;
        this.vectors = new AtomicReferenceArray<>(count);
    }

    /** The positions of one stack: {@code embed_positions.weight} if the checkpoint has it, else computed. */
    static Positions load(Weights stack, MarianConfig config) {
        Positions positions = new Positions(config.positions(), config.hidden());
        if (stack.has("embed_positions.weight")) {
            float[] table = stack.floats("embed_positions.weight", config.positions(), config.hidden());
            for (int p = 0; p < positions.count(); p++) {
                float[] vector = new float[config.hidden()];
                System.arraycopy(table, p * vector.length, vector, 0, vector.length);
                positions.vectors.set(p, vector);
            }
        }
        return positions;
    }

    /** Positions run from 0 to this, exclusive. */
    int count() {
        return vectors.length();
    }

    /** The vector of a position, not to be changed. */
    float[] vector(int position) {
        float[] known = vectors.get(position);
        if (known != null) return known;
        float[] computed = compute(position, columns);
        vectors.set(position, computed);
        return computed;
    }

    private static float[] compute(int position, int columns) {
        float[] vector = new float[columns];
        int sines = (columns + 1) / 2;
        for (int j = 0; j < sines; j++) {
            double angle = position / Math.pow(BASE, 2.0 * j / columns);
            vector[j] = (float) Math.sin(angle);
            if (sines + j < columns) vector[sines + j] = (float) Math.cos(angle);
        }
        return vector;
    }
}
