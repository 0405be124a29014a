package dev.tercet;

import dev.tercet.engine.kernel.Kernels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * How alike vectors are. Every method gives the same bits for the same two vectors, whether they are compared alone, in
 * a matrix or in a search. Safe for use by many threads.
 */
public final class Similarity {
    /** The least norm that {@link #cosine} divides by, as in sentence-transformers: a zero vector is like nothing. */
    private static final float LEAST_NORM = 1e-12f;

    /** The best first, and of equals the one that came first. */
    private static final Comparator<Match> BEST_FIRST =
            Comparator.comparingDouble(Match::similarity).reversed().thenComparingInt(Match::index);

    private Similarity() {}

    /**
     * Σ a[i] · b[i]; for vectors of unit length the cosine of their angle.
     *
     * @throws IllegalArgumentException when the vectors have different lengths
     */
    public static float dot(float[] a, float[] b) {
        if (a.length != b.length)
            throw new IllegalArgumentException(
                    "vectors of " + a.length + " and " + b.length + " dimensions cannot be compared");
        return Kernels.preferred().dot(a, 0, b, 0, a.length);
    }

    /**
     * The cosine of the angle between two vectors, from -1 (opposite) to 1 (same direction), up to rounding; 0 when one
     * of them is all zeros.
     *
     * @throws IllegalArgumentException when the vectors have different lengths
     */
    public static float cosine(float[] a, float[] b) {
        return dot(a, b) / (norm(a) * norm(b));
    }

    /**
     * All dot products.
     *
     * @param a [rows, dimension]
     * @param b [columns, dimension]
     * @return [rows, columns]
     */
    public static float[][] dot(float[][] a, float[][] b) {
        float[][] products = new float[a.length][b.length];
        for (int i = 0; i < a.length; i++) for (int j = 0; j < b.length; j++) products[i][j] = dot(a[i], b[j]);
        return products;
    }

    /**
     * All cosines.
     *
     * @param a [rows, dimension]
     * @param b [columns, dimension]
     * @return [rows, columns]
     */
    public static float[][] cosine(float[][] a, float[][] b) {
        float[] norms = norms(b);
        float[][] cosines = dot(a, b);
        for (int i = 0; i < a.length; i++) {
            float norm = norm(a[i]);
            for (int j = 0; j < b.length; j++) cosines[i][j] /= norm * norms[j];
        }
        return cosines;
    }

    /**
     * The vectors most like the query by cosine, the best first.
     *
     * @param vectors [count, dimension]
     * @param k how many at most
     * @throws IllegalArgumentException when {@code k} is negative or lengths differ
     */
    public static List<Match> topK(float[] query, float[][] vectors, int k) {
        if (k < 0) throw new IllegalArgumentException("k is " + k + ", expected 0 or more");
        float norm = norm(query);
        PriorityQueue<Match> best = new PriorityQueue<>(BEST_FIRST.reversed());
        for (int i = 0; i < vectors.length; i++) {
            best.add(new Match(i, dot(query, vectors[i]) / (norm * norm(vectors[i]))));
            if (best.size() > k) best.poll();
        }
        List<Match> found = new ArrayList<>(best);
        found.sort(BEST_FIRST);
        return found;
    }

    private static float[] norms(float[][] vectors) {
        float[] norms = new float[vectors.length];
        for (int i = 0; i < vectors.length; i++) norms[i] = norm(vectors[i]);
        return norms;
    }

    private static float norm(float[] vector) {
        return Math.max((float) Math.sqrt(dot(vector, vector)), LEAST_NORM);
    }
}
