package dev.tercet.engine.generate;

import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.kernel.Rows;
import java.util.List;

/**
 * The search for the translation of one sentence, step by step: {@link #request} adds the rows whose next tokens it
 * wants to know, {@link #score} looks at the logits of one of them, {@link #advance} chooses. What other sentences are
 * decoded at the same time makes no difference. Not safe for use by many threads at once, except for scoring different
 * rows.
 */
public abstract sealed class Search permits GreedySearch, BeamSearch {
    final SearchSettings settings;
    final Kernels kernels;
    private final int sentence;
    private final int[] source;

    /** The first of this sentence's rows in the current step. */
    private int firstRow;

    Search(Kernels kernels, SearchSettings settings, int sentence, int[] source) {
        this.kernels = kernels;
        this.settings = settings;
        this.sentence = sentence;
        this.source = source;
    }

    /**
     * A search that follows the settings: greedy for one beam, else beam search.
     *
     * @param sentence its number, for {@link Continuations#begin}
     * @param source the ids of its source
     */
    public static Search of(Kernels kernels, SearchSettings settings, int sentence, int[] source) {
        return settings.beams() == 1
                ? new GreedySearch(kernels, settings, sentence, source)
                : new BeamSearch(kernels, settings, sentence, source);
    }

    /** Adds the rows of the next step. */
    final void request(Continuations step) {
        int previous = firstRow;
        firstRow = step.count();
        for (int row = 0; row < rows(); row++) {
            int parent = parent(row);
            if (parent < 0) step.begin(sentence, token(row));
            else step.extend(previous + parent, token(row));
        }
    }

    /** The logits of one of this sentence's rows. */
    final Scores scores(Rows logits, int row) {
        return new Scores(logits.data(), logits.offset() + (firstRow + row) * logits.stride(), logits.stride());
    }

    final Prefix prefix(int[] ids) {
        return new Prefix(source, ids, ids.length);
    }

    /** The most rows it may ask for in one step. */
    final int width() {
        return settings.beams();
    }

    /** Tokens of the source. */
    public final int sourceLength() {
        return source.length;
    }

    /** Rows of the next step, or after {@link #request} of the current one. */
    abstract int rows();

    /** Which of this sentence's rows of the step before a row continues; -1 for none. */
    abstract int parent(int row);

    /** The newest token of a row. */
    abstract int token(int row);

    /** Prepares the choice: works on the logits of one row, which it overwrites. */
    abstract void score(Rows logits, int row);

    /** Chooses the tokens, once all rows are scored. */
    abstract void advance(Rows logits);

    /** Whether there is no next step. */
    public abstract boolean finished();

    /** The hypotheses found, best first: at least one, at most as many as the settings ask for. */
    public abstract List<Generated> hypotheses();

    /**
     * Turns logits into log-probabilities.
     *
     * @throws IllegalStateException when they are not numbers
     */
    final void logSoftmax(Scores scores) {
        kernels.logSoftmax(scores.data(), scores.offset(), scores.size());
        // one logit that is NaN or infinite makes the sum, and so all of them, NaN
        if (Float.isNaN(scores.of(0)))
            throw new IllegalStateException("the model gave logits that are not finite numbers; its weights are"
                    + " damaged or their precision does not suffice");
    }
}
