package dev.tercet.engine.kernel;

import java.util.Objects;

/**
 * A {@link PackedMatrix} in the making: its panels are filled from the rows of a weight, some panels at a time, so that
 * the weight needs no other array of its size. Different panels may be filled by different threads; {@link #matrix} is
 * for after that.
 */
public final class MatrixPacker {
    /** Numbers read at a time, where a panel is not larger: they are still in a near cache when they are packed. */
    private static final int BLOCK = 1 << 15;

    /** Inputs that are turned at a time: one cache line of every row. */
    private static final int TILE = 16;

    private final PackedMatrix.Format format;
    private final int outputs;
    private final int inputs;
    private final int width;
    private final float[] floats;
    private final short[] halves;
    private final byte[] bytes;
    private final float[] scales;
    private final float[] zeroPoints;

    /** Rows of a weight {@code [outputs, inputs]}. */
    @FunctionalInterface
    public interface FloatRows {
        /** Writes rows [from, to) to y, row-major, from 0 on. */
        void read(int from, int to, float[] y);
    }

    /** Rows of a weight in 8 bits. */
    @FunctionalInterface
    public interface Int8Rows {
        /**
         * Writes rows [from, to) to q, row-major, from 0 on, the scale of each to scales[row] and its zero point, from
         * −128 to 127, to zeroPoints[row].
         */
        void read(int from, int to, byte[] q, float[] scales, float[] zeroPoints);
    }

    /**
     * @param kernels that will run it
     * @throws IllegalArgumentException when a dimension is below 1
     * @throws ArithmeticException when it is more than a Java array holds
     */
    public MatrixPacker(Kernels kernels, PackedMatrix.Format format, int outputs, int inputs) {
        if (outputs < 1 || inputs < 1) {
            throw new IllegalArgumentException("a weight cannot be [" + outputs + ", " + inputs + "]");
        }
        this.format = format;
        this.outputs = outputs;
        this.inputs = inputs;
        this.width = kernels.panelWidth();
        int padded = Math.multiplyExact(panels(), width);
        int size = Math.addExact(format.lead(), Math.multiplyExact(padded, inputs));
        floats = format == PackedMatrix.Format.F32 ? new float[size] : null;
        halves = format == PackedMatrix.Format.BF16 ? new short[size] : null;
        bytes = format == PackedMatrix.Format.INT8 ? new byte[size] : null;
        scales = format == PackedMatrix.Format.INT8 ? new float[padded] : null;
        zeroPoints = format == PackedMatrix.Format.INT8 ? new float[padded] : null;
    }

    /** Panels to fill. */
    public int panels() {
        return (outputs + width - 1) / width;
    }

    /** Fills the panels [from, to), in fp32 or rounded to bfloat16. */
    public void fill(FloatRows rows, int from, int to) {
        Objects.checkFromToIndex(from, to, panels());
        int atOnce = Math.max(1, BLOCK / inputs / width);
        float[] block = ScratchArrays.take(Math.min(to - from, atOnce) * width * inputs);
        for (int panel = from; panel < to; panel += atOnce) {
            int end = Math.min(to, panel + atOnce);
            int first = panel * width;
            rows.read(first, Math.min(outputs, end * width), block);
            for (int p = panel; p < end; p++) {
                int count = Math.min(width, outputs - p * width);
                int at = (p * width - first) * inputs;
                if (floats != null) {
                    turn(block, at, count, floats, start(p));
                } else {
                    round(block, at, count, halves, start(p));
                }
            }
        }
        ScratchArrays.give(block);
    }

    /** Fills the panels [from, to) of an int8 matrix. */
    public void fill(Int8Rows rows, int from, int to) {
        Objects.checkFromToIndex(from, to, panels());
        int atOnce = Math.max(1, BLOCK / inputs / width);
        byte[] block = new byte[Math.min(to - from, atOnce) * width * inputs];
        for (int panel = from; panel < to; panel += atOnce) {
            int end = Math.min(to, panel + atOnce);
            int first = panel * width;
            rows.read(first, Math.min(outputs, end * width), block, scales, zeroPoints);
            for (int p = panel; p < end; p++) {
                turn(block, (p * width - first) * inputs, Math.min(width, outputs - p * width), start(p));
            }
        }
    }

    private int start(int panel) {
        return PackedMatrix.first(format, panel * width, inputs, width);
    }

    /** panel[i, o] = rows[o, i] */
    private void turn(float[] rows, int at, int count, float[] panel, int to) {
        for (int tile = 0; tile < inputs; tile += TILE) {
            int end = Math.min(inputs, tile + TILE);
            for (int o = 0; o < count; o++) {
                int row = at + o * inputs;
                for (int i = tile; i < end; i++) {
                    panel[to + i * width + o] = rows[row + i];
                }
            }
        }
    }

    /** As {@link #turn}, rounded. */
    private void round(float[] rows, int at, int count, short[] panel, int to) {
        for (int tile = 0; tile < inputs; tile += TILE) {
            int end = Math.min(inputs, tile + TILE);
            for (int o = 0; o < count; o++) {
                int row = at + o * inputs;
                for (int i = tile; i < end; i++) {
                    panel[to + i * width + o] = PackedMatrix.bf16(rows[row + i]);
                }
            }
        }
    }

    private void turn(byte[] rows, int at, int count, int to) {
        for (int tile = 0; tile < inputs; tile += TILE) {
            int end = Math.min(inputs, tile + TILE);
            for (int o = 0; o < count; o++) {
                int row = at + o * inputs;
                for (int i = tile; i < end; i++) {
                    bytes[to + i * width + o] = rows[row + i];
                }
            }
        }
    }

    /** The matrix, when all panels are filled. */
    public PackedMatrix matrix() {
        return switch (format) {
            case F32 -> new PackedMatrix(floats, format.lead(), outputs, inputs, width);
            case BF16 -> PackedMatrix.ofBf16(halves, outputs, inputs, width);
            case INT8 -> PackedMatrix.ofInt8(bytes, scales, zeroPoints, outputs, inputs, width);
        };
    }
}
