package dev.tercet.loaders;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/**
 * An int8 weight as it is stored, for kernels that multiply it without expanding it first: {@code w[r, c] = (q[r, c] −
 * zeroPoint(r)) · scale(r)}, the names and the meaning of compressed-tensors {@code int-quantized}.
 *
 * @param name as in the checkpoint
 * @param rows the first dimension
 * @param columns the product of the others
 * @param signed whether q is I8 (−128…127) or U8 (0…255)
 * @param q {@code rows · columns} bytes, row-major, read-only
 * @param scales one for the tensor, or one a row
 * @param zeroPoints as many as scales, in the range of q
 */
public record QuantizedTensor(
        String name, int rows, int columns, boolean signed, MemorySegment q, float[] scales, int[] zeroPoints) {

    /** The largest q in magnitude that {@link #quantize} gives: −128 is left out, so that q and −q both exist. */
    private static final int LARGEST = 127;

    /**
     * A weight rounded to int8, symmetric, with a scale for each row: scale(r) = maxᶜ |w[r, c]| / 127 and q[r, c] =
     * w[r, c] / scale(r) rounded to the nearest whole number, of two the even one. So each value is off by half a scale
     * at most. A row of zeros has the scale 1.
     *
     * @param name for messages
     * @param values {@code [rows, columns]}, row-major
     * @throws InvalidModelException when a value is infinite or NaN
     */
    public static QuantizedTensor quantize(String name, float[] values, int rows, int columns) {
        byte[] q = new byte[Math.multiplyExact(rows, columns)];
        float[] scales = new float[rows];
        for (int r = 0; r < rows; r++) {
            scales[r] = quantizeRow(name, r, values, r * columns, columns, q);
        }
        return new QuantizedTensor(
                name, rows, columns, true, MemorySegment.ofArray(q).asReadOnly(), scales, new int[rows]);
    }

    /**
     * Rounds one row of {@link #quantize}.
     *
     * @param name of the weight, for messages
     * @param row its number, for messages
     * @param values read from {@code from} on
     * @param q written from {@code from} on, and left as it is, zeros, when the values are too small for a scale
     * @return the row's scale
     * @throws InvalidModelException when a value is infinite or NaN
     */
    public static float quantizeRow(String name, int row, float[] values, int from, int columns, byte[] q) {
        float largest = 0f;
        for (int i = from; i < from + columns; i++) {
            if (!Float.isFinite(values[i])) {
                throw new InvalidModelException(name + " holds " + values[i] + " in row " + row
                        + ", which int8 has no number for; use another precision");
            }
            largest = Math.max(largest, Math.abs(values[i]));
        }
        float scale = largest / LARGEST;
        if (scale < Float.MIN_NORMAL) return 1f; // below 1e-36 all of them: zeros
        for (int i = from; i < from + columns; i++) {
            q[i] = (byte) Math.rint(values[i] / scale);
        }
        return scale;
    }

    /** Whether each row has a scale of its own. */
    public boolean perRow() {
        return scales.length > 1;
    }

    public float scale(int row) {
        return scales[perRow() ? row : 0];
    }

    public int zeroPoint(int row) {
        return zeroPoints[perRow() ? row : 0];
    }

    /** The values in fp32, row-major: q − zero_point is exact, so each value is rounded once, by the product. */
    public float[] dequantize() {
        float[] values = new float[rows * columns];
        byte[] row = new byte[columns];
        for (int r = 0; r < rows; r++) {
            MemorySegment.copy(q, JAVA_BYTE, (long) r * columns, row, 0, columns);
            dequantize(row, 0, columns, signed, scale(r), zeroPoint(r), values, r * columns);
        }
        return values;
    }

    /** One row of {@link #dequantize()}: q from at on, values from offset on. */
    static void dequantize(
            byte[] q, int at, int columns, boolean signed, float scale, int zeroPoint, float[] values, int offset) {
        if (signed) {
            for (int c = 0; c < columns; c++) {
                values[offset + c] = (q[at + c] - zeroPoint) * scale;
            }
        } else {
            for (int c = 0; c < columns; c++) {
                values[offset + c] = ((q[at + c] & 0xff) - zeroPoint) * scale;
            }
        }
    }
}
