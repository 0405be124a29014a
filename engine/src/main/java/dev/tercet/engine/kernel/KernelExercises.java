package dev.tercet.engine.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Small calls of the vector kernels, from which the JVM learns what it compiles them for: every tile, whole vectors and
 * what is left beside them, every branch that some run takes. A branch that the JVM has never seen taken it leaves out
 * of the compiled code, and goes back to the interpreter when it is.
 *
 * <p>Loops of about {@value #STEPS} steps: the JVM compiles a method after 600 calls with 15,000 steps in them. Each
 * call computes on numbers of its own.
 */
final class KernelExercises {
    private static final int STEPS = 26;

    /** Whole vectors at every lane count, as a tile of {@link WideTile} has in a row. */
    private static final int WHOLE = 64;

    /** Vectors, and something left. */
    private static final int RAGGED = 77;

    private static final int[] LENGTHS = {WHOLE, RAGGED};

    private final VectorKernels vector;
    private final float[] numbers = numbers();
    private final float[] results = new float[numbers.length];
    private final float[] scratch;

    KernelExercises(VectorKernels vector) {
        this.vector = vector;
        this.scratch = new float[vector.attentionScratch(RAGGED, RAGGED, WHOLE)];
    }

    /** From −1 to 1, in no order. */
    private static float[] numbers() {
        float[] numbers = new float[RAGGED * WHOLE];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (i * 37 % 64 - 31) / 32f;
        }
        return numbers;
    }

    /** The calls for one of the {@link KernelParts}. */
    List<Runnable> of(long part) {
        PackedMatrix.Format format = KernelParts.format(part);
        if (format != null) {
            return tiles(matrix(format, null));
        }
        Activation activation = KernelParts.activation(part);
        if (activation != null) {
            return lengths(length -> vector.activate(activation, fresh(), 0, length));
        }
        if (part == KernelParts.ZERO_POINTS) {
            return zeroPoints();
        } else if (part == KernelParts.BLOCK_ATTENTION) {
            return blockAttention();
        } else if (part == KernelParts.ROW_ATTENTION) {
            return rowAttention();
        } else if (part == KernelParts.STEP_ATTENTION) {
            return stepAttention();
        } else if (part == KernelParts.LAYER_NORM) {
            return layerNorm();
        } else if (part == KernelParts.FIRST_ABOVE) {
            return firstAbove();
        } else if (part == KernelParts.LOG_SOFTMAX) {
            return logSoftmax();
        }
        return lengths(ofLength(part));
    }

    /** What runs over a row. */
    private OfLength ofLength(long part) {
        if (part == KernelParts.ADD) {
            return length -> vector.add(numbers, 0, results, 0, length);
        } else if (part == KernelParts.SCALE) {
            return length -> vector.scale(0.5f, fresh(), 0, length);
        } else if (part == KernelParts.SOFTMAX) {
            return length -> vector.softmax(fresh(), 0, length);
        } else if (part == KernelParts.MEAN) {
            return length -> vector.mean(Rows.of(numbers, length, 5), length, results, 0);
        } else if (part == KernelParts.MAX) {
            return length -> vector.max(Rows.of(numbers, length, 5), length, results, 0);
        } else if (part == KernelParts.DOT) {
            return length -> vector.dot(numbers, 0, numbers, 1, length);
        }
        throw new IllegalArgumentException("not one part of the kernels: " + Long.toBinaryString(part));
    }

    @FunctionalInterface
    private interface OfLength {
        void run(int length);
    }

    private static List<Runnable> lengths(OfLength exercise) {
        List<Runnable> exercises = new ArrayList<>();
        for (int length : LENGTHS) {
            exercises.add(() -> {
                // a call is short: several, so that what each of them allocates before it is compiled is seen
                for (int i = 0; i < 8; i++) {
                    exercise.run(length);
                }
            });
        }
        return exercises;
    }

    /** The results, with the first numbers in them. */
    private float[] fresh() {
        System.arraycopy(numbers, 0, results, 0, RAGGED);
        return results;
    }

    /** A whole panel. */
    private PackedMatrix matrix(PackedMatrix.Format format, int[] zeroPoints) {
        int outputs = vector.panelWidth();
        if (format == PackedMatrix.Format.F32) {
            return vector.pack(numbers, outputs, STEPS);
        } else if (format == PackedMatrix.Format.BF16) {
            return vector.packBf16(numbers, outputs, STEPS);
        }
        byte[] q = new byte[outputs * STEPS];
        for (int i = 0; i < q.length; i++) {
            q[i] = (byte) (i * 37);
        }
        float[] scales = new float[outputs];
        Arrays.fill(scales, 0.01f);
        return vector.packInt8(new PackedMatrix.Int8(q, scales, zeroPoints), outputs, STEPS);
    }

    /** Tiles of every number of rows, and two in turn. They leave no trace in the trials of {@link FirstTile}. */
    private List<Runnable> tiles(PackedMatrix w) {
        List<Runnable> exercises = new ArrayList<>();
        for (int rows = 1; rows <= Int8Tile.ROWS + 2; rows++) {
            Rows x = Rows.of(numbers, STEPS, rows);
            Rows y = Rows.of(results, w.outputs, rows);
            exercises.add(
                    () -> VectorKernels.linear(x, w, numbers, Activation.IDENTITY, y, 0, 1, FirstTile.Way.TOUCHED));
        }
        return exercises;
    }

    private List<Runnable> zeroPoints() {
        List<Runnable> exercises = tiles(matrix(PackedMatrix.Format.F32, null));
        int[] zeroPoints = new int[vector.panelWidth()];
        Arrays.fill(zeroPoints, 3);
        exercises.addAll(tiles(matrix(PackedMatrix.Format.INT8, zeroPoints)));
        return exercises;
    }

    private List<Runnable> layerNorm() {
        List<Runnable> exercises = new ArrayList<>();
        for (int length : LENGTHS) {
            Rows x = Rows.of(numbers, length, 8);
            Rows y = Rows.of(results, length, 8);
            exercises.add(() -> vector.layerNorm(x, x, length, numbers, numbers, 1e-5f, y));
            exercises.add(() -> vector.layerNorm(x, null, length, numbers, numbers, 1e-5f, y));
        }
        return exercises;
    }

    private List<Runnable> firstAbove() {
        List<Runnable> exercises = new ArrayList<>();
        for (float bound : new float[] {2f, 0.9f, -2f}) { // above none, above some, above the first
            exercises.addAll(
                    lengths(length -> vector.firstAbove(bound, 0f, LogNormalizer.NONE, numbers, 0, 0, length)));
        }
        return exercises;
    }

    /** Of rows of one block and of several. */
    private List<Runnable> logSoftmax() {
        List<Runnable> exercises = new ArrayList<>();
        for (int columns : new int[] {WHOLE, RAGGED, 2 * Kernels.BLOCK + RAGGED}) {
            int blocks = Math.ceilDiv(columns, Kernels.BLOCK);
            Rows x = Rows.of(numbers, columns, 2);
            Rows largest = Rows.of(new float[2 * blocks], blocks, 2);
            Rows sums = Rows.of(new float[2 * blocks], blocks, 2);
            exercises.add(() -> {
                vector.blockExponentials(x, columns, largest, sums);
                LogNormalizer normalizer = vector.logNormalizer(largest, sums, LogNormalizer.NONE);
                vector.normalize(normalizer, fresh(), 0, Math.min(columns, RAGGED));
            });
        }
        return exercises;
    }

    private List<Runnable> blockAttention() {
        return List.of(
                attention(9, STEPS, 8, false),
                attention(4, 4, 32, false),
                attention(9, 9, 32, false),
                attention(33, 33, 8, false));
    }

    private List<Runnable> rowAttention() {
        List<Runnable> exercises = new ArrayList<>(of(KernelParts.SOFTMAX));
        exercises.add(attention(1, STEPS, 32, false));
        exercises.add(attention(2, RAGGED, 20, false));
        exercises.add(attention(3, STEPS, 32, true));
        return exercises;
    }

    private List<Runnable> stepAttention() {
        KeyValueCache cache = vector.cache(WHOLE, STEPS);
        for (int slot = 0; slot < STEPS; slot++) {
            cache.put(slot, numbers, slot * WHOLE);
        }
        List<Runnable> exercises = new ArrayList<>(of(KernelParts.SOFTMAX));
        for (int rows = 1; rows <= VectorKernels.TILE_ROWS; rows++) {
            exercises.add(step(cache, rows, WHOLE));
        }
        exercises.add(step(cache, 2, 32));
        exercises.add(step(cache, 2, 8));
        return exercises;
    }

    /** Attention of one head. */
    private Runnable attention(int queries, int keys, int headSize, boolean causal) {
        Rows q = Rows.of(numbers, headSize, queries);
        Rows kv = Rows.of(numbers, headSize, keys);
        Rows context = Rows.of(results, headSize, queries);
        return () -> vector.attention(q, kv, kv, headSize, 0.2f, causal, context, null, scratch, 0, 1);
    }

    private Runnable step(KeyValueCache cache, int rows, int headSize) {
        int[] slots = new int[STEPS];
        Arrays.setAll(slots, i -> i);
        int[][] seen = new int[rows][];
        Arrays.setAll(seen, r -> Arrays.copyOf(slots, STEPS - r)); // tokens of their own
        Rows q = Rows.of(numbers, WHOLE, rows);
        Rows context = Rows.of(results, WHOLE, rows);
        return () -> vector.attention(q, cache, seen, headSize, 0.2f, context, null, scratch);
    }
}
