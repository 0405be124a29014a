import java.util.Locale;

/** Softmax over one logit says nothing; the sigmoid keeps the order. */
class OneLogit {
    void main() {
        for (double logit : new double[] {9.14, -2.05, -11.12}) {
            double softmax = Math.exp(logit) / Math.exp(logit);
            double sigmoid = 1 / (1 + Math.exp(-logit));
            IO.println(
                    String.format(Locale.ROOT, "logit %6.2f   softmax %.1f   sigmoid %.6f", logit, softmax, sigmoid));
        }
    }
}
