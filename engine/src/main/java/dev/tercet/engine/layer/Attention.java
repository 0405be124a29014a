package dev.tercet.engine.layer;

/**
 * Scaled dot-product attention with several heads, each sequence by itself: context = softmax(q · kᵀ / √headSize) · v
 * for the columns of every head.
 */
public record Attention(int heads, int headSize) {
    /** Columns of queries, keys, values and context. */
    public int columns() {
        return heads * headSize;
    }

    /** 1 / √headSize, computed in double and rounded once, as PyTorch does with a Python float. */
    public float scale() {
        return (float) (1 / Math.sqrt(headSize));
    }

    /**
     * Attention of every sequence of queries to the keys and values of the sequence of the same number.
     *
     * @param name of the probabilities, for a trace
     * @param queries [queries, columns]
     * @param keys [keys, columns]
     * @param values [keys, columns]
     * @param context [queries, columns], written
     */
    public void forward(Run run, String name, Sequences queries, Sequences keys, Sequences values, Sequences context) {
        int scratchSize = 0;
        long multiplyAdds = 0;
        for (int s = 0; s < queries.count(); s++) {
            int q = queries.length(s);
            int k = keys.length(s);
            scratchSize = Math.max(scratchSize, run.kernels().attentionScratch(q, k, headSize));
            multiplyAdds += 2L * q * k * columns();
        }
        // a trace sees all heads of a sequence together; else the threads share every head of every sequence
        int parts = run.traced() ? 1 : Math.min(queries.count() * heads, run.parts(multiplyAdds));
        AttentionParts work = run.workspace().attention.of(queries, keys, values, context);
        work.run(run, this, name, scratchSize, parts);
    }
}
