package dev.tercet.engine.generate;

import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.kernel.Rows;
import java.util.Arrays;
import java.util.List;

/**
 * Takes the likeliest token at every step: what {@code generate()} does for one beam. Processors see logits here, not
 * log-probabilities.
 */
final class GreedySearch extends Search {
    private int[] ids;
    private float[] logProbabilities = {};
    private boolean finished;

    GreedySearch(Kernels kernels, SearchSettings settings, int sentence, int[] source) {
        super(kernels, settings, sentence, source);
        this.ids = new int[] {settings.startToken()};
    }

    @Override
    int rows() {
        return 1;
    }

    @Override
    int parent(int row) {
        return ids.length == 1 ? -1 : 0;
    }

    @Override
    int token(int row) {
        return ids[ids.length - 1];
    }

    @Override
    void score(Rows logits, int row) {
        Scores scores = scores(logits, row);
        settings.process(prefix(ids), scores);
        int best = 0;
        for (int token = 1; token < scores.size(); token++) {
            if (scores.of(token) > scores.of(best)) best = token;
        }
        // where nothing is possible the reference takes the first token
        if (scores.of(best) != Float.NEGATIVE_INFINITY) logSoftmax(scores);

        ids = Arrays.copyOf(ids, ids.length + 1);
        ids[ids.length - 1] = best;
        logProbabilities = Arrays.copyOf(logProbabilities, ids.length - 1);
        logProbabilities[ids.length - 2] = scores.of(best);
        finished = settings.ends(best) || ids.length >= settings.maxLength();
    }

    @Override
    void advance(Rows logits) {}

    @Override
    public boolean finished() {
        return finished;
    }

    @Override
    public List<Generated> hypotheses() {
        float sum = 0f;
        for (float logProbability : logProbabilities) sum += logProbability;
        int[] produced = Arrays.copyOfRange(ids, 1, ids.length);
        return List.of(new Generated(produced, sum / settings.lengthDivisor(produced.length), logProbabilities));
    }
}
