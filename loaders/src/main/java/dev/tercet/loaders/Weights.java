package dev.tercet.loaders;

import java.util.Set;

/**
 * Named weights as a model reads them: {@code weights.in("encoder").in("layer.3").floats("attention.self.query.weight",
 * 384, 384)}. The names are the architecture. Safe for use by many threads while the files behind it are open.
 */
public interface Weights {
    /** The weights below a name: {@code in("encoder")} sees {@code encoder.layer.0.…} as {@code layer.0.…}. */
    Weights in(String prefix);

    boolean has(String name);

    /** Names of the logical weights below this prefix; scales and zero points of quantized ones are not listed. */
    Set<String> names();

    /**
     * A weight as fp32, converted from F16 or BF16, or from int8 as w = (q − zero_point) · scale.
     *
     * @param shape the dimensions expected
     * @return row-major values, a new array
     * @throws InvalidModelException when the weight is missing or its shape or type is another; the message names file,
     *     tensor, both shapes
     */
    float[] floats(String name, int... shape);

    /**
     * A weight row by row, with the values of {@link #floats}: for what is read once. Where the file can be read, that
     * leaves no page of its mapping in this process's memory.
     *
     * @throws InvalidModelException as {@link #floats}
     */
    WeightRows rows(String name, int rows, int columns);

    /**
     * As {@link #rows}, for what is looked up again and again: each row is read where the file is mapped.
     *
     * @throws InvalidModelException as {@link #floats}
     */
    WeightRows mappedRows(String name, int rows, int columns);

    /**
     * Whether the weight is stored as int8 with a scale, so that {@link #quantized} gives it.
     *
     * @throws InvalidModelException when the weight is missing
     */
    boolean isQuantized(String name);

    /**
     * An int8 weight with its scales and zero points, unexpanded.
     *
     * @param shape the dimensions expected
     * @throws InvalidModelException when the weight is missing, not int8, of another shape, or its scale or zero point
     *     is missing or does not fit
     */
    QuantizedTensor quantized(String name, int... shape);

    /** The stored tensor itself, unconverted; its name is the full one. */
    Tensor tensor(String name);

    /** The shape of a weight, so that a config that omits a size can be completed from the checkpoint. */
    int[] shape(String name);

    /** The file and full name of a weight, for messages: {@code model.safetensors: encoder.layer.3.…}. */
    String describe(String name);
}
