package dev.tercet.engine.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The work of {@link MachineProbe} on vectors. */
final class VectorProbe {
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
    private static final int L = S.length();
    private static final int CHAINS = 12;

    private VectorProbe() {}

    /** Returns how many operations were done. */
    static double multiplyAdds(int steps) {
        if (!(chains(steps, 0.999f, 0.001f) > 0)) throw new IllegalStateException("the chains rise");
        return 2.0 * steps * CHAINS * L;
    }

    /**
     * Twelve independent chains of x = a · b + x, the sums of a product: more than latency × pipes of any current core.
     * As x = x · a + b they reach a tenth less on a Zen 5 with 256 bits.
     */
    private static float chains(int steps, float factor, float addend) {
        FloatVector a = FloatVector.broadcast(S, factor);
        FloatVector b = FloatVector.broadcast(S, addend);
        FloatVector x0 = b, x1 = b, x2 = b, x3 = b, x4 = b, x5 = b, x6 = b, x7 = b, x8 = b, x9 = b, x10 = b, x11 = b;
        for (int i = 0; i < steps; i++) {
            x0 = a.fma(b, x0);
            x1 = a.fma(b, x1);
            x2 = a.fma(b, x2);
            x3 = a.fma(b, x3);
            x4 = a.fma(b, x4);
            x5 = a.fma(b, x5);
            x6 = a.fma(b, x6);
            x7 = a.fma(b, x7);
            x8 = a.fma(b, x8);
            x9 = a.fma(b, x9);
            x10 = a.fma(b, x10);
            x11 = a.fma(b, x11);
        }
        FloatVector sum = x0.add(x1)
                .add(x2.add(x3))
                .add(x4.add(x5))
                .add(x6.add(x7))
                .add(x8.add(x9))
                .add(x10.add(x11));
        return sum.lane(0);
    }

    /** Returns how many bytes were read. */
    static double read(float[] stream, int from, int to) {
        FloatVector s0 = FloatVector.zero(S), s1 = s0, s2 = s0, s3 = s0;
        int i = from;
        for (; i + 4 * L <= to; i += 4 * L) {
            s0 = s0.add(FloatVector.fromArray(S, stream, i));
            s1 = s1.add(FloatVector.fromArray(S, stream, i + L));
            s2 = s2.add(FloatVector.fromArray(S, stream, i + 2 * L));
            s3 = s3.add(FloatVector.fromArray(S, stream, i + 3 * L));
        }
        if (!(s0.add(s1).add(s2).add(s3).lane(0) > 0)) throw new IllegalStateException("the stream holds ones");
        return 4.0 * (i - from);
    }
}
