package dev.tercet.engine.kernel;

import java.util.Arrays;

/**
 * Every kernel in plain loops: the definition that {@link Kernels} refers to, and what runs where the Vector API is
 * absent or slow.
 */
final class ScalarKernels implements Kernels {
    /** Long enough that the compiler turns the innermost loop of {@link #linear} into vector instructions by itself. */
    private static final int PANEL_WIDTH = 32;

    private final String description;
    private final int panelWidth;

    ScalarKernels(String reason) {
        this(reason, PANEL_WIDTH);
    }

    /** @param panelWidth that of the kernels that share its matrices */
    ScalarKernels(String reason, int panelWidth) {
        this.description = "scalar (" + reason + ")";
        this.panelWidth = panelWidth;
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public int panelWidth() {
        return panelWidth;
    }

    @Override
    public PackedMatrix pack(float[] weight, int outputs, int inputs) {
        return PackedMatrix.pack(weight, outputs, inputs, panelWidth);
    }

    @Override
    public PackedMatrix packBf16(float[] weight, int outputs, int inputs) {
        return PackedMatrix.packBf16(weight, outputs, inputs, panelWidth);
    }

    @Override
    public PackedMatrix packInt8(PackedMatrix.Int8 weight, int outputs, int inputs) {
        return PackedMatrix.packInt8(weight, outputs, inputs, panelWidth);
    }

    @Override
    public void linear(
            Rows x, PackedMatrix w, float[] bias, Activation activation, Rows y, int fromPanel, int toPanel) {
        Shapes.checkLinear(x, w, bias, y, fromPanel, toPanel, panelWidth);
        boolean widen = w.format != PackedMatrix.Format.F32;
        float[] scratch = widen ? ScratchArrays.take(w.width * w.inputs) : null;
        for (int panel = fromPanel; panel < toPanel; panel++) {
            int output = panel * w.width;
            int width = Math.min(w.width, w.outputs - output);
            if (widen) {
                w.widen(panel, scratch);
            }
            float[] weights = widen ? scratch : w.data;
            int at = widen ? 0 : w.start(panel);
            for (int row = 0; row < x.count(); row++) {
                int xAt = x.offset() + row * x.stride();
                int yAt = y.offset() + row * y.stride() + output;
                for (int j = 0; j < width; j++) {
                    y.data()[yAt + j] = bias == null || w.scales != null ? 0f : bias[output + j];
                }
                multiply(x.data(), xAt, weights, at, w, width, y.data(), yAt);
                if (w.scales != null) {
                    scale(w.scales, bias, output, y.data(), yAt, width);
                }
                activate(activation, y.data(), yAt, width);
            }
        }
        if (widen) {
            ScratchArrays.give(scratch);
        }
    }

    /** One row times one panel: y[j] += Σᵢ x[i] · panel[i, j], i ascending. The running sums live in y. */
    private static void multiply(
            float[] x, int xAt, float[] panel, int panelAt, PackedMatrix w, int width, float[] y, int yAt) {
        for (int i = 0; i < w.inputs; i++) {
            float a = x[xAt + i];
            int at = panelAt + i * w.width;
            for (int j = 0; j < width; j++) {
                y[yAt + j] = Math.fma(a, panel[at + j], y[yAt + j]);
            }
        }
    }

    /** y[j] = y[j] · scales[output + j] + bias[output + j] */
    private static void scale(float[] scales, float[] bias, int output, float[] y, int yAt, int width) {
        for (int j = 0; j < width; j++) {
            y[yAt + j] = Math.fma(y[yAt + j], scales[output + j], bias == null ? 0f : bias[output + j]);
        }
    }

    @Override
    public void attention(
            Rows queries,
            Rows keys,
            Rows values,
            int headSize,
            float scale,
            boolean causal,
            Rows context,
            float[] probabilities,
            float[] scratch,
            int fromHead,
            int toHead) {
        Shapes.checkAttention(queries, keys, values, headSize, scale, causal, context, probabilities, fromHead, toHead);
        for (int head = fromHead; head < toHead; head++) {
            for (int i = 0; i < queries.count(); i++) {
                int seen = causal ? i + keys.count() - queries.count() + 1 : keys.count();
                float max = scores(queries, i, keys, seen, head * headSize, headSize, scale, scratch);
                for (int j = 0; j < seen; j++) {
                    scratch[j] = ElementaryFunctions.exp(scratch[j] - max);
                }
                int end = wholeBlocks(seen);
                Arrays.fill(scratch, seen, end, 0f);
                float sum = sum(scratch, 0, end);
                mix(scratch, sum, values, seen, head * headSize, headSize, context, i);
                if (probabilities != null) {
                    int at = (head * queries.count() + i) * keys.count();
                    for (int j = 0; j < keys.count(); j++) {
                        probabilities[at + j] = j < seen ? scratch[j] / sum : 0f;
                    }
                }
            }
        }
    }

    /** scores[j] = scale · q[i] · k[j] for j below seen; returns the largest. */
    private float scores(
            Rows queries, int i, Rows keys, int seen, int column, int headSize, float scale, float[] scores) {
        int q = queries.offset() + i * queries.stride() + column;
        for (int j = 0; j < seen; j++) {
            int k = keys.offset() + j * keys.stride() + column;
            float sum = 0f;
            for (int c = 0; c < headSize; c++) {
                sum = Math.fma(queries.data()[q + c], keys.data()[k + c], sum);
            }
            scores[j] = scale * sum;
        }
        return max(scores, 0, seen);
    }

    /** context[i, c] = Σⱼ e[j] · v[j, c] / sum, j ascending: divided once at the end, not key by key. */
    private static void mix(
            float[] e, float sum, Rows values, int seen, int column, int headSize, Rows context, int i) {
        int at = context.offset() + i * context.stride() + column;
        for (int c = 0; c < headSize; c++) {
            context.data()[at + c] = 0f;
        }
        for (int j = 0; j < seen; j++) {
            int v = values.offset() + j * values.stride() + column;
            for (int c = 0; c < headSize; c++) {
                context.data()[at + c] = Math.fma(e[j], values.data()[v + c], context.data()[at + c]);
            }
        }
        for (int c = 0; c < headSize; c++) {
            context.data()[at + c] /= sum;
        }
    }

    @Override
    public int attentionScratch(int queries, int keys, int headSize) {
        return wholeBlocks(keys);
    }

    /** Slot by slot: there is nothing to gain from panels here, but any width will do. */
    @Override
    public KeyValueCache cache(int columns, int slots) {
        return new KeyValueCache(columns, 1, slots);
    }

    @Override
    public void attention(
            Rows queries,
            KeyValueCache cache,
            int[][] seen,
            int headSize,
            float scale,
            Rows context,
            float[] probabilities,
            float[] scratch) {
        Shapes.checkAttention(queries, cache, cache.width, seen, headSize, scale, context, probabilities);
        int heads = cache.columns / headSize;
        for (int head = 0; head < heads; head++) {
            int column = head * headSize;
            for (int i = 0; i < queries.count(); i++) {
                int[] tokens = seen[i];
                int end = wholeBlocks(tokens.length);
                for (int j = 0; j < tokens.length; j++) {
                    int q = queries.offset() + i * queries.stride() + column;
                    scratch[j] = scale * score(queries.data(), q, cache, tokens[j], column, headSize);
                }
                float max = max(scratch, 0, tokens.length);
                for (int j = 0; j < tokens.length; j++) {
                    scratch[j] = ElementaryFunctions.exp(scratch[j] - max);
                }
                Arrays.fill(scratch, tokens.length, end, 0f);
                float sum = sum(scratch, 0, end);
                int at = context.offset() + i * context.stride() + column;
                for (int c = 0; c < headSize; c++) {
                    context.data()[at + c] = mix(scratch, tokens, cache, column + c) / sum;
                }
                for (int j = 0; probabilities != null && j < tokens.length; j++) {
                    probabilities[(head * queries.count() + i) * tokens.length + j] = scratch[j] / sum;
                }
            }
        }
    }

    /** q · k of a head in one chain, columns ascending. */
    private static float score(float[] q, int qAt, KeyValueCache cache, int slot, int column, int headSize) {
        int at = cache.keyAt(slot, column);
        float sum = 0f;
        for (int c = 0; c < headSize; c++) {
            sum = Math.fma(q[qAt + c], cache.keys[at + c * cache.width], sum);
        }
        return sum;
    }

    /** Σⱼ e[j] · v[tokens[j], column], j ascending. */
    private static float mix(float[] e, int[] tokens, KeyValueCache cache, int column) {
        float sum = 0f;
        for (int j = 0; j < tokens.length; j++) {
            sum = Math.fma(e[j], cache.values[tokens[j] * cache.columns + column], sum);
        }
        return sum;
    }

    @Override
    public int attentionScratch(KeyValueCache cache) {
        return wholeBlocks(cache.slots());
    }

    /** Length rounded up to whole blocks of a reduction. */
    static int wholeBlocks(int length) {
        return (length + LANES - 1) / LANES * LANES;
    }

    @Override
    public void layerNorm(Rows x, Rows residual, int columns, float[] weight, float[] bias, float epsilon, Rows y) {
        Shapes.checkLayerNorm(x, residual, columns, weight, bias, y);
        float[] h = y.data();
        for (int row = 0; row < x.count(); row++) {
            int from = x.offset() + row * x.stride();
            int to = y.offset() + row * y.stride();
            for (int c = 0; c < columns; c++) {
                float added = residual == null ? 0f : residual.data()[residual.offset() + row * residual.stride() + c];
                h[to + c] = residual == null ? x.data()[from + c] : x.data()[from + c] + added;
            }
            float mean = sum(h, to, columns) / columns;
            for (int c = 0; c < columns; c++) {
                h[to + c] -= mean;
            }
            float inverse = inverseDeviation(dot(h, to, h, to, columns), columns, epsilon);
            for (int c = 0; c < columns; c++) {
                h[to + c] = Math.fma(h[to + c] * inverse, weight[c], bias[c]);
            }
        }
    }

    /** 1 / √(squares / columns + epsilon), rounded to a float once. */
    static float inverseDeviation(float squares, int columns, float epsilon) {
        return (float) (1.0 / Math.sqrt((double) squares / columns + epsilon));
    }

    @Override
    public void activate(Activation activation, float[] x, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            x[i] = activation(activation, x[i]);
        }
    }

    static float activation(Activation activation, float x) {
        return switch (activation) {
            case IDENTITY -> x;
            case GELU -> ElementaryFunctions.gelu(x);
            case GELU_TANH -> ElementaryFunctions.geluTanh(x);
            case RELU -> ElementaryFunctions.relu(x);
            case SILU -> ElementaryFunctions.silu(x);
            case TANH -> ElementaryFunctions.tanh(x);
            case SIGMOID -> ElementaryFunctions.sigmoid(x);
            case GELU_10 -> ElementaryFunctions.gelu10(x);
            case QUICK_GELU -> ElementaryFunctions.quickGelu(x);
            case RELU6 -> ElementaryFunctions.relu6(x);
            case RELU2 -> ElementaryFunctions.relu2(x);
            case LEAKY_RELU -> ElementaryFunctions.leakyRelu(x);
            case HARD_SWISH -> ElementaryFunctions.hardSwish(x);
            case MISH -> ElementaryFunctions.mish(x);
            case LAPLACE -> ElementaryFunctions.laplace(x);
            case SQRT_SOFTPLUS -> ElementaryFunctions.sqrtSoftplus(x);
        };
    }

    @Override
    public void softmax(float[] x, int offset, int length) {
        float max = max(x, offset, length);
        for (int i = offset; i < offset + length; i++) {
            x[i] = ElementaryFunctions.exp(x[i] - max);
        }
        float sum = sum(x, offset, length);
        for (int i = offset; i < offset + length; i++) {
            x[i] /= sum;
        }
    }

    @Override
    public void blockExponentials(Rows x, int columns, Rows largest, Rows sums) {
        Shapes.checkBlocks(x, columns, BLOCK, largest, sums);
        for (int row = 0; row < x.count(); row++) {
            int xAt = x.offset() + row * x.stride();
            for (int b = 0; b * BLOCK < columns; b++) {
                int at = xAt + b * BLOCK;
                int length = Math.min(BLOCK, columns - b * BLOCK);
                float max = max(x.data(), at, length);
                largest.data()[largest.offset() + row * largest.stride() + b] = max;
                sums.data()[sums.offset() + row * sums.stride() + b] =
                        sumOfExponentials(x.data(), at, length, reference(max));
            }
        }
    }

    /** What the exponents of a block are relative to: its largest, or anything where that is −∞. */
    static float reference(float largest) {
        return largest == Float.NEGATIVE_INFINITY ? 0f : largest;
    }

    @Override
    public LogNormalizer logNormalizer(Rows largest, Rows sums, LogNormalizer before) {
        int blocks = largest.stride();
        float[] e = new float[blocks];
        for (int b = 0; b < blocks; b++) {
            e[b] = before.of(largest.data()[largest.offset() + b]);
        }
        float max = max(e, 0, blocks);
        for (int b = 0; b < blocks; b++) {
            e[b] = ElementaryFunctions.exp(e[b] - max);
        }
        return before.then(max, logarithm(dot(e, 0, sums.data(), sums.offset(), blocks)));
    }

    @Override
    public void normalize(LogNormalizer normalizer, float[] x, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            x[i] = normalizer.of(x[i]);
        }
    }

    @Override
    public int firstAbove(
            float bound, float addend, LogNormalizer normalizer, float[] x, int offset, int from, int length) {
        for (int i = from; i < length; i++) {
            if (normalizer.of(x[offset + i]) + addend > bound) return i;
        }
        return length;
    }

    /** The natural logarithm, by fdlibm's port to Java, which is the same everywhere; once per row. */
    static float logarithm(float x) {
        return (float) StrictMath.log(x);
    }

    @Override
    public float dot(float[] a, int aOffset, float[] b, int bOffset, int length) {
        int whole = length - length % LANES;
        float sum = dot(a, aOffset, b, bOffset, whole, 1, 0);
        for (int i = whole; i < length; i++) {
            sum = Math.fma(a[aOffset + i], b[bOffset + i], sum);
        }
        return sum;
    }

    @Override
    public void add(float[] x, int xOffset, float[] y, int yOffset, int length) {
        for (int i = 0; i < length; i++) {
            y[yOffset + i] = x[xOffset + i] + y[yOffset + i];
        }
    }

    @Override
    public void scale(float factor, float[] x, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            x[i] = factor * x[i];
        }
    }

    @Override
    public void mean(Rows x, int columns, float[] y, int yOffset) {
        Shapes.checkPooling(x, columns, y, yOffset);
        for (int c = 0; c < columns; c++) {
            float sum = 0f;
            for (int row = 0; row < x.count(); row++) {
                sum += x.data()[x.offset() + row * x.stride() + c];
            }
            y[yOffset + c] = sum / x.count();
        }
    }

    @Override
    public void max(Rows x, int columns, float[] y, int yOffset) {
        Shapes.checkPooling(x, columns, y, yOffset);
        for (int c = 0; c < columns; c++) {
            float max = x.data()[x.offset() + c];
            for (int row = 1; row < x.count(); row++) {
                max = Math.max(max, x.data()[x.offset() + row * x.stride() + c]);
            }
            y[yOffset + c] = max;
        }
    }

    // Reductions. Of the whole blocks of LANES elements, partial l takes element l of each; the partials are then
    // folded in
    // halves: 0 with 16, 1 with 17 …, then 0 with 8 …, and so on. fold(…, width, lane) is partial `lane` once `width`
    // of
    // them are left. The elements after the last whole block are added to the result one by one.

    private static float sum(float[] x, int offset, int length) {
        int whole = length - length % LANES;
        float sum = sum(x, offset, whole, 1, 0);
        for (int i = whole; i < length; i++) {
            sum += x[offset + i];
        }
        return sum;
    }

    private static float sum(float[] x, int offset, int whole, int width, int lane) {
        if (width < LANES) {
            return sum(x, offset, whole, 2 * width, lane) + sum(x, offset, whole, 2 * width, lane + width);
        }
        float sum = 0f;
        for (int i = lane; i < whole; i += LANES) {
            sum += x[offset + i];
        }
        return sum;
    }

    private static float dot(float[] a, int aOffset, float[] b, int bOffset, int whole, int width, int lane) {
        if (width < LANES) {
            return dot(a, aOffset, b, bOffset, whole, 2 * width, lane)
                    + dot(a, aOffset, b, bOffset, whole, 2 * width, lane + width);
        }
        float sum = 0f;
        for (int i = lane; i < whole; i += LANES) {
            sum = Math.fma(a[aOffset + i], b[bOffset + i], sum);
        }
        return sum;
    }

    private static float sumOfExponentials(float[] x, int offset, int length, float max) {
        int whole = length - length % LANES;
        float sum = sumOfExponentials(x, offset, whole, max, 1, 0);
        for (int i = whole; i < length; i++) {
            sum += ElementaryFunctions.exp(x[offset + i] - max);
        }
        return sum;
    }

    private static float sumOfExponentials(float[] x, int offset, int whole, float max, int width, int lane) {
        if (width < LANES) {
            return sumOfExponentials(x, offset, whole, max, 2 * width, lane)
                    + sumOfExponentials(x, offset, whole, max, 2 * width, lane + width);
        }
        float sum = 0f;
        for (int i = lane; i < whole; i += LANES) {
            sum += ElementaryFunctions.exp(x[offset + i] - max);
        }
        return sum;
    }

    /** The largest of x, +0 for a zero of either sign; a NaN loses (it comes back through the exponentials). */
    private static float max(float[] x, int offset, int length) {
        float max = Float.NEGATIVE_INFINITY;
        for (int i = offset; i < offset + length; i++) {
            max = x[i] > max ? x[i] : max;
        }
        return max + 0f;
    }
}
