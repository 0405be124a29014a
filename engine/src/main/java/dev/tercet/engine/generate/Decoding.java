package dev.tercet.engine.generate;

import dev.tercet.engine.parallel.Workers;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/**
 * Runs many searches over one model. A sentence that is finished leaves the batch and makes room for the next; no row
 * is computed that nobody asked for.
 *
 * @param workers score the rows of a step
 * @param limits of what runs at the same time
 * @param control asked and told between steps
 */
public record Decoding(NextTokens model, Workers workers, Limits limits, Control control) {
    /**
     * @param rows hypotheses in one step; when there are fewer another sentence is taken in
     * @param sourceTokens of the sentences in one step, times their number of beams; likewise
     */
    public record Limits(int rows, int sourceTokens) {}

    /** Sentences are taken in when this part of the rows is free: encoding a few at a time would be slower. */
    private static final int REFILL = 4;

    /** Decoding that nobody watches. */
    public Decoding(NextTokens model, Workers workers, Limits limits) {
        this(model, workers, limits, Control.NONE);
    }

    /** Runs searches to their end. */
    public void run(List<Search> searches) {
        run(new ArrayDeque<>(searches));
    }

    /**
     * Takes searches from a queue, which several threads may share, and runs them to their end.
     *
     * @param waiting empty when this returns
     */
    public void run(Queue<Search> waiting) {
        List<Search> active = new ArrayList<>();
        while (true) {
            control.check();
            if (control.expired()) abandon(waiting);
            else admit(waiting, active);
            if (active.isEmpty()) return;
            step(active);
            active.removeIf(Search::finished);
        }
    }

    private void admit(Queue<Search> waiting, List<Search> active) {
        int rows = active.stream().mapToInt(Search::width).sum();
        if (!active.isEmpty() && limits.rows - rows < limits.rows / REFILL) return;
        long tokens = active.stream().mapToLong(Decoding::weight).sum();
        while (active.isEmpty() || rows < limits.rows && tokens < limits.sourceTokens) {
            Search next = waiting.poll();
            if (next == null) return;
            rows += next.width();
            tokens += weight(next);
            active.add(next);
        }
    }

    /** What has not begun when the time is over never will. */
    private void abandon(Queue<Search> waiting) {
        for (Search search = waiting.poll(); search != null; search = waiting.poll()) {
            search.abandon();
            control.stepped(search);
        }
    }

    private static long weight(Search search) {
        return (long) search.sourceLength() * search.width();
    }

    private void step(List<Search> active) {
        Continuations step = new Continuations();
        for (Search search : active) search.request(step);
        Logits logits = model.logits(step); // [rows, vocabulary]
        List<Row> rows = new ArrayList<>();
        for (Search search : active) {
            int scored = search.take(logits);
            for (int row = 0; row < scored; row++) rows.add(new Row(search, row));
        }
        workers.run(rows.size(), r -> rows.get(r).search.score(rows.get(r).row));
        boolean expired = control.expired();
        for (Search search : active) {
            search.choose(expired);
            control.stepped(search);
        }
    }

    private record Row(Search search, int row) {}
}
