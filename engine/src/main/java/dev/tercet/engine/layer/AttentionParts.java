package dev.tercet.engine.layer;

import dev.tercet.engine.kernel.Rows;
import java.util.function.IntConsumer;

/**
 * Attention of some sequences, by one thread or divided between several; one object for all, as {@link LinearParts}.
 * Unit u is head u mod heads of sequence u / heads; a part is the units one after another.
 */
final class AttentionParts implements IntConsumer {
    private Run run;
    private Attention attention;
    private String name;
    private Sequences queries;
    private Sequences keys;
    private Sequences values;
    private Sequences contexts;
    private int scratchSize;
    private int parts;
    private Workspace[] workspaces;

    /** What is attended to what. */
    AttentionParts of(Sequences q, Sequences k, Sequences v, Sequences context) {
        queries = q;
        keys = k;
        values = v;
        contexts = context;
        return this;
    }

    /**
     * Does the work.
     *
     * @param probabilities their name, for a trace
     * @param scratch floats that the kernel needs for the largest sequence
     */
    void run(Run current, Attention heads, String probabilities, int scratch, int count) {
        run = current;
        attention = heads;
        name = probabilities;
        scratchSize = scratch;
        parts = count;
        workspaces = run.workspace().parts(parts);
        try {
            if (parts == 1) accept(0);
            else run.workers().run(parts, this);
        } finally {
            run = null; // with its trace
        }
    }

    @Override
    public void accept(int part) {
        int heads = attention.heads();
        int units = queries.count() * heads;
        int to = Linear.share(units, part + 1, parts);
        int unit = Linear.share(units, part, parts);
        Workspace own = workspaces[part];
        while (unit < to) {
            int fromHead = unit % heads;
            int toHead = Math.min(heads, fromHead + to - unit);
            own.release(0);
            attend(own, unit / heads, fromHead, toHead);
            unit += toHead - fromHead;
        }
    }

    private void attend(Workspace own, int s, int fromHead, int toHead) {
        int size = attention.headSize();
        Rows q = own.sequence(queries, s);
        Rows k = own.sequence(keys, s);
        Rows v = own.sequence(values, s);
        Rows context = own.sequence(contexts, s);
        float[] scratch = own.scratch(scratchSize);
        float[] probabilities = run.traced() ? new float[attention.heads() * q.count() * k.count()] : null;
        run.kernels()
                .attention(q, k, v, size, attention.scale(), false, context, probabilities, scratch, fromHead, toHead);
        if (run.traced()) run.trace().record(name, s, probabilities, 0, attention.heads(), q.count(), k.count());
    }
}
