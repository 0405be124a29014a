import java.util.Locale;

/** Chapter 3, exercise 1: token 0 with key 2 halved. */
class AttentionAnswer {
    void main() {
        double[] query = {1, 0};
        double[][] key = {{1, 0}, {0, 1}, {1, 1}};
        double[] powers = new double[3];
        double sum = 0;
        for (int j = 0; j < 3; j++)
            sum += powers[j] = Math.exp((query[0] * key[j][0] + query[1] * key[j][1]) / Math.sqrt(2));
        for (int j = 0; j < 3; j++)
            IO.println(String.format(Locale.ROOT, "token 0 looks at token %d: %.3f", j, powers[j] / sum));
    }
}
