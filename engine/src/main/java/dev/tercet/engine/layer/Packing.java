package dev.tercet.engine.layer;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.kernel.PackedMatrix;
import dev.tercet.loaders.QuantizedTensor;
import dev.tercet.loaders.Weights;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * How the weights of dense layers get from a checkpoint into memory: for which kernels, and in how many bytes. What the
 * checkpoint holds in int8 stays as it is when int8 is asked for; anything else is rounded to the format.
 */
public record Packing(Kernels kernels, PackedMatrix.Format format) {
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
        return switch (format) {
            case F32 -> kernels.pack(weights.floats(name, outputs, inputs), outputs, inputs);
            case BF16 -> kernels.packBf16(weights.floats(name, outputs, inputs), outputs, inputs);
            case INT8 -> pack(List.of(int8(weights, name, outputs, inputs)), outputs, inputs);
        };
    }

    /**
     * The weights called {@code weight} of several layers on the same input as one, their outputs side by side.
     *
     * @param outputs of each of them
     */
    PackedMatrix packSideBySide(List<Weights> layers, int outputs, int inputs) {
        // read, and so checked against the file, before anything of the size that the config claims is allocated
        if (format == PackedMatrix.Format.INT8) {
            return pack(
                    layers.stream()
                            .map(layer -> int8(layer, "weight", outputs, inputs))
                            .toList(),
                    outputs,
                    inputs);
        }
        List<float[]> parts = layers.stream()
                .map(layer -> layer.floats("weight", outputs, inputs))
                .toList();
        int total = layers.size() * outputs;
        float[] weight = new float[Math.multiplyExact(total, inputs)];
        for (int l = 0; l < parts.size(); l++)
            System.arraycopy(parts.get(l), 0, weight, l * outputs * inputs, outputs * inputs);
        return format == PackedMatrix.Format.BF16
                ? kernels.packBf16(weight, total, inputs)
                : kernels.pack(weight, total, inputs);
    }

    private static QuantizedTensor int8(Weights weights, String name, int outputs, int inputs) {
        return weights.isQuantized(name)
                ? weights.quantized(name, outputs, inputs)
                : QuantizedTensor.quantize(
                        weights.describe(name), weights.floats(name, outputs, inputs), outputs, inputs);
    }

    private PackedMatrix pack(List<QuantizedTensor> parts, int outputs, int inputs) {
        int total = parts.size() * outputs;
        byte[] q = new byte[Math.multiplyExact(total, inputs)];
        float[] scales = new float[total];
        int[] zeroPoints = new int[total];
        for (int part = 0; part < parts.size(); part++) {
            QuantizedTensor tensor = parts.get(part);
            int from = part * outputs;
            MemorySegment.copy(tensor.q(), JAVA_BYTE, 0, q, from * inputs, outputs * inputs);
            // 0 … 255 becomes −128 … 127, and the zero point with it: the difference is the same
            if (!tensor.signed()) for (int i = from * inputs; i < (from + outputs) * inputs; i++) q[i] ^= (byte) 0x80;
            for (int o = 0; o < outputs; o++) {
                scales[from + o] = tensor.scale(o);
                zeroPoints[from + o] = tensor.zeroPoint(o) - (tensor.signed() ? 0 : 128);
            }
        }
        return kernels.packInt8(new PackedMatrix.Int8(q, scales, zeroPoints), total, inputs);
    }
}
