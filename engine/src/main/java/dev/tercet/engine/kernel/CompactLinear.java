package dev.tercet.engine.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Dense layers whose weights take 2 bytes or 1: widened in registers by {@link Bf16Tile} and {@link Int8Tile}. For a
 * few rows, which are bound by reading the weights, that is several times faster than fp32; for many it is as fast,
 * because the conversions run beside the multiply-adds (Zen 4, 512 bits, 384 → 1152: 1 row 3.9–6.4 times, 6 rows 1.5,
 * 16 rows 1.1–1.2, from 96 rows on 1.0).
 *
 * <p>What has zero points, or cannot be loaded as vectors, is widened panel by panel into an array; the fp32 tiles do
 * the rest. The bits are the same. Measured for all rows from 12 to 512, that way is never the faster one.
 */
final class CompactLinear {
    private static final VectorSpecies<Float> S = VectorFunctions.SPECIES;
    private static final int L = S.length();
    private static final int ROWS = VectorKernels.TILE_ROWS;

    private CompactLinear() {}

    /** As {@link VectorKernels#linear}, for weights that are not fp32. */
    static void run(
            Rows x,
            PackedMatrix w,
            float[] bias,
            Activation activation,
            Rows y,
            int fromPanel,
            int toPanel,
            FirstTile.Way way) {
        if (w.bytes == null || w.zeroPoints == null && Int8Tile.POSSIBLE) {
            inRegisters(x, w, bias, activation, y, fromPanel, toPanel, way);
        } else {
            widened(x, w, bias, activation, y, fromPanel, toPanel);
        }
    }

    /** The panels widened in registers, the first tile of each in the given way. */
    private static void inRegisters(
            Rows x,
            PackedMatrix w,
            float[] bias,
            Activation activation,
            Rows y,
            int fromPanel,
            int toPanel,
            FirstTile.Way way) {
        float[] scratch = ScratchArrays.take((ROWS + 1) * w.width);
        int blockRows = VectorKernels.blockRows(w.inputs);
        try {
            for (int from = 0; from < x.count(); from += blockRows) {
                int to = Math.min(x.count(), from + blockRows);
                for (int panel = fromPanel; panel < toPanel; panel++) {
                    if (from == 0 && way == FirstTile.Way.TOUCHED) FirstTile.touch(w, panel);
                    int first = from == 0 ? way.first : 0;
                    panel(x.slice(from, to), w, panel, bias, activation, y.slice(from, to), scratch, first);
                }
            }
        } finally {
            ScratchArrays.give(scratch);
        }
    }

    /** The panels widened one after the other into an array. */
    private static void widened(
            Rows x, PackedMatrix w, float[] bias, Activation activation, Rows y, int fromPanel, int toPanel) {
        float[] scratch = ScratchArrays.take(w.width * w.inputs);
        int blockRows = VectorKernels.blockRows(w.inputs);
        try {
            for (int from = 0; from < x.count(); from += blockRows) {
                int to = Math.min(x.count(), from + blockRows);
                for (int panel = fromPanel; panel < toPanel; panel++) {
                    widenedPanel(x.slice(from, to), w, panel, bias, activation, y.slice(from, to), scratch);
                }
            }
        } finally {
            ScratchArrays.give(scratch);
        }
    }

    /**
     * One panel, widened in registers.
     *
     * @param first rows of the first tile, see {@link FirstTile}; 0 when it is like the others
     */
    private static void panel(
            Rows x,
            PackedMatrix w,
            int panel,
            float[] bias,
            Activation activation,
            Rows y,
            float[] scratch,
            int first) {
        int output = panel * w.width;
        int width = Math.min(w.width, w.outputs - output);
        boolean whole = width == w.width;
        float[] start = whole && bias != null ? bias : scratch;
        int startAt = whole && bias != null ? output : ROWS * w.width;
        if (start == scratch) {
            for (int j = 0; j < w.width; j++) {
                scratch[startAt + j] = bias == null || j >= width ? 0f : bias[output + j];
            }
        }
        int rows = first > 0 ? Math.min(first, x.count()) : VectorKernels.nextRows(x.count());
        for (int row = 0; row < x.count(); row += rows, rows = VectorKernels.nextRows(x.count() - row)) {
            int yAt = y.offset() + row * y.stride() + output;
            float[] target = whole ? y.data() : scratch;
            int targetAt = whole ? yAt : 0;
            int stride = whole ? y.stride() : w.width;
            multiply(rows, x, row, w, panel, start, startAt, target, targetAt, stride);
            for (int r = 0; r < rows; r++) {
                if (activation != Activation.IDENTITY) {
                    VectorFunctions.activate(activation, target, targetAt + r * stride, width);
                }
                if (!whole) {
                    System.arraycopy(scratch, r * w.width, y.data(), yAt + r * y.stride(), width);
                }
            }
        }
    }

    private static void multiply(
            int rows,
            Rows x,
            int row,
            PackedMatrix w,
            int panel,
            float[] start,
            int startAt,
            float[] y,
            int yAt,
            int yStride) {
        float[] a = x.data();
        int aAt = x.offset() + row * x.stride();
        int output = panel * w.width;
        int bAt = w.start(panel);
        boolean wide = w.width == WideTile.WIDTH;
        if (w.bytes != null && wide) {
            Int8Tile.wide(
                    rows,
                    a,
                    aAt,
                    x.stride(),
                    w.bytes,
                    bAt,
                    w.inputs,
                    w.scales,
                    output,
                    start,
                    startAt,
                    y,
                    yAt,
                    yStride);
        } else if (w.bytes != null) {
            Int8Tile.narrow(
                    rows,
                    a,
                    aAt,
                    x.stride(),
                    w.bytes,
                    bAt,
                    w.inputs,
                    w.scales,
                    output,
                    start,
                    startAt,
                    y,
                    yAt,
                    yStride);
        } else if (wide) {
            Bf16Tile.wide(rows, a, aAt, x.stride(), w.halves, bAt, w.inputs, start, startAt, y, yAt, yStride);
        } else {
            Bf16Tile.narrow(rows, a, aAt, x.stride(), w.halves, bAt, w.inputs, start, startAt, y, yAt, yStride);
        }
    }

    /** One panel, widened into the scratch and multiplied as an fp32 matrix of its own. */
    private static void widenedPanel(
            Rows x, PackedMatrix w, int panel, float[] bias, Activation activation, Rows y, float[] scratch) {
        int output = panel * w.width;
        int width = Math.min(w.width, w.outputs - output);
        w.widen(panel, scratch); // C2 turns that loop into vector instructions by itself
        Rows results = y.column(output);
        PackedMatrix matrix = new PackedMatrix(scratch, 0, width, w.inputs, w.width);
        VectorKernels.linear(x, matrix, null, Activation.IDENTITY, results, 0, 1, FirstTile.Way.EVEN);
        float[] panelBias = new float[width];
        if (bias != null) {
            System.arraycopy(bias, output, panelBias, 0, width);
        }
        scale(results, w.scales, output, panelBias, activation);
    }

    /** y[r, j] = activation(y[r, j] · scales[output + j] + bias[j]) */
    private static void scale(Rows y, float[] scales, int output, float[] bias, Activation activation) {
        for (int r = 0; r < y.count(); r++) {
            int at = y.offset() + r * y.stride();
            int j = 0;
            for (; j <= bias.length - L; j += L) {
                FloatVector.fromArray(S, y.data(), at + j)
                        .fma(FloatVector.fromArray(S, scales, output + j), FloatVector.fromArray(S, bias, j))
                        .intoArray(y.data(), at + j);
            }
            for (; j < bias.length; j++) {
                y.data()[at + j] = Math.fma(y.data()[at + j], scales[output + j], bias[j]);
            }
            VectorFunctions.activate(activation, y.data(), at, bias.length);
        }
    }
}
