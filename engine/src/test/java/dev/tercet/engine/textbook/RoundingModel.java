package dev.tercet.engine.textbook;

import dev.tercet.engine.bert.BertConfig;
import dev.tercet.loaders.QuantizedTensor;
import dev.tercet.loaders.Tensor;
import dev.tercet.loaders.WeightRows;
import dev.tercet.loaders.Weights;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * What fp32 may do to every activation of a BERT, derived as follows.
 *
 * <p>Backward error. A sum of K products in fp32, in any order, is the exact sum with each weight w multiplied by 1 +
 * η, |η| ≤ K · u in the worst case, u = 2⁻²⁴ (Higham, Accuracy and Stability of Numerical Algorithms, 3.1). Rounding
 * errors are not all of one sign: with probability 1 − 2 exp(−λ²/2), |η| ≤ λ · √K · u (Higham and Mary 2019, theorem
 * 2.4). So an fp32 network computes exactly what a network with weights perturbed by about √K · u each computes. The
 * rest of its errors is smaller than that: attention scores (sums over the head size) behave like perturbed query and
 * key weights, contexts (over the tokens, here fewer than K) like perturbed value weights, means and variances like
 * perturbed LayerNorm weights, a few ulps of an activation function like perturbed weights of the layer after it.
 *
 * <p>Propagation. How much of that reaches an activation is computed, not bounded: {@link TextbookBert} runs in double
 * precision with the weights as they are and with perturbed ones. The difference is what one fp32 implementation's
 * error may look like there, element by element.
 *
 * <p>Bound. The largest element of that difference, over all elements of the activation, times {@value #FACTOR}: √2 for
 * the difference of two implementations, and 2.8 because the largest of thousands of about normal errors varies by less
 * than a factor of two from one draw to the next, and by another √2 where few elements carry the large errors.
 */
final class RoundingModel {
    static final double FACTOR = 4;

    private static final double UNIT = 0x1p-24;
    private static final long SEED = 11;

    private RoundingModel() {}

    /** An activation in double precision, and how far an fp32 implementation may be from another. */
    record Expected(double[] values, double bound) {
        /** The largest difference of computed values. */
        double distance(float[] computed, int offset) {
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
        Map<String, double[]> perturbed = run(config, new PerturbedWeights(weights, ""), ids, typeIds, classifies);
        Map<String, Expected> expected = new LinkedHashMap<>();
        exact.forEach((name, values) ->
                expected.put(name, new Expected(values, FACTOR * distance(values, perturbed.get(name)))));
        if (classifies) {
            // a few logits have no largest error to speak of; by Cauchy and Schwarz, with K terms in the product,
            // |Δlogit| ≤ ‖w‖ · (‖Δpooled‖ + √K · u · ‖pooled‖)
            double[] pooled = exact.get("pooler");
            double rounding = Math.sqrt(pooled.length) * UNIT * norm(pooled, new double[pooled.length]);
            double bound = FACTOR * largestRow(weights) * (norm(pooled, perturbed.get("pooler")) + rounding);
            expected.put("classifier", new Expected(exact.get("classifier"), bound));
        }
        return expected;
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

    /** Every weight multiplied by 1 + √K · u · a random number between -√3 and √3, whose standard deviation is 1. */
    private record PerturbedWeights(Weights weights, String prefix) implements Weights {
        @Override
        public float[] floats(String name, int... shape) {
            float[] values = weights.floats(name, shape);
            // the last dimension of a weight is what is summed over; an embedding is the sum of three
            int terms = prefix.contains("embeddings") && shape.length == 2 ? 3 : shape[shape.length - 1];
            Random random = new Random(SEED + (prefix + name).hashCode());
            double size = Math.sqrt(3) * Math.sqrt(terms) * UNIT;
            for (int i = 0; i < values.length; i++) values[i] *= (float) (1 + size * (2 * random.nextDouble() - 1));
            return values;
        }

        @Override
        public WeightRows rows(String name, int rows, int columns) {
            throw new UnsupportedOperationException("the textbook reads whole weights");
        }

        @Override
        public WeightRows mappedRows(String name, int rows, int columns) {
            return rows(name, rows, columns);
        }

        @Override
        public Weights in(String name) {
            return new PerturbedWeights(weights.in(name), prefix + name + ".");
        }

        @Override
        public boolean has(String name) {
            return weights.has(name);
        }

        @Override
        public Set<String> names() {
            return weights.names();
        }

        @Override
        public boolean isQuantized(String name) {
            return weights.isQuantized(name);
        }

        @Override
        public QuantizedTensor quantized(String name, int... shape) {
            return weights.quantized(name, shape);
        }

        @Override
        public Tensor tensor(String name) {
            return weights.tensor(name);
        }

        @Override
        public int[] shape(String name) {
            return weights.shape(name);
        }

        @Override
        public String describe(String name) {
            return weights.describe(name);
        }
    }
}
