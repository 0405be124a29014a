package dev.tercet.engine.kernel;

/**
 * Exponential, hyperbolic tangent, GELU and the other activation functions out of additions, multiplications, fused
 * multiply-adds, divisions and bit patterns only: each of these rounds in one way everywhere, so the vector kernels can
 * repeat the same steps in every lane and get the same bits, interpreted or compiled. ({@code Math.exp} may differ
 * between JVMs, and the vector library's exponential differs between the interpreter and C2.)
 *
 * <p>The coefficients were fitted for this project (least maximum of the relative error, then rounded to floats one
 * after the other). The stated errors are those of the tests, which sweep the whole range.
 */
final class ElementaryFunctions {
    private ElementaryFunctions() {}

    /**
     * 1.5 · 2²³ + 126. Added to a number below 2²² in size, it leaves the nearest integer plus 126 in the low bits of
     * the sum:
     *
     * <pre>
     *   bits of t = x · log₂e + EXP_ROUNDER:   0 10010110 1000…0 nnnnnnnnn     n = round(x · log₂e) + 126
     *   t &lt;&lt; 23:                               n nnnnnnnn 0000…0            = the float 2^(n − 127) = 2^(round − 1)
     * </pre>
     */
    static final float EXP_ROUNDER = 0x1.8p23f + 126;

    /** Below this, e<sup>x</sup> is given as 0: 2^(round − 1) would be no normal float any more (it is 2e-38 here). */
    static final float EXP_ZERO_BELOW = -86.5f;

    /** Above this, e<sup>x</sup> is given as infinity; the largest float with a finite result. */
    static final float EXP_INFINITE_ABOVE = 0x1.62e42ep6f;

    static final float LOG2_E = 0x1.715476p0f;

    /** ln 2 in two parts; the first has nine zero bits at its end, so n · LN2_HIGH is exact. */
    static final float LN2_HIGH = 0x1.62e4p-1f;

    static final float LN2_LOW = 0x1.7f7d1cp-20f;

    // 2 · e^r on |r| ≤ ½ ln 2: twice, because the power of two is one too small.
    static final float EXP_2 = 2 * 0.4999999403953552f;
    static final float EXP_3 = 2 * 0.1666652113199234f;
    static final float EXP_4 = 2 * 0.04166826605796814f;
    static final float EXP_5 = 2 * 0.008368677459657192f;
    static final float EXP_6 = 2 * 0.001382073387503624f;

    /** Up to this, tanh is x + x³ · P(x²); above, it comes from the exponential. */
    static final float TANH_SMALL = 0.625f;

    static final float TANH_0 = -0.3333328068256378f;
    static final float TANH_1 = 0.1333140730857849f;
    static final float TANH_2 = -0.05373678728938103f;
    static final float TANH_3 = 0.020629534497857094f;
    static final float TANH_4 = -0.005694364197552204f;

    /** x² from which erf(|x| / √2) rounds to 1. */
    static final float ERF_ONE_ABOVE = 5.55f * 5.55f;

    // erf(x / √2) / x ≈ P(x²) / Q(x²) up to there; Q twice as large, so that P / Q is half of it.
    static final float ERF_P0 = 0.7978845238685608f;
    static final float ERF_P1 = 0.06737738102674484f;
    static final float ERF_P2 = 0.009327951818704605f;
    static final float ERF_P3 = 0.00033337727654725313f;
    static final float ERF_P4 = 1.2588528079504613e-05f;
    static final float ERF_P5 = 4.522108909554845e-08f;
    static final float ERF_Q0 = 2.0f;
    static final float ERF_Q1 = 0.5022227764129639f;
    static final float ERF_Q2 = 0.057087067514657974f;
    static final float ERF_Q3 = 0.0037453877739608288f;
    static final float ERF_Q4 = 0.00014546222519129515f;
    static final float ERF_Q5 = 2.3782808966643643e-06f;

    /** √(2 / π) and 0.044715 · √(2 / π), of the tanh form of GELU. */
    static final float GELU_TANH_1 = 0.7978845608028654f;

    static final float GELU_TANH_3 = 0.035677408136300125f;

    static final float QUICK_GELU = 1.702f;

    static final float LEAKY_SLOPE = 0.01f;

    /** Above this, tanh(ln(1 + eˣ)) rounds to 1, and (eˣ)² is far from overflow. */
    static final float MISH_ONE_ABOVE = 20f;

    static final float LAPLACE_MEAN = 0.707107f;

    static final float LAPLACE_DEVIATION = 0.282095f;

    // ln(1 + e) = 2s + 2s³ · P(s²) with s = e / (2 + e), for e ≤ 1
    static final float LOG1P_0 = 2 * 0.3333320617675781f;
    static final float LOG1P_1 = 2 * 0.20010867714881897f;
    static final float LOG1P_2 = 2 * 0.13999314606189728f;
    static final float LOG1P_3 = 2 * 0.14013350009918213f;

    /**
     * e<sup>x</sup>, within 1 ulp. 0 below {@link #EXP_ZERO_BELOW}, infinity above {@link #EXP_INFINITE_ABOVE}, NaN for
     * NaN.
     */
    static float exp(float x) {
        float t = Math.fma(x, LOG2_E, EXP_ROUNDER);
        float n = t - EXP_ROUNDER;
        float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, x));
        float p = Math.fma(EXP_6, r, EXP_5);
        p = Math.fma(p, r, EXP_4);
        p = Math.fma(p, r, EXP_3);
        p = Math.fma(p, r, EXP_2);
        p = Math.fma(p, r, 2f);
        p = Math.fma(p, r, 2f);
        float power = Float.intBitsToFloat(Float.floatToRawIntBits(t) << 23);
        float y = p * power;
        y = x < EXP_ZERO_BELOW ? 0f : y;
        return x > EXP_INFINITE_ABOVE ? Float.POSITIVE_INFINITY : y;
    }

    /** tanh(x), within 2 ulp; ±1 for ±infinity, NaN for NaN, −0 for −0. */
    static float tanh(float x) {
        float a = Math.abs(x);
        float u = x * x;
        float p = Math.fma(TANH_4, u, TANH_3);
        p = Math.fma(p, u, TANH_2);
        p = Math.fma(p, u, TANH_1);
        p = Math.fma(p, u, TANH_0);
        float small = Math.fma(p * u, a, a);
        float large = 1f - 2f / (exp(2f * a) + 1f);
        float y = a < TANH_SMALL ? small : large;
        return Float.intBitsToFloat(Float.floatToRawIntBits(y) | Float.floatToRawIntBits(x) & Integer.MIN_VALUE);
    }

    /** 1 / (1 + e⁻ˣ). */
    static float sigmoid(float x) {
        return 1f / (1f + exp(-x));
    }

    /** x / (1 + e⁻ˣ). */
    static float silu(float x) {
        return x / (1f + exp(-x));
    }

    /**
     * ½x + ½x · erf(x / √2). The second term is even, so it is formed as x² · P(x²) / Q(x²) and becomes ½|x| where the
     * error function has reached 1: the result is then x or 0 exactly. NaN for NaN and for −infinity (0 · ∞), as in
     * PyTorch.
     */
    static float gelu(float x) {
        float half = 0.5f * x;
        float u = x * x;
        float even = errorFunction(u, u);
        return half + (u > ERF_ONE_ABOVE ? Math.abs(half) : even);
    }

    /** factor · P(u) / Q(u), the rational function of {@link #gelu}. */
    private static float errorFunction(float factor, float u) {
        float p = Math.fma(ERF_P5, u, ERF_P4);
        p = Math.fma(p, u, ERF_P3);
        p = Math.fma(p, u, ERF_P2);
        p = Math.fma(p, u, ERF_P1);
        p = Math.fma(p, u, ERF_P0);
        float q = Math.fma(ERF_Q5, u, ERF_Q4);
        q = Math.fma(q, u, ERF_Q3);
        q = Math.fma(q, u, ERF_Q2);
        q = Math.fma(q, u, ERF_Q1);
        q = Math.fma(q, u, ERF_Q0);
        return (factor * p) / q;
    }

    /** ½x · (1 + tanh(√(2/π) · (x + 0.044715 x³))). */
    static float geluTanh(float x) {
        float half = 0.5f * x;
        float inner = x * Math.fma(GELU_TANH_3, x * x, GELU_TANH_1);
        return Math.fma(half, tanh(inner), half);
    }

    static float relu(float x) {
        return x < 0f ? 0f : x;
    }

    /** min(gelu(x), 10); gelu is nowhere below −10. */
    static float gelu10(float x) {
        float y = gelu(x);
        return y > 10f ? 10f : y;
    }

    /** x / (1 + e^(−1.702 x)). */
    static float quickGelu(float x) {
        return x / (1f + exp(-QUICK_GELU * x));
    }

    static float relu6(float x) {
        float y = relu(x);
        return y > 6f ? 6f : y;
    }

    static float relu2(float x) {
        float y = relu(x);
        return y * y;
    }

    static float leakyRelu(float x) {
        return x > 0f ? x : LEAKY_SLOPE * x;
    }

    /** In the order of PyTorch's kernel, so with its bits. */
    static float hardSwish(float x) {
        return x * relu6(x + 3f) / 6f;
    }

    /**
     * x · tanh(ln(1 + e)), e = eˣ. As (1 + e)² = 1 + n with n = e · (e + 2), the tangent is n / (n + 2): nothing
     * cancels where e is small.
     */
    static float mish(float x) {
        float e = exp(x > MISH_ONE_ABOVE ? MISH_ONE_ABOVE : x);
        float n = e * (e + 2f);
        return x * (n / (n + 2f));
    }

    /** Φ of the standardized x, to 2⁻²² absolutely: ½ + t · P(t²) / Q(t²) as in {@link #gelu}. */
    static float laplace(float x) {
        float t = (x - LAPLACE_MEAN) / LAPLACE_DEVIATION;
        float u = t * t;
        float odd = errorFunction(t, u);
        float y = 0.5f + odd;
        float end = t > 0f ? 1f : 0f;
        return u > ERF_ONE_ABOVE ? end : y;
    }

    /** √(max(x, 0) + ln(1 + e^(−|x|))); the logarithm by the series of the area tangent, which converges fast here. */
    static float sqrtSoftplus(float x) {
        float e = exp(-Math.abs(x));
        float s = e / (2f + e);
        float w = s * s;
        float p = Math.fma(LOG1P_3, w, LOG1P_2);
        p = Math.fma(p, w, LOG1P_1);
        p = Math.fma(p, w, LOG1P_0);
        float log = Math.fma(p * w, s, 2f * s);
        return (float) Math.sqrt(relu(x) + log);
    }
}
