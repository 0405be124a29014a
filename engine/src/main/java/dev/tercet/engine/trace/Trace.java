package dev.tercet.engine.trace;

/**
 * Sees the activations of a run as they are made. A run without one carries {@code null} and does nothing more than
 * that comparison.
 *
 * <p>Names follow the checkpoint's modules: {@code encoder.layer.3.attention.self.query},
 * {@code encoder.layer.3.attention.probabilities}, {@code pooler}, {@code decoder.layers.1.encoder_attn.probabilities}.
 */
@FunctionalInterface
public interface Trace {
    /**
     * An activation was computed.
     *
     * @param sequence which text of the batch, or which hypothesis, it belongs to
     * @param data the array that holds it; valid during the call only, not to be changed
     * @param offset where it starts in {@code data}
     * @param shape its dimensions, dense and row-major from {@code offset}
     */
    void record(String name, int sequence, float[] data, int offset, int... shape);
}
