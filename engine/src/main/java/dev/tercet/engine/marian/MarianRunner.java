package dev.tercet.engine.marian;

import dev.tercet.engine.generate.Control;
import dev.tercet.engine.generate.Decoding;
import dev.tercet.engine.generate.Generated;
import dev.tercet.engine.generate.GivenTokens;
import dev.tercet.engine.generate.Search;
import dev.tercet.engine.generate.SearchSettings;
import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.layer.Run;
import dev.tercet.engine.layer.Workspace;
import dev.tercet.engine.parallel.Workers;
import dev.tercet.engine.trace.SearchListener;
import dev.tercet.engine.trace.Trace;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;

/**
 * Translates many sources at a time. Which are decoded together and on which thread changes no bit of the results. Safe
 * for use by many threads.
 */
public final class MarianRunner {
    /**
     * What is decoded together: enough rows that a weight read from memory is used often, few enough source tokens that
     * their keys and values stay below some hundred megabytes in the largest models.
     */
    private static final Decoding.Limits LIMITS = new Decoding.Limits(128, 8192);

    private final Kernels kernels;
    private final Workers workers;
    private final MarianModel model;
    private final Decoding.Limits limits;
    private final ArrayDeque<Workspace> idle = new ArrayDeque<>();

    public MarianRunner(Kernels kernels, Workers workers, MarianModel model) {
        this(kernels, workers, model, LIMITS);
    }

    /** @param limits of what is decoded together */
    MarianRunner(Kernels kernels, Workers workers, MarianModel model, Decoding.Limits limits) {
        this.limits = limits;
        this.kernels = kernels;
        this.workers = workers;
        this.model = model;
    }

    /**
     * The translations of sources, in their order.
     *
     * @param sources token ids, at least one each
     * @param trace sees the activations; null for an ordinary run
     * @return for each source its hypotheses, best first
     */
    public List<List<Generated>> run(List<int[]> sources, SearchSettings settings, Trace trace) {
        return run(sources, Collections.nCopies(sources.size(), settings), Control.NONE, trace);
    }

    /**
     * The translations of sources, in their order.
     *
     * @param sources token ids, at least one each
     * @param settings of each source
     * @param control may end decoding before its time
     * @param trace sees the activations; null for an ordinary run
     * @return for each source its hypotheses, best first
     */
    public List<List<Generated>> run(List<int[]> sources, List<SearchSettings> settings, Control control, Trace trace) {
        return run(sources, settings, control, trace, null);
    }

    /**
     * As {@link #run(List, List, Control, Trace)}, and shows a listener how the searches go.
     *
     * @param settings of each source
     * @param control may end decoding before its time
     * @param trace sees the activations; null for an ordinary run
     * @param listener sees what the searches decide, in no order of sources; null for an ordinary run
     */
    public List<List<Generated>> run(
            List<int[]> sources, List<SearchSettings> settings, Control control, Trace trace, SearchListener listener) {
        List<Search> searches = IntStream.range(0, sources.size())
                .mapToObj(s -> Search.of(kernels, settings.get(s), s, sources.get(s)))
                .toList();
        for (Search search : searches) search.listen(listener);
        decode(sources, searches, control, trace);
        return searches.stream().map(Search::hypotheses).toList();
    }

    /**
     * A given translation.
     *
     * @param generated its tokens with their log-probabilities
     * @param attention of its tokens to those of the source, [target][source]
     */
    public record Given(Generated generated, float[][] attention) {}

    /**
     * How likely given translations are, and what their tokens attend to.
     *
     * @param sources token ids, at least one each
     * @param targets tokens after the start token, at least one each
     * @param settings of which the start token counts
     * @param layer of the decoder, whose attention is wanted
     * @param heads of the layer; none for the mean of all
     */
    public List<Given> given(
            List<int[]> sources,
            List<int[]> targets,
            SearchSettings settings,
            Control control,
            int layer,
            int... heads) {
        List<Search> searches = IntStream.range(0, sources.size())
                .<Search>mapToObj(s -> new GivenTokens(kernels, settings, s, sources.get(s), targets.get(s)))
                .toList();
        int[] lengths = targets.stream().mapToInt(target -> target.length).toArray();
        SourceAttention attention = new SourceAttention(layer, heads, lengths);
        decode(sources, searches, new Control(control.cancelled(), null, attention), attention);
        return IntStream.range(0, sources.size())
                .mapToObj(s -> new Given(searches.get(s).hypotheses().getFirst(), attention.weights(s)))
                .toList();
    }

    private void decode(List<int[]> sources, List<Search> searches, Control control, Trace trace) {
        // longest first: what is left at the end, when rows stay empty, is short
        Queue<Search> waiting = new ConcurrentLinkedQueue<>(searches.stream()
                .sorted(Comparator.comparing(Search::sourceLength, Comparator.reverseOrder()))
                .toList());
        // With rows enough for every thread each decodes its own, and none waits for another. With fewer they share
        // every product, because each thread on its own would read all the weights for little work.
        boolean apart = trace == null
                && workers.threads() > 1
                && searches.stream().mapToLong(Search::width).sum() >= (long) workers.threads() * limits.rows();
        if (apart) workers.run(workers.threads(), _ -> run(sources, waiting, Workers.serial(), control, null));
        else run(sources, waiting, workers, control, trace);
    }

    private void run(List<int[]> sources, Queue<Search> waiting, Workers parallel, Control control, Trace trace) {
        Workspace workspace = take();
        try {
            Run run = new Run(kernels, parallel, workspace, trace);
            new Decoding(model.decode(run, sources), parallel, limits, control).run(waiting);
        } finally {
            workspace.release(0);
            give(workspace);
        }
    }

    private synchronized Workspace take() {
        return idle.isEmpty() ? new Workspace() : idle.pop();
    }

    private synchronized void give(Workspace workspace) {
        idle.push(workspace);
    }
}
