package dev.tercet.engine.bert;

import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.layer.Run;
import dev.tercet.engine.layer.TokenBatch;
import dev.tercet.engine.layer.Workspace;
import dev.tercet.engine.parallel.Workers;
import dev.tercet.engine.trace.Trace;
import dev.tercet.tokenizer.Encoding;
import java.util.ArrayDeque;
import java.util.List;

/**
 * Runs texts through a model in batches of its own choosing. How they are batched and which thread runs them does not
 * change a bit of the results. Safe for use by many threads.
 */
public final class BertRunner {
    private final Kernels kernels;
    private final Workers workers;
    private final ArrayDeque<Workspace> idle = new ArrayDeque<>();

    public BertRunner(Kernels kernels, Workers workers) {
        this.kernels = kernels;
        this.workers = workers;
    }

    /** What to do with a batch. */
    @FunctionalInterface
    public interface Work {
        /** @param texts the number of each sequence of the batch in the list of texts */
        void run(Run run, TokenBatch batch, int[] texts);
    }

    /** Runs all texts; returns when the work is done for each of them. */
    public void run(List<Encoding> texts, Work work) {
        int[] lengths = texts.stream().mapToInt(Encoding::size).toArray();
        BatchPlan plan = BatchPlan.of(lengths, workers.threads());
        if (plan.divided()) {
            for (int[] chunk : plan.chunks()) run(texts, chunk, workers, null, work);
        } else {
            List<int[]> chunks = plan.chunks();
            workers.run(chunks.size(), c -> run(texts, chunks.get(c), Workers.serial(), null, work));
        }
    }

    /** Runs one text and shows every activation to the trace. */
    public void run(Encoding text, Trace trace, Work work) {
        run(List.of(text), new int[] {0}, workers, trace, work);
    }

    private void run(List<Encoding> texts, int[] chunk, Workers parallel, Trace trace, Work work) {
        Workspace workspace = take();
        try {
            work.run(new Run(kernels, parallel, workspace, trace), batch(texts, chunk), chunk);
        } finally {
            workspace.release(0);
            give(workspace);
        }
    }

    private static TokenBatch batch(List<Encoding> texts, int[] chunk) {
        int[] starts = new int[chunk.length + 1];
        for (int s = 0; s < chunk.length; s++)
            starts[s + 1] = starts[s] + texts.get(chunk[s]).size();
        int[] ids = new int[starts[chunk.length]];
        int[] typeIds = new int[ids.length];
        for (int s = 0; s < chunk.length; s++) {
            Encoding text = texts.get(chunk[s]);
            System.arraycopy(text.ids(), 0, ids, starts[s], text.size());
            System.arraycopy(text.typeIds(), 0, typeIds, starts[s], text.size());
        }
        return new TokenBatch(ids, typeIds, starts);
    }

    private synchronized Workspace take() {
        return idle.isEmpty() ? new Workspace() : idle.pop();
    }

    private synchronized void give(Workspace workspace) {
        idle.push(workspace);
    }
}
