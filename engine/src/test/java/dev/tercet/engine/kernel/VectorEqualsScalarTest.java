package dev.tercet.engine.kernel;

import static dev.tercet.engine.kernel.Floats.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The vector kernels give the bits of the scalar kernels. Whole arrays are compared, with what lies between the rows
 * and around them, so a kernel that writes beside its output fails too.
 */
@Tag("every-width")
@DisabledIfSystemProperty(named = "tercet.kernels", matches = "scalar", disabledReason = "runs both kinds anyway")
class VectorEqualsScalarTest {
    private static final Kernels SCALAR = Kernels.scalar();
    private static final Kernels VECTOR = VectorKernels.create("");
    private static final int MARGIN = 5;

    @Test
    void linearAtEveryRemainderOfRowsOutputsAndInputs() {
        Random random = new Random(1);
        for (int m = 1; m <= 70; m += m < 14 ? 1 : 9) {
            for (int n = 1; n <= 133; n += n < 70 ? 3 : 13) {
                int k = 1 + random.nextInt(70);
                linear(random, m, n, k, random.nextBoolean(), Activation.IDENTITY, false);
            }
        }
    }

    @Test
    void linearAtEveryDepth() {
        Random random = new Random(2);
        for (int k = 1; k <= 70; k++) {
            linear(random, 7, 33, k, true, Activation.IDENTITY, false);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "17, 1152, 384",
        "96, 384, 384",
        "33, 1536, 384",
        "33, 384, 1536",
        "5, 512, 512",
        "4, 2048, 512",
        "4, 512, 2048"
    })
    void linearAtTheShapesOfTheModels(int m, int n, int k) {
        linear(new Random(3), m, n, k, true, Activation.GELU, false);
    }

    @ParameterizedTest
    @EnumSource
    void linearWhateverWayTheFirstTileTakes(FirstTile.Way way) {
        Random random = new Random(41);
        int n = 3 * VECTOR.panelWidth() + 5;
        int k = 37;
        float[] weight = Floats.random(random, n * k);
        float[] bias = Floats.random(random, n);
        for (int m = 1; m <= 20; m++) {
            float[] x = Floats.random(random, m * k);
            float[] expected = new float[m * n];
            float[] actual = new float[m * n];
            Rows rows = Rows.of(x, k, m);
            SCALAR.linear(rows, SCALAR.pack(weight, n, k), bias, Activation.GELU, Rows.of(expected, n, m));
            PackedMatrix packed = VECTOR.pack(weight, n, k);
            VectorKernels.linear(rows, packed, bias, Activation.GELU, Rows.of(actual, n, m), 0, packed.panels(), way);
            assertSameBits(expected, actual, m + " rows, " + way);
        }
    }

    @Test
    void linearOfManyRowsInBlocks() {
        linear(new Random(4), 301, 65, 1024, true, Activation.IDENTITY, false);
    }

    @ParameterizedTest
    @EnumSource
    void linearWithEveryActivation(Activation activation) {
        linear(new Random(5), 13, 83, 40, true, activation, false);
        linear(new Random(6), 13, 83, 40, false, activation, true);
    }

    @Test
    void linearOnSomePanelsLeavesTheOthersAlone() {
        Random random = new Random(7);
        int n = 5 * VECTOR.panelWidth() + 3;
        float[] weight = Floats.random(random, n * 30);
        float[] x = Floats.random(random, 9 * 30);
        float[] all = new float[9 * n];
        VECTOR.linear(Rows.of(x, 30, 9), VECTOR.pack(weight, n, 30), null, Activation.TANH, Rows.of(all, n, 9));
        float[] parts = new float[9 * n];
        PackedMatrix packed = VECTOR.pack(weight, n, 30);
        for (int panel = packed.panels() - 1; panel >= 0; panel--) {
            VECTOR.linear(Rows.of(x, 30, 9), packed, null, Activation.TANH, Rows.of(parts, n, 9), panel, panel + 1);
        }
        assertSameBits(all, parts, "panel by panel");
    }

    private static void linear(
            Random random, int m, int n, int k, boolean biased, Activation activation, boolean special) {
        int xStride = k + random.nextInt(4);
        int yStride = n + random.nextInt(4);
        float[] x = numbers(random, MARGIN + m * xStride, special);
        float[] weight = numbers(random, n * k, special);
        float[] bias = biased ? numbers(random, n, special) : null;
        float[] expected = Floats.random(random, 2 * MARGIN + m * yStride);
        float[] actual = expected.clone();
        Rows rows = new Rows(x, MARGIN, xStride, m);
        SCALAR.linear(rows, SCALAR.pack(weight, n, k), bias, activation, new Rows(expected, MARGIN, yStride, m));
        VECTOR.linear(rows, VECTOR.pack(weight, n, k), bias, activation, new Rows(actual, MARGIN, yStride, m));
        assertSameBits(expected, actual, m + " x " + n + " x " + k + " " + activation);
    }

    private static float[] numbers(Random random, int length, boolean special) {
        return special ? Floats.special(random, length) : Floats.random(random, length);
    }

    @Test
    void attentionAtEveryRemainderOfQueriesAndKeys() {
        Random random = new Random(8);
        for (int queries = 1; queries <= 15; queries++) {
            for (int keys = 1; keys <= 70; keys += 1 + random.nextInt(7)) {
                attention(random, queries, keys, 1 + random.nextInt(9), 2, false, false, false);
            }
        }
    }

    @Test
    void attentionAtEveryHeadSize() {
        Random random = new Random(9);
        for (int headSize = 1; headSize <= 70; headSize++) {
            attention(random, 1, 19, headSize, 1, false, true, false);
            attention(random, 7, 19, headSize, 1, false, true, false);
            attention(random, 7, 19, headSize, 1, true, true, false);
        }
    }

    @ParameterizedTest
    @CsvSource({"128, 128, 32, 12", "31, 31, 32, 12", "1, 33, 64, 8", "4, 200, 64, 8", "13, 513, 32, 2"})
    void attentionAtTheShapesOfTheModels(int queries, int keys, int headSize, int heads) {
        attention(new Random(10), queries, keys, headSize, heads, false, false, false);
    }

    @Test
    void causalAttention() {
        Random random = new Random(11);
        for (int keys = 1; keys <= 70; keys += 3) {
            attention(random, 1 + random.nextInt(keys), keys, 20, 3, true, true, false);
        }
    }

    @Test
    void attentionOverInfinitiesAndNaN() {
        attention(new Random(12), 11, 41, 3, 4, false, true, true);
        attention(new Random(13), 11, 41, 3, 4, true, true, true);
        attention(new Random(14), 2, 41, 3, 4, false, true, true);
    }

    private static void attention(
            Random random,
            int queries,
            int keys,
            int headSize,
            int heads,
            boolean causal,
            boolean traced,
            boolean special) {
        if (causal && keys < queries) {
            return;
        }
        int stride = 3 * heads * headSize + random.nextInt(3);
        Rows q = new Rows(numbers(random, queries * stride + MARGIN, special), 1, stride, queries);
        Rows k = new Rows(numbers(random, keys * stride + MARGIN, special), 2, stride, keys);
        Rows v = new Rows(numbers(random, keys * stride + MARGIN, special), 3, stride, keys);
        float[] expected = Floats.random(random, queries * stride + 2 * MARGIN);
        float[] actual = expected.clone();
        float[] expectedProbabilities = traced ? new float[heads * queries * keys] : null;
        float[] actualProbabilities = traced ? new float[heads * queries * keys] : null;
        attention(
                SCALAR,
                q,
                k,
                v,
                headSize,
                causal,
                new Rows(expected, MARGIN, stride, queries),
                heads,
                expectedProbabilities);
        attention(
                VECTOR,
                q,
                k,
                v,
                headSize,
                causal,
                new Rows(actual, MARGIN, stride, queries),
                heads,
                actualProbabilities);
        String what = queries + " queries, " + keys + " keys, heads of " + headSize + (causal ? ", causal" : "");
        if (traced) {
            assertSameBits(expectedProbabilities, actualProbabilities, "probabilities of " + what);
        }
        assertSameBits(expected, actual, what);
    }

    private static void attention(
            Kernels kernels,
            Rows q,
            Rows k,
            Rows v,
            int headSize,
            boolean causal,
            Rows context,
            int heads,
            float[] probabilities) {
        float[] scratch = new float[kernels.attentionScratch(q.count(), k.count(), headSize)];
        java.util.Arrays.fill(scratch, Float.NaN);
        kernels.attention(q, k, v, headSize, 0.3f, causal, context, probabilities, scratch, 0, heads / 2);
        kernels.attention(q, k, v, headSize, 0.3f, causal, context, probabilities, scratch, heads / 2, heads);
    }

    @Test
    void attentionOfAStepAtEveryNumberOfTokensAndHeadSize() {
        Random random = new Random(21);
        for (int tokens = 1; tokens <= 70; tokens += 1 + random.nextInt(4)) {
            for (int rows = 1; rows <= 13; rows += 1 + random.nextInt(4)) {
                attentionOfAStep(random, rows, tokens, 1 + random.nextInt(70), 1 + random.nextInt(3));
            }
        }
        attentionOfAStep(random, 4, 200, 64, 8);
    }

    /** Both kinds of kernels, and the scalar attention over the same keys and values gathered, agree. */
    private static void attentionOfAStep(Random random, int rows, int slots, int headSize, int heads) {
        int columns = heads * headSize;
        int stride = columns + random.nextInt(3);
        float[] keysValues = Floats.random(random, slots * 2 * columns);
        Rows q = new Rows(Floats.random(random, rows * stride + MARGIN), 1, stride, rows);
        int[][] seen = new int[rows][];
        for (int r = 0; r < rows; r++) {
            seen[r] = random.ints(1 + random.nextInt(slots), 0, slots).toArray();
        }
        float[] gathered = Floats.random(random, rows * stride + 2 * MARGIN);
        float[] expected = gathered.clone();
        float[] actual = gathered.clone();
        for (int r = 0; r < rows; r++) {
            float[] own = new float[seen[r].length * 2 * columns];
            for (int j = 0; j < seen[r].length; j++) {
                System.arraycopy(keysValues, seen[r][j] * 2 * columns, own, j * 2 * columns, 2 * columns);
            }
            Rows k = Rows.of(own, 2 * columns, seen[r].length);
            Rows context = new Rows(gathered, MARGIN + r * stride, stride, 1);
            float[] scratch = new float[SCALAR.attentionScratch(1, seen[r].length, headSize)];
            SCALAR.attention(
                    q.slice(r, r + 1), k, k.column(columns), headSize, 0.3f, false, context, null, scratch, 0, heads);
        }
        String what = rows + " rows, " + slots + " slots, " + heads + " heads of " + headSize;
        attentionOfAStep(SCALAR, q, keysValues, columns, seen, headSize, new Rows(expected, MARGIN, stride, rows));
        assertSameBits(gathered, expected, "scalar, " + what);
        attentionOfAStep(VECTOR, q, keysValues, columns, seen, headSize, new Rows(actual, MARGIN, stride, rows));
        assertSameBits(gathered, actual, "vector, " + what);
    }

    private static void attentionOfAStep(
            Kernels kernels, Rows q, float[] keysValues, int columns, int[][] seen, int headSize, Rows context) {
        int slots = keysValues.length / (2 * columns);
        // the scalar kernels read the panels of the vector kernels too
        KeyValueCache cache = (slots % 2 == 0 ? VECTOR : kernels).cache(columns, 1);
        for (int slot = 0; slot < slots; slot++) {
            cache.reserve(slot + 1);
            cache.put(slot, keysValues, slot * 2 * columns);
        }
        float[] scratch = new float[kernels.attentionScratch(cache)];
        java.util.Arrays.fill(scratch, Float.NaN);
        kernels.attention(q, cache, seen, headSize, 0.3f, context, null, scratch);
    }

    @Test
    void probabilitiesOfAStep() {
        Random random = new Random(22);
        int[][] seen = {{3, 0, 7, 8}, {1, 2, 3, 40}};
        float[] keysValues = Floats.random(random, 41 * 2 * 15);
        Rows q = Rows.of(Floats.random(random, 30), 15, 2);
        float[][] probabilities = new float[2][3 * 2 * 4];
        for (int i = 0; i < 2; i++) {
            Kernels kernels = i == 0 ? SCALAR : VECTOR;
            KeyValueCache cache = kernels.cache(15, 41);
            for (int slot = 0; slot < 41; slot++) {
                cache.put(slot, keysValues, slot * 2 * 15);
            }
            float[] scratch = new float[kernels.attentionScratch(cache)];
            Rows context = Rows.of(new float[30], 15, 2);
            kernels.attention(q, cache, seen, 5, 0.3f, context, probabilities[i], scratch);
        }
        assertSameBits(probabilities[0], probabilities[1], "probabilities");
        for (int from = 0; from < probabilities[0].length; from += 4) {
            double sum = 0;
            for (int j = 0; j < 4; j++) {
                sum += probabilities[0][from + j];
            }
            assertEquals(1, sum, 1e-6, "of a head and row");
        }
    }

    @Test
    void layerNormAtEveryLength() {
        Random random = new Random(15);
        for (int columns = 1; columns <= 133; columns++) {
            layerNorm(random, 3, columns, false, false);
            layerNorm(random, 3, columns, true, false);
            layerNorm(random, 3, columns, true, true);
        }
        layerNorm(random, 5, 384, true, false);
        layerNorm(random, 5, 512, true, false);
    }

    private static void layerNorm(Random random, int count, int columns, boolean residual, boolean special) {
        int stride = columns + random.nextInt(3);
        Rows x = new Rows(numbers(random, count * stride + MARGIN, special), 1, stride, count);
        Rows r = residual ? new Rows(numbers(random, count * stride + MARGIN, special), 2, stride, count) : null;
        float[] weight = Floats.random(random, columns);
        float[] bias = Floats.random(random, columns);
        float[] expected = Floats.random(random, count * stride + 2 * MARGIN);
        float[] actual = expected.clone();
        SCALAR.layerNorm(x, r, columns, weight, bias, 1e-12f, new Rows(expected, MARGIN, stride, count));
        VECTOR.layerNorm(x, r, columns, weight, bias, 1e-12f, new Rows(actual, MARGIN, stride, count));
        assertSameBits(expected, actual, columns + " columns");
    }

    @Test
    void layerNormMayOverwriteItsInput() {
        Random random = new Random(16);
        float[] x = Floats.random(random, 4 * 50);
        float[] residual = Floats.random(random, 4 * 50);
        float[] weight = Floats.random(random, 50);
        float[] expected = new float[4 * 50];
        VECTOR.layerNorm(
                Rows.of(x, 50, 4), Rows.of(residual, 50, 4), 50, weight, weight, 1e-5f, Rows.of(expected, 50, 4));
        float[] overX = x.clone();
        VECTOR.layerNorm(
                Rows.of(overX, 50, 4), Rows.of(residual, 50, 4), 50, weight, weight, 1e-5f, Rows.of(overX, 50, 4));
        assertSameBits(expected, overX, "y is x");
        float[] overResidual = residual.clone();
        VECTOR.layerNorm(
                Rows.of(x, 50, 4),
                Rows.of(overResidual, 50, 4),
                50,
                weight,
                weight,
                1e-5f,
                Rows.of(overResidual, 50, 4));
        assertSameBits(expected, overResidual, "y is the residual");
    }

    @ParameterizedTest
    @EnumSource
    void everyActivationAtEveryLength(Activation activation) {
        Random random = new Random(17);
        for (int length = 0; length <= 70; length++) {
            float[] x = Floats.special(random, length + 2 * MARGIN);
            float[] expected = x.clone();
            SCALAR.activate(activation, expected, MARGIN, length);
            VECTOR.activate(activation, x, MARGIN, length);
            assertSameBits(expected, x, activation + " of " + length);
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyActivationOverTheWholeRange(Activation activation) {
        float[] x = new float[1 << 16];
        for (int i = 0; i < x.length; i++) {
            x[i] = Float.intBitsToFloat(i << 16 | i * 31 & 0xffff);
        }
        float[] expected = x.clone();
        SCALAR.activate(activation, expected, 0, x.length);
        VECTOR.activate(activation, x, 0, x.length);
        assertSameBits(expected, x, activation.toString());
    }

    @Test
    void softmaxAndItsLogarithmAtEveryLength() {
        Random random = new Random(18);
        for (int length = 1; length <= 133; length++) {
            softmax(numbers(random, length + 2 * MARGIN, false), length);
            softmax(numbers(random, length + 2 * MARGIN, length % 3 == 0), length);
        }
        softmax(Floats.random(random, 5000 + 2 * MARGIN), 5000);
    }

    private static void softmax(float[] x, int length) {
        float[] expected = x.clone();
        float[] actual = x.clone();
        SCALAR.softmax(expected, MARGIN, length);
        VECTOR.softmax(actual, MARGIN, length);
        assertSameBits(expected, actual, "softmax of " + length);
        expected = x.clone();
        actual = x.clone();
        SCALAR.logSoftmax(expected, MARGIN, length);
        VECTOR.logSoftmax(actual, MARGIN, length);
        assertSameBits(expected, actual, "log softmax of " + length);
    }

    @Test
    void firstAboveAtEveryLengthAndPlace() {
        Random random = new Random(23);
        for (int length = 0; length <= 200; length++) {
            float[] x = numbers(random, length + MARGIN + 1, length % 2 == 0);
            x[MARGIN + length] = Float.POSITIVE_INFINITY;
            for (float bound : new float[] {-1f, 0f, 1.5f, 2.5f, 1e30f, Float.POSITIVE_INFINITY, Float.NaN}) {
                int from = random.nextInt(length + 1);
                for (LogNormalizer normalizer :
                        new LogNormalizer[] {LogNormalizer.NONE, new LogNormalizer(0.3f, 0.1f, 0.2f, 0f)})
                    assertEquals(
                            SCALAR.firstAbove(bound, 0.1f, normalizer, x, MARGIN, from, length),
                            VECTOR.firstAbove(bound, 0.1f, normalizer, x, MARGIN, from, length),
                            "above " + bound + " from " + from + " of " + length);
            }
        }
    }

    @Test
    void normalizeAtEveryLength() {
        Random random = new Random(24);
        for (int length = 0; length <= 133; length++) {
            float[] expected = numbers(random, length + 2 * MARGIN, length % 2 == 0);
            float[] actual = expected.clone();
            LogNormalizer normalizer = new LogNormalizer(1.1f, -0.7f, 0.3f, 1e-3f);
            SCALAR.normalize(normalizer, expected, MARGIN, length);
            VECTOR.normalize(normalizer, actual, MARGIN, length);
            assertSameBits(expected, actual, "normalized, " + length);
        }
    }

    @Test
    void blocksOfALongRowAndWhatTheyMakeTogether() {
        Random random = new Random(25);
        for (int trial = 0; trial < 60; trial++) {
            boolean special = trial % 3 == 0;
            int columns = 1 + random.nextInt(trial % 2 == 0 ? 200 : 5000);
            int blocks = Math.ceilDiv(columns, Kernels.BLOCK);
            Rows x = new Rows(numbers(random, MARGIN + 3 * (columns + 2), special), MARGIN, columns + 2, 3);
            if (trial % 5 == 0) java.util.Arrays.fill(x.data(), 0, columns / 2, Float.NEGATIVE_INFINITY);
            float[] expected = Floats.random(random, MARGIN + 2 * 3 * (blocks + 1));
            float[] actual = expected.clone();
            LogNormalizer before = trial % 4 == 0 ? LogNormalizer.NONE : new LogNormalizer(1f, 2.1f, 0f, 0f);
            assertEquals(
                    blocks(SCALAR, x, columns, expected, before),
                    blocks(VECTOR, x, columns, actual, before),
                    "" + trial);
            assertSameBits(expected, actual, "blocks of " + columns + ", trial " + trial);
        }
    }

    /** Writes the largest and the sum of every block; returns the normalizer of the second row. */
    private static LogNormalizer blocks(Kernels kernels, Rows x, int columns, float[] out, LogNormalizer before) {
        int blocks = Math.ceilDiv(columns, Kernels.BLOCK);
        Rows largest = new Rows(out, MARGIN, blocks + 1, 3);
        Rows sums = new Rows(out, MARGIN + 3 * (blocks + 1), blocks + 1, 3);
        kernels.blockExponentials(x, columns, largest, sums);
        Rows second = new Rows(out, largest.offset() + blocks + 1, blocks, 1);
        return kernels.logNormalizer(second, new Rows(out, sums.offset() + blocks + 1, blocks, 1), before);
    }

    @Test
    void dotAddAndScaleAtEveryLength() {
        Random random = new Random(19);
        for (int length = 0; length <= 133; length++) {
            boolean special = length % 4 == 0;
            float[] a = numbers(random, length + MARGIN, special);
            float[] b = numbers(random, length + 2 * MARGIN, special);
            assertEquals(
                    Float.floatToIntBits(SCALAR.dot(a, 1, b, 3, length)),
                    Float.floatToIntBits(VECTOR.dot(a, 1, b, 3, length)),
                    "dot of " + length);
            float[] expected = b.clone();
            float[] actual = b.clone();
            SCALAR.add(a, 1, expected, 3, length);
            VECTOR.add(a, 1, actual, 3, length);
            assertSameBits(expected, actual, "sum of " + length);
            SCALAR.scale(0.7f, expected, 3, length);
            VECTOR.scale(0.7f, actual, 3, length);
            assertSameBits(expected, actual, "multiple of " + length);
        }
    }

    @Test
    void dotKeepsTheSignOfAnUnderflow() {
        float[] a = {-1e-30f};
        float[] b = {1e-30f};
        assertEquals(Float.floatToIntBits(SCALAR.dot(a, 0, b, 0, 1)), Float.floatToIntBits(VECTOR.dot(a, 0, b, 0, 1)));
    }

    @Test
    void poolingAtEveryWidth() {
        Random random = new Random(20);
        for (int columns = 1; columns <= 70; columns++) {
            for (int count = 1; count <= 5; count += 2) {
                Rows x = new Rows(numbers(random, count * 80 + 1, columns % 2 == 0), 1, 80, count);
                float[] expected = Floats.random(random, columns + 2 * MARGIN);
                float[] actual = expected.clone();
                SCALAR.mean(x, columns, expected, MARGIN);
                VECTOR.mean(x, columns, actual, MARGIN);
                assertSameBits(expected, actual, "mean of " + columns + " columns");
                SCALAR.max(x, columns, expected, MARGIN);
                VECTOR.max(x, columns, actual, MARGIN);
                assertSameBits(expected, actual, "maximum of " + columns + " columns");
            }
        }
    }
}
