package dev.tercet.engine.kernel;

/**
 * The weight of a dense layer, {@code [outputs, inputs]}, in panels of {@code width} outputs: panel p holds, input by
 * input, the weights of outputs p · width … p · width + width − 1 side by side, zeros where there are no more outputs.
 */
public final class PackedMatrix {
    final float[] data;
    final int outputs;
    final int inputs;
    final int width;

    PackedMatrix(float[] data, int outputs, int inputs, int width) {
        this.data = data;
        this.outputs = outputs;
        this.inputs = inputs;
        this.width = width;
    }

    /** Copies a row-major {@code [outputs, inputs]} weight into panels. */
    static PackedMatrix pack(float[] weight, int outputs, int inputs, int width) {
        if (outputs < 1 || inputs < 1 || weight.length < (long) outputs * inputs) {
            throw new IllegalArgumentException(
                    "a [" + outputs + ", " + inputs + "] weight cannot be read from " + weight.length + " elements");
        }
        int panels = (outputs + width - 1) / width;
        float[] data = new float[Math.multiplyExact(Math.multiplyExact(panels, width), inputs)];
        for (int panel = 0; panel < panels; panel++) {
            int count = Math.min(width, outputs - panel * width);
            for (int j = 0; j < count; j++) {
                int from = (panel * width + j) * inputs;
                int to = panel * width * inputs + j;
                for (int i = 0; i < inputs; i++) {
                    data[to + i * width] = weight[from + i];
                }
            }
        }
        return new PackedMatrix(data, outputs, inputs, width);
    }

    public int outputs() {
        return outputs;
    }

    public int inputs() {
        return inputs;
    }

    public int panels() {
        return (outputs + width - 1) / width;
    }

    /** Bytes of memory that the panels take. */
    public long bytes() {
        return 4L * data.length;
    }
}
