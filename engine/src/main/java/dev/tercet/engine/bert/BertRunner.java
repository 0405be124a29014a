package dev.tercet.engine.bert;

import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.layer.Run;
import dev.tercet.engine.layer.TokenBatch;
import dev.tercet.engine.layer.Workspace;
import dev.tercet.engine.parallel.Pool;
import dev.tercet.engine.parallel.Workers;
import dev.tercet.engine.trace.Trace;
import dev.tercet.tokenizer.Encoding;

/**
 * Runs texts through a model in batches of its own choosing. How they are batched and which thread runs them does not
 * change a bit of the results. After the first calls of its size a call allocates nothing that grows with the texts,
 * their tokens or the layers. Safe for use by many threads.
 */
public final class BertRunner {
    /** The plan for more texts than this is not kept: it would hold 28 bytes a text for ever. */
    private static final int MOST_PLANNED = 1 << 16;

    private final Kernels kernels;
    private final Workers workers;
    private final Pool<BatchPlan> plans = new Pool<>();
    private final Pool<Place> places = new Pool<>();

    public BertRunner(Kernels kernels, Workers workers) {
        this.kernels = kernels;
        this.workers = workers;
    }

    /** What to do with a batch. */
    @FunctionalInterface
    public interface Work {
        /**
         * Runs a batch.
         *
         * @param batch only until this returns
         * @param texts for each sequence of the batch its number among the texts; may be longer
         */
        void run(Run run, TokenBatch batch, int[] texts);
    }

    /** What a thread needs to run a chunk, for one chunk after another. */
    private static final class Place {
        final Workspace workspace = new Workspace();
        final Run alone;
        final Run together;
        final TokenBatch batch = new TokenBatch();
        int[] texts = {};

        Place(Kernels kernels, Workers workers) {
            alone = new Run(kernels, Workers.serial(), workspace, null);
            together = new Run(kernels, workers, workspace, null);
        }

        void fill(TokenizedTexts all, BatchPlan plan, int chunk) {
            batch.clear();
            int from = plan.begin(chunk);
            int count = plan.end(chunk) - from;
            if (texts.length < count) texts = new int[2 * count];
            for (int s = 0; s < count; s++) {
                texts[s] = plan.text(from + s);
                all.copy(texts[s], batch);
            }
        }
    }

    /** Runs all texts; returns when the work is done for each of them. */
    public void run(TokenizedTexts texts, Work work) {
        BatchPlan idle = plans.take();
        BatchPlan plan = idle == null ? new BatchPlan() : idle;
        plan.make(texts, workers.threads());
        if (plan.divided()) for (int chunk = 0; chunk < plan.chunks(); chunk++) run(texts, plan, chunk, work);
        else workers.run(plan.chunks(), chunk -> run(texts, plan, chunk, work));
        if (plan.texts() <= MOST_PLANNED) plans.give(plan);
    }

    /** Runs one text and shows every activation to the trace. */
    public void run(Encoding text, Trace trace, Work work) {
        Workspace workspace = new Workspace();
        TokenBatch batch = new TokenBatch();
        batch.add(text.ids(), text.typeIds(), 0, text.size());
        work.run(new Run(kernels, workers, workspace, trace), batch, new int[] {0});
    }

    private void run(TokenizedTexts texts, BatchPlan plan, int chunk, Work work) {
        Place idle = places.take();
        Place place = idle == null ? new Place(kernels, workers) : idle;
        try {
            place.fill(texts, plan, chunk);
            work.run(plan.divided() ? place.together : place.alone, place.batch, place.texts);
        } finally {
            place.workspace.release(0);
            places.give(place);
        }
    }
}
