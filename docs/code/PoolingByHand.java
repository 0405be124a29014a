import java.util.Locale;

/** Token vectors to one vector of length 1, and the cosine of two of them. */
class PoolingByHand {
    void main() {
        double[] a = unit(mean(new double[][] {{1, 2}, {3, 0}, {2, 4}}));
        double[] b = unit(mean(new double[][] {{4, 0}, {2, 2}}));
        IO.println("a " + show(a) + "   b " + show(b));
        IO.println(String.format(Locale.ROOT, "cosine %.4f", a[0] * b[0] + a[1] * b[1]));
        double distance = (a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]);
        IO.println(String.format(Locale.ROOT, "squared distance %.4f = 2 - 2 · cosine", distance));
    }

    static double[] mean(double[][] tokens) {
        double[] mean = new double[2];
        for (double[] token : tokens) for (int d = 0; d < 2; d++) mean[d] += token[d] / tokens.length;
        return mean;
    }

    static double[] unit(double[] v) {
        double length = Math.sqrt(v[0] * v[0] + v[1] * v[1]);
        return new double[] {v[0] / length, v[1] / length};
    }

    static String show(double[] v) {
        return String.format(Locale.ROOT, "(%.4f, %.4f)", v[0], v[1]);
    }
}
