import java.util.Locale;

/** Chapter 4, exercise 1: LayerNorm of a token that was moved by 1000. */
class BlockAnswer {
    void main() {
        double[] x = {1001, 1002, 1003, 1006};
        double mean = 0;
        for (double v : x) mean += v / x.length;
        double variance = 0;
        for (double v : x) variance += (v - mean) * (v - mean) / x.length;
        for (double v : x) IO.println(String.format(Locale.ROOT, "%.4f", (v - mean) / Math.sqrt(variance)));
    }
}
