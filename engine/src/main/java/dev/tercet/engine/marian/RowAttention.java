package dev.tercet.engine.marian;

import dev.tercet.engine.kernel.Rows;
import dev.tercet.engine.layer.Attention;
import dev.tercet.engine.layer.Linear;
import dev.tercet.engine.layer.Run;

/**
 * Attention in a decoding step, where every group of rows has keys and values of its own.
 *
 * @param name of the probabilities, for a trace
 * @param heads how the columns are divided
 * @param groups numbered from 0
 * @param longest the most keys that a group has
 * @param gathered floats of memory that a group needs to bring its keys and values together; 0 if they are already
 */
record RowAttention(String name, Attention heads, Group[] groups, int longest, int gathered) {
    /**
     * Rows that see the same keys and values.
     *
     * @param from first row
     * @param to row after the last
     * @param keysValues gives them side by side, {@code [keys, 2 · columns]}, with the use of the memory it is passed
     */
    record Group(int from, int to, KeysValues keysValues) {}

    interface KeysValues {
        Rows in(float[] memory);
    }

    /**
     * @param query [rows, columns]
     * @param context [rows, columns], written
     */
    void forward(Run run, Rows query, Rows context) {
        int parts =
                run.traced() ? 1 : Math.min(groups.length, run.parts(2L * query.count() * longest * heads.columns()));
        int mostRows = 0;
        for (Group group : groups) mostRows = Math.max(mostRows, group.to - group.from);
        int scratch = run.kernels().attentionScratch(mostRows, longest, heads.headSize());
        float[][] memory = run.workspace().scratch(2 * parts, Math.max(scratch, gathered));
        run.workers().run(parts, part -> {
            int to = Linear.share(groups.length, part + 1, parts);
            for (int g = Linear.share(groups.length, part, parts); g < to; g++)
                forward(run, groups[g], query, context, memory[2 * part], memory[2 * part + 1]);
        });
    }

    private void forward(Run run, Group group, Rows query, Rows context, float[] memory, float[] scratch) {
        Rows keys = group.keysValues.in(memory); // [keys, 2 · columns]
        int rows = group.to - group.from;
        float[] probabilities = run.traced() ? new float[heads.heads() * rows * keys.count()] : null;
        run.kernels()
                .attention(
                        query.slice(group.from, group.to),
                        keys,
                        keys.column(heads.columns()),
                        heads.headSize(),
                        heads.scale(),
                        false,
                        context.slice(group.from, group.to),
                        probabilities,
                        scratch,
                        0,
                        heads.heads());
        if (run.traced()) run.trace().record(name, group.from, probabilities, 0, heads.heads(), rows, keys.count());
    }
}
