package dev.tercet.loaders;

import static dev.tercet.loaders.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class NamedTensorsTest {
    private final Map<String, NamedTensors.Stored> tensors = new LinkedHashMap<>();
    private final Weights weights = new NamedTensors(tensors, "m.safetensors");

    private void put(Tensor tensor) {
        tensors.put(tensor.name(), new NamedTensors.Stored("m.safetensors", tensor));
    }

    private void put(String name, float[] values, int... shape) {
        put(Tensor.of(name, values, shape));
    }

    private void put(String name, DType type, byte[] values, long... shape) {
        put(new Tensor(name, type, shape, MemorySegment.ofArray(values)));
    }

    /** (q − zero_point) · scale rounded once to fp32, by arithmetic that rounds nowhere else. */
    private static float expected(int q, int zeroPoint, float scale) {
        return new BigDecimal(scale).multiply(BigDecimal.valueOf(q - zeroPoint)).floatValue();
    }

    @Test
    void stepsIntoPrefixes() {
        put("bert.encoder.layer.0.weight", new float[] {1, 2}, 2);
        Weights layer = weights.in("bert").in("encoder.layer.0");

        assertTrue(layer.has("weight"));
        assertFalse(weights.has("weight"));
        assertArrayEquals(new float[] {1, 2}, layer.floats("weight", 2));
        assertArrayEquals(new int[] {2}, layer.shape("weight"));
        assertEquals("m.safetensors: bert.encoder.layer.0.weight", layer.describe("weight"));
        assertEquals("bert.encoder.layer.0.weight", layer.tensor("weight").name());
    }

    @Test
    void endsAPrefixAtADot() {
        put("encoder.layer.10.weight", new float[] {1}, 1);

        assertEquals(Set.of(), weights.in("encoder.layer.1").names());
    }

    @Test
    void namesWeightsWithoutTheirScales() {
        put("a.weight", DType.I8, new byte[] {1}, 1);
        put("a.weight_scale", new float[] {1}, 1);
        put("a.weight_zero_point", DType.I8, new byte[1], 1);
        put("logit_scale", new float[] {1}, 1);

        assertEquals(Set.of("a.weight", "logit_scale"), weights.names());
    }

    @Test
    void saysWhichShapeIsThereAndWhichIsExpected() {
        put("w", new float[6], 2, 3);

        assertRefused(() -> weights.floats("w", 3, 2), "m.safetensors: w is [2, 3], expected [3, 2]");
        assertRefused(() -> weights.floats("w", 6), "w is [2, 3], expected [6]");
        assertRefused(() -> weights.floats("w"), "w is [2, 3], expected []");
    }

    @Test
    void saysWhatAMissingWeightIsCalledUnderAnotherPrefix() {
        put("bert.pooler.dense.weight", new float[1], 1);

        assertRefused(
                () -> weights.floats("pooler.dense.weight", 1),
                "m.safetensors: pooler.dense.weight is missing; the checkpoint has bert.pooler.dense.weight");
        assertRefused(() -> weights.tensor("nothing"), "nothing is missing", "such as bert.pooler.dense.weight");
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"F32", "F16", "BF16", "I8", "U8"})
    void readsNoWeightsFromOtherTypes(DType type) {
        put("w", type, new byte[type.bytes()], 1);

        assertRefused(() -> weights.floats("w", 1), "m.safetensors: w has dtype " + type, "expected F32, F16, BF16");
    }

    @ParameterizedTest
    @ValueSource(strings = {"I8", "U8"})
    void readsNoWeightsFromBytesWithoutAScale(DType type) {
        put("w", type, new byte[1], 1);

        assertRefused(() -> weights.floats("w", 1), "w is " + type, "w_scale", "missing");
        assertFalse(weights.isQuantized("w"));
    }

    @Test
    void expandsEverySignedByteWithAScaleForTheTensor() {
        byte[] q = new byte[256];
        for (int i = 0; i < 256; i++) q[i] = (byte) i;
        put("w", DType.I8, q, 2, 128);
        put("w_scale", new float[] {0.0123f}, 1);
        float[] w = weights.floats("w", 2, 128);

        for (int i = 0; i < 256; i++) assertEquals(expected((byte) i, 0, 0.0123f), w[i]);
    }

    @Test
    void expandsEveryUnsignedByteWithAZeroPoint() {
        byte[] q = new byte[256];
        for (int i = 0; i < 256; i++) q[i] = (byte) i;
        put("w", DType.U8, q, 128, 2);
        put("w_scale", new float[] {0.0071f}, 1);
        put("w_zero_point", DType.U8, new byte[] {(byte) 200}, 1);
        float[] w = weights.floats("w", 128, 2);

        for (int i = 0; i < 256; i++) assertEquals(expected(i, 200, 0.0071f), w[i]);
    }

    @Test
    void expandsWithAScaleForEachRow() {
        put("w", DType.I8, new byte[] {1, -2, 3, 4, -128, 127}, 3, 2);
        put("w_scale", new float[] {0.1f, 0.3f, 7e-3f}, 3, 1);
        put("w_zero_point", DType.I8, new byte[] {0, -5, 100}, 3, 1);

        assertArrayEquals(
                new float[] {
                    expected(1, 0, 0.1f), expected(-2, 0, 0.1f),
                    expected(3, -5, 0.3f), expected(4, -5, 0.3f),
                    expected(-128, 100, 7e-3f), expected(127, 100, 7e-3f)
                },
                weights.floats("w", 3, 2));
    }

    @Test
    void givesTheQuantizedFormItself() {
        put("w", DType.U8, new byte[] {1, 2, 3, 4}, 2, 2);
        put("w_scale", new float[] {0.5f, 0.25f}, 2);
        put("w_zero_point", DType.U8, new byte[] {(byte) 128}, 1);
        QuantizedTensor w = weights.quantized("w", 2, 2);

        assertEquals(2, w.rows());
        assertEquals(2, w.columns());
        assertFalse(w.signed());
        assertTrue(w.perRow());
        assertEquals(0.25f, w.scale(1));
        assertEquals(128, w.zeroPoint(1));
        assertEquals(4, w.q().byteSize());
    }

    @Test
    void givesAZeroPointOfZeroWhereThereIsNone() {
        put("w", DType.I8, new byte[] {5}, 1);
        put("w_scale", new float[] {2}, 1);

        assertEquals(0, weights.quantized("w", 1).zeroPoint(0));
    }

    @Test
    void refusesTheQuantizedFormOfFloats() {
        put("w", new float[1], 1);

        assertFalse(weights.isQuantized("w"));
        assertRefused(() -> weights.quantized("w", 1), "w has dtype F32, expected I8 or U8");
    }

    @Test
    void refusesScalesThatDoNotFitTheWeight() {
        put("w", DType.I8, new byte[6], 3, 2);
        put("w_scale", new float[2], 2, 1);
        assertRefused(() -> weights.floats("w", 3, 2), "w_scale is [2, 1], expected [1], [3] or [3, 1]");

        put("w_scale", new float[3], 1, 3);
        assertRefused(() -> weights.floats("w", 3, 2), "w_scale is [1, 3]");
    }

    @Test
    void refusesScalesThatAreNotFinite() {
        put("w", DType.I8, new byte[1], 1);
        put("w_scale", new float[] {Float.NaN}, 1);

        assertRefused(() -> weights.floats("w", 1), "w_scale holds NaN");
    }

    @Test
    void refusesScalesAndZeroPointsOfOtherTypes() {
        put("w", DType.I8, new byte[1], 1);
        put("w_scale", DType.F64, new byte[8], 1);
        assertRefused(() -> weights.floats("w", 1), "w_scale has dtype F64");

        put("w_scale", new float[] {1}, 1);
        put("w_zero_point", DType.U8, new byte[1], 1);
        assertRefused(() -> weights.floats("w", 1), "w_zero_point has dtype U8, expected I8");
    }

    @Test
    void expandsAQuantizedWeightWithoutElements() {
        put("w", DType.I8, new byte[0], 0, 4);
        put("w_scale", new float[] {1}, 1);

        assertEquals(0, weights.floats("w", 0, 4).length);
    }
}
