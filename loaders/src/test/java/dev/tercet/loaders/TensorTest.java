package dev.tercet.loaders;

import static dev.tercet.loaders.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class TensorTest {
    /** All 65536 halves in order, so beyond a chunk of the conversion too. */
    private static Tensor allHalves(DType type) {
        var data = new LittleEndian();
        for (int bits = 0; bits < 1 << 16; bits++) {
            data.u16(bits);
        }
        return new Tensor("halves", type, new long[] {256, 256}, MemorySegment.ofArray(data.toBytes()));
    }

    @Test
    void widensEveryBf16ToTheFloatWithTheSameUpperBits() {
        float[] floats = allHalves(DType.BF16).floats();

        for (int bits = 0; bits < 1 << 16; bits++) {
            assertEquals(bits << 16, Float.floatToRawIntBits(floats[bits]));
        }
    }

    @Test
    void widensEveryF16Exactly() {
        float[] floats = allHalves(DType.F16).floats();

        for (int bits = 0; bits < 1 << 16; bits++) {
            assertEquals(valueOfF16(bits), floats[bits], "f16 " + Integer.toHexString(bits));
        }
    }

    /** IEEE 754 binary16 by its definition: sign, 5 bits of exponent with bias 15, 10 bits of fraction. */
    private static float valueOfF16(int bits) {
        int sign = (bits & 0x8000) == 0 ? 1 : -1;
        int exponent = bits >> 10 & 31;
        int fraction = bits & 1023;
        if (exponent == 31) return fraction == 0 ? sign * Float.POSITIVE_INFINITY : Float.NaN;
        double value = exponent == 0 ? fraction * Math.pow(2, -24) : (1024 + fraction) * Math.pow(2, exponent - 25);
        return (float) (sign * value);
    }

    @Test
    void keepsEveryBitOfFloats() {
        int[] bits = {0x7fc12345, 0x80000000, 1, 0xff800000};
        var data = new LittleEndian();
        for (int b : bits) {
            data.u32(b);
        }
        float[] floats = new Tensor("a", DType.F32, new long[] {4}, MemorySegment.ofArray(data.toBytes())).floats();

        for (int i = 0; i < bits.length; i++) {
            assertEquals(bits[i], Float.floatToRawIntBits(floats[i]));
        }
    }

    @Test
    void namesTheTypeThatIsNoFloat() {
        var tensor = new Tensor("ids", DType.I64, new long[] {1}, MemorySegment.ofArray(new byte[8]));

        assertRefused(tensor::floats, "ids has dtype I64");
    }

    @Test
    void holdsACopyOfFloats() {
        float[] values = {1, 2, 3, 4, 5, 6};
        Tensor tensor = Tensor.of("t", values, 2, 3);
        values[0] = 9;

        assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, tensor.floats());
        assertArrayEquals(new long[] {2, 3}, tensor.shape());
    }

    @Test
    void refusesValuesThatDoNotFillTheShape() {
        assertThrows(IllegalArgumentException.class, () -> Tensor.of("t", new float[5], 2, 3));
    }
}
