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
        if (!(chains(steps, 0.999f, 0.001f) > 0)) throw new IllegalStateException("the chains converge to 1");
        return 2.0 * steps * CHAINS * L;
    }

    /** Twelve independent chains of x = x · a + b: more than latency × pipes of any current core. */
    private static float chains(int steps, float factor, float addend) {
        FloatVector a = FloatVector.broadcast(S, factor);
        FloatVector b = FloatVector.broadcast(S, addend);
        FloatVector x0 = b, x1 = b, x2 = b, x3 = b, x4 = b, x5 = b, x6 = b, x7 = b, x8 = b, x9 = b, x10 = b, x11 = b;
        for (int i = 0; i < steps; i++) {
            x0 = x0.fma(a, b);
            x1 = x1.fma(a, b);
            x2 = x2.fma(a, b);
            x3 = x3.fma(a, b);
            x4 = x4.fma(a, b);
            x5 = x5.fma(a, b);
            x6 = x6.fma(a, b);
            x7 = x7.fma(a, b);
            x8 = x8.fma(a, b);
            x9 = x9.fma(a, b);
            x10 = x10.fma(a, b);
            x11 = x11.fma(a, b);
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
