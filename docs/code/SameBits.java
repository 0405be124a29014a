import java.util.Random;
import jdk.incubator.vector.FloatVector;

/** One row times a matrix: in plain loops, by vectors, and by vectors in an order that looks as good. */
class SameBits {
    static final int INPUTS = 384;
    static final int OUTPUTS = 64;

    void main() {
        Random random = new Random(8);
        float[] x = new float[INPUTS];
        float[] w = new float[INPUTS * OUTPUTS]; // w[input, output]
        for (int i = 0; i < x.length; i++) x[i] = (float) random.nextGaussian();
        for (int i = 0; i < w.length; i++) w[i] = (float) random.nextGaussian();
        float[] plain = plain(x, w);
        IO.println("vectors of outputs: " + different(plain, vectors(x, w)) + " of 64 outputs have other bits");
        IO.println("two partial sums:   " + different(plain, halves(x, w)) + " of 64 outputs have other bits");
    }

    /** y[j] = Σᵢ x[i] · w[i, j], i ascending. */
    static float[] plain(float[] x, float[] w) {
        float[] y = new float[OUTPUTS];
        for (int j = 0; j < OUTPUTS; j++)
            for (int i = 0; i < INPUTS; i++) y[j] = Math.fma(x[i], w[i * OUTPUTS + j], y[j]);
        return y;
    }

    /** As many outputs at a time as a register holds: each lane is one output, and sums in the same order. */
    static float[] vectors(float[] x, float[] w) {
        var lanes = FloatVector.SPECIES_256;
        float[] y = new float[OUTPUTS];
        for (int j = 0; j < OUTPUTS; j += lanes.length()) {
            FloatVector sum = FloatVector.zero(lanes);
            for (int i = 0; i < INPUTS; i++)
                sum = FloatVector.broadcast(lanes, x[i]).fma(FloatVector.fromArray(lanes, w, i * OUTPUTS + j), sum);
            sum.intoArray(y, j);
        }
        return y;
    }

    /** Even and odd inputs apart, added at the end. */
    static float[] halves(float[] x, float[] w) {
        float[] y = new float[OUTPUTS];
        for (int j = 0; j < OUTPUTS; j++) {
            float even = 0;
            float odd = 0;
            for (int i = 0; i < INPUTS; i += 2) {
                even = Math.fma(x[i], w[i * OUTPUTS + j], even);
                odd = Math.fma(x[i + 1], w[(i + 1) * OUTPUTS + j], odd);
            }
            y[j] = even + odd;
        }
        return y;
    }

    static int different(float[] a, float[] b) {
        int count = 0;
        for (int j = 0; j < a.length; j++) if (a[j] != b[j]) count++;
        return count;
    }
}
