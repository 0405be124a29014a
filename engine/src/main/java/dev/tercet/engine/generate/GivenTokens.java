package dev.tercet.engine.generate;

import dev.tercet.engine.kernel.Kernels;
import java.util.List;

/**
 * No search: the tokens are given, and the model says how likely it finds each of them after those before it. Logits
 * are not processed.
 */
public final class GivenTokens extends Search {
    private final int[] ids;
    private final float[] logProbabilities;
    private int known;

    /**
     * @param settings of which the start token counts
     * @param sentence its number, for {@link Continuations#begin}
     * @param source the ids of its source
     * @param target the tokens after the start token, at least one
     */
    public GivenTokens(Kernels kernels, SearchSettings settings, int sentence, int[] source, int[] target) {
        super(kernels, withoutPrefix(settings), sentence, source);
        ids = new int[target.length + 1];
        ids[0] = settings.startToken();
        System.arraycopy(target, 0, ids, 1, target.length);
        logProbabilities = new float[target.length];
    }

    private static SearchSettings withoutPrefix(SearchSettings settings) {
        return new SearchSettings(
                1,
                1,
                settings.startToken(),
                settings.endTokens(),
                Integer.MAX_VALUE,
                settings.lengthPenalty(),
                settings.earlyStopping(),
                List.of());
    }

    @Override
    int rows() {
        return 1;
    }

    @Override
    int parent(int row) {
        return known == 0 ? -1 : 0;
    }

    @Override
    int token(int row) {
        return ids[known];
    }

    @Override
    void score(int row) {
        Scores scores = scores(row);
        logSoftmax(scores);
        logProbabilities[known] = scores.of(ids[known + 1]);
    }

    @Override
    void advance() {
        known++;
    }

    /** Tokens of the target that have been scored. */
    public int known() {
        return known;
    }

    @Override
    boolean ended() {
        return known == logProbabilities.length;
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
