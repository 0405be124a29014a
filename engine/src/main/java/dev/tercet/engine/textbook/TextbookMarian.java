package dev.tercet.engine.textbook;

import dev.tercet.engine.marian.MarianConfig;
import dev.tercet.loaders.Weights;
import java.util.Arrays;
import java.util.function.BiConsumer;

/**
 * Marian as the papers write it: the whole forward pass of an encoder-decoder in plain loops, one sentence at a time,
 * in double precision, and without a cache: the decoder goes through the whole beginning of the translation again for
 * every token. Nothing here is fast; it is for reading, and for checking the engine against.
 *
 * <p>Matrices are arrays of rows, {@code x[token][dimension]}. Weights are read by their names in the checkpoint.
 */
public final class TextbookMarian {
    private static final double EPSILON = 1e-5;

    private final MarianConfig config;
    private final Weights weights;
    private final BiConsumer<String, double[][]> observer;

    /** @param observer sees every activation by the name that a trace gives it; attention as [heads · queries][keys] */
    public TextbookMarian(MarianConfig config, Weights checkpoint, BiConsumer<String, double[][]> observer) {
        this.config = config;
        this.weights = checkpoint;
        this.observer = observer;
    }

    /** The encoder: source ids to hidden states, [tokens][hidden]. */
    public double[][] encode(int[] source) {
        double[][] x = embeddings("encoder", source, config.vocabulary());
        observer.accept("encoder.embeddings", x);
        for (int i = 0; i < config.encoder().layers(); i++) {
            String name = "encoder.layers." + i;
            x = attend(name + ".self_attn", x, x, config.encoder().heads(), false);
            x = feedForward(name, x);
        }
        return x;
    }

    /**
     * The decoder: the logits of the token after {@code ids}, given the source.
     *
     * @param source hidden states of the encoder, [tokens][hidden]
     * @param ids the translation so far, the start token first
     */
    public double[] logits(double[][] source, int[] ids) {
        double[] last = decode(source, ids)[ids.length - 1];
        return output(new double[][] {last})[0];
    }

    /** The layers of the decoder: hidden states of every token of the translation so far, [tokens][hidden]. */
    double[][] decode(double[][] source, int[] ids) {
        double[][] x = embeddings("decoder", ids, config.targetVocabulary());
        observer.accept("decoder.embeddings", x);
        for (int i = 0; i < config.decoder().layers(); i++) {
            String name = "decoder.layers." + i;
            x = attend(name + ".self_attn", x, x, config.decoder().heads(), true);
            x = attend(name + ".encoder_attn", x, source, config.decoder().heads(), false);
            x = feedForward(name, x);
        }
        return x;
    }

    /** log softmax of the logits. */
    public double[] logProbabilities(double[][] source, int[] ids) {
        double[] logits = logits(source, ids);
        double max = Arrays.stream(logits).max().orElseThrow();
        double sum = Arrays.stream(logits).map(v -> Math.exp(v - max)).sum();
        return Arrays.stream(logits).map(v -> v - max - Math.log(sum)).toArray();
    }

    /** What each token is, times √hidden if the config says so, and where it stands. */
    private double[][] embeddings(String stack, int[] ids, int vocabulary) {
        int hidden = config.hidden();
        float[] table = table(weights, stack, vocabulary, hidden);
        double scale = config.scaleEmbedding() ? Math.sqrt(hidden) : 1;
        double[][] sum = new double[ids.length][hidden];
        for (int t = 0; t < ids.length; t++)
            for (int d = 0; d < hidden; d++) sum[t][d] = table[ids[t] * hidden + d] * scale + position(stack, t, d);
        return sum;
    }

    /** Encoder and decoder may have a table each or share one. */
    private static float[] table(Weights weights, String stack, int vocabulary, int hidden) {
        String own = "model." + stack + ".embed_tokens.weight";
        return weights.floats(weights.has(own) ? own : "model.shared.weight", vocabulary, hidden);
    }

    /** Sines in the first half of the dimensions, cosines in the second, each pair a slower wave. */
    private double position(String stack, int t, int d) {
        String stored = "model." + stack + ".embed_positions.weight";
        int hidden = config.hidden();
        if (weights.has(stored)) return weights.floats(stored, config.positions(), hidden)[t * hidden + d];
        int half = hidden / 2;
        double angle = t / Math.pow(10000, 2.0 * (d % half) / hidden);
        return d < half ? Math.sin(angle) : Math.cos(angle);
    }

    /**
     * Attention with what is around it: LayerNorm(x + W · context + b).
     *
     * @param x asks
     * @param y answers: x itself in self-attention, the source in cross-attention
     * @param causal whether a token sees only itself and those before it
     */
    private double[][] attend(String name, double[][] x, double[][] y, int heads, boolean causal) {
        Weights attention = weights.in("model." + name);
        double[][] query = linear(x, attention.in("q_proj"));
        double[][] key = linear(y, attention.in("k_proj"));
        double[][] value = linear(y, attention.in("v_proj"));

        int size = config.hidden() / heads;
        double[][] context = new double[x.length][config.hidden()];
        double[][] probabilities = new double[heads * x.length][y.length];
        for (int head = 0; head < heads; head++) {
            for (int i = 0; i < x.length; i++) {
                int seen = causal ? i + 1 : y.length;
                double[] scores = new double[seen];
                for (int j = 0; j < seen; j++) {
                    for (int d = head * size; d < (head + 1) * size; d++) scores[j] += query[i][d] * key[j][d];
                    scores[j] /= Math.sqrt(size);
                }
                double[] p = softmax(scores);
                for (int j = 0; j < seen; j++)
                    for (int d = head * size; d < (head + 1) * size; d++) context[i][d] += p[j] * value[j][d];
                System.arraycopy(p, 0, probabilities[head * x.length + i], 0, seen);
            }
        }
        observer.accept(name + ".probabilities", probabilities);
        double[][] normed = layerNorm(
                add(x, linear(context, attention.in("out_proj"))), weights.in("model." + name + "_layer_norm"));
        observer.accept(name + "_layer_norm", normed);
        return normed;
    }

    /** LayerNorm(x + W₂ · activation(W₁ · x + b₁) + b₂), every token by itself. */
    private double[][] feedForward(String name, double[][] x) {
        Weights layer = weights.in("model." + name);
        double[][] wide = linear(x, layer.in("fc1"));
        for (double[] token : wide) for (int d = 0; d < token.length; d++) token[d] = activation(token[d]);
        observer.accept(name + ".activation_fn", wide);
        double[][] normed = layerNorm(add(x, linear(wide, layer.in("fc2"))), layer.in("final_layer_norm"));
        observer.accept(name + ".final_layer_norm", normed);
        return normed;
    }

    /** How well each entry of the vocabulary fits: most often the table of token vectors, read the other way. */
    double[][] output(double[][] x) {
        int vocabulary = config.targetVocabulary();
        int hidden = config.hidden();
        float[] weight = weights.has("lm_head.weight")
                ? weights.floats("lm_head.weight", vocabulary, hidden)
                : table(weights, "decoder", vocabulary, hidden);
        float[] bias = weights.floats("final_logits_bias", 1, vocabulary);
        double[][] logits = new double[x.length][vocabulary];
        for (int t = 0; t < x.length; t++) {
            for (int v = 0; v < vocabulary; v++) {
                logits[t][v] = bias[v];
                for (int d = 0; d < hidden; d++) logits[t][v] += weight[v * hidden + d] * x[t][d];
            }
        }
        observer.accept("lm_head", logits);
        return logits;
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
    private static double[][] layerNorm(double[][] x, Weights weights) {
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
                y[t][d] = (x[t][d] - mean) / Math.sqrt(variance + EPSILON) * weight[d] + bias[d];
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
