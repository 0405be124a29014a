package dev.tercet.engine.textbook;

import dev.tercet.engine.bert.BertConfig;
import dev.tercet.loaders.Weights;
import java.util.Arrays;
import java.util.function.BiConsumer;

/**
 * BERT as the papers write it: the whole forward pass of a bi-encoder and of a cross-encoder in plain loops, one text
 * at a time, in double precision. Nothing here is fast; it is for reading, and for checking the engine against.
 *
 * <p>Matrices are arrays of rows, {@code x[token][dimension]}. Weights are read by their names in the checkpoint.
 */
public final class TextbookBert {
    private final BertConfig config;
    private final Weights head;
    private final Weights bert;
    private final BiConsumer<String, double[][]> observer;

    /**
     * @param observer sees every activation by the name that a trace gives it; attention as [heads · tokens][tokens]
     */
    public TextbookBert(BertConfig config, Weights checkpoint, BiConsumer<String, double[][]> observer) {
        this.config = config;
        this.head = checkpoint;
        this.bert = checkpoint.in("bert").names().isEmpty() ? checkpoint : checkpoint.in("bert");
        this.observer = observer;
    }

    /** A bi-encoder with mean pooling: the vector of a text, of unit length. */
    public double[] embed(int[] ids) {
        double[][] hidden = encode(ids, new int[ids.length]); // [tokens][hidden]
        double[] mean = new double[config.hiddenSize()];
        for (double[] token : hidden) for (int d = 0; d < mean.length; d++) mean[d] += token[d] / hidden.length;
        observer.accept("mean", new double[][] {mean});
        double norm = Math.sqrt(Arrays.stream(mean).map(m -> m * m).sum());
        return Arrays.stream(mean).map(m -> m / norm).toArray();
    }

    /** A cross-encoder: the logits of a pair, from the hidden state of its first token, {@code [CLS]}. */
    public double[] logits(int[] ids, int[] typeIds) {
        double[][] cls = {encode(ids, typeIds)[0]}; // [1][hidden]
        double[][] pooled = linear(cls, bert.in("pooler.dense"));
        for (int d = 0; d < pooled[0].length; d++) pooled[0][d] = Math.tanh(pooled[0][d]);
        observer.accept("pooler", pooled);
        double[][] logits = linear(pooled, head.in("classifier"));
        observer.accept("classifier", logits);
        return logits[0];
    }

    /** The encoder: token ids to hidden states, [tokens][hidden]. */
    public double[][] encode(int[] ids, int[] typeIds) {
        double[][] x = embeddings(ids, typeIds);
        observer.accept("embeddings", x);
        for (int i = 0; i < config.layers(); i++) x = layer(x, "encoder.layer." + i);
        return x;
    }

    /** What each token is, which text it belongs to and where it stands, added up and normalized. */
    private double[][] embeddings(int[] ids, int[] typeIds) {
        int hidden = config.hiddenSize();
        Weights weights = bert.in("embeddings");
        float[] word = weights.floats("word_embeddings.weight", config.vocabularySize(), hidden);
        float[] type = weights.floats("token_type_embeddings.weight", config.types(), hidden);
        float[] position = weights.floats("position_embeddings.weight", config.positions(), hidden);
        double[][] words = new double[ids.length][hidden];
        double[][] types = new double[ids.length][hidden];
        double[][] positions = new double[ids.length][hidden];
        for (int t = 0; t < ids.length; t++) {
            for (int d = 0; d < hidden; d++) {
                words[t][d] = word[ids[t] * hidden + d];
                types[t][d] = type[typeIds[t] * hidden + d];
                positions[t][d] = position[t * hidden + d];
            }
        }
        observer.accept("embeddings.word_embeddings", words);
        observer.accept("embeddings.token_type_embeddings", types);
        observer.accept("embeddings.position_embeddings", positions);
        return layerNorm(add(add(words, types), positions), weights.in("LayerNorm"));
    }

    /** Attention lets tokens exchange what they know; the feed-forward network works on each token by itself. */
    private double[][] layer(double[][] x, String name) {
        Weights layer = bert.in(name);
        double[][] context = attention(x, layer.in("attention.self"), name);
        observer.accept(name + ".attention.self", context);
        x = layerNorm(
                add(x, linear(context, layer.in("attention.output.dense"))), layer.in("attention.output.LayerNorm"));
        observer.accept(name + ".attention.output", x);

        double[][] wide = linear(x, layer.in("intermediate.dense"));
        for (double[] token : wide) for (int d = 0; d < token.length; d++) token[d] = activation(token[d]);
        observer.accept(name + ".intermediate", wide);
        x = layerNorm(add(x, linear(wide, layer.in("output.dense"))), layer.in("output.LayerNorm"));
        observer.accept(name + ".output", x);
        return x;
    }

    /** Every head mixes the values of all tokens, each by how well its key answers the query. */
    private double[][] attention(double[][] x, Weights self, String name) {
        double[][] query = linear(x, self.in("query"));
        double[][] key = linear(x, self.in("key"));
        double[][] value = linear(x, self.in("value"));
        observer.accept(name + ".attention.self.query", query);
        observer.accept(name + ".attention.self.key", key);
        observer.accept(name + ".attention.self.value", value);

        int tokens = x.length;
        int size = config.headSize();
        double[][] context = new double[tokens][config.hiddenSize()];
        double[][] probabilities = new double[config.heads() * tokens][];
        for (int head = 0; head < config.heads(); head++) {
            for (int i = 0; i < tokens; i++) {
                double[] scores = new double[tokens];
                for (int j = 0; j < tokens; j++) {
                    for (int d = head * size; d < (head + 1) * size; d++) scores[j] += query[i][d] * key[j][d];
                    scores[j] /= Math.sqrt(size);
                }
                double[] p = softmax(scores);
                for (int j = 0; j < tokens; j++)
                    for (int d = head * size; d < (head + 1) * size; d++) context[i][d] += p[j] * value[j][d];
                probabilities[head * tokens + i] = p;
            }
        }
        observer.accept(name + ".attention.probabilities", probabilities);
        return context;
    }

    /** y = W · x + b for every token. */
    private static double[][] linear(double[][] x, Weights weights) {
        int outputs = weights.shape("weight")[0];
        int inputs = x[0].length;
        float[] weight = weights.floats("weight", outputs, inputs);
        float[] bias = weights.floats("bias", outputs);
        double[][] y = new double[x.length][outputs];
        for (int t = 0; t < x.length; t++) {
            for (int o = 0; o < outputs; o++) {
                y[t][o] = bias[o];
                for (int i = 0; i < inputs; i++) y[t][o] += weight[o * inputs + i] * x[t][i];
            }
        }
        return y;
    }

    /** Every token to mean 0 and variance 1, then scaled and shifted dimension by dimension. */
    private double[][] layerNorm(double[][] x, Weights weights) {
        float[] weight = weights.floats("weight", x[0].length);
        float[] bias = weights.floats("bias", x[0].length);
        double[][] y = new double[x.length][x[0].length];
        for (int t = 0; t < x.length; t++) {
            double mean = Arrays.stream(x[t]).average().orElseThrow();
            double variance = Arrays.stream(x[t])
                    .map(v -> (v - mean) * (v - mean))
                    .average()
                    .orElseThrow();
            for (int d = 0; d < x[t].length; d++)
                y[t][d] = (x[t][d] - mean) / Math.sqrt(variance + config.epsilon()) * weight[d] + bias[d];
        }
        return y;
    }

    private static double[][] add(double[][] x, double[][] y) {
        double[][] sum = new double[x.length][x[0].length];
        for (int t = 0; t < x.length; t++) for (int d = 0; d < x[t].length; d++) sum[t][d] = x[t][d] + y[t][d];
        return sum;
    }

    /** Positive numbers in the proportions of eˣ that sum to 1. */
    private static double[] softmax(double[] x) {
        double max = Arrays.stream(x).max().orElseThrow();
        double[] powers = Arrays.stream(x).map(v -> Math.exp(v - max)).toArray();
        double sum = Arrays.stream(powers).sum();
        return Arrays.stream(powers).map(p -> p / sum).toArray();
    }

    private double activation(double x) {
        return TextbookActivation.of(config.activation(), x);
    }
}
