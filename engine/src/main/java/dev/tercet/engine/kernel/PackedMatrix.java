package dev.tercet.engine.kernel;

import java.util.Arrays;
import java.util.Objects;

/**
 * The weight of a dense layer, {@code [outputs, inputs]}, in panels of {@code width} outputs: panel p holds, input by
 * input, the weights of outputs p · width … p · width + width − 1 side by side, zeros where there are no more outputs.
 *
 * <p>Each number takes 4, 2 or 1 bytes, see {@link Format}. Immutable.
 */
public final class PackedMatrix {
    /**
     * Bytes before the first panel, so that panels begin where a cache line does: the numbers of an array begin 16
     * bytes after the array, and G1 and ZGC put a large array at the start of a region. A vector that lies across two
     * lines takes two reads. On a Zen 5, whose vectors are as long as a line, models take 1 to 8 % less time with this,
     * few rows most, see {@code docs/performance.md}. Where a collector puts arrays elsewhere nothing is lost.
     */
    public static final int LEAD_BYTES = 64 - 16;

    /** How the numbers are held. */
    public enum Format {
        /** fp32, exactly the numbers packed. */
        F32(4),
        /** bfloat16: the upper half of an fp32, rounded to nearest, ties to even. At most 2⁻⁸ relative error. */
        BF16(2),
        /** Whole numbers of 8 bits with a scale, and sometimes a zero point, for each output. */
        INT8(1);

        private final int bytes;

        Format(int bytes) {
            this.bytes = bytes;
        }

        /** Numbers before the first panel. */
        int lead() {
            return LEAD_BYTES / bytes;
        }
    }

    /**
     * A row-major int8 weight: w[o, i] = (q[o, i] − zeroPoints[o]) · scales[o].
     *
     * @param q {@code [outputs, inputs]}
     * @param scales {@code [outputs]}
     * @param zeroPoints {@code [outputs]}, each from −128 to 127; null when all are 0
     */
    public record Int8(byte[] q, float[] scales, int[] zeroPoints) {}

    final Format format;
    final int outputs;
    final int inputs;
    final int width;

    /** Where the first panel lies in its array. */
    private final int start;

    /** The panels, in the one array that the format names; the other two are null. */
    final float[] data;

    final short[] halves;
    final byte[] bytes;

    /** For int8: one an output, zeros where there are no more outputs. */
    final float[] scales;

    /** As the scales; null when all are 0. */
    final float[] zeroPoints;

    /**
     * Panels in fp32 that are there already, kept and not copied.
     *
     * @param start where the first lies
     */
    PackedMatrix(float[] data, int start, int outputs, int inputs, int width) {
        this(Format.F32, outputs, inputs, width, start, data, null, null, null, null);
    }

    private PackedMatrix(
            Format format,
            int outputs,
            int inputs,
            int width,
            int start,
            float[] data,
            short[] halves,
            byte[] bytes,
            float[] scales,
            float[] zeroPoints) {
        this.format = format;
        this.outputs = outputs;
        this.inputs = inputs;
        this.width = width;
        this.start = start;
        this.data = data;
        this.halves = halves;
        this.bytes = bytes;
        this.scales = scales;
        this.zeroPoints = zeroPoints;
    }

    /** Panels of bfloat16 that are there already, after their lead, kept and not copied. */
    static PackedMatrix ofBf16(short[] halves, int outputs, int inputs, int width) {
        return new PackedMatrix(
                Format.BF16, outputs, inputs, width, Format.BF16.lead(), null, halves, null, null, null);
    }

    /**
     * Panels of int8 that are there already, after their lead, kept and not copied.
     *
     * @param zeroPoints may all be 0: then they are dropped
     */
    static PackedMatrix ofInt8(byte[] bytes, float[] scales, float[] zeroPoints, int outputs, int inputs, int width) {
        boolean any = false;
        for (float zeroPoint : zeroPoints) any |= zeroPoint != 0;
        float[] points = any ? zeroPoints : null;
        return new PackedMatrix(
                Format.INT8, outputs, inputs, width, Format.INT8.lead(), null, null, bytes, scales, points);
    }

    /** Copies a row-major {@code [outputs, inputs]} weight into panels. */
    static PackedMatrix pack(float[] weight, int outputs, int inputs, int width) {
        float[] data = new float[size(Format.F32, weight.length, outputs, inputs, width)];
        for (int o = 0; o < outputs; o++) {
            int to = first(Format.F32, o, inputs, width);
            for (int i = 0; i < inputs; i++) {
                data[to + i * width] = weight[o * inputs + i];
            }
        }
        return new PackedMatrix(data, Format.F32.lead(), outputs, inputs, width);
    }

    /** Rounds a row-major {@code [outputs, inputs]} weight to bfloat16. */
    static PackedMatrix packBf16(float[] weight, int outputs, int inputs, int width) {
        short[] halves = new short[size(Format.BF16, weight.length, outputs, inputs, width)];
        for (int o = 0; o < outputs; o++) {
            int to = first(Format.BF16, o, inputs, width);
            for (int i = 0; i < inputs; i++) {
                halves[to + i * width] = bf16(weight[o * inputs + i]);
            }
        }
        return ofBf16(halves, outputs, inputs, width);
    }

    /** Copies an int8 weight, with its scales and zero points as they are. */
    static PackedMatrix packInt8(Int8 weight, int outputs, int inputs, int width) {
        byte[] q = weight.q();
        byte[] bytes = new byte[size(Format.INT8, q.length, outputs, inputs, width)];
        for (int o = 0; o < outputs; o++) {
            int to = first(Format.INT8, o, inputs, width);
            for (int i = 0; i < inputs; i++) {
                bytes[to + i * width] = q[o * inputs + i];
            }
        }
        Objects.checkFromIndexSize(0, outputs, weight.scales().length);
        int padded = padded(outputs, width);
        float[] scales = Arrays.copyOf(Arrays.copyOf(weight.scales(), outputs), padded);
        float[] zeroPoints = weight.zeroPoints() == null ? null : zeroPoints(weight.zeroPoints(), outputs, padded);
        return new PackedMatrix(
                Format.INT8, outputs, inputs, width, Format.INT8.lead(), null, null, bytes, scales, zeroPoints);
    }

    private static float[] zeroPoints(int[] given, int outputs, int padded) {
        float[] zeroPoints = new float[padded];
        boolean any = false;
        for (int o = 0; o < outputs; o++) {
            if (given[o] != (byte) given[o]) {
                throw new IllegalArgumentException("zero point " + given[o] + " is not between -128 and 127");
            }
            zeroPoints[o] = given[o];
            any |= given[o] != 0;
        }
        return any ? zeroPoints : null;
    }

    /** Numbers in all panels and before them. */
    private static int size(Format format, int elements, int outputs, int inputs, int width) {
        if (outputs < 1 || inputs < 1 || elements < (long) outputs * inputs) {
            throw new IllegalArgumentException(
                    "a [" + outputs + ", " + inputs + "] weight cannot be read from " + elements + " elements");
        }
        return Math.addExact(format.lead(), Math.multiplyExact(padded(outputs, width), inputs));
    }

    /** Outputs of all panels, those that only fill the last one included. */
    private static int padded(int outputs, int width) {
        return Math.multiplyExact((outputs + width - 1) / width, width);
    }

    /** Where an output's first weight lies; the others follow at every width-th place. */
    static int first(Format format, int output, int inputs, int width) {
        return format.lead() + output / width * width * inputs + output % width;
    }

    /** Where a panel lies in its array. */
    int start(int panel) {
        return start + panel * width * inputs;
    }

    /** The bfloat16 nearest to x, of two the even one; a NaN stays one. */
    static short bf16(float x) {
        int bits = Float.floatToRawIntBits(x);
        if (x != x) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
    }

    static float widened(short bf16) {
        return Float.intBitsToFloat(bf16 << 16);
    }

    /**
     * Writes a panel as fp32, which is exact: the rounded weights, or q − zero point for int8.
     *
     * @param floats {@code [inputs, width]}, written from 0 on
     */
    void widen(int panel, float[] floats) {
        int length = inputs * width;
        int from = start(panel);
        switch (format) {
            case F32 -> System.arraycopy(data, from, floats, 0, length);
            case BF16 -> widen(halves, from, floats, length);
            case INT8 -> {
                widen(bytes, from, floats, length);
                if (zeroPoints != null) {
                    subtractZeroPoints(panel * width, floats);
                }
            }
        }
    }

    private static void widen(short[] halves, int from, float[] floats, int length) {
        for (int i = 0; i < length; i++) {
            floats[i] = widened(halves[from + i]);
        }
    }

    private static void widen(byte[] bytes, int from, float[] floats, int length) {
        for (int i = 0; i < length; i++) {
            floats[i] = bytes[from + i];
        }
    }

    private void subtractZeroPoints(int output, float[] floats) {
        for (int i = 0; i < inputs; i++) {
            for (int j = 0; j < width; j++) {
                floats[i * width + j] -= zeroPoints[output + j];
            }
        }
    }

    public Format format() {
        return format;
    }

    public int outputs() {
        return outputs;
    }

    public int inputs() {
        return inputs;
    }

    public int panels() {
        return (outputs + width - 1) / width;
    }

    /** Bytes of memory that the panels take, with scales and zero points. */
    public long bytes() {
        long numbers = (long) panels() * width;
        long each = format != Format.INT8 ? 0 : zeroPoints == null ? 4 : 8;
        return numbers * inputs * format.bytes + numbers * each;
    }
}
