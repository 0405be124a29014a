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
            int start = r * columns;
            MemorySegment.copy(q, JAVA_BYTE, start, row, 0, columns);
            float scale = scale(r);
            int zeroPoint = zeroPoint(r);
            if (signed) {
                for (int c = 0; c < columns; c++) {
                    values[start + c] = (row[c] - zeroPoint) * scale;
                }
            } else {
                for (int c = 0; c < columns; c++) {
                    values[start + c] = ((row[c] & 0xff) - zeroPoint) * scale;
                }
            }
        }
        return values;
    }
}
