package dev.tercet.engine.layer;

import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.kernel.Rows;
import dev.tercet.loaders.Weights;

/**
 * Layer normalization of a sum: y = (h − mean(h)) / √(var(h) + ε) · weight + bias with h = x + residual.
 *
 * @param weight [columns]
 * @param bias [columns]
 */
public record LayerNorm(float[] weight, float[] bias, float epsilon) {
    /** A row costs about as much as this many multiply-adds per column in a product. */
    private static final int COST = 16;

    /**
     * {@code weight} and {@code bias} below a name of the checkpoint, or {@code gamma} and {@code beta} in old ones.
     */
    public static LayerNorm load(Weights weights, int columns, float epsilon) {
        boolean old = !weights.has("weight") && weights.has("gamma");
        return new LayerNorm(
                weights.floats(old ? "gamma" : "weight", columns),
                weights.floats(old ? "beta" : "bias", columns),
                epsilon);
    }

    /**
     * @param x [rows, columns]
     * @param residual [rows, columns], or null
     * @param y [rows, columns], written; may be x or residual
     */
    public void forward(Run run, Rows x, Rows residual, Rows y) {
        int rows = x.count();
        int parts = Math.min(rows, run.parts((long) rows * weight.length * COST));
        if (parts <= 1) forward(run.kernels(), x, residual, y);
        else run.workspace().layerNorm.run(run, this, x, residual, y, parts);
    }

    void forward(Kernels kernels, Rows x, Rows residual, Rows y) {
        kernels.layerNorm(x, residual, weight.length, weight, bias, epsilon, y);
    }
}
