package dev.tercet.engine.generate;

import java.util.Arrays;
import java.util.SplittableRandom;

/** How to sample: what the random numbers of a hypothesis depend on, and so what they do not depend on. */
public record Draws(long seed) {
    /**
     * The random numbers of one hypothesis. They depend on the seed, the source and the number of the hypothesis, and
     * not on what else is decoded at the same time or where.
     */
    SplittableRandom random(int[] source, int hypothesis) {
        // the multiplier is that of MurmurHash3's finalizer; SplittableRandom mixes further
        long mixed = (seed ^ seed >>> 33) * 0xff51afd7ed558ccdL + Arrays.hashCode(source);
        return new SplittableRandom(mixed * 0xff51afd7ed558ccdL + hypothesis);
    }

    /** A number from a Gumbel distribution: the token with the largest log p plus such a number is a draw from p. */
    static double gumbel(SplittableRandom random) {
        // an odd number of 2⁻⁵² and so neither 0 nor 1, whose logarithms would be infinite
        double uniform = (random.nextLong() >>> 12 | 1) * 0x1p-52;
        return -StrictMath.log(-StrictMath.log(uniform));
    }
}
