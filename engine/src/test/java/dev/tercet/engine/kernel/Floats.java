package dev.tercet.engine.kernel;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.Random;

/** Arrays for the kernel tests: seeded numbers, and comparison bit for bit. */
final class Floats {
    private Floats() {}

    /** Values of both signs, most of them near 1. */
    static float[] random(Random random, int length) {
        float[] x = new float[length];
        for (int i = 0; i < length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return x;
    }

    /** {@link #random} with infinities, NaN, zeros of both signs, subnormal and huge numbers strewn in. */
    static float[] special(Random random, int length) {
        float[] specials = {
            0f,
            -0f,
            Float.NaN,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY,
            Float.MIN_VALUE,
            -Float.MIN_VALUE,
            Float.MIN_NORMAL,
            Float.MAX_VALUE,
            -Float.MAX_VALUE,
            1e-30f,
            -1e-30f,
            88.7f,
            -88.7f
        };
        float[] x = random(random, length);
        for (int i = 0; i < length; i++) {
            if (random.nextInt(8) == 0) {
                x[i] = specials[random.nextInt(specials.length)];
            }
        }
        return x;
    }

    /** All NaNs count as equal; zeros of different sign do not. */
    static void assertSameBits(float[] expected, float[] actual, String what) {
        for (int i = 0; i < expected.length; i++) {
            if (Float.floatToIntBits(expected[i]) != Float.floatToIntBits(actual[i])) {
                fail(what + ": element " + i + " is " + actual[i] + " (" + Float.toHexString(actual[i]) + "), expected "
                        + expected[i] + " (" + Float.toHexString(expected[i]) + ")");
            }
        }
    }
}
