package dev.tercet;

import java.util.List;

/**
 * How a model was loaded, and what that took.
 *
 * @param weights how the weights of dense layers are kept
 * @param weightBytes memory that they take. Embedding tables take none: they are read where the checkpoint is mapped
 * @param phases in the order in which they ended
 */
public record LoadReport(LoadOptions.WeightPrecision weights, long weightBytes, List<Phase> phases) {
    /**
     * A part of the work; tokenizer and weights are read at the same time.
     *
     * @param name {@code find}, {@code checkpoint} (its header), {@code tokenizer} or {@code weights}
     * @param fromNanos since loading began
     * @param toNanos since loading began
     */
    public record Phase(String name, long fromNanos, long toNanos) {}

    public LoadReport {
        phases = List.copyOf(phases);
    }
}
