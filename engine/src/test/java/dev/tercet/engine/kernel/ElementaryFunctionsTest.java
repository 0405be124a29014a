package dev.tercet.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/** The stated errors, over every 997th float, which meets all exponents and signs. */
class ElementaryFunctionsTest {
    private static final int STEP = 997;

    private interface FloatFunction {
        float apply(float x);
    }

    @Test
    void exponentialIsWithinOneUlp() {
        double worst = worstUlps(ElementaryFunctions::exp, StrictMath::exp, -86.4f, 88.72f);
        assertTrue(worst <= 1.0, worst + " ulp");
    }

    @Test
    void exponentialOutsideItsRange() {
        assertEquals(0f, ElementaryFunctions.exp(-86.6f));
        assertEquals(0f, ElementaryFunctions.exp(-1e30f));
        assertEquals(0f, ElementaryFunctions.exp(Float.NEGATIVE_INFINITY));
        assertEquals(Float.POSITIVE_INFINITY, ElementaryFunctions.exp(Float.POSITIVE_INFINITY));
        assertEquals(Float.POSITIVE_INFINITY, ElementaryFunctions.exp(Float.MAX_VALUE));
        assertEquals(Float.POSITIVE_INFINITY, ElementaryFunctions.exp(88.73f));
        assertEquals((float) StrictMath.exp(88.72283f), ElementaryFunctions.exp(88.72283f), 2e31f);
        assertEquals(Float.NaN, ElementaryFunctions.exp(Float.NaN));
        assertEquals(Float.NaN, ElementaryFunctions.exp(Float.intBitsToFloat(0x7fc00123)), "a NaN with a payload");
        assertEquals(1f, ElementaryFunctions.exp(0f));
        assertEquals(1f, ElementaryFunctions.exp(-0f));
        assertEquals(1f, ElementaryFunctions.exp(Float.MIN_VALUE));
    }

    @Test
    void tanhIsWithinTwoUlps() {
        double worst = worstUlps(ElementaryFunctions::tanh, StrictMath::tanh, -100f, 100f);
        assertTrue(worst <= 2.0, worst + " ulp");
    }

    @Test
    void tanhAtTheEnds() {
        assertEquals(1f, ElementaryFunctions.tanh(Float.POSITIVE_INFINITY));
        assertEquals(-1f, ElementaryFunctions.tanh(Float.NEGATIVE_INFINITY));
        assertEquals(Float.NaN, ElementaryFunctions.tanh(Float.NaN));
        assertEquals(0f, ElementaryFunctions.tanh(0f));
        assertEquals(-0f, ElementaryFunctions.tanh(-0f));
    }

    @Test
    void sigmoidAndSiluAreWithinTwoAndAHalfUlps() {
        double sigmoid = worstUlps(ElementaryFunctions::sigmoid, x -> 1 / (1 + StrictMath.exp(-x)), -86f, 86f);
        assertTrue(sigmoid <= 2.5, sigmoid + " ulp");
        double silu = worstUlps(ElementaryFunctions::silu, x -> x / (1 + StrictMath.exp(-x)), -80f, 80f);
        assertTrue(silu <= 2.5, silu + " ulp");
        assertEquals(1f, ElementaryFunctions.sigmoid(Float.POSITIVE_INFINITY));
        assertEquals(0f, ElementaryFunctions.sigmoid(Float.NEGATIVE_INFINITY));
        assertEquals(-0f, ElementaryFunctions.silu(-1000f));
    }

    /** An error of {@code n} here is n half-ulps of x, or less: gelu(x) lies between x and 0. */
    @Test
    void geluIsWithinThreeAndAHalfUnitsOfX() {
        double worst = worstOfSize(ElementaryFunctions::gelu, x -> x * normal(x), -20f, 20f);
        assertTrue(worst <= 3.5, worst + " · 2⁻²⁴ · |x|");
    }

    @Test
    void geluIsExactWhereTheErrorFunctionIsOne() {
        for (float x : new float[] {6f, 100f, 1e30f, Float.MAX_VALUE, Float.POSITIVE_INFINITY}) {
            assertEquals(x, ElementaryFunctions.gelu(x));
        }
        for (float x : new float[] {-6f, -100f, -1e30f, -Float.MAX_VALUE, 0f, -0f}) {
            assertEquals(0f, ElementaryFunctions.gelu(x));
        }
        assertEquals(Float.NaN, ElementaryFunctions.gelu(Float.NaN));
        assertEquals(Float.NaN, ElementaryFunctions.gelu(Float.NEGATIVE_INFINITY), "as PyTorch");
    }

    @Test
    void geluTanhIsWithinFourUnitsOfX() {
        double worst = worstOfSize(
                ElementaryFunctions::geluTanh,
                x -> 0.5 * x * (1 + StrictMath.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))),
                -20f,
                20f);
        assertTrue(worst <= 4, worst + " · 2⁻²⁴ · |x|");
    }

    /**
     * The factor 1.702 · x is rounded, so that its exponential is off by 2⁻²⁴ · |1.702 x|; σ(1 − σ)|z| stays below ¼.
     */
    @Test
    void quickGeluIsWithinThreeUnitsOfX() {
        double worst =
                worstOfSize(ElementaryFunctions::quickGelu, x -> x / (1 + StrictMath.exp(-1.702 * x)), -50f, 50f);
        assertTrue(worst <= 3, worst + " · 2⁻²⁴ · |x|");
    }

    @Test
    void mishIsWithinFourUlps() {
        double worst = worstUlps(ElementaryFunctions::mish, x -> x * StrictMath.tanh(softplus(x)), -80f, 1e30f);
        assertTrue(worst <= 4, worst + " ulp");
        assertEquals(Float.MAX_VALUE, ElementaryFunctions.mish(Float.MAX_VALUE));
        assertEquals(Float.POSITIVE_INFINITY, ElementaryFunctions.mish(Float.POSITIVE_INFINITY));
        assertEquals(-0f, ElementaryFunctions.mish(-1e30f));
        assertEquals(Float.NaN, ElementaryFunctions.mish(Float.NaN));
        assertEquals(Float.NaN, ElementaryFunctions.mish(Float.NEGATIVE_INFINITY), "as PyTorch");
    }

    @Test
    void squareRootOfSoftplusIsWithinThreeUlps() {
        double worst = worstUlps(ElementaryFunctions::sqrtSoftplus, x -> Math.sqrt(softplus(x)), -86f, 1e30f);
        assertTrue(worst <= 3, worst + " ulp");
        assertEquals(0f, ElementaryFunctions.sqrtSoftplus(Float.NEGATIVE_INFINITY));
        assertEquals(Float.POSITIVE_INFINITY, ElementaryFunctions.sqrtSoftplus(Float.POSITIVE_INFINITY));
        assertEquals(Float.NaN, ElementaryFunctions.sqrtSoftplus(Float.NaN));
    }

    @Test
    void laplaceIsWithinFiveUnitsOfOne() {
        double worst = 0;
        for (float x : floats(-20f, 20f)) {
            double expected = normal((x - 0.707107) / 0.282095);
            worst = Math.max(worst, Math.abs(ElementaryFunctions.laplace(x) - expected) * 0x1p24);
        }
        assertTrue(worst <= 5, worst + " · 2⁻²⁴");
        assertEquals(1f, ElementaryFunctions.laplace(Float.POSITIVE_INFINITY));
        assertEquals(0f, ElementaryFunctions.laplace(Float.NEGATIVE_INFINITY));
        assertEquals(Float.NaN, ElementaryFunctions.laplace(Float.NaN));
    }

    @Test
    void functionsOfPiecesLetNaNAndInfinityThroughAsPyTorchDoes() {
        assertEquals(6f, ElementaryFunctions.relu6(Float.POSITIVE_INFINITY));
        assertEquals(10f, ElementaryFunctions.gelu10(Float.POSITIVE_INFINITY));
        assertEquals(Float.POSITIVE_INFINITY, ElementaryFunctions.relu2(1e30f));
        assertEquals(Float.NEGATIVE_INFINITY, ElementaryFunctions.leakyRelu(Float.NEGATIVE_INFINITY));
        assertEquals(Float.NaN, ElementaryFunctions.hardSwish(Float.NEGATIVE_INFINITY));
        assertEquals(Float.NaN, ElementaryFunctions.relu6(Float.NaN));
        assertEquals(Float.NaN, ElementaryFunctions.relu2(Float.NaN));
        assertEquals(Float.NaN, ElementaryFunctions.gelu10(Float.NaN));
        assertEquals(Float.NaN, ElementaryFunctions.leakyRelu(Float.NaN));
        assertEquals(Float.NaN, ElementaryFunctions.hardSwish(Float.NaN));
    }

    private static double softplus(double x) {
        return Math.max(x, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x)));
    }

    @Test
    void logarithmIsRoundedOnce() {
        double worst = worstUlps(ScalarKernels::logarithm, StrictMath::log, 1e-30f, 1e30f);
        assertTrue(worst <= 0.5000001, worst + " ulp");
    }

    private static double worstUlps(FloatFunction function, DoubleUnaryOperator exact, float from, float to) {
        double worst = 0;
        for (float x : floats(from, to)) {
            double expected = exact.applyAsDouble(x);
            double error = Math.abs(function.apply(x) - expected) / Math.ulp((float) expected);
            worst = Math.max(worst, error);
        }
        return worst;
    }

    private static double worstOfSize(FloatFunction function, DoubleUnaryOperator exact, float from, float to) {
        double worst = 0;
        for (float x : floats(from, to)) {
            double error = Math.abs(function.apply(x) - exact.applyAsDouble(x));
            if (Math.abs(x) > Float.MIN_NORMAL * 0x1p24f) {
                worst = Math.max(worst, error / Math.abs(x) * 0x1p24);
            }
        }
        return worst;
    }

    private static float[] floats(float from, float to) {
        float[] all = new float[(int) (0x1p32 / STEP) + 1];
        int count = 0;
        for (long bits = Integer.MIN_VALUE; bits <= Integer.MAX_VALUE; bits += STEP) {
            float x = Float.intBitsToFloat((int) bits);
            if (x >= from && x <= to) {
                all[count++] = x;
            }
        }
        return java.util.Arrays.copyOf(all, count);
    }

    /** Φ(x) in double: the power series of the error function, or the continued fraction of its complement. */
    private static double normal(double x) {
        double z = Math.abs(x) / Math.sqrt(2);
        double tail;
        if (z < 2.5) {
            double term = z;
            double sum = z;
            for (int n = 1; Math.abs(term) > 1e-18; n++) {
                term *= -z * z / n;
                sum += term / (2 * n + 1);
            }
            tail = 0.5 - sum / Math.sqrt(Math.PI);
        } else {
            double fraction = z;
            for (int n = 80; n >= 1; n--) {
                fraction = z + n / 2.0 / fraction;
            }
            tail = StrictMath.exp(-z * z) / Math.sqrt(Math.PI) / fraction / 2;
        }
        return x < 0 ? tail : 1 - tail;
    }
}
