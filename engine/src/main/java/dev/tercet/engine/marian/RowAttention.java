package dev.tercet.engine.marian;

import dev.tercet.engine.kernel.KeyValueCache;
import dev.tercet.engine.kernel.Rows;
import dev.tercet.engine.layer.Attention;
import dev.tercet.engine.layer.Linear;
import dev.tercet.engine.layer.Run;
import dev.tercet.engine.layer.Workspace;
import java.util.Arrays;
import java.util.List;

/**
 * Attention in a decoding step, where the rows of every sentence have keys and values of their own.
 *
 * @param name of the probabilities, for a trace
 * @param heads how the columns are divided
 * @param groups numbered from 0
 * @param seen the slots of the tokens that each row sees, in their order, [rows]
 * @param newest keys and values of the last token that each row sees, [rows, 2 · columns], for the caches; null when
 *     they have them
 */
record RowAttention(String name, Attention heads, List<Group> groups, int[][] seen, Rows newest) {
    /**
     * Rows that see tokens of the same cache.
     *
     * @param from first row
     * @param to row after the last
     */
    record Group(int from, int to, KeyValueCache cache) {}

    /**
     * @param query [rows, columns]
     * @param context [rows, columns], written
     */
    void forward(Run run, Rows query, Rows context) {
        long tokens = 0;
        for (int[] row : seen) tokens += row.length;
        int parts = run.traced() ? 1 : Math.min(groups.size(), run.parts(2 * tokens * heads.columns()));
        int scratch = 0;
        for (Group group : groups) scratch = Math.max(scratch, run.kernels().attentionScratch(group.cache));
        int size = scratch;
        Workspace[] own = run.workspace().parts(parts);
        run.workers().run(parts, part -> {
            int to = Linear.share(groups.size(), part + 1, parts);
            for (int g = Linear.share(groups.size(), part, parts); g < to; g++)
                forward(run, groups.get(g), query, context, own[part].scratch(size));
        });
    }

    private void forward(Run run, Group group, Rows query, Rows context, float[] scratch) {
        // here and not for all groups at once: what is fetched of the cache to be written is read right after
        if (newest != null)
            for (int row = group.from; row < group.to; row++)
                group.cache.put(
                        seen[row][seen[row].length - 1], newest.data(), newest.offset() + row * newest.stride());
        if (!run.traced()) {
            attend(run, group.cache, group.from, group.to, query, context, null, scratch);
            return;
        }
        for (int row = group.from; row < group.to; row++) {
            float[] probabilities = new float[heads.heads() * seen[row].length];
            attend(run, group.cache, row, row + 1, query, context, probabilities, scratch);
            run.trace().record(name, row, probabilities, 0, heads.heads(), 1, seen[row].length);
        }
    }

    private void attend(
            Run run,
            KeyValueCache cache,
            int from,
            int to,
            Rows query,
            Rows context,
            float[] probabilities,
            float[] scratch) {
        run.kernels()
                .attention(
                        query.slice(from, to),
                        cache,
                        Arrays.copyOfRange(seen, from, to),
                        heads.headSize(),
                        heads.scale(),
                        context.slice(from, to),
                        probabilities,
                        scratch);
    }
}
