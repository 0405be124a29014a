package dev.tercet.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Panels filled from rows are those that the kernels make of the whole weight. */
@Tag("every-width")
class MatrixPackerTest {
    private static final long SEED = 3;

    private final Kernels kernels = Kernels.preferred();
    private final Random random = new Random(SEED);

    /** Fills all panels in steps of some, the last ones first. */
    private interface Fill {
        void fill(int from, int to);
    }

    private static void inSteps(int panels, int step, Fill fill) {
        for (int from = (panels - 1) / step * step; from >= 0; from -= step)
            fill.fill(from, Math.min(panels, from + step));
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "70, 50, 1", "64, 384, 2", "1000, 300, 7", "600, 2000, 100", "3, 70000, 1"})
    void rowsGiveThePanelsOfTheWholeWeight(int outputs, int inputs, int step) {
        float[] weight = Floats.random(random, outputs * inputs);
        MatrixPacker.FloatRows rows =
                (from, to, y) -> System.arraycopy(weight, from * inputs, y, 0, (to - from) * inputs);
        MatrixPacker f32 = new MatrixPacker(kernels, PackedMatrix.Format.F32, outputs, inputs);
        inSteps(f32.panels(), step, (from, to) -> f32.fill(rows, from, to));
        assertArrayEquals(kernels.pack(weight, outputs, inputs).data, f32.matrix().data, "seed " + SEED);
        MatrixPacker bf16 = new MatrixPacker(kernels, PackedMatrix.Format.BF16, outputs, inputs);
        inSteps(bf16.panels(), step, (from, to) -> bf16.fill(rows, from, to));
        assertArrayEquals(kernels.packBf16(weight, outputs, inputs).halves, bf16.matrix().halves, "seed " + SEED);
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1, true", "70, 50, 1, false", "1000, 300, 7, true", "600, 2000, 100, false"})
    void int8RowsGiveThePanelsOfTheWholeWeight(int outputs, int inputs, int step, boolean withZeroPoints) {
        byte[] q = new byte[outputs * inputs];
        random.nextBytes(q);
        float[] scales = Floats.random(random, outputs);
        int[] points = new int[outputs];
        for (int o = 0; withZeroPoints && o < outputs; o++) points[o] = 1 + random.nextInt(100);
        MatrixPacker packer = new MatrixPacker(kernels, PackedMatrix.Format.INT8, outputs, inputs);
        MatrixPacker.Int8Rows rows = (from, to, y, s, z) -> {
            System.arraycopy(q, from * inputs, y, 0, (to - from) * inputs);
            for (int r = from; r < to; r++) {
                s[r] = scales[r];
                z[r] = points[r];
            }
        };
        inSteps(packer.panels(), step, (from, to) -> packer.fill(rows, from, to));
        PackedMatrix expected = kernels.packInt8(new PackedMatrix.Int8(q, scales, points), outputs, inputs);
        PackedMatrix actual = packer.matrix();
        assertArrayEquals(expected.bytes, actual.bytes, "seed " + SEED);
        assertArrayEquals(expected.scales, actual.scales);
        assertArrayEquals(expected.zeroPoints, actual.zeroPoints);
        assertEquals(expected.bytes(), actual.bytes());
    }

    @Test
    void aWeightWithoutOutputsIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new MatrixPacker(kernels, PackedMatrix.Format.F32, 0, 3));
    }
}
