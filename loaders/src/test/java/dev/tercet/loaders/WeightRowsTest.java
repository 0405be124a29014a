package dev.tercet.loaders;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows give what the whole weight gives, whatever it is stored in and however they are read. */
class WeightRowsTest {
    private static final long SEED = 7;
    private static final int ROWS = 301;
    private static final int COLUMNS = 233;

    private final byte[] random = new byte[4 * ROWS * COLUMNS];

    @TempDir
    Path folder;

    @BeforeEach
    void fill() {
        new Random(SEED).nextBytes(random);
    }

    private void write(DType dtype) throws IOException {
        byte[] bytes = Arrays.copyOf(random, ROWS * COLUMNS * dtype.bytes());
        Tensor weight = new Tensor("w", dtype, new long[] {ROWS, COLUMNS}, MemorySegment.ofArray(bytes));
        List<Tensor> tensors = List.of(weight);
        if (dtype.bytes() == 1) {
            float[] scales = new float[ROWS];
            byte[] points = Arrays.copyOf(random, ROWS);
            for (int r = 0; r < ROWS; r++) scales[r] = 0.001f * (r + 1);
            tensors = List.of(
                    weight,
                    Tensor.of("w_scale", scales, ROWS, 1),
                    new Tensor("w_zero_point", dtype, new long[] {ROWS, 1}, MemorySegment.ofArray(points)));
        }
        SafetensorsWriter.write(folder.resolve("model.safetensors"), tensors, Map.of());
    }

    /** What the values are, by the definition of each type. */
    private float expected(DType dtype, int row, int column) {
        int at = row * COLUMNS + column;
        int half = random[2 * at] & 0xff | random[2 * at + 1] << 8;
        return switch (dtype) {
            case F16 -> Float.float16ToFloat((short) half);
            case BF16 -> Float.intBitsToFloat(half << 16);
            case I8 -> (random[at] - random[row]) * (0.001f * (row + 1));
            case U8 -> ((random[at] & 0xff) - (random[row] & 0xff)) * (0.001f * (row + 1));
            default ->
                Float.intBitsToFloat(random[4 * at] & 0xff
                        | (random[4 * at + 1] & 0xff) << 8
                        | (random[4 * at + 2] & 0xff) << 16
                        | random[4 * at + 3] << 24);
        };
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F16", "BF16", "I8", "U8"})
    void anyRangeOfRowsHasTheValuesStored(DType dtype) throws IOException {
        write(dtype);
        try (ModelFiles files = ModelFiles.folder(folder)) {
            Weights weights = Checkpoint.open(files);
            float[] whole = weights.floats("w", ROWS, COLUMNS);
            for (WeightRows rows : List.of(weights.rows("w", ROWS, COLUMNS), weights.mappedRows("w", ROWS, COLUMNS))) {
                for (int[] range : new int[][] {{0, ROWS}, {0, 0}, {17, 18}, {140, 291}, {ROWS - 1, ROWS}}) {
                    float[] y = new float[3 + (range[1] - range[0]) * COLUMNS + 2];
                    rows.read(range[0], range[1], y, 3);
                    for (int i = 3; i < y.length - 2; i++) {
                        int row = range[0] + (i - 3) / COLUMNS;
                        int column = (i - 3) % COLUMNS;
                        String where = "row " + row + ", column " + column + ", seed " + SEED;
                        assertEquals(expected(dtype, row, column), y[i], where);
                        assertEquals(y[i], whole[row * COLUMNS + column], where);
                    }
                    assertArrayEquals(new float[] {0, 0}, Arrays.copyOfRange(y, y.length - 2, y.length));
                }
            }
        }
    }

    @Test
    void rowsOutsideTheWeightAreRefused() throws IOException {
        write(DType.F32);
        try (ModelFiles files = ModelFiles.folder(folder)) {
            WeightRows rows = Checkpoint.open(files).rows("w", ROWS, COLUMNS);
            assertThrows(IndexOutOfBoundsException.class, () -> rows.read(0, ROWS + 1, new float[random.length]));
            assertThrows(IndexOutOfBoundsException.class, () -> rows.read(0, 2, new float[2 * COLUMNS - 1]));
            assertThrows(IllegalStateException.class, () -> rows.readInt8(0, 1, new byte[COLUMNS], 0));
        }
    }

    @Test
    void anInterruptedThreadReadsTheSameValues() throws IOException {
        write(DType.F32);
        try (ModelFiles files = ModelFiles.folder(folder)) {
            WeightRows rows = Checkpoint.open(files).rows("w", ROWS, COLUMNS);
            float[] expected = new float[ROWS * COLUMNS];
            rows.read(0, ROWS, expected);
            Thread.currentThread().interrupt();
            float[] y = new float[ROWS * COLUMNS];
            rows.read(0, ROWS, y);
            assertTrue(Thread.interrupted(), "the interrupt is kept");
            assertArrayEquals(expected, y);
        }
    }

    @Test
    void aFileCutShortWhileItIsReadIsReported() throws IOException {
        write(DType.F32);
        try (ModelFiles files = ModelFiles.folder(folder)) {
            WeightRows rows = Checkpoint.open(files).rows("w", ROWS, COLUMNS);
            try (RandomAccessFile file =
                    new RandomAccessFile(folder.resolve("model.safetensors").toFile(), "rw")) {
                file.setLength(file.length() / 2);
            }
            var refused =
                    assertThrows(InvalidModelException.class, () -> rows.read(0, ROWS, new float[ROWS * COLUMNS]));
            assertTrue(refused.getMessage().contains("has become shorter"), refused.getMessage());
        }
    }

    @Test
    void aClosedModelReadsNothing() throws IOException {
        write(DType.F32);
        ModelFiles files = ModelFiles.folder(folder);
        WeightRows rows = Checkpoint.open(files).rows("w", ROWS, COLUMNS);
        files.close();
        assertThrows(IllegalStateException.class, () -> rows.read(0, 1, new float[COLUMNS]));
    }
}
