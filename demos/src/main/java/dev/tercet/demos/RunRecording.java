package dev.tercet.demos;

import dev.tercet.engine.trace.Trace;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Keeps the activations of one run of one text, by name. */
final class RunRecording implements Trace {
    private final Map<String, Activation> activations = new HashMap<>();

    /**
     * What was computed.
     *
     * @param data row-major
     */
    record Activation(float[] data, int[] shape) {
        /** A row of the last dimension. */
        float[] row(int row) {
            int columns = shape[shape.length - 1];
            return Arrays.copyOfRange(data, row * columns, (row + 1) * columns);
        }

        /** All rows of the last dimension. */
        float[][] rows() {
            float[][] rows = new float[data.length / shape[shape.length - 1]][];
            Arrays.setAll(rows, this::row);
            return rows;
        }

        /** The first rows of a matrix. */
        Activation first(int rows) {
            return new Activation(Arrays.copyOf(data, rows * shape[1]), new int[] {rows, shape[1]});
        }

        /**
         * Attention, [heads, queries, keys], with the mean over the heads as one head more, which is not the model's.
         */
        Activation withMeanHead() {
            int heads = shape[0];
            int plane = data.length / heads;
            float[] more = Arrays.copyOf(data, data.length + plane);
            for (int i = 0; i < plane; i++) {
                double sum = 0;
                for (int h = 0; h < heads; h++) {
                    sum += data[h * plane + i];
                }
                more[heads * plane + i] = (float) (sum / heads);
            }
            return new Activation(more, new int[] {heads + 1, shape[1], shape[2]});
        }
    }

    @Override
    public void record(String name, int sequence, float[] data, int offset, int... shape) {
        int size = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        activations.put(name, new Activation(Arrays.copyOfRange(data, offset, offset + size), shape.clone()));
    }

    boolean has(String name) {
        return activations.containsKey(name);
    }

    Activation get(String name) {
        Activation activation = activations.get(name);
        if (activation == null) {
            throw new IllegalStateException("the run recorded no " + name);
        }
        return activation;
    }

    /** How many layers there are whose names begin so, as in {@code encoder.layer.}. */
    int layers(String prefix) {
        int layers = 0;
        while (hasLayer(prefix + layers + ".")) {
            layers++;
        }
        return layers;
    }

    private boolean hasLayer(String prefix) {
        return activations.keySet().stream().anyMatch(name -> name.startsWith(prefix));
    }
}
