package dev.tercet.engine.layer;

import dev.tercet.engine.kernel.Rows;

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
    public void forward(Run run, String name, Sequences queries, Sequences keys, Sequences values, Rows context) {
        int scratchSize = 0;
        long multiplyAdds = 0;
        for (int s = 0; s < queries.count(); s++) {
            int q = queries.length(s);
            int k = keys.length(s);
            scratchSize = Math.max(scratchSize, run.kernels().attentionScratch(q, k, headSize));
            multiplyAdds += 2L * q * k * columns();
        }
        // unit u is head u mod heads of sequence u / heads
        int units = queries.count() * heads;
        int parts = run.traced() ? 1 : Math.min(units, run.parts(multiplyAdds));
        float[][] scratch = run.workspace().scratch(parts, scratchSize);
        Sequences contexts = new Sequences(context, queries.starts());
        if (parts == 1) {
            units(run, name, queries, keys, values, contexts, scratch[0], 0, units);
            return;
        }
        run.workers()
                .run(
                        parts,
                        part -> units(
                                run,
                                name,
                                queries,
                                keys,
                                values,
                                contexts,
                                scratch[part],
                                Linear.share(units, part, parts),
                                Linear.share(units, part + 1, parts)));
    }

    private void units(
            Run run,
            String name,
            Sequences queries,
            Sequences keys,
            Sequences values,
            Sequences contexts,
            float[] scratch,
            int from,
            int to) {
        int unit = from;
        while (unit < to) {
            int s = unit / heads;
            int fromHead = unit % heads;
            int toHead = Math.min(heads, fromHead + to - unit);
            Rows q = queries.sequence(s);
            Rows k = keys.sequence(s);
            Rows v = values.sequence(s);
            Rows c = contexts.sequence(s);
            float[] probabilities = run.traced() ? new float[heads * q.count() * k.count()] : null;
            run.kernels().attention(q, k, v, headSize, scale(), false, c, probabilities, scratch, fromHead, toHead);
            if (run.traced()) run.trace().record(name, s, probabilities, 0, heads, q.count(), k.count());
            unit += toHead - fromHead;
        }
    }
}
