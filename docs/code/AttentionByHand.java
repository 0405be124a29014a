import java.util.Locale;

/** One attention head on three tokens of two numbers each: small enough for paper. */
class AttentionByHand {
    void main() {
        double[][] query = {{1, 0}, {0, 1}, {1, 1}};
        double[][] key = {{1, 0}, {0, 1}, {2, 2}};
        double[][] value = {{10, 0}, {0, 10}, {5, 5}};
        for (int i = 0; i < query.length; i++) {
            double[] scores = new double[key.length];
            for (int j = 0; j < key.length; j++) {
                for (int d = 0; d < 2; d++) scores[j] += query[i][d] * key[j][d];
                scores[j] /= Math.sqrt(2);
            }
            double[] p = softmax(scores);
            double[] context = new double[2];
            for (int j = 0; j < value.length; j++) for (int d = 0; d < 2; d++) context[d] += p[j] * value[j][d];
            IO.println("token " + i + "   scores " + show(scores) + "   p " + show(p) + "   context " + show(context));
        }
    }

    static double[] softmax(double[] x) {
        double[] p = new double[x.length];
        double sum = 0;
        for (int j = 0; j < x.length; j++) sum += p[j] = Math.exp(x[j]);
        for (int j = 0; j < x.length; j++) p[j] /= sum;
        return p;
    }

    static String show(double[] values) {
        StringBuilder text = new StringBuilder();
        for (double v : values) text.append(String.format(Locale.ROOT, "%7.3f", v));
        return text.toString();
    }
}
