package dev.tercet.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The scalar kernels compute what their formulas say, within what rounding can do: the bounds follow from the number of
 * roundings and the size of the summands, with u = 2⁻²⁴, half an ulp of 1.
 */
class ScalarAgainstDoubleTest {
    private static final double U = 0x1p-24;
    private static final Kernels KERNELS = Kernels.scalar();

    @Test
    void linear() {
        Random random = new Random(1);
        int rows = 5;
        int outputs = 41;
        int inputs = 300;
        float[] x = Floats.random(random, rows * inputs);
        float[] w = Floats.random(random, outputs * inputs);
        float[] bias = Floats.random(random, outputs);
        float[] y = new float[rows * outputs];
        KERNELS.linear(
                Rows.of(x, inputs, rows),
                KERNELS.pack(w, outputs, inputs),
                bias,
                Activation.IDENTITY,
                Rows.of(y, outputs, rows));
        for (int r = 0; r < rows; r++) {
            for (int o = 0; o < outputs; o++) {
                double sum = bias[o];
                double size = Math.abs(bias[o]);
                for (int i = 0; i < inputs; i++) {
                    double product = (double) x[r * inputs + i] * w[o * inputs + i];
                    sum += product;
                    size += Math.abs(product);
                }
                // one rounding for each fma, each at most u of a partial sum
                assertNear(sum, y[r * outputs + o], inputs * U * size * 1.01, "y[" + r + ", " + o + "]");
            }
        }
    }

    @Test
    void attention() {
        Random random = new Random(2);
        int queries = 7;
        int keys = 29;
        int headSize = 16;
        int columns = 3 * headSize;
        float scale = 0.25f;
        float[] q = Floats.random(random, queries * columns);
        float[] k = Floats.random(random, keys * columns);
        float[] v = Floats.random(random, keys * columns);
        for (boolean causal : new boolean[] {false, true}) {
            float[] context = new float[queries * columns];
            float[] probabilities = new float[3 * queries * keys];
            KERNELS.attention(
                    Rows.of(q, columns, queries),
                    Rows.of(k, columns, keys),
                    Rows.of(v, columns, keys),
                    headSize,
                    scale,
                    causal,
                    Rows.of(context, columns, queries),
                    probabilities,
                    new float[KERNELS.attentionScratch(queries, keys, headSize)],
                    0,
                    3);
            for (int head = 0; head < 3; head++) {
                for (int i = 0; i < queries; i++) {
                    int seen = causal ? i + keys - queries + 1 : keys;
                    double[] p = new double[keys];
                    double worst = 0;
                    double total = 0;
                    for (int j = 0; j < seen; j++) {
                        double score = 0;
                        double size = 0;
                        for (int c = head * headSize; c < (head + 1) * headSize; c++) {
                            score += (double) q[i * columns + c] * k[j * columns + c];
                            size += Math.abs((double) q[i * columns + c] * k[j * columns + c]);
                        }
                        p[j] = Math.exp(scale * score);
                        total += p[j];
                        worst = Math.max(worst, (headSize + 3) * U * size * scale);
                    }
                    // Scores off by `worst` change every exponential by at most that factor, and so the sum; then one
                    // rounding for each exponential (2 u), partial sum and product.
                    double relative = Math.expm1(2 * worst) + (keys + 8) * U;
                    for (int j = 0; j < keys; j++) {
                        p[j] /= total;
                        assertNear(
                                p[j],
                                probabilities[(head * queries + i) * keys + j],
                                p[j] * relative,
                                "p[" + head + ", " + i + ", " + j + "]");
                    }
                    for (int c = head * headSize; c < (head + 1) * headSize; c++) {
                        double sum = 0;
                        double size = 0;
                        for (int j = 0; j < keys; j++) {
                            sum += p[j] * v[j * columns + c];
                            size += Math.abs(p[j] * v[j * columns + c]);
                        }
                        assertNear(
                                sum,
                                context[i * columns + c],
                                size * (relative + keys * U),
                                "context[" + i + ", " + c + "]");
                    }
                }
            }
        }
    }

    @Test
    void layerNorm() {
        Random random = new Random(3);
        int columns = 200;
        float[] x = Floats.random(random, columns);
        float[] residual = Floats.random(random, columns);
        float[] weight = Floats.random(random, columns);
        float[] bias = Floats.random(random, columns);
        float[] y = new float[columns];
        KERNELS.layerNorm(
                Rows.of(x, columns, 1),
                Rows.of(residual, columns, 1),
                columns,
                weight,
                bias,
                1e-5f,
                Rows.of(y, columns, 1));
        double mean = 0;
        double largest = 0;
        for (int c = 0; c < columns; c++) {
            mean += ((double) x[c] + residual[c]) / columns;
            largest = Math.max(largest, Math.abs((double) x[c] + residual[c]));
        }
        double variance = 0;
        for (int c = 0; c < columns; c++) {
            variance += Math.pow((double) x[c] + residual[c] - mean, 2) / columns;
        }
        double deviation = Math.sqrt(variance + 1e-5f);
        double roundings = roundings(columns);
        double difference = (roundings + 4) * U * largest; // of h − mean
        for (int c = 0; c < columns; c++) {
            double d = ((double) x[c] + residual[c] - mean) / deviation;
            double bound = difference / deviation * (1 + Math.abs(d)) + (roundings + 5) * U * Math.abs(d);
            assertNear(
                    d * weight[c] + bias[c],
                    y[c],
                    bound * Math.abs(weight[c]) + 2 * U * (Math.abs(d * weight[c]) + Math.abs(bias[c])),
                    "y[" + c + "]");
        }
    }

    @Test
    void softmaxAndItsLogarithm() {
        float[] x = Floats.random(new Random(4), 1000);
        double total = 0;
        for (float value : x) {
            total += Math.exp(value);
        }
        float[] softmax = x.clone();
        KERNELS.softmax(softmax, 0, x.length);
        float[] logSoftmax = x.clone();
        KERNELS.logSoftmax(logSoftmax, 0, x.length);
        for (int i = 0; i < x.length; i++) {
            double p = Math.exp(x[i]) / total;
            // x − max below 16 in size; exponential, sum, division
            assertNear(p, softmax[i], p * (16 + 2 + roundings(x.length) + 1 + 2) * U, "softmax[" + i + "]");
            // now two exponentials: x − largest of its block and that − max, together below 16 too; two blocks
            double log = x[i] - Math.log(total);
            assertNear(
                    log,
                    logSoftmax[i],
                    (16 + 2 * 2 + roundings(Kernels.BLOCK) + roundings(2) + 3 * Math.abs(log) + 8) * U,
                    "log softmax[" + i + "]");
        }
    }

    @Test
    void softmaxOfHugeNumbersDoesNotOverflow() {
        float[] x = {3e38f, 3e38f, -3e38f, Float.NEGATIVE_INFINITY};
        KERNELS.softmax(x, 0, 4);
        assertEquals(0.5f, x[0]);
        assertEquals(0.5f, x[1]);
        assertEquals(0f, x[2]);
        assertEquals(0f, x[3]);
    }

    @Test
    void dotAndPooling() {
        Random random = new Random(5);
        int columns = 100;
        int rows = 9;
        float[] a = Floats.random(random, columns);
        float[] b = Floats.random(random, columns);
        double dot = 0;
        double size = 0;
        for (int i = 0; i < columns; i++) {
            dot += (double) a[i] * b[i];
            size += Math.abs((double) a[i] * b[i]);
        }
        assertNear(dot, KERNELS.dot(a, 0, b, 0, columns), (roundings(columns) + 1) * U * size, "dot");
        float[] x = Floats.random(random, rows * columns);
        float[] mean = new float[columns];
        float[] max = new float[columns];
        KERNELS.mean(Rows.of(x, columns, rows), columns, mean, 0);
        KERNELS.max(Rows.of(x, columns, rows), columns, max, 0);
        for (int c = 0; c < columns; c++) {
            double sum = 0;
            double sizes = 0;
            float largest = Float.NEGATIVE_INFINITY;
            for (int r = 0; r < rows; r++) {
                sum += x[r * columns + c];
                sizes += Math.abs(x[r * columns + c]);
                largest = Math.max(largest, x[r * columns + c]);
            }
            assertNear(sum / rows, mean[c], (rows + 1) * U * sizes / rows, "mean[" + c + "]");
            assertEquals(largest, max[c], "max[" + c + "]");
        }
    }

    /** Roundings of a sum over n elements: in a partial, in the fold, and for each element after the whole blocks. */
    private static int roundings(int n) {
        return n / 32 + 5 + n % 32;
    }

    private static void assertNear(double expected, float actual, double bound, String what) {
        double error = Math.abs(expected - actual);
        assertTrue(error <= bound, what + " is " + actual + ", expected " + expected + " ± " + bound);
    }
}
