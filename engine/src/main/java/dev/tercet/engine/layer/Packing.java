package dev.tercet.engine.layer;

import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.kernel.MatrixPacker;
import dev.tercet.engine.kernel.PackedMatrix;
import dev.tercet.engine.parallel.Pool;
import dev.tercet.engine.parallel.Workers;
import dev.tercet.loaders.QuantizedTensor;
import dev.tercet.loaders.WeightRows;
import dev.tercet.loaders.Weights;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * How the weights of dense layers get from a checkpoint into memory: for which kernels, and in how many bytes. What the
 * checkpoint holds in int8 stays as it is when int8 is asked for; anything else is rounded to the format. Rows go from
 * the file into panels, some at a time; besides the panels nothing of the size of a weight is allocated.
 *
 * @param workers share the panels of large matrices between them
 * @param bytes the memory of everything packed is added here
 */
public record Packing(Kernels kernels, PackedMatrix.Format format, Workers workers, LongAdder bytes) {
    /** Weights that one task packs, at least: some megabytes, beside which handing out a task is nothing. */
    private static final int TASK = 1 << 20;

    /** With the caller's thread alone. */
    public Packing(Kernels kernels, PackedMatrix.Format format) {
        this(kernels, format, Workers.serial(), new LongAdder());
    }

    /** In fp32, exactly the numbers of the checkpoint. */
    public static Packing exact(Kernels kernels) {
        return new Packing(kernels, PackedMatrix.Format.F32);
    }

    /**
     * The weight of a dense layer.
     *
     * @param name of the weight itself, as in {@code fc1.weight}
     * @throws dev.tercet.loaders.InvalidModelException when it is missing, has another shape, or is to be rounded to
     *     int8 and holds what has no int8: an infinity or NaN
     */
    public PackedMatrix pack(Weights weights, String name, int outputs, int inputs) {
        return pack(List.of(Part.of(weights, name, outputs, inputs)));
    }

    /**
     * The weights called {@code weight} of several layers on the same input as one, their outputs side by side.
     *
     * @param outputs of each of them
     */
    PackedMatrix packSideBySide(List<Weights> layers, int outputs, int inputs) {
        // all are looked up, and so checked against the file, before anything of the size that the config claims is
        // allocated
        return pack(layers.stream()
                .map(layer -> Part.of(layer, "weight", outputs, inputs))
                .toList());
    }

    private PackedMatrix pack(List<Part> parts) {
        Stack stack = new Stack(parts);
        MatrixPacker packer = new MatrixPacker(kernels, format, stack.outputs(), stack.inputs());
        int panels = packer.panels();
        int tasks = (int) Math.min(panels, Math.max(1, (long) stack.outputs() * stack.inputs() / TASK));
        workers.run(tasks, task -> {
            int from = Linear.share(panels, task, tasks);
            int to = Linear.share(panels, task + 1, tasks);
            if (format == PackedMatrix.Format.INT8) packer.fill(stack::readInt8, from, to);
            else packer.fill(stack::read, from, to);
        });
        PackedMatrix matrix = packer.matrix();
        bytes.add(matrix.bytes());
        return matrix;
    }

    /**
     * A weight and what messages call it.
     *
     * @param rows [outputs, inputs]
     */
    private record Part(String name, WeightRows rows) {
        static Part of(Weights weights, String name, int outputs, int inputs) {
            return new Part(weights.describe(name), weights.rows(name, outputs, inputs));
        }

        /** Rows [from, to) in 8 bits: as they are stored, or rounded. */
        void readInt8(int from, int to, Int8Block block, int first) {
            int inputs = rows.columns();
            if (rows.isQuantized()) copyInt8(from, to, block, first);
            else {
                int count = (to - from) * inputs;
                Rounding rounding = Rounding.ofAtLeast(count);
                rows.read(from, to, rounding.values);
                Arrays.fill(rounding.q, 0, count, (byte) 0);
                for (int r = from; r < to; r++)
                    block.scales[first + r - from] = QuantizedTensor.quantizeRow(
                            name, r, rounding.values, (r - from) * inputs, inputs, rounding.q);
                System.arraycopy(rounding.q, 0, block.q, block.at, count);
                Rounding.IDLE.give(rounding);
            }
        }

        private void copyInt8(int from, int to, Int8Block block, int first) {
            QuantizedTensor tensor = rows.quantized();
            rows.readInt8(from, to, block.q, block.at);
            int end = block.at + (to - from) * rows.columns();
            // 0 … 255 becomes −128 … 127, and the zero point with it: the difference is the same
            if (!tensor.signed()) for (int i = block.at; i < end; i++) block.q[i] ^= (byte) 0x80;
            for (int r = from; r < to; r++) {
                block.scales[first + r - from] = tensor.scale(r);
                block.zeroPoints[first + r - from] = tensor.zeroPoint(r) - (tensor.signed() ? 0 : 128);
            }
        }
    }

    /**
     * Arrays in which rows are rounded, used again: garbage among the weights that are being read stays there until the
     * heap is full.
     */
    private record Rounding(float[] values, byte[] q) {
        static final Pool<Rounding> IDLE = new Pool<>();

        static Rounding ofAtLeast(int count) {
            Rounding idle = IDLE.take();
            return idle != null && idle.q.length >= count ? idle : new Rounding(new float[count], new byte[count]);
        }
    }

    /** Where rows in 8 bits go: q from {@code at} on. */
    private record Int8Block(byte[] q, int at, float[] scales, float[] zeroPoints) {}

    /** Parts of as many outputs each, one below the other. */
    private record Stack(List<Part> parts) {
        int each() {
            return parts.getFirst().rows.rows();
        }

        int outputs() {
            return Math.multiplyExact(parts.size(), each());
        }

        int inputs() {
            return parts.getFirst().rows.columns();
        }

        void read(int from, int to, float[] y) {
            for (int row = from; row < to; ) {
                int part = row / each();
                int end = Math.min(to, (part + 1) * each());
                int first = part * each();
                parts.get(part).rows.read(row - first, end - first, y, (row - from) * inputs());
                row = end;
            }
        }

        void readInt8(int from, int to, byte[] q, float[] scales, float[] zeroPoints) {
            for (int row = from; row < to; ) {
                int part = row / each();
                int end = Math.min(to, (part + 1) * each());
                int first = part * each();
                Int8Block block = new Int8Block(q, (row - from) * inputs(), scales, zeroPoints);
                parts.get(part).readInt8(row - first, end - first, block, row);
                row = end;
            }
        }
    }
}
