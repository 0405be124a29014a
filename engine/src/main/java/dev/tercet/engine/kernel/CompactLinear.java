package dev.tercet.engine.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Dense layers whose weights take 2 bytes or 1. A few rows are bound by reading the weights, so these are widened in
 * registers by {@link Bf16Tile} and {@link Int8Tile}. Many rows are bound by arithmetic: each panel is widened once
 * into an array that stays in the cache, and the fp32 tiles do the rest. Both ways give the same bits.
 */
final class CompactLinear {
    private static final VectorSpecies<Float> S = VectorFunctions.SPECIES;
    private static final int L = S.length();

    /** Rows from which on widening a panel once is faster than widening it in registers for every few rows. */
    static final int WIDENED_ROWS = 25;

    /** Rows that pass over a widened panel stay in this many bytes, as in {@link VectorKernels}. */
    private static final int ROW_BLOCK_BYTES = 400_000;

    private CompactLinear() {}

    /** As {@link Kernels#linear}, arguments checked, for weights that are not fp32. */
    static void run(
            Kernels floats,
            Rows x,
            PackedMatrix w,
            float[] bias,
            Activation activation,
            Rows y,
            int fromPanel,
            int toPanel) {
        boolean inRegisters =
                x.count() < WIDENED_ROWS && w.zeroPoints == null && (Int8Tile.POSSIBLE || w.bytes == null);
        float[] scratch = ScratchArrays.take(inRegisters ? (Int8Tile.ROWS + 1) * w.width : w.width * w.inputs);
        try {
            if (inRegisters) {
                for (int panel = fromPanel; panel < toPanel; panel++) {
                    panel(x, w, panel, bias, activation, y, scratch);
                }
            } else {
                widened(floats, x, w, bias, activation, y, fromPanel, toPanel, scratch);
            }
        } finally {
            ScratchArrays.give(scratch);
        }
    }

    /** One panel, widened in registers, for all rows in tiles that differ by at most one row. */
    private static void panel(
            Rows x, PackedMatrix w, int panel, float[] bias, Activation activation, Rows y, float[] scratch) {
        int output = panel * w.width;
        int width = Math.min(w.width, w.outputs - output);
        boolean whole = width == w.width;
        float[] start = whole && bias != null ? bias : scratch;
        int startAt = whole && bias != null ? output : Int8Tile.ROWS * w.width;
        if (start == scratch) {
            for (int j = 0; j < w.width; j++) {
                scratch[startAt + j] = bias == null || j >= width ? 0f : bias[output + j];
            }
        }
        int row = 0;
        for (int tiles = (x.count() + Int8Tile.ROWS - 1) / Int8Tile.ROWS; tiles > 0; tiles--) {
            int rows = (x.count() - row + tiles - 1) / tiles;
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
            row += rows;
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
        int bAt = output * w.inputs;
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

    /** Every panel widened into the scratch and multiplied as an fp32 matrix of its own. */
    private static void widened(
            Kernels floats,
            Rows x,
            PackedMatrix w,
            float[] bias,
            Activation activation,
            Rows y,
            int fromPanel,
            int toPanel,
            float[] scratch) {
        int blockRows = Math.max(WIDENED_ROWS, ROW_BLOCK_BYTES / (4 * w.inputs));
        float[] panelBias = bias == null ? null : new float[w.width];
        for (int from = 0; from < x.count(); from += blockRows) {
            int to = Math.min(x.count(), from + blockRows);
            Rows rows = x.slice(from, to);
            for (int panel = fromPanel; panel < toPanel; panel++) {
                int output = panel * w.width;
                int width = Math.min(w.width, w.outputs - output);
                widen(w, panel, scratch);
                if (bias != null) {
                    System.arraycopy(bias, output, panelBias, 0, width);
                }
                PackedMatrix matrix = new PackedMatrix(scratch, width, w.inputs, w.width);
                Rows results = y.column(output).slice(from, to);
                if (w.scales == null) {
                    floats.linear(rows, matrix, panelBias, activation, results, 0, 1);
                } else {
                    floats.linear(rows, matrix, null, Activation.IDENTITY, results, 0, 1);
                    scale(results, w.scales, output, panelBias, width, activation);
                }
            }
        }
    }

    /** As {@link PackedMatrix#widen}; what is written is read next, so it stays in the cache. */
    private static void widen(PackedMatrix w, int panel, float[] floats) {
        int length = w.inputs * w.width;
        int from = panel * length;
        if (w.bytes != null) {
            w.widen(panel, floats); // C2 turns that loop into vector instructions by itself
            return;
        }
        for (int i = 0; i < length; i += L) {
            Bf16Tile.widen(w.halves, from + i).intoArray(floats, i);
        }
    }

    /** y[r, j] = activation(y[r, j] · scales[output + j] + bias[j]) */
    private static void scale(Rows y, float[] scales, int output, float[] bias, int width, Activation activation) {
        for (int r = 0; r < y.count(); r++) {
            int at = y.offset() + r * y.stride();
            int j = 0;
            for (; j <= width - L; j += L) {
                FloatVector start = bias == null ? FloatVector.zero(S) : FloatVector.fromArray(S, bias, j);
                FloatVector.fromArray(S, y.data(), at + j)
                        .fma(FloatVector.fromArray(S, scales, output + j), start)
                        .intoArray(y.data(), at + j);
            }
            for (; j < width; j++) {
                y.data()[at + j] = Math.fma(y.data()[at + j], scales[output + j], bias == null ? 0f : bias[j]);
            }
            VectorFunctions.activate(activation, y.data(), at, width);
        }
    }
}
