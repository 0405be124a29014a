package dev.tercet.engine.generate;

import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.trace.SearchListener;
import java.util.Arrays;
import java.util.List;

/**
 * Takes the likeliest token at every step: what {@code generate()} does for one beam. Processors see logits here, not
 * log-probabilities.
 */
final class GreedySearch extends Search {
    private int[] ids;
    private float[] logProbabilities;
    private boolean ended;

    GreedySearch(Kernels kernels, SearchSettings settings, int sentence, int[] source) {
        super(kernels, settings, sentence, source);
        this.ids = settings.prompt();
        this.logProbabilities = new float[settings.prefix()];
    }

    @Override
    int rows() {
        return 1;
    }

    @Override
    int parent(int row) {
        return ids.length == settings.prompt().length ? -1 : 0;
    }

    @Override
    int token(int row) {
        return ids[ids.length - 1];
    }

    @Override
    void score(int row) {
        Scores scores = scores(row);
        settings.process(prefix(ids), scores);
        int best = 0;
        for (int token = 0; token < scores.size(); token = scores.firstAbove(scores.of(best), 0f, best + 1))
            best = token;
        // where nothing is possible the reference takes the first token
        if (scores.of(best) != Float.NEGATIVE_INFINITY) logSoftmax(scores);
        ids = append(ids, best);
        logProbabilities = append(logProbabilities, scores.of(best));
    }

    @Override
    void advance() {
        ended = expired || settings.ends(ids);
        if (listener != null) listener.step(decision());
    }

    /** What a listener sees of the step that ended now: one candidate, which is taken. */
    private SearchListener.Step decision() {
        int last = logProbabilities.length - 1;
        float before = 0f;
        for (int t = 0; t < last; t++) before += logProbabilities[t];
        float total = before + logProbabilities[last];
        SearchListener.Candidate taken = new SearchListener.Candidate(
                0,
                ids[ids.length - 1],
                logProbabilities[last],
                total,
                ended,
                score(logProbabilities),
                ended ? SearchListener.Fate.FINISHED : SearchListener.Fate.KEPT,
                ended ? -1 : 0);
        return new SearchListener.Step(
                List.of(row(0, Arrays.copyOf(ids, ids.length - 1), before)),
                List.of(taken),
                Float.NEGATIVE_INFINITY,
                Float.NEGATIVE_INFINITY,
                ended ? SearchListener.Verdict.ALL_ENDED : SearchListener.Verdict.GOES_ON);
    }

    @Override
    boolean ended() {
        return ended;
    }

    @Override
    List<Generated> found() {
        return List.of(generated(ids, score(logProbabilities), logProbabilities));
    }

    @Override
    public int[] stable() {
        return ids.clone();
    }
}
