package dev.tercet.engine.kernel;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The kernels on the Vector API, for 4, 8 and 16 lanes. The products run on the register tiles of {@link WideTile} and
 * {@link NarrowTile}; every result has the bits that {@link ScalarKernels} gives.
 */
final class VectorKernels implements Kernels {
    /** The most rows of one register tile. */
    static final int TILE_ROWS = 6;

    private static final VectorSpecies<Float> S = VectorFunctions.SPECIES;
    private static final int L = S.length();

    /**
     * Whether the machine has the registers for {@link WideTile}: AVX-512 and NEON have 32. Vectors of 256 bits mean
     * AVX2, which has 16.
     */
    private static final boolean WIDE = L != 8;

    private static final int PANEL_WIDTH = WIDE ? WideTile.WIDTH : NarrowTile.WIDTH;

    /**
     * Rows of x that a pass over the panels works on take at most this many bytes. With a panel they fill an L2 cache
     * of 1 MB; where it is smaller the panel stays and the rows come from L3, a little for every tile. On a Zen 5 32
     * texts of 32 tokens take 0.7 % less time than with half of it, since every block reads all panels again.
     */
    private static final int ROW_BLOCK_BYTES = 800_000;

    private static final float[] ZEROS = new float[PANEL_WIDTH];

    private final String remark;

    private VectorKernels(String remark) {
        this.remark = remark;
    }

    /** @param remark to add to the description */
    static VectorKernels create(String remark) {
        return new VectorKernels(remark);
    }

    /** Why these kernels would be slow here, or null. Without C2 the preferred vectors have 64 bits. */
    static String reasonAgainst() {
        int lanes = FloatVector.SPECIES_PREFERRED.length();
        return lanes >= 4 ? null : "the JVM offers vectors of " + lanes + " lanes: no C2, or no vector unit";
    }

    @Override
    public String description() {
        return "vector, " + L + " lanes of 32 bits" + remark;
    }

    @Override
    public int panelWidth() {
        return PANEL_WIDTH;
    }

    @Override
    public PackedMatrix pack(float[] weight, int outputs, int inputs) {
        return PackedMatrix.pack(weight, outputs, inputs, PANEL_WIDTH);
    }

    @Override
    public PackedMatrix packBf16(float[] weight, int outputs, int inputs) {
        return PackedMatrix.packBf16(weight, outputs, inputs, PANEL_WIDTH);
    }

    @Override
    public PackedMatrix packInt8(PackedMatrix.Int8 weight, int outputs, int inputs) {
        return PackedMatrix.packInt8(weight, outputs, inputs, PANEL_WIDTH);
    }

    /**
     * Panel by panel, all rows of a block against one panel before the next: the panel stays in L2, or L1, while the
     * rows pass, and the activation runs on a tile that is still in L1.
     */
    @Override
    public void linear(
            Rows x, PackedMatrix w, float[] bias, Activation activation, Rows y, int fromPanel, int toPanel) {
        Shapes.checkLinear(x, w, bias, y, fromPanel, toPanel, PANEL_WIDTH);
        FirstTile choice = FirstTile.of(w.format, x.count());
        int call = choice.begin();
        long start = choice.timed(call) ? System.nanoTime() : 0;
        linear(x, w, bias, activation, y, fromPanel, toPanel, choice.way(call));
        if (choice.timed(call)) {
            choice.took(
                    call, System.nanoTime() - start, (long) x.count() * (toPanel - fromPanel) * PANEL_WIDTH * w.inputs);
        }
    }

    /** As {@link Kernels#linear}, arguments checked, the first tile of each panel in the given way. */
    static void linear(
            Rows x,
            PackedMatrix w,
            float[] bias,
            Activation activation,
            Rows y,
            int fromPanel,
            int toPanel,
            FirstTile.Way way) {
        if (w.format != PackedMatrix.Format.F32) {
            CompactLinear.run(x, w, bias, activation, y, fromPanel, toPanel, way);
            return;
        }
        boolean ragged = toPanel > fromPanel && toPanel * PANEL_WIDTH > w.outputs;
        int wholePanels = ragged ? toPanel - 1 : toPanel;
        int blockRows = blockRows(w.inputs);
        for (int from = 0; from < x.count(); from += blockRows) {
            int to = Math.min(x.count(), from + blockRows);
            for (int panel = fromPanel; panel < wholePanels; panel++) {
                if (from == 0 && way == FirstTile.Way.TOUCHED) {
                    FirstTile.touch(w, panel);
                }
                panel(x, from, to, w, panel, bias, activation, y, from == 0 ? way.first : 0);
            }
            if (ragged) {
                lastPanel(x, from, to, w, wholePanels, bias, activation, y);
            }
        }
    }

    /**
     * Rows [from, to) of one panel, tile by tile.
     *
     * @param first rows of the first tile, see {@link FirstTile}; 0 when it is like the others
     */
    private static void panel(
            Rows x,
            int from,
            int to,
            PackedMatrix w,
            int panel,
            float[] bias,
            Activation activation,
            Rows y,
            int first) {
        int output = panel * PANEL_WIDTH;
        float[] start = bias == null ? ZEROS : bias;
        int startAt = bias == null ? 0 : output;
        int rows = first > 0 ? Math.min(first, to - from) : nextRows(to - from);
        for (int row = from; row < to; row += rows, rows = nextRows(to - row)) {
            int yAt = y.offset() + row * y.stride() + output;
            multiply(
                    rows,
                    x.data(),
                    x.offset() + row * x.stride(),
                    x.stride(),
                    w.data,
                    w.start(panel),
                    w.inputs,
                    start,
                    startAt,
                    y.data(),
                    yAt,
                    y.stride());
            activateRows(activation, rows, PANEL_WIDTH, y.data(), yAt, y.stride());
        }
    }

    /** Rows of x that pass over a panel before the next one: whole tiles. */
    static int blockRows(int inputs) {
        return Math.max(TILE_ROWS, ROW_BLOCK_BYTES / (4 * inputs) / TILE_ROWS * TILE_ROWS);
    }

    /**
     * Rows of the next tile when so many are left; 0 when none is. Tiles differ by at most one row, so that none is
     * left with a row or two; only 8 rows are 5 + 3, on a Zen 5 4 % faster than 4 + 4 with weights in L3.
     */
    static int nextRows(int left) {
        if (left == 8) {
            return 5;
        }
        int tiles = (left + TILE_ROWS - 1) / TILE_ROWS;
        return tiles == 0 ? 0 : (left + tiles - 1) / tiles;
    }

    /** The panel that is not full: its tiles go through an array of their own, not to run over the end of y's rows. */
    private static void lastPanel(
            Rows x, int from, int to, PackedMatrix w, int panel, float[] bias, Activation activation, Rows y) {
        int output = panel * PANEL_WIDTH;
        int width = w.outputs - output;
        float[] tile = ScratchArrays.take((TILE_ROWS + 1) * PANEL_WIDTH);
        int startAt = TILE_ROWS * PANEL_WIDTH;
        for (int j = 0; j < PANEL_WIDTH; j++) {
            tile[startAt + j] = bias == null || j >= width ? 0f : bias[output + j];
        }
        int rows = nextRows(to - from);
        for (int row = from; row < to; row += rows, rows = nextRows(to - row)) {
            multiply(
                    rows,
                    x.data(),
                    x.offset() + row * x.stride(),
                    x.stride(),
                    w.data,
                    w.start(panel),
                    w.inputs,
                    tile,
                    startAt,
                    tile,
                    0,
                    PANEL_WIDTH);
            activateRows(activation, rows, PANEL_WIDTH, tile, 0, PANEL_WIDTH);
            for (int r = 0; r < rows; r++) {
                System.arraycopy(tile, r * PANEL_WIDTH, y.data(), y.offset() + (row + r) * y.stride() + output, width);
            }
        }
        ScratchArrays.give(tile);
    }

    private static void multiply(
            int rows,
            float[] a,
            int aAt,
            int aStride,
            float[] b,
            int bAt,
            int depth,
            float[] start,
            int startAt,
            float[] y,
            int yAt,
            int yStride) {
        if (WIDE) {
            WideTile.multiply(rows, a, aAt, aStride, b, bAt, depth, start, startAt, y, yAt, yStride);
        } else {
            NarrowTile.multiply(rows, a, aAt, aStride, b, bAt, depth, start, startAt, y, yAt, yStride);
        }
    }

    private static void activateRows(Activation activation, int rows, int width, float[] y, int yAt, int yStride) {
        if (activation != Activation.IDENTITY) {
            for (int r = 0; r < rows; r++) {
                VectorFunctions.activate(activation, y, yAt + r * yStride, width);
            }
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
        if (scratch.length < VectorAttention.scratch(keys.count(), headSize)) {
            throw new IllegalArgumentException("scratch has " + scratch.length + " elements, needed are "
                    + VectorAttention.scratch(keys.count(), headSize));
        }
        VectorAttention.run(
                queries, keys, values, headSize, scale, causal, context, probabilities, scratch, fromHead, toHead);
    }

    @Override
    public int attentionScratch(int queries, int keys, int headSize) {
        return VectorAttention.scratch(keys, headSize);
    }

    @Override
    public KeyValueCache cache(int columns, int slots) {
        return new KeyValueCache(columns, VectorStepAttention.WIDTH, slots);
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
        Shapes.checkAttention(queries, cache, VectorStepAttention.WIDTH, seen, headSize, scale, context, probabilities);
        if (scratch.length < VectorStepAttention.scratch(cache)) {
            throw new IllegalArgumentException(
                    "scratch has " + scratch.length + " elements, needed are " + VectorStepAttention.scratch(cache));
        }
        VectorStepAttention.run(queries, cache, seen, headSize, scale, context, probabilities, scratch);
    }

    @Override
    public int attentionScratch(KeyValueCache cache) {
        return VectorStepAttention.scratch(cache);
    }

    @Override
    public void layerNorm(Rows x, Rows residual, int columns, float[] weight, float[] bias, float epsilon, Rows y) {
        Shapes.checkLayerNorm(x, residual, columns, weight, bias, y);
        for (int row = 0; row < x.count(); row++) {
            int from = x.offset() + row * x.stride();
            int to = y.offset() + row * y.stride();
            float sum;
            if (residual == null) {
                System.arraycopy(x.data(), from, y.data(), to, columns);
                sum = VectorFunctions.sum(y.data(), to, columns);
            } else {
                int other = residual.offset() + row * residual.stride();
                sum = VectorFunctions.addAndSum(x.data(), from, residual.data(), other, y.data(), to, columns);
            }
            normalize(y.data(), to, columns, sum / columns, weight, bias, epsilon);
        }
    }

    private static void normalize(
            float[] h, int at, int columns, float mean, float[] weight, float[] bias, float epsilon) {
        float squares = VectorFunctions.centerAndSquare(h, at, mean, columns);
        float inverse = ScalarKernels.inverseDeviation(squares, columns, epsilon);
        int i = 0;
        for (; i <= columns - L; i += L) {
            FloatVector.fromArray(S, h, at + i)
                    .mul(inverse)
                    .fma(FloatVector.fromArray(S, weight, i), FloatVector.fromArray(S, bias, i))
                    .intoArray(h, at + i);
        }
        for (; i < columns; i++) {
            h[at + i] = Math.fma(h[at + i] * inverse, weight[i], bias[i]);
        }
    }

    @Override
    public void activate(Activation activation, float[] x, int offset, int length) {
        VectorFunctions.activate(activation, x, offset, length);
    }

    @Override
    public void softmax(float[] x, int offset, int length) {
        float max = VectorFunctions.max(1f, x, offset, length);
        VectorFunctions.exponentials(1f, x, offset, length, max);
        divide(x, offset, length, VectorFunctions.sum(x, offset, length));
    }

    static void divide(float[] x, int offset, int length, float divisor) {
        int i = 0;
        for (; i <= length - L; i += L) {
            FloatVector.fromArray(S, x, offset + i).div(divisor).intoArray(x, offset + i);
        }
        for (; i < length; i++) {
            x[offset + i] /= divisor;
        }
    }

    @Override
    public void blockExponentials(Rows x, int columns, Rows largest, Rows sums) {
        Shapes.checkBlocks(x, columns, BLOCK, largest, sums);
        for (int row = 0; row < x.count(); row++) {
            int xAt = x.offset() + row * x.stride();
            int largestAt = largest.offset() + row * largest.stride();
            int sumsAt = sums.offset() + row * sums.stride();
            blockMaxima(x.data(), xAt, columns, largest.data(), largestAt);
            blockSums(x.data(), xAt, columns, largest.data(), largestAt, sums.data(), sumsAt);
        }
    }

    /** The largest of every block. By itself, and so is what follows, for C2 to compile one kind of loop at a time. */
    private static void blockMaxima(float[] x, int at, int columns, float[] largest, int largestAt) {
        for (int b = 0; b * BLOCK < columns; b++) {
            int length = Math.min(BLOCK, columns - b * BLOCK);
            largest[largestAt + b] = VectorFunctions.max(1f, x, at + b * BLOCK, length);
        }
    }

    private static void blockSums(
            float[] x, int at, int columns, float[] largest, int largestAt, float[] sums, int sumsAt) {
        for (int b = 0; b * BLOCK < columns; b++) {
            int length = Math.min(BLOCK, columns - b * BLOCK);
            float reference = ScalarKernels.reference(largest[largestAt + b]);
            sums[sumsAt + b] = VectorFunctions.sumOfExponentials(x, at + b * BLOCK, reference, length);
        }
    }

    @Override
    public LogNormalizer logNormalizer(Rows largest, Rows sums, LogNormalizer before) {
        int blocks = largest.stride();
        float[] e = Arrays.copyOfRange(largest.data(), largest.offset(), largest.offset() + blocks);
        normalize(before, e, 0, blocks);
        float max = VectorFunctions.max(1f, e, 0, blocks);
        VectorFunctions.exponentials(1f, e, 0, blocks, max);
        return before.then(max, ScalarKernels.logarithm(VectorFunctions.dot(e, 0, sums.data(), sums.offset(), blocks)));
    }

    @Override
    public void normalize(LogNormalizer normalizer, float[] x, int offset, int length) {
        int i = 0;
        for (; i <= length - L; i += L) {
            FloatVector.fromArray(S, x, offset + i)
                    .sub(normalizer.max())
                    .sub(normalizer.logarithm())
                    .sub(normalizer.secondMax())
                    .sub(normalizer.secondLogarithm())
                    .intoArray(x, offset + i);
        }
        for (; i < length; i++) {
            x[offset + i] = normalizer.of(x[offset + i]);
        }
    }

    @Override
    public int firstAbove(
            float bound, float addend, LogNormalizer normalizer, float[] x, int offset, int from, int length) {
        return VectorFunctions.firstAbove(bound, addend, normalizer, x, offset, from, length);
    }

    @Override
    public float dot(float[] a, int aOffset, float[] b, int bOffset, int length) {
        return VectorFunctions.dot(a, aOffset, b, bOffset, length);
    }

    @Override
    public void add(float[] x, int xOffset, float[] y, int yOffset, int length) {
        int i = 0;
        for (; i <= length - L; i += L) {
            FloatVector.fromArray(S, x, xOffset + i)
                    .add(FloatVector.fromArray(S, y, yOffset + i))
                    .intoArray(y, yOffset + i);
        }
        for (; i < length; i++) {
            y[yOffset + i] = x[xOffset + i] + y[yOffset + i];
        }
    }

    @Override
    public void scale(float factor, float[] x, int offset, int length) {
        int i = 0;
        for (; i <= length - L; i += L) {
            FloatVector.fromArray(S, x, offset + i).mul(factor).intoArray(x, offset + i);
        }
        for (; i < length; i++) {
            x[offset + i] *= factor;
        }
    }

    @Override
    public void mean(Rows x, int columns, float[] y, int yOffset) {
        Shapes.checkPooling(x, columns, y, yOffset);
        int c = 0;
        for (; c <= columns - L; c += L) {
            FloatVector sum = FloatVector.zero(S);
            for (int row = 0; row < x.count(); row++) {
                sum = sum.add(FloatVector.fromArray(S, x.data(), x.offset() + row * x.stride() + c));
            }
            sum.div(x.count()).intoArray(y, yOffset + c);
        }
        for (; c < columns; c++) {
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
        int c = 0;
        for (; c <= columns - L; c += L) {
            FloatVector max = FloatVector.fromArray(S, x.data(), x.offset() + c);
            for (int row = 1; row < x.count(); row++) {
                max = max.max(FloatVector.fromArray(S, x.data(), x.offset() + row * x.stride() + c));
            }
            max.intoArray(y, yOffset + c);
        }
        for (; c < columns; c++) {
            float max = x.data()[x.offset() + c];
            for (int row = 1; row < x.count(); row++) {
                max = Math.max(max, x.data()[x.offset() + row * x.stride() + c]);
            }
            y[yOffset + c] = max;
        }
    }
}
