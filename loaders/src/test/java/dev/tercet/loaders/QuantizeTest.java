package dev.tercet.loaders;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class QuantizeTest {
    private static QuantizedTensor quantize(float[] values, int rows, int columns) {
        return QuantizedTensor.quantize("m: w", values, rows, columns);
    }

    @Test
    void everyValueIsOffByHalfAScaleAtMost() {
        Random random = new Random(1);
        int rows = 40;
        int columns = 300;
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++)
            values[i] = (float) (random.nextGaussian() * Math.pow(10, i / columns % 9 - 6));
        QuantizedTensor quantized = quantize(values, rows, columns);
        float[] back = quantized.dequantize();
        for (int i = 0; i < values.length; i++) {
            float scale = quantized.scale(i / columns);
            // the scale, the quotient and the product are rounded: 127 · 3 roundings at most
            double bound = scale * (0.5 + 127 * 3 * 0x1p-24);
            assertTrue(Math.abs((double) back[i] - values[i]) <= bound, "value " + i + " is " + values[i]);
        }
    }

    @Test
    void theLargestOfARowBecomes127AndTiesGoToTheEvenNumber() {
        QuantizedTensor quantized = quantize(new float[] {254, -254, 1, 3, -5, 0, 2, 127, -1}, 1, 9);
        assertEquals(2f, quantized.scale(0));
        assertArrayEquals(
                new byte[] {127, -127, 0, 2, -2, 0, 1, 64, 0}, quantized.q().toArray(JAVA_BYTE));
    }

    @Test
    void aRowOfZerosStaysOne() {
        float least = Float.MIN_VALUE;
        QuantizedTensor quantized = quantize(new float[] {0, -0f, 0, least, -least, 0, 1, 2, 3}, 3, 3);
        assertEquals(1f, quantized.scale(0));
        assertEquals(1f, quantized.scale(1));
        assertArrayEquals(new byte[6], quantized.q().asSlice(0, 6).toArray(JAVA_BYTE));
    }

    @Test
    void refusesWhatHasNoInt8() {
        for (float bad : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
            Refusal.assertRefused(() -> quantize(new float[] {1, 2, 3, bad}, 2, 2), "m: w holds " + bad + " in row 1");
        }
    }
}
