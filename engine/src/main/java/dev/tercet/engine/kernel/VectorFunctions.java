package dev.tercet.engine.kernel;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.SQRT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** {@link ElementaryFunctions} in every lane, step by step the same, and the horizontal sums. */
final class VectorFunctions {
    /** The widest vectors of this machine, 512 bits at most; 4, 8 or 16 lanes. */
    static final VectorSpecies<Float> SPECIES = species();

    private static final VectorSpecies<Float> S = SPECIES;
    private static final int L = S.length();
    private static final VectorShuffle<Float> BY_8 = rotation(8);
    private static final VectorShuffle<Float> BY_4 = rotation(4);
    private static final VectorShuffle<Float> BY_2 = rotation(2);
    private static final VectorShuffle<Float> BY_1 = rotation(1);

    private VectorFunctions() {}

    private static VectorSpecies<Float> species() {
        int lanes = FloatVector.SPECIES_PREFERRED.length();
        return lanes >= 16 ? FloatVector.SPECIES_512 : lanes >= 8 ? FloatVector.SPECIES_256 : FloatVector.SPECIES_128;
    }

    private static VectorShuffle<Float> rotation(int lanes) {
        return VectorShuffle.fromOp(S, lane -> (lane + lanes) % L);
    }

    /** {@link #exp} without its upper end, for what a softmax feeds it: x − max. */
    static FloatVector expUpToZero(FloatVector x) {
        FloatVector t = x.fma(
                FloatVector.broadcast(S, ElementaryFunctions.LOG2_E),
                FloatVector.broadcast(S, ElementaryFunctions.EXP_ROUNDER));
        FloatVector n = t.sub(ElementaryFunctions.EXP_ROUNDER);
        FloatVector r = n.fma(
                FloatVector.broadcast(S, -ElementaryFunctions.LN2_LOW),
                n.fma(FloatVector.broadcast(S, -ElementaryFunctions.LN2_HIGH), x));
        FloatVector p = r.fma(
                FloatVector.broadcast(S, ElementaryFunctions.EXP_6),
                FloatVector.broadcast(S, ElementaryFunctions.EXP_5));
        p = p.fma(r, FloatVector.broadcast(S, ElementaryFunctions.EXP_4));
        p = p.fma(r, FloatVector.broadcast(S, ElementaryFunctions.EXP_3));
        p = p.fma(r, FloatVector.broadcast(S, ElementaryFunctions.EXP_2));
        p = p.fma(r, FloatVector.broadcast(S, 2f));
        p = p.fma(r, FloatVector.broadcast(S, 2f));
        FloatVector power = t.reinterpretAsInts().lanewise(LSHL, 23).reinterpretAsFloats();
        return p.mul(power).blend(0f, x.compare(LT, ElementaryFunctions.EXP_ZERO_BELOW));
    }

    static FloatVector exp(FloatVector x) {
        return expUpToZero(x).blend(Float.POSITIVE_INFINITY, x.compare(GT, ElementaryFunctions.EXP_INFINITE_ABOVE));
    }

    static FloatVector tanh(FloatVector x) {
        FloatVector a = x.abs();
        FloatVector u = x.mul(x);
        FloatVector p = u.fma(
                FloatVector.broadcast(S, ElementaryFunctions.TANH_4),
                FloatVector.broadcast(S, ElementaryFunctions.TANH_3));
        p = p.fma(u, FloatVector.broadcast(S, ElementaryFunctions.TANH_2));
        p = p.fma(u, FloatVector.broadcast(S, ElementaryFunctions.TANH_1));
        p = p.fma(u, FloatVector.broadcast(S, ElementaryFunctions.TANH_0));
        FloatVector small = p.mul(u).fma(a, a);
        FloatVector one = FloatVector.broadcast(S, 1f);
        FloatVector large =
                one.sub(FloatVector.broadcast(S, 2f).div(exp(a.mul(2f)).add(1f)));
        FloatVector y = large.blend(small, a.compare(LT, ElementaryFunctions.TANH_SMALL));
        return y.reinterpretAsInts()
                .or(x.reinterpretAsInts().and(Integer.MIN_VALUE))
                .reinterpretAsFloats();
    }

    static FloatVector sigmoid(FloatVector x) {
        return FloatVector.broadcast(S, 1f).div(exp(x.neg()).add(1f));
    }

    static FloatVector silu(FloatVector x) {
        return x.div(exp(x.neg()).add(1f));
    }

    static FloatVector gelu(FloatVector x) {
        FloatVector half = x.mul(0.5f);
        FloatVector u = x.mul(x);
        FloatVector p = u.fma(
                FloatVector.broadcast(S, ElementaryFunctions.ERF_P5),
                FloatVector.broadcast(S, ElementaryFunctions.ERF_P4));
        FloatVector q = u.fma(
                FloatVector.broadcast(S, ElementaryFunctions.ERF_Q5),
                FloatVector.broadcast(S, ElementaryFunctions.ERF_Q4));
        p = p.fma(u, FloatVector.broadcast(S, ElementaryFunctions.ERF_P3));
        q = q.fma(u, FloatVector.broadcast(S, ElementaryFunctions.ERF_Q3));
        p = p.fma(u, FloatVector.broadcast(S, ElementaryFunctions.ERF_P2));
        q = q.fma(u, FloatVector.broadcast(S, ElementaryFunctions.ERF_Q2));
        p = p.fma(u, FloatVector.broadcast(S, ElementaryFunctions.ERF_P1));
        q = q.fma(u, FloatVector.broadcast(S, ElementaryFunctions.ERF_Q1));
        p = p.fma(u, FloatVector.broadcast(S, ElementaryFunctions.ERF_P0));
        q = q.fma(u, FloatVector.broadcast(S, ElementaryFunctions.ERF_Q0));
        FloatVector even = u.mul(p).div(q);
        return half.add(even.blend(half.abs(), u.compare(GT, ElementaryFunctions.ERF_ONE_ABOVE)));
    }

    static FloatVector geluTanh(FloatVector x) {
        FloatVector half = x.mul(0.5f);
        FloatVector inner = x.mul(x.mul(x)
                .fma(
                        FloatVector.broadcast(S, ElementaryFunctions.GELU_TANH_3),
                        FloatVector.broadcast(S, ElementaryFunctions.GELU_TANH_1)));
        return half.fma(tanh(inner), half);
    }

    static FloatVector relu(FloatVector x) {
        return x.blend(0f, x.compare(LT, 0f));
    }

    static FloatVector gelu10(FloatVector x) {
        FloatVector y = gelu(x);
        return y.blend(10f, y.compare(GT, 10f));
    }

    static FloatVector quickGelu(FloatVector x) {
        return x.div(exp(x.mul(-ElementaryFunctions.QUICK_GELU)).add(1f));
    }

    static FloatVector relu6(FloatVector x) {
        FloatVector y = relu(x);
        return y.blend(6f, y.compare(GT, 6f));
    }

    static FloatVector relu2(FloatVector x) {
        FloatVector y = relu(x);
        return y.mul(y);
    }

    static FloatVector leakyRelu(FloatVector x) {
        return x.mul(ElementaryFunctions.LEAKY_SLOPE).blend(x, x.compare(GT, 0f));
    }

    static FloatVector hardSwish(FloatVector x) {
        return x.mul(relu6(x.add(3f))).div(6f);
    }

    static FloatVector mish(FloatVector x) {
        FloatVector e = expUpToZero(
                x.blend(ElementaryFunctions.MISH_ONE_ABOVE, x.compare(GT, ElementaryFunctions.MISH_ONE_ABOVE)));
        FloatVector n = e.mul(e.add(2f));
        return x.mul(n.div(n.add(2f)));
    }

    static FloatVector laplace(FloatVector x) {
        FloatVector t = x.sub(ElementaryFunctions.LAPLACE_MEAN).div(ElementaryFunctions.LAPLACE_DEVIATION);
        FloatVector u = t.mul(t);
        FloatVector p = u.fma(
                FloatVector.broadcast(S, ElementaryFunctions.ERF_P5),
                FloatVector.broadcast(S, ElementaryFunctions.ERF_P4));
        FloatVector q = u.fma(
                FloatVector.broadcast(S, ElementaryFunctions.ERF_Q5),
                FloatVector.broadcast(S, ElementaryFunctions.ERF_Q4));
        p = p.fma(u, FloatVector.broadcast(S, ElementaryFunctions.ERF_P3));
        q = q.fma(u, FloatVector.broadcast(S, ElementaryFunctions.ERF_Q3));
        p = p.fma(u, FloatVector.broadcast(S, ElementaryFunctions.ERF_P2));
        q = q.fma(u, FloatVector.broadcast(S, ElementaryFunctions.ERF_Q2));
        p = p.fma(u, FloatVector.broadcast(S, ElementaryFunctions.ERF_P1));
        q = q.fma(u, FloatVector.broadcast(S, ElementaryFunctions.ERF_Q1));
        p = p.fma(u, FloatVector.broadcast(S, ElementaryFunctions.ERF_P0));
        q = q.fma(u, FloatVector.broadcast(S, ElementaryFunctions.ERF_Q0));
        FloatVector y = t.mul(p).div(q).add(0.5f);
        FloatVector end = FloatVector.zero(S).blend(1f, t.compare(GT, 0f));
        return y.blend(end, u.compare(GT, ElementaryFunctions.ERF_ONE_ABOVE));
    }

    static FloatVector sqrtSoftplus(FloatVector x) {
        FloatVector e = expUpToZero(x.abs().neg());
        FloatVector s = e.div(e.add(2f));
        FloatVector w = s.mul(s);
        FloatVector p = w.fma(
                FloatVector.broadcast(S, ElementaryFunctions.LOG1P_3),
                FloatVector.broadcast(S, ElementaryFunctions.LOG1P_2));
        p = p.fma(w, FloatVector.broadcast(S, ElementaryFunctions.LOG1P_1));
        p = p.fma(w, FloatVector.broadcast(S, ElementaryFunctions.LOG1P_0));
        FloatVector log = p.mul(w).fma(s, s.mul(2f));
        return relu(x).add(log).lanewise(SQRT);
    }

    /** The greater in each lane; NaN in x loses. */
    static FloatVector greater(FloatVector max, FloatVector x) {
        return max.blend(x, x.compare(GT, max));
    }

    /** The last halvings of a reduction, within a vector. */
    private static float fold(FloatVector v) {
        if (L == 16) {
            v = v.add(v.rearrange(BY_8));
        }
        if (L >= 8) {
            v = v.add(v.rearrange(BY_4));
        }
        v = v.add(v.rearrange(BY_2));
        v = v.add(v.rearrange(BY_1));
        return v.lane(0);
    }

    /**
     * The first halvings of a reduction, of {@link Kernels#LANES} partial sums to those of one vector, and the last.
     */
    private static float fold(
            FloatVector s0,
            FloatVector s1,
            FloatVector s2,
            FloatVector s3,
            FloatVector s4,
            FloatVector s5,
            FloatVector s6,
            FloatVector s7) {
        if (L == 16) {
            return fold(s0.add(s1));
        }
        if (L == 8) {
            return fold(s0.add(s2).add(s1.add(s3)));
        }
        return fold(s0.add(s4).add(s2.add(s6)).add(s1.add(s5).add(s3.add(s7))));
    }

    /** Σ x[i]. */
    static float sum(float[] x, int offset, int length) {
        FloatVector s0 = FloatVector.zero(S);
        FloatVector s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
        int i = 0;
        for (; i <= length - Kernels.LANES; i += Kernels.LANES) {
            int at = offset + i;
            s0 = s0.add(FloatVector.fromArray(S, x, at));
            s1 = s1.add(FloatVector.fromArray(S, x, at + L));
            if (L <= 8) {
                s2 = s2.add(FloatVector.fromArray(S, x, at + 2 * L));
                s3 = s3.add(FloatVector.fromArray(S, x, at + 3 * L));
            }
            if (L <= 4) {
                s4 = s4.add(FloatVector.fromArray(S, x, at + 4 * L));
                s5 = s5.add(FloatVector.fromArray(S, x, at + 5 * L));
                s6 = s6.add(FloatVector.fromArray(S, x, at + 6 * L));
                s7 = s7.add(FloatVector.fromArray(S, x, at + 7 * L));
            }
        }
        float sum = fold(s0, s1, s2, s3, s4, s5, s6, s7);
        for (; i < length; i++) {
            sum += x[offset + i];
        }
        return sum;
    }

    /** Σ a[i] · b[i]. */
    static float dot(float[] a, int aOffset, float[] b, int bOffset, int length) {
        FloatVector s0 = FloatVector.zero(S);
        FloatVector s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
        int i = 0;
        for (; i <= length - Kernels.LANES; i += Kernels.LANES) {
            int at = aOffset + i;
            int bt = bOffset + i;
            s0 = FloatVector.fromArray(S, a, at).fma(FloatVector.fromArray(S, b, bt), s0);
            s1 = FloatVector.fromArray(S, a, at + L).fma(FloatVector.fromArray(S, b, bt + L), s1);
            if (L <= 8) {
                s2 = FloatVector.fromArray(S, a, at + 2 * L).fma(FloatVector.fromArray(S, b, bt + 2 * L), s2);
                s3 = FloatVector.fromArray(S, a, at + 3 * L).fma(FloatVector.fromArray(S, b, bt + 3 * L), s3);
            }
            if (L <= 4) {
                s4 = FloatVector.fromArray(S, a, at + 4 * L).fma(FloatVector.fromArray(S, b, bt + 4 * L), s4);
                s5 = FloatVector.fromArray(S, a, at + 5 * L).fma(FloatVector.fromArray(S, b, bt + 5 * L), s5);
                s6 = FloatVector.fromArray(S, a, at + 6 * L).fma(FloatVector.fromArray(S, b, bt + 6 * L), s6);
                s7 = FloatVector.fromArray(S, a, at + 7 * L).fma(FloatVector.fromArray(S, b, bt + 7 * L), s7);
            }
        }
        float sum = fold(s0, s1, s2, s3, s4, s5, s6, s7);
        for (; i < length; i++) {
            sum = Math.fma(a[aOffset + i], b[bOffset + i], sum);
        }
        return sum;
    }

    /** y[i] = a[i] + b[i]; returns Σ y[i] as {@link #sum} does. */
    static float addAndSum(float[] a, int aOffset, float[] b, int bOffset, float[] y, int yOffset, int length) {
        FloatVector s0 = FloatVector.zero(S);
        FloatVector s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
        int i = 0;
        for (; i <= length - Kernels.LANES; i += Kernels.LANES) {
            int at = aOffset + i;
            int bt = bOffset + i;
            int yt = yOffset + i;
            s0 = s0.add(added(a, at, b, bt, y, yt));
            s1 = s1.add(added(a, at + L, b, bt + L, y, yt + L));
            if (L <= 8) {
                s2 = s2.add(added(a, at + 2 * L, b, bt + 2 * L, y, yt + 2 * L));
                s3 = s3.add(added(a, at + 3 * L, b, bt + 3 * L, y, yt + 3 * L));
            }
            if (L <= 4) {
                s4 = s4.add(added(a, at + 4 * L, b, bt + 4 * L, y, yt + 4 * L));
                s5 = s5.add(added(a, at + 5 * L, b, bt + 5 * L, y, yt + 5 * L));
                s6 = s6.add(added(a, at + 6 * L, b, bt + 6 * L, y, yt + 6 * L));
                s7 = s7.add(added(a, at + 7 * L, b, bt + 7 * L, y, yt + 7 * L));
            }
        }
        float sum = fold(s0, s1, s2, s3, s4, s5, s6, s7);
        for (; i < length; i++) {
            float value = a[aOffset + i] + b[bOffset + i];
            y[yOffset + i] = value;
            sum += value;
        }
        return sum;
    }

    private static FloatVector added(float[] a, int aAt, float[] b, int bAt, float[] y, int yAt) {
        FloatVector value = FloatVector.fromArray(S, a, aAt).add(FloatVector.fromArray(S, b, bAt));
        value.intoArray(y, yAt);
        return value;
    }

    /** Subtracts mean from all x[i]; returns Σ x[i]² after that, as {@link #dot} does. */
    static float centerAndSquare(float[] x, int offset, float mean, int length) {
        FloatVector s0 = FloatVector.zero(S);
        FloatVector s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
        int i = 0;
        for (; i <= length - Kernels.LANES; i += Kernels.LANES) {
            int at = offset + i;
            s0 = centered(x, at, mean, s0);
            s1 = centered(x, at + L, mean, s1);
            if (L <= 8) {
                s2 = centered(x, at + 2 * L, mean, s2);
                s3 = centered(x, at + 3 * L, mean, s3);
            }
            if (L <= 4) {
                s4 = centered(x, at + 4 * L, mean, s4);
                s5 = centered(x, at + 5 * L, mean, s5);
                s6 = centered(x, at + 6 * L, mean, s6);
                s7 = centered(x, at + 7 * L, mean, s7);
            }
        }
        float sum = fold(s0, s1, s2, s3, s4, s5, s6, s7);
        for (; i < length; i++) {
            float value = x[offset + i] - mean;
            x[offset + i] = value;
            sum = Math.fma(value, value, sum);
        }
        return sum;
    }

    private static FloatVector centered(float[] x, int at, float mean, FloatVector squares) {
        FloatVector value = FloatVector.fromArray(S, x, at).sub(mean);
        value.intoArray(x, at);
        return value.fma(value, squares);
    }

    /** The largest factor · x[i], as in {@link ScalarKernels}; its order does not matter. */
    static float max(float factor, float[] x, int offset, int length) {
        FloatVector max0 = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
        FloatVector max1 = max0;
        int i = 0;
        for (; i <= length - 2 * L; i += 2 * L) {
            max0 = greater(max0, FloatVector.fromArray(S, x, offset + i).mul(factor));
            max1 = greater(max1, FloatVector.fromArray(S, x, offset + i + L).mul(factor));
        }
        float max = greater(max0, max1).reduceLanes(MAX);
        for (; i < length; i++) {
            float value = factor * x[offset + i];
            max = value > max ? value : max;
        }
        return max + 0f;
    }

    /** The first i ≥ from with normalizer.of(x[i]) + addend &gt; bound; length if there is none. */
    static int firstAbove(
            float bound, float addend, LogNormalizer normalizer, float[] x, int offset, int from, int length) {
        int i = from;
        for (; i <= length - L; i += L) {
            VectorMask<Float> above = FloatVector.fromArray(S, x, offset + i)
                    .sub(normalizer.max())
                    .sub(normalizer.logarithm())
                    .sub(normalizer.secondMax())
                    .sub(normalizer.secondLogarithm())
                    .add(addend)
                    .compare(GT, bound);
            if (above.anyTrue()) {
                return i + above.firstTrue();
            }
        }
        for (; i < length; i++) {
            if (normalizer.of(x[offset + i]) + addend > bound) {
                return i;
            }
        }
        return length;
    }

    /** x[i] = exp(factor · x[i] − max). */
    static void exponentials(float factor, float[] x, int offset, int length, float max) {
        int i = offset;
        for (int whole = offset + S.loopBound(length); i < whole; i += L) {
            expUpToZero(FloatVector.fromArray(S, x, i).mul(factor).sub(max)).intoArray(x, i);
        }
        for (int end = offset + length; i < end; i++) {
            x[i] = ElementaryFunctions.exp(factor * x[i] - max);
        }
    }

    /**
     * Σ exp(x[i] − max), for numbers that are still needed. The sum whose turn it is stands first, so that there is one
     * exponential in the code: inlined it is some thousand bytecodes, and of two C2 may leave one out
     * (DesiredMethodLimit), whose vectors are objects then.
     */
    static float sumOfExponentials(float[] x, int offset, float max, int length) {
        FloatVector s0 = FloatVector.zero(S);
        FloatVector s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
        int whole = length - length % Kernels.LANES;
        for (int i = offset; i < offset + whole; i += L) {
            FloatVector sum = s0.add(expUpToZero(FloatVector.fromArray(S, x, i).sub(max)));
            s0 = s1;
            if (L == 16) {
                s1 = sum;
            } else {
                s1 = s2;
                s2 = s3;
                s3 = L == 8 ? sum : s4;
            }
            if (L == 4) {
                s4 = s5;
                s5 = s6;
                s6 = s7;
                s7 = sum;
            }
        }
        float sum = fold(s0, s1, s2, s3, s4, s5, s6, s7);
        for (int i = whole; i < length; i++) {
            sum += ElementaryFunctions.exp(x[offset + i] - max);
        }
        return sum;
    }

    /** x[i] = f(x[i]) for from ≤ i &lt; to, a whole number of vectors. */
    private interface Loop {
        void run(float[] x, int from, int to);
    }

    /**
     * The loop of every {@link Activation}, by its number. Objects and not a switch: C2 inlines no more than 8,000
     * bytecodes into one method, all the loops together have more, and a vector that crosses a call that was not
     * inlined becomes an object. Through an interface it inlines one loop or two, the ones in use, or none.
     */
    private static final Loop[] LOOPS = loops();

    private static Loop[] loops() {
        Loop[] loops = new Loop[Activation.values().length];
        loops[Activation.IDENTITY.ordinal()] = (_, _, _) -> {};
        loops[Activation.GELU.ordinal()] = VectorFunctions::gelu;
        loops[Activation.GELU_TANH.ordinal()] = VectorFunctions::geluTanh;
        loops[Activation.RELU.ordinal()] = VectorFunctions::relu;
        loops[Activation.SILU.ordinal()] = VectorFunctions::silu;
        loops[Activation.TANH.ordinal()] = VectorFunctions::tanh;
        loops[Activation.SIGMOID.ordinal()] = VectorFunctions::sigmoid;
        loops[Activation.GELU_10.ordinal()] = VectorFunctions::gelu10;
        loops[Activation.QUICK_GELU.ordinal()] = VectorFunctions::quickGelu;
        loops[Activation.RELU6.ordinal()] = VectorFunctions::relu6;
        loops[Activation.RELU2.ordinal()] = VectorFunctions::relu2;
        loops[Activation.LEAKY_RELU.ordinal()] = VectorFunctions::leakyRelu;
        loops[Activation.HARD_SWISH.ordinal()] = VectorFunctions::hardSwish;
        loops[Activation.MISH.ordinal()] = VectorFunctions::mish;
        loops[Activation.LAPLACE.ordinal()] = VectorFunctions::laplace;
        loops[Activation.SQRT_SOFTPLUS.ordinal()] = VectorFunctions::sqrtSoftplus;
        return loops;
    }

    /** x = activation(x) for every element. */
    static void activate(Activation activation, float[] x, int offset, int length) {
        int whole = offset + S.loopBound(length);
        LOOPS[activation.ordinal()].run(x, offset, whole);
        for (int i = whole; i < offset + length; i++) {
            x[i] = ScalarKernels.activation(activation, x[i]);
        }
    }

    private static void gelu(float[] x, int from, int to) {
        for (int i = from; i < to; i += L) {
            gelu(FloatVector.fromArray(S, x, i)).intoArray(x, i);
        }
    }

    private static void geluTanh(float[] x, int from, int to) {
        for (int i = from; i < to; i += L) {
            geluTanh(FloatVector.fromArray(S, x, i)).intoArray(x, i);
        }
    }

    private static void relu(float[] x, int from, int to) {
        for (int i = from; i < to; i += L) {
            relu(FloatVector.fromArray(S, x, i)).intoArray(x, i);
        }
    }

    private static void silu(float[] x, int from, int to) {
        for (int i = from; i < to; i += L) {
            silu(FloatVector.fromArray(S, x, i)).intoArray(x, i);
        }
    }

    private static void tanh(float[] x, int from, int to) {
        for (int i = from; i < to; i += L) {
            tanh(FloatVector.fromArray(S, x, i)).intoArray(x, i);
        }
    }

    private static void sigmoid(float[] x, int from, int to) {
        for (int i = from; i < to; i += L) {
            sigmoid(FloatVector.fromArray(S, x, i)).intoArray(x, i);
        }
    }

    private static void gelu10(float[] x, int from, int to) {
        for (int i = from; i < to; i += L) {
            gelu10(FloatVector.fromArray(S, x, i)).intoArray(x, i);
        }
    }

    private static void quickGelu(float[] x, int from, int to) {
        for (int i = from; i < to; i += L) {
            quickGelu(FloatVector.fromArray(S, x, i)).intoArray(x, i);
        }
    }

    private static void relu6(float[] x, int from, int to) {
        for (int i = from; i < to; i += L) {
            relu6(FloatVector.fromArray(S, x, i)).intoArray(x, i);
        }
    }

    private static void relu2(float[] x, int from, int to) {
        for (int i = from; i < to; i += L) {
            relu2(FloatVector.fromArray(S, x, i)).intoArray(x, i);
        }
    }

    private static void leakyRelu(float[] x, int from, int to) {
        for (int i = from; i < to; i += L) {
            leakyRelu(FloatVector.fromArray(S, x, i)).intoArray(x, i);
        }
    }

    private static void hardSwish(float[] x, int from, int to) {
        for (int i = from; i < to; i += L) {
            hardSwish(FloatVector.fromArray(S, x, i)).intoArray(x, i);
        }
    }

    private static void mish(float[] x, int from, int to) {
        for (int i = from; i < to; i += L) {
            mish(FloatVector.fromArray(S, x, i)).intoArray(x, i);
        }
    }

    private static void laplace(float[] x, int from, int to) {
        for (int i = from; i < to; i += L) {
            laplace(FloatVector.fromArray(S, x, i)).intoArray(x, i);
        }
    }

    private static void sqrtSoftplus(float[] x, int from, int to) {
        for (int i = from; i < to; i += L) {
            sqrtSoftplus(FloatVector.fromArray(S, x, i)).intoArray(x, i);
        }
    }
}
