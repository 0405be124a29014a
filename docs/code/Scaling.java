import java.util.Locale;
import java.util.Random;

/** What √d is for: the softmax of raw dot products, and of dot products divided by √d. */
class Scaling {
    void main() {
        Random random = new Random(1);
        for (int size : new int[] {2, 32, 512}) {
            double raw = 0;
            double scaled = 0;
            int rounds = 200;
            for (int r = 0; r < rounds; r++) {
                double[] scores = new double[8];
                for (int j = 0; j < scores.length; j++)
                    for (int d = 0; d < size; d++) scores[j] += random.nextGaussian() * random.nextGaussian();
                raw += largest(scores, 1) / rounds;
                scaled += largest(scores, Math.sqrt(size)) / rounds;
            }
            IO.println(String.format(Locale.ROOT, "d = %3d   raw %.2f   divided by √d %.2f", size, raw, scaled));
        }
    }

    /** The largest of softmax(x / divisor). */
    static double largest(double[] x, double divisor) {
        double[] powers = new double[x.length];
        double max = Double.NEGATIVE_INFINITY;
        for (double v : x) max = Math.max(max, v);
        double sum = 0;
        for (int j = 0; j < x.length; j++) sum += powers[j] = Math.exp((x[j] - max) / divisor);
        return 1 / sum;
    }
}
