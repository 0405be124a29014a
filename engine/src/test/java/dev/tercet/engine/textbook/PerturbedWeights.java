package dev.tercet.engine.textbook;

import dev.tercet.loaders.QuantizedTensor;
import dev.tercet.loaders.Tensor;
import dev.tercet.loaders.WeightRows;
import dev.tercet.loaders.Weights;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * The weights of a network that computes exactly what an fp32 network with the given weights may compute, as
 * {@link RoundingModel} derives: every weight multiplied by 1 + √K · u · a random number between -√3 and √3, whose
 * standard deviation is 1.
 *
 * @param embeddingTerms K of the tables of token and position vectors: what an embedding is the sum of, or hidden where
 *     the table is the weight of the output
 */
record PerturbedWeights(Weights weights, String prefix, int embeddingTerms, long seed) implements Weights {
    /** u, the most that rounding to fp32 changes a number by, relative to it. */
    static final double UNIT = 0x1p-24;

    PerturbedWeights(Weights weights, int embeddingTerms, long seed) {
        this(weights, "", embeddingTerms, seed);
    }

    @Override
    public float[] floats(String name, int... shape) {
        float[] values = weights.floats(name, shape);
        String path = prefix + name;
        boolean embedding = shape.length == 2 && (path.contains("embed") || path.equals("model.shared.weight"));
        int terms = embedding ? embeddingTerms : shape[shape.length - 1]; // the last dimension is what is summed over
        SplittableRandom random = new SplittableRandom(seed + path.hashCode());
        double size = Math.sqrt(3) * Math.sqrt(terms) * UNIT;
        for (int i = 0; i < values.length; i++)
            values[i] = (float) (values[i] * (1 + size * (2 * random.nextDouble() - 1)));
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
        return new PerturbedWeights(weights.in(name), prefix + name + ".", embeddingTerms, seed);
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
