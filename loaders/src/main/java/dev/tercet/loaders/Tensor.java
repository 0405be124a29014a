package dev.tercet.loaders;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A named tensor in a checkpoint, row-major, little-endian, not necessarily aligned.
 *
 * @param name as in the checkpoint
 * @param shape dimensions, outermost first; empty for a scalar
 * @param data exactly {@code product(shape) · dtype.bytes()} bytes, read-only
 */
public record Tensor(String name, DType dtype, long[] shape, MemorySegment data) {
    static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfShort B16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt B32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong B64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Elements converted at a time: the halves of a chunk stay in the nearest cache. */
    private static final int CHUNK = 4096;

    /** An F32 tensor that holds a copy of these values. */
    public static Tensor of(String name, float[] values, int... shape) {
        long[] dimensions = Arrays.stream(shape).asLongStream().toArray();
        if (elements(dimensions) != values.length) {
            throw new IllegalArgumentException(
                    name + ": " + values.length + " values for shape " + Arrays.toString(shape));
        }
        MemorySegment data = MemorySegment.ofArray(new byte[Math.multiplyExact(values.length, Float.BYTES)]);
        MemorySegment.copy(values, 0, data, F32, 0, values.length);
        return new Tensor(name, DType.F32, dimensions, data.asReadOnly());
    }

    /** The number of elements. */
    public long elements() {
        return data.byteSize() / dtype.bytes();
    }

    /**
     * All values as fp32: F32 as they are, F16 and BF16 widened, which is exact.
     *
     * @return row-major values, a new array
     * @throws InvalidModelException when the type is another
     */
    public float[] floats() {
        float[] values =
                switch (dtype) {
                    case F32, F16, BF16 -> new float[arrayLength()];
                    default ->
                        throw new InvalidModelException(
                                Messages.oneLine(name) + " has dtype " + dtype + ", expected F32, F16 or BF16");
                };
        switch (dtype) {
            case F16, BF16 -> widen(values);
            default -> MemorySegment.copy(data, F32, 0, values, 0, values.length);
        }
        return values;
    }

    /** The shape as messages give it: {@code [384, 1536]}. */
    public String shapeText() {
        return Arrays.toString(shape);
    }

    int arrayLength() {
        long elements = elements();
        if (elements > Integer.MAX_VALUE - 8) {
            throw new InvalidModelException(
                    Messages.oneLine(name) + " has " + elements + " elements, more than a Java array holds");
        }
        return (int) elements;
    }

    byte[] bytes() {
        if (data.byteSize() > Integer.MAX_VALUE - 8) {
            throw new InvalidModelException(
                    Messages.oneLine(name) + " has " + data.byteSize() + " bytes, more than a Java array holds");
        }
        return data.toArray(JAVA_BYTE);
    }

    private void widen(float[] values) {
        short[] halves = new short[Math.min(CHUNK, values.length)];
        for (int done = 0; done < values.length; done += CHUNK) {
            int n = Math.min(CHUNK, values.length - done);
            MemorySegment.copy(data, B16, 2L * done, halves, 0, n);
            widen(dtype, halves, values, done, n);
        }
    }

    /**
     * The fp32 values of halves, exactly. A bfloat16 is the upper half of an fp32: sign, the same 8 bits of exponent, 7
     * of the 23 bits of fraction.
     *
     * @param dtype F16 or BF16
     * @param values written from offset on
     */
    static void widen(DType dtype, short[] halves, float[] values, int offset, int n) {
        if (dtype == DType.F16) {
            for (int i = 0; i < n; i++) {
                values[offset + i] = Float.float16ToFloat(halves[i]);
            }
        } else {
            for (int i = 0; i < n; i++) {
                values[offset + i] = Float.intBitsToFloat(halves[i] << 16);
            }
        }
    }

    /** The product of the dimensions, -1 when it overflows or one is negative. */
    static long elements(long[] shape) {
        long product = 1;
        boolean overflow = false;
        for (long dimension : shape) {
            if (dimension < 0) return -1;
            if (dimension == 0) return nonNegative(shape) ? 0 : -1;
            overflow |= Math.multiplyHigh(product, dimension) != 0 || product * dimension < 0;
            product *= dimension;
        }
        return overflow ? -1 : product;
    }

    private static boolean nonNegative(long[] shape) {
        return Arrays.stream(shape).allMatch(dimension -> dimension >= 0);
    }
}
