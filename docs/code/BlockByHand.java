import java.util.Locale;

/** What stands around attention: LayerNorm, and GELU in its two forms. */
class BlockByHand {
    void main() {
        double[] x = {1, 2, 3, 6};
        double mean = (1 + 2 + 3 + 6) / 4.0;
        double variance = 0;
        for (double v : x) variance += (v - mean) * (v - mean) / 4;
        StringBuilder normed = new StringBuilder();
        for (double v : x) normed.append(String.format(Locale.ROOT, " %.4f", (v - mean) / Math.sqrt(variance)));
        IO.println(String.format(Locale.ROOT, "mean %.1f, variance %.1f, normed%s", mean, variance, normed));

        double largest = 0;
        double at = 0;
        for (double v = -6; v <= 6; v += 0.001) {
            double difference = Math.abs(gelu(v) - geluTanh(v));
            if (difference > largest) {
                largest = difference;
                at = Math.abs(v);
            }
        }
        IO.println(String.format(Locale.ROOT, "gelu(1) by erf %.6f, by tanh %.6f", gelu(1), geluTanh(1)));
        IO.println(String.format(Locale.ROOT, "they differ most at |x| = %.2f, by %.6f", at, largest));
    }

    static double gelu(double x) {
        return x * (1 + erf(x / Math.sqrt(2))) / 2;
    }

    static double geluTanh(double x) {
        return x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))) / 2;
    }

    static double erf(double x) {
        double term = x;
        double sum = x;
        for (int n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) sum += term *= 2 * x * x / (2 * n + 1);
        return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
    }
}
