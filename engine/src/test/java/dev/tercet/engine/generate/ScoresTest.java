package dev.tercet.engine.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tercet.engine.kernel.Kernels;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ScoresTest {
    private static final Kernels KERNELS = Kernels.preferred();

    @Test
    @Tag("every-width")
    void haveTheLogSoftmaxOfTheKernels() {
        for (long seed = 0; seed < 20; seed++) {
            Pair pair = new Pair(seed);
            float[] expected = pair.scores.all();
            KERNELS.logSoftmax(expected, 0, expected.length);
            pair.scores.logSoftmax();
            assertArrayEquals(expected, pair.scores.all(), "seed " + seed);
        }
    }

    @Test
    @Tag("every-width")
    void areWhatTheyWouldBeWrittenDownAtOnce() {
        for (long seed = 0; seed < 300; seed++) {
            Pair pair = new Pair(seed);
            for (int change = 0; change < 8; change++) {
                pair.change();
                pair.assertSame("seed " + seed);
            }
        }
    }

    /** Scores, and an array to which all is done at once that is done to them. */
    private static final class Pair {
        private static final int MARGIN = 3;

        /** Roundings of a sum over a block, and of that over four blocks at most. */
        private static final int SUMS = Kernels.BLOCK / Kernels.LANES + 5 + 5 + 4;

        private final SplittableRandom random;
        private final float[] plain;
        private final Scores scores;

        Pair(long seed) {
            random = new SplittableRandom(seed);
            plain = new float[random.nextInt(1, 2000)];
            for (int i = 0; i < plain.length; i++) plain[i] = number();
            float[] data = new float[plain.length + 2 * MARGIN];
            Arrays.fill(data, Float.POSITIVE_INFINITY);
            System.arraycopy(plain, 0, data, MARGIN, plain.length);
            scores = Scores.of(KERNELS, data, MARGIN, plain.length);
        }

        /** Coarse, so that many are equal; some impossible. */
        private float number() {
            return random.nextInt(9) == 0 ? Float.NEGATIVE_INFINITY : 0.25f * random.nextInt(-30, 30);
        }

        void change() {
            int token = random.nextInt(plain.length);
            switch (random.nextInt(6)) {
                case 0 -> {
                    if (scores.anyPossible()) logSoftmax();
                }
                case 1 -> {
                    scores.forbid(token);
                    plain[token] = Float.NEGATIVE_INFINITY;
                }
                case 2 -> {
                    for (int most = best(); token-- > 0; most = best()) {
                        scores.forbid(most);
                        plain[most] = Float.NEGATIVE_INFINITY;
                        if (token % 8 == 0) return;
                    }
                }
                case 3 -> {
                    float number = number();
                    scores.set(token, number);
                    plain[token] = number;
                }
                case 4 -> {
                    scores.set(token, scores.of(token) * 1.5f);
                    plain[token] *= 1.5f;
                }
                default -> {
                    if (random.nextInt(8) > 0) return;
                    scores.force(token, 0);
                    Arrays.fill(plain, Float.NEGATIVE_INFINITY);
                    plain[token] = 0f;
                    plain[0] = 0f;
                }
            }
        }

        /**
         * The logarithm of the sum as it is in doubles. Two exponents that are added differ from one, between scores
         * that were rounded up to four times, by 16 roundings of numbers no larger than the spread; the scores are
         * rounded twice more.
         */
        private void logSoftmax() {
            scores.logSoftmax();
            double max = plain[best()];
            double sum = 0;
            double spread = Math.log(plain.length);
            for (float score : plain) {
                sum += Math.exp(score - max);
                if (score > Float.NEGATIVE_INFINITY) spread = Math.max(spread, Math.abs(score) + Math.abs(max));
            }
            double bound = (18 * spread + 2 * 2 + SUMS + 8) * 0x1p-24;
            float[] found = scores.all();
            for (int i = 0; i < plain.length; i++) {
                double expected = plain[i] - max - Math.log(sum);
                if (plain[i] == Float.NEGATIVE_INFINITY) assertEquals(plain[i], found[i]);
                else assertEquals(expected, found[i], bound);
                plain[i] = found[i];
            }
        }

        private int best() {
            int best = 0;
            for (int i = 0; i < plain.length; i++) if (plain[i] > plain[best]) best = i;
            return best;
        }

        void assertSame(String what) {
            assertArrayEquals(plain, scores.all(), what);
            assertEquals(plain[best()], scores.largest(), what);
            for (int token = 0; token < plain.length; token += 97) assertEquals(plain[token], scores.of(token), what);
            for (int block = 0; block < scores.blocks(); block++) {
                float largest = Float.NEGATIVE_INFINITY;
                for (int i = block * Kernels.BLOCK; i < Math.min(plain.length, (block + 1) * Kernels.BLOCK); i++)
                    largest = Math.max(largest, plain[i]);
                assertEquals(largest, scores.largestOf(block), what);
            }
            int from = random.nextInt(plain.length + 1);
            float bound = plain[random.nextInt(plain.length)] + 0.1f;
            int first = from;
            while (first < plain.length && !(plain[first] + 0.1f > bound)) first++;
            assertEquals(first, scores.firstAbove(bound, 0.1f, from), what);
        }
    }
}
