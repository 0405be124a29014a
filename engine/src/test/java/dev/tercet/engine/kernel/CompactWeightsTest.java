package dev.tercet.engine.kernel;

import static dev.tercet.engine.kernel.Floats.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tercet.engine.kernel.PackedMatrix.Format;
import dev.tercet.engine.kernel.PackedMatrix.Int8;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Dense layers whose weights take 2 bytes or 1: what they compute, and that every kernel gives the same bits. */
@Tag("every-width")
class CompactWeightsTest {
    private static final Kernels SCALAR = Kernels.scalar();
    private static final Kernels VECTOR = Kernels.preferred();
    private static final int MARGIN = 5;
    private static final double U = 0x1p-24;

    /** A weight in each form that a checkpoint can have it in. */
    private enum Kind {
        BF16,
        INT8,
        INT8_WITH_ZERO_POINTS;

        PackedMatrix pack(Kernels kernels, Random random, int n, int k) {
            if (this == BF16) return kernels.packBf16(Floats.random(random, n * k), n, k);
            return kernels.packInt8(int8(random, n, k, this == INT8_WITH_ZERO_POINTS), n, k);
        }
    }

    private static Int8 int8(Random random, int n, int k, boolean zeroPoints) {
        byte[] q = new byte[n * k];
        random.nextBytes(q);
        float[] scales = Floats.random(random, n);
        return new Int8(q, scales, zeroPoints ? random.ints(n, -128, 128).toArray() : null);
    }

    @ParameterizedTest
    @EnumSource
    void vectorEqualsScalarAtEveryRemainderOfRowsAndOutputs(Kind kind) {
        Random random = new Random(1);
        for (int m = 1; m <= 40; m += m < 14 ? 1 : 9) {
            for (int n = 1; n <= 133; n += n < 70 ? 3 : 13) {
                linear(kind, random, m, n, 1 + random.nextInt(70), random.nextBoolean(), Activation.IDENTITY, false);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void vectorEqualsScalarAtEveryDepth(Kind kind) {
        Random random = new Random(2);
        for (int k = 1; k <= 70; k++) {
            linear(kind, random, 7, 67, k, true, Activation.IDENTITY, false);
            linear(kind, random, 1, 133, k, true, Activation.IDENTITY, false);
        }
    }

    @ParameterizedTest
    @EnumSource
    void vectorEqualsScalarWithEveryActivationInfinitiesAndNaN(Kind kind) {
        for (Activation activation : Activation.values()) {
            linear(kind, new Random(3), 5, 83, 40, true, activation, false);
            linear(kind, new Random(4), 31, 83, 40, false, activation, true);
        }
    }

    @ParameterizedTest
    @EnumSource
    void vectorEqualsScalarOnManyRowsInBlocks(Kind kind) {
        linear(kind, new Random(5), 301, 65, 1024, true, Activation.GELU, false);
    }

    private static void linear(
            Kind kind, Random random, int m, int n, int k, boolean biased, Activation activation, boolean special) {
        int xStride = k + random.nextInt(4);
        int yStride = n + random.nextInt(4);
        float[] x =
                special ? Floats.special(random, MARGIN + m * xStride) : Floats.random(random, MARGIN + m * xStride);
        float[] bias = biased ? Floats.random(random, n) : null;
        float[] expected = Floats.random(random, 2 * MARGIN + m * yStride);
        float[] actual = expected.clone();
        Rows rows = new Rows(x, MARGIN, xStride, m);
        long seed = random.nextLong();
        PackedMatrix scalar = kind.pack(SCALAR, new Random(seed), n, k);
        PackedMatrix vector = kind.pack(VECTOR, new Random(seed), n, k);
        SCALAR.linear(rows, scalar, bias, activation, new Rows(expected, MARGIN, yStride, m));
        VECTOR.linear(rows, vector, bias, activation, new Rows(actual, MARGIN, yStride, m));
        assertSameBits(expected, actual, kind + " " + m + " x " + n + " x " + k + " " + activation);
    }

    @ParameterizedTest
    @EnumSource
    @DisabledIfSystemProperty(
            named = "tercet.kernels",
            matches = "scalar",
            disabledReason = "of the vector kernels only")
    void theWayOfTheFirstTileChangesNoBit(FirstTile.Way way) {
        for (Kind kind : Int8Tile.POSSIBLE ? List.of(Kind.BF16, Kind.INT8) : List.of(Kind.BF16)) {
            for (int m = 1; m <= 20; m++) {
                int n = 3 * VECTOR.panelWidth() + 5;
                PackedMatrix scalar = kind.pack(SCALAR, new Random(42), n, 37);
                PackedMatrix vector = kind.pack(VECTOR, new Random(42), n, 37);
                Rows x = Rows.of(Floats.random(new Random(m), m * 37), 37, m);
                float[] bias = Floats.random(new Random(43), n);
                float[] expected = new float[m * n];
                float[] actual = new float[m * n];
                SCALAR.linear(x, scalar, bias, Activation.GELU, Rows.of(expected, n, m));
                VectorKernels.linear(x, vector, bias, Activation.GELU, Rows.of(actual, n, m), 0, vector.panels(), way);
                assertSameBits(expected, actual, kind + " " + m + " rows, " + way);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRowHasTheSameBitsInAnyCompany(Kind kind) {
        Random random = new Random(6);
        int n = 100;
        int k = 77;
        PackedMatrix w = kind.pack(VECTOR, random, n, k);
        float[] bias = Floats.random(random, n);
        Rows x = Rows.of(Floats.random(random, 120 * k), k, 120);
        float[] alone = new float[120 * n];
        for (int r = 0; r < 120; r++) {
            VECTOR.linear(
                    x.slice(r, r + 1),
                    w,
                    bias,
                    Activation.TANH,
                    Rows.of(alone, n, 120).slice(r, r + 1));
        }
        for (int rows = 2; rows <= 120; rows += rows < 20 ? 1 : 33) {
            float[] together = new float[rows * n];
            VECTOR.linear(x.slice(0, rows), w, bias, Activation.TANH, Rows.of(together, n, rows));
            assertSameBits(Arrays.copyOf(alone, rows * n), together, rows + " rows");
        }
    }

    @ParameterizedTest
    @EnumSource
    void somePanelsLeaveTheOthersAlone(Kind kind) {
        Random random = new Random(7);
        int n = 5 * VECTOR.panelWidth() + 3;
        PackedMatrix w = kind.pack(VECTOR, random, n, 30);
        for (int m : new int[] {3, 90}) {
            Rows x = Rows.of(Floats.random(random, m * 30), 30, m);
            float[] all = new float[m * n];
            VECTOR.linear(x, w, null, Activation.IDENTITY, Rows.of(all, n, m));
            float[] parts = new float[m * n];
            for (int panel = w.panels() - 1; panel >= 0; panel--) {
                VECTOR.linear(x, w, null, Activation.IDENTITY, Rows.of(parts, n, m), panel, panel + 1);
            }
            assertSameBits(all, parts, "panel by panel, " + m + " rows");
        }
    }

    @Test
    void bf16IsFp32OnRoundedWeights() {
        Random random = new Random(8);
        float[] weight = Floats.random(random, 90 * 50);
        float[] rounded = new float[weight.length];
        for (int i = 0; i < weight.length; i++) {
            rounded[i] = PackedMatrix.widened(PackedMatrix.bf16(weight[i]));
        }
        for (int m : new int[] {1, 40}) {
            Rows x = Rows.of(Floats.random(random, m * 50), 50, m);
            float[] expected = new float[m * 90];
            float[] actual = new float[m * 90];
            VECTOR.linear(x, VECTOR.pack(rounded, 90, 50), null, Activation.IDENTITY, Rows.of(expected, 90, m));
            VECTOR.linear(x, VECTOR.packBf16(weight, 90, 50), null, Activation.IDENTITY, Rows.of(actual, 90, m));
            assertSameBits(expected, actual, m + " rows");
        }
    }

    @Test
    void bf16IsTheNearestOfTheTwoAroundANumberAndTheEvenOneOfTwoAsNear() {
        Random random = new Random(9);
        for (int i = 0; i < 200_000; i++) {
            // every fourth lies half way between two
            int bits = i % 4 == 0 ? random.nextInt() & 0xffff0000 | 0x8000 : random.nextInt();
            float x = Float.intBitsToFloat(bits);
            if (!Float.isFinite(x)) continue;
            int below = bits >>> 16; // in magnitude
            double distanceBelow = Math.abs((double) x - Float.intBitsToFloat(below << 16));
            float above = Float.intBitsToFloat(below + 1 << 16);
            // past the largest number comes infinity, which stands for the number that would follow
            double aboveValue = Float.isInfinite(above) ? Math.copySign(0x1p128, x) : above;
            double distanceAbove = Math.abs(aboveValue - x);
            int expected = distanceBelow < distanceAbove || distanceBelow == distanceAbove && below % 2 == 0
                    ? below
                    : below + 1;
            assertEquals((short) expected, PackedMatrix.bf16(x), Float.toHexString(x));
        }
        for (int bits : new int[] {0x7f800001, 0xffffffff, 0x7fc00000}) {
            assertTrue(Float.isNaN(PackedMatrix.widened(PackedMatrix.bf16(Float.intBitsToFloat(bits)))));
        }
        assertEquals(Float.NEGATIVE_INFINITY, PackedMatrix.widened(PackedMatrix.bf16(Float.NEGATIVE_INFINITY)));
    }

    @Test
    void int8IsItsFormulaWithinWhatRoundingCanDo() {
        Random random = new Random(10);
        int m = 5;
        int n = 41;
        int k = 300;
        for (boolean zeroPoints : new boolean[] {false, true}) {
            Int8 w = int8(random, n, k, zeroPoints);
            float[] x = Floats.random(random, m * k);
            float[] bias = Floats.random(random, n);
            float[] y = new float[m * n];
            VECTOR.linear(Rows.of(x, k, m), VECTOR.packInt8(w, n, k), bias, Activation.IDENTITY, Rows.of(y, n, m));
            for (int r = 0; r < m; r++) {
                for (int o = 0; o < n; o++) {
                    int zeroPoint = zeroPoints ? w.zeroPoints()[o] : 0;
                    double sum = 0;
                    double size = 0;
                    for (int i = 0; i < k; i++) {
                        double product = (double) x[r * k + i] * (w.q()[o * k + i] - zeroPoint);
                        sum += product;
                        size += Math.abs(product);
                    }
                    double exact = sum * w.scales()[o] + bias[o];
                    // one rounding for each fma of the sum, each at most u of a partial sum, times the scale; one more
                    // of the result
                    double bound = k * U * size * 1.01 * Math.abs(w.scales()[o]) + U * Math.abs(exact) * 1.01;
                    double error = Math.abs(exact - y[r * n + o]);
                    assertTrue(error <= bound, "y[" + r + ", " + o + "] is off by " + error + ", bound " + bound);
                }
            }
        }
    }

    @Test
    void aMatrixSaysWhatItHolds() {
        Random random = new Random(11);
        int width = VECTOR.panelWidth();
        int numbers = 2 * width * 10;
        PackedMatrix f32 = VECTOR.pack(Floats.random(random, (width + 1) * 10), width + 1, 10);
        PackedMatrix bf16 = Kind.BF16.pack(VECTOR, random, width + 1, 10);
        PackedMatrix int8 = Kind.INT8.pack(VECTOR, random, width + 1, 10);
        PackedMatrix zeroPoints = Kind.INT8_WITH_ZERO_POINTS.pack(VECTOR, random, width + 1, 10);
        assertEquals(Format.F32, f32.format());
        assertEquals(Format.BF16, bf16.format());
        assertEquals(Format.INT8, int8.format());
        assertEquals(4 * numbers, f32.bytes());
        assertEquals(2 * numbers, bf16.bytes());
        assertEquals(numbers + 4 * 2 * width, int8.bytes());
        assertEquals(numbers + 8 * 2 * width, zeroPoints.bytes());
    }

    @Test
    void refusesAWeightThatDoesNotFit() {
        Int8 short1 = new Int8(new byte[5], new float[2], null);
        assertThrows(IllegalArgumentException.class, () -> VECTOR.packInt8(short1, 2, 3));
        Int8 fewScales = new Int8(new byte[6], new float[1], null);
        assertThrows(IndexOutOfBoundsException.class, () -> VECTOR.packInt8(fewScales, 2, 3));
        Int8 far = new Int8(new byte[6], new float[2], new int[] {0, 200});
        assertThrows(IllegalArgumentException.class, () -> VECTOR.packInt8(far, 2, 3));
        assertThrows(IllegalArgumentException.class, () -> VECTOR.packBf16(new float[5], 2, 3));
    }
}
