package dev.tercet.benchmarks;

import dev.tercet.engine.kernel.Kernels;
import java.util.SplittableRandom;

/** What the kernel benchmarks share: inputs, and the rule that a time counts only beside the right result. */
final class Numbers {
    private Numbers() {}

    static float[] random(int length) {
        SplittableRandom random = new SplittableRandom(length);
        float[] x = new float[length];
        for (int i = 0; i < length; i++) x[i] = (float) random.nextGaussian();
        return x;
    }

    /** @param name {@code scalar} or {@code vector} */
    static Kernels kernels(String name) {
        return name.equals("scalar") ? Kernels.scalar() : Kernels.preferred();
    }

    /** The kernels promise the same bits. */
    static void requireSame(float[] reference, float[] measured) {
        for (int i = 0; i < reference.length; i++) {
            if (Float.floatToIntBits(reference[i]) != Float.floatToIntBits(measured[i]))
                throw new IllegalStateException("element " + i + " is " + measured[i] + ", the reference gives "
                        + reference[i] + ": this time means nothing");
        }
    }
}
