package dev.tercet.engine.layer;

import dev.tercet.engine.kernel.Activation;
import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.kernel.PackedMatrix;
import dev.tercet.engine.kernel.Rows;
import dev.tercet.loaders.Weights;
import java.util.List;

/**
 * A dense layer: y = activation(x · Wᵀ + b).
 *
 * @param weight [outputs, inputs]
 * @param bias [outputs], or null
 */
public record Linear(PackedMatrix weight, float[] bias, Activation activation) {
    /** Multiply-adds of one task in divided work are no fewer than this. */
    private static final int ROW_BLOCK = 48;

    /** {@code weight} and {@code bias} below a name of the checkpoint. */
    public static Linear load(Packing packing, Weights weights, int inputs, int outputs, Activation activation) {
        return new Linear(
                packing.pack(weights, "weight", outputs, inputs), weights.floats("bias", outputs), activation);
    }

    /**
     * Several layers on the same input as one product; their outputs lie side by side.
     *
     * @param outputs of each of them
     */
    public static Linear concatenated(Packing packing, List<Weights> layers, int inputs, int outputs) {
        PackedMatrix weight = packing.packSideBySide(layers, outputs, inputs);
        float[] bias = new float[layers.size() * outputs];
        for (int l = 0; l < layers.size(); l++)
            System.arraycopy(layers.get(l).floats("bias", outputs), 0, bias, l * outputs, outputs);
        return new Linear(weight, bias, Activation.IDENTITY);
    }

    /**
     * @param x [rows, inputs]
     * @param y [rows, outputs], written
     */
    public void forward(Run run, Rows x, Rows y) {
        forward(run, x, y, 0, weight.panels());
    }

    /** The outputs of the panels [fromPanel, toPanel) only. */
    public void forward(Run run, Rows x, Rows y, int fromPanel, int toPanel) {
        Kernels kernels = run.kernels();
        int panels = toPanel - fromPanel;
        int parts = run.parts((long) x.count() * panels * kernels.panelWidth() * weight.inputs());
        if (parts == 1) {
            kernels.linear(x, weight, bias, activation, y, fromPanel, toPanel);
            return;
        }
        // Every worker reads all of x and its own panels; few panels and many rows are divided by rows as well.
        int columnParts = Math.min(parts, panels);
        int rowParts = panels % parts == 0 ? 1 : Math.min(parts, Math.ceilDiv(x.count(), ROW_BLOCK));
        run.workspace().linear.run(run, this, x, y, fromPanel, toPanel, rowParts, columnParts);
    }

    /** Where part {@code part} of {@code parts} begins when {@code size} things are divided evenly. */
    public static int share(int size, int part, int parts) {
        return (int) ((long) size * part / parts);
    }
}
