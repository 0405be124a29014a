package dev.tercet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SimilarityTest {
    private static final long SEED = 3;

    private final float[][] vectors = random(50, 384);

    private static float[][] random(int count, int dimension) {
        Random random = new Random(SEED);
        float[][] vectors = new float[count][dimension];
        for (float[] vector : vectors) for (int i = 0; i < dimension; i++) vector[i] = (float) random.nextGaussian();
        return vectors;
    }

    private static double exactCosine(float[] a, float[] b) {
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            ab += (double) a[i] * b[i];
            aa += (double) a[i] * a[i];
            bb += (double) b[i] * b[i];
        }
        return ab / Math.sqrt(aa * bb);
    }

    @Test
    void cosineAgreesWithDoublePrecision() {
        // |error| ≤ γ ‖a‖‖b‖ / (‖a‖‖b‖) for the product, and twice half of it for the norms; 384 / 32 + 5 folds, + 3
        double bound = 2 * (384 / 32 + 5 + 3) * Math.ulp(1f) / 2;
        for (int i = 1; i < vectors.length; i++)
            assertEquals(exactCosine(vectors[0], vectors[i]), Similarity.cosine(vectors[0], vectors[i]), bound);
    }

    @Test
    void matricesHoldTheBitsOfSingleComparisons() {
        float[][] cosines = Similarity.cosine(vectors, vectors);
        float[][] products = Similarity.dot(vectors, vectors);
        for (int i = 0; i < vectors.length; i++) {
            for (int j = 0; j < vectors.length; j++) {
                assertEquals(Similarity.cosine(vectors[i], vectors[j]), cosines[i][j]);
                assertEquals(Similarity.dot(vectors[i], vectors[j]), products[i][j]);
            }
        }
    }

    @Test
    void topKIsTheHeadOfTheSortedList() {
        float[] cosines = Similarity.cosine(new float[][] {vectors[0]}, vectors)[0];
        List<Integer> sorted = IntStream.range(0, vectors.length)
                .boxed()
                .sorted(Comparator.comparing((Integer i) -> -cosines[i]))
                .toList();
        for (int k : new int[] {0, 1, 7, 50, 1000}) {
            List<Match> found = Similarity.topK(vectors[0], vectors, k);
            assertEquals(
                    sorted.subList(0, Math.min(k, 50)),
                    found.stream().map(Match::index).toList());
            for (Match match : found) assertEquals(cosines[match.index()], match.similarity());
        }
    }

    @Test
    void topKKeepsTheFirstOfEquals() {
        float[] one = {1, 0};
        List<Match> found = Similarity.topK(one, new float[][] {{0, 1}, {2, 0}, {3, 0}, {1, 0}}, 2);
        assertEquals(List.of(1, 2), found.stream().map(Match::index).toList());
    }

    @Test
    void aZeroVectorIsLikeNothing() {
        assertEquals(0f, Similarity.cosine(new float[384], vectors[0]));
    }

    @Test
    void refusesVectorsOfDifferentLengths() {
        assertThrows(IllegalArgumentException.class, () -> Similarity.dot(new float[3], new float[4]));
        assertThrows(IllegalArgumentException.class, () -> Similarity.topK(vectors[0], vectors, -1));
    }
}
