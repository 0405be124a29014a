package dev.tercet.engine.textbook;

import dev.tercet.engine.bert.BertConfig;
import dev.tercet.engine.marian.MarianConfig;
import dev.tercet.loaders.Weights;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;

/**
 * What fp32 may do to every activation of a model, derived as follows.
 *
 * <p>Backward error. A sum of K products in fp32, in any order, is the exact sum with each weight w multiplied by 1 +
 * η, |η| ≤ K · u in the worst case, u = 2⁻²⁴ (Higham, Accuracy and Stability of Numerical Algorithms, 3.1). Rounding
 * errors are not all of one sign: with probability 1 − 2 exp(−λ²/2), |η| ≤ λ · √K · u (Higham and Mary 2019, theorem
 * 2.4). So an fp32 network computes exactly what a network with weights perturbed by about √K · u each computes. The
 * rest of its errors is smaller than that: attention scores (sums over the head size) behave like perturbed query and
 * key weights, contexts (over the tokens, here fewer than K) like perturbed value weights, means and variances like
 * perturbed LayerNorm weights, a few ulps of an activation function like perturbed weights of the layer after it.
 *
 * <p>Propagation. How much of that reaches an activation is computed, not bounded: the textbook runs in double
 * precision with the weights as they are and with perturbed ones. The difference is what one fp32 implementation's
 * error may look like there, element by element.
 *
 * <p>Bound. The largest element of that difference, over all elements of the activation, times {@value #FACTOR}: √2 for
 * the difference of two implementations, and 2.8 because the largest of thousands of about normal errors varies by less
 * than a factor of two from one draw to the next, and by another √2 where few elements carry the large errors.
 *
 * <p>Of a small random Marian one draw says too little: where a layer norm divides by a small deviation, or a softmax
 * is sharp, all large errors of an activation come out of one number and are large or small together. (Without
 * propagation the bound is wrong altogether: of 40 random models with tanh, 2 layers and 16 dimensions, PyTorch's own
 * fp32 is off by 0.6 · 4 √(2 · products · K) · u in the median and by 4.2 times that in the worst.) So {@value #DRAWS}
 * draws give the standard deviation of every element; the bound is √2 for the difference of two implementations, times
 * 5, which a normal error exceeds once in two million, times the largest of them.
 */
public final class RoundingModel {
    static final double FACTOR = 4;

    private static final long SEED = 11;
    private static final int DRAWS = 16;
    private static final double DEVIATIONS = 5 * Math.sqrt(2);

    /** Token vector, position or type, and the scale that one of them is multiplied by. */
    private static final int EMBEDDING_TERMS = 3;

    private RoundingModel() {}

    /** An activation in double precision, and how far an fp32 implementation may be from another. */
    public record Expected(double[] values, double bound) {
        /** The largest difference of computed values. */
        public double distance(float[] computed, int offset) {
            double largest = 0;
            for (int i = 0; i < values.length; i++) {
                double difference = Math.abs(values[i] - computed[offset + i]);
                if (Double.isNaN(difference)) return Double.POSITIVE_INFINITY;
                largest = Math.max(largest, difference);
            }
            return largest;
        }
    }

    /** Every activation of one text or pair, by name. */
    static Map<String, Expected> activations(BertConfig config, Weights weights, int[] ids, int[] typeIds) {
        boolean classifies = weights.has("classifier.weight");
        Map<String, double[]> exact = run(config, weights, ids, typeIds, classifies);
        Map<String, double[]> perturbed =
                run(config, new PerturbedWeights(weights, EMBEDDING_TERMS, SEED), ids, typeIds, classifies);
        Map<String, Expected> expected = new LinkedHashMap<>();
        exact.forEach((name, values) ->
                expected.put(name, new Expected(values, FACTOR * distance(values, perturbed.get(name)))));
        if (classifies) {
            // a few logits have no largest error to speak of; by Cauchy and Schwarz, with K terms in the product,
            // |Δlogit| ≤ ‖w‖ · (‖Δpooled‖ + √K · u · ‖pooled‖)
            double[] pooled = exact.get("pooler");
            double rounding =
                    Math.sqrt(pooled.length) * PerturbedWeights.UNIT * norm(pooled, new double[pooled.length]);
            double bound = FACTOR * largestRow(weights) * (norm(pooled, perturbed.get("pooler")) + rounding);
            expected.put("classifier", new Expected(exact.get("classifier"), bound));
        }
        return expected;
    }

    /**
     * Every activation of a translation with given tokens, by name; {@code lm_head} with the logits after each token.
     *
     * @param source ids
     * @param target ids, the start token first
     */
    public static Map<String, Expected> activations(MarianConfig config, Weights weights, int[] source, int[] target) {
        Map<String, double[]> exact = run(config, weights, weights, source, target, (_, _) -> {});
        Map<String, double[]> squares = new LinkedHashMap<>();
        for (int draw = 0; draw < DRAWS; draw++) {
            Weights layers = new PerturbedWeights(weights, EMBEDDING_TERMS, SEED + draw);
            Weights output = new PerturbedWeights(weights, config.hidden(), SEED - draw - 1);
            SplittableRandom random = new SplittableRandom(SEED + draw);
            run(config, layers, output, source, target, (name, x) -> perturb(name, x, random))
                    .forEach((name, values) -> {
                        double[] sums = squares.computeIfAbsent(name, _ -> new double[values.length]);
                        for (int i = 0; i < sums.length; i++) sums[i] += Math.pow(values[i] - exact.get(name)[i], 2);
                    });
        }
        Map<String, Expected> expected = new LinkedHashMap<>();
        exact.forEach((name, values) -> {
            double variance = Arrays.stream(squares.get(name)).max().orElseThrow() / DRAWS;
            expected.put(name, new Expected(values, DEVIATIONS * Math.sqrt(variance)));
        });
        return expected;
    }

    /**
     * @param output the weights as the last product sees them
     * @param between may change what goes into the next product
     */
    private static Map<String, double[]> run(
            MarianConfig config,
            Weights layers,
            Weights output,
            int[] source,
            int[] target,
            BiConsumer<String, double[][]> between) {
        Map<String, double[]> activations = new LinkedHashMap<>();
        BiConsumer<String, double[][]> keep = (name, x) -> {
            activations.put(
                    name, Arrays.stream(x).flatMapToDouble(Arrays::stream).toArray());
            between.accept(name, x);
        };
        TextbookMarian marian = new TextbookMarian(config, layers, keep);
        double[][] hidden = marian.decode(marian.encode(source), target);
        new TextbookMarian(config, output, keep).output(hidden);
        return activations;
    }

    /** Every number that goes into a sum of K times 1 + √K · u · a random number, as {@link PerturbedWeights}. */
    private static void perturb(String name, double[][] x, SplittableRandom random) {
        if (name.endsWith("probabilities")) return; // a copy for who looks on
        double size = Math.sqrt(3) * Math.sqrt(x[0].length) * PerturbedWeights.UNIT;
        for (double[] token : x)
            for (int d = 0; d < token.length; d++) token[d] *= 1 + size * (2 * random.nextDouble() - 1);
    }

    /** The largest norm of a row of the classifier's weight. */
    private static double largestRow(Weights weights) {
        int[] shape = weights.shape("classifier.weight");
        float[] w = weights.floats("classifier.weight", shape);
        double largest = 0;
        for (int label = 0; label < shape[0]; label++) {
            double squares = 0;
            for (int i = label * shape[1]; i < (label + 1) * shape[1]; i++) squares += (double) w[i] * w[i];
            largest = Math.max(largest, Math.sqrt(squares));
        }
        return largest;
    }

    private static double norm(double[] a, double[] b) {
        double squares = 0;
        for (int i = 0; i < a.length; i++) squares += (a[i] - b[i]) * (a[i] - b[i]);
        return Math.sqrt(squares);
    }

    private static Map<String, double[]> run(
            BertConfig config, Weights weights, int[] ids, int[] typeIds, boolean classifies) {
        Map<String, double[]> activations = new LinkedHashMap<>();
        TextbookBert bert = new TextbookBert(
                config,
                weights,
                (name, x) -> activations.put(
                        name, Arrays.stream(x).flatMapToDouble(Arrays::stream).toArray()));
        if (classifies) bert.logits(ids, typeIds);
        else bert.encode(ids, typeIds);
        return activations;
    }

    private static double distance(double[] a, double[] b) {
        double largest = 0;
        for (int i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i] - b[i]));
        return largest;
    }
}
