package dev.tercet.engine.generate;

import dev.tercet.Finish;
import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.trace.SearchListener;
import java.util.Arrays;
import java.util.List;

/**
 * The search for the translation of one sentence, step by step: {@link #request} adds the rows whose next tokens it
 * wants to know, {@link #score} looks at the logits of one of them, {@link #advance} chooses. What other sentences are
 * decoded at the same time makes no difference. Not safe for use by many threads at once, except for scoring different
 * rows.
 */
public abstract sealed class Search permits GreedySearch, BeamSearch, SampleSearch, GivenTokens {
    final SearchSettings settings;
    final Kernels kernels;
    private final int sentence;
    private final int[] source;

    /** Sees what is decided; null in an ordinary run. */
    SearchListener listener;

    /** The first of this sentence's rows in the current step. */
    private int firstRow;

    /** Of the rows that are to be scored. */
    private Scores[] scores = new Scores[0];

    /** Tokens of the prompt that the model has been given; the last one comes with the first choice. */
    private int fed;

    /** Whether the current step only gives the model a token of the prompt. */
    private boolean feeding;

    /** Whether the time was over before the first choice. */
    private boolean abandoned;

    /** Whether the time is over, so that every hypothesis ends with the token that it gets now. */
    boolean expired;

    Search(Kernels kernels, SearchSettings settings, int sentence, int[] source) {
        this.kernels = kernels;
        this.settings = settings;
        this.sentence = sentence;
        this.source = source;
    }

    /**
     * A search that follows the settings: for one beam greedy or sampling, else beam search.
     *
     * @param sentence its number, for {@link Continuations#begin}
     * @param source the ids of its source
     */
    public static Search of(Kernels kernels, SearchSettings settings, int sentence, int[] source) {
        if (settings.beams() > 1) return new BeamSearch(kernels, settings, sentence, source);
        return settings.draws() == null
                ? new GreedySearch(kernels, settings, sentence, source)
                : new SampleSearch(kernels, settings, sentence, source);
    }

    /** Shows every decision from now on; null shows them to nobody. Greedy and beam search have some to show. */
    public final void listen(SearchListener to) {
        listener = to;
    }

    /** What a listener sees of a row. */
    final SearchListener.Row row(int row, int[] ids, float total) {
        return new SearchListener.Row(ids, total, scores(row).all());
    }

    /** Adds the rows of the next step. */
    final void request(Continuations step) {
        int previous = firstRow;
        firstRow = step.count();
        feeding = fed < settings.prefix();
        if (feeding) {
            add(step, fed == 0 ? -1 : previous, settings.prompt()[fed]);
            fed++;
            return;
        }
        for (int row = 0; row < rows(); row++) {
            int parent = parent(row);
            if (parent < 0 && fed > 0) parent = 0;
            add(step, parent < 0 ? -1 : previous + parent, token(row));
        }
    }

    private void add(Continuations step, int parent, int token) {
        if (parent < 0) step.begin(sentence, token);
        else step.extend(parent, token);
    }

    /** Takes its rows of what the step gave. Returns how many of them are to be scored. */
    final int take(Logits logits) {
        scores = new Scores[feeding ? 0 : rows()];
        Arrays.setAll(scores, row -> new Scores(kernels, logits.row(firstRow + row)));
        return scores.length;
    }

    /**
     * Chooses the tokens, once all rows are scored.
     *
     * @param expired whether the time is over
     */
    final void choose(boolean expired) {
        this.expired = expired;
        if (!feeding) advance();
        else if (expired) abandon();
    }

    /** Ends the search before it has chosen anything. */
    final void abandon() {
        abandoned = true;
    }

    /** The scores of one of this sentence's rows; logits until it is scored. */
    final Scores scores(int row) {
        return scores[row];
    }

    final Prefix prefix(int[] ids) {
        return new Prefix(source, ids, ids.length);
    }

    /** The most rows it may ask for in one step. */
    public final int width() {
        return settings.width();
    }

    /** The number of its sentence. */
    public final int sentence() {
        return sentence;
    }

    /** The first of its rows in the current step. */
    public final int firstRow() {
        return firstRow;
    }

    /** Whether the current step chose tokens, rather than reading the prefix. */
    public final boolean chose() {
        return !feeding && !abandoned;
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

    /** Prepares the choice: works on the scores of one row. */
    abstract void score(int row);

    /** Chooses the tokens. */
    abstract void advance();

    /** Whether there is no next step. */
    public final boolean finished() {
        return abandoned || ended();
    }

    /** The hypotheses found, best first: at least one, at most as many as the settings ask for. */
    public final List<Generated> hypotheses() {
        return abandoned ? List.of(Generated.nothing(Finish.MAX_TIME)) : found();
    }

    /** Whether there is nothing more to choose. */
    abstract boolean ended();

    /** What the choices led to. */
    abstract List<Generated> found();

    /** The tokens, start token first, that every hypothesis begins with that may still be returned. */
    public abstract int[] stable();

    /** A finished hypothesis, from its ids with the start token. */
    final Generated generated(int[] ids, float score, float[] logProbabilities) {
        return new Generated(
                Arrays.copyOfRange(ids, 1, ids.length),
                settings.prefix(),
                score,
                logProbabilities,
                settings.finish(ids));
    }

    /**
     * The score of a hypothesis: Σ log p / (tokens produced)^lengthPenalty.
     *
     * @param logProbabilities of the tokens after the start token
     */
    final float score(float[] logProbabilities) {
        float sum = 0f;
        for (float logProbability : logProbabilities) sum += logProbability;
        return sum / settings.lengthDivisor(logProbabilities.length - settings.prefix());
    }

    /** The array with one more element. */
    static float[] append(float[] values, float value) {
        float[] longer = Arrays.copyOf(values, values.length + 1);
        longer[values.length] = value;
        return longer;
    }

    static int[] append(int[] values, int value) {
        int[] longer = Arrays.copyOf(values, values.length + 1);
        longer[values.length] = value;
        return longer;
    }

    /**
     * Turns logits into log-probabilities.
     *
     * @throws IllegalStateException when they are not numbers
     */
    static void logSoftmax(Scores scores) {
        scores.logSoftmax();
        if (Float.isNaN(scores.of(0)))
            throw new IllegalStateException("the model gave logits that are not finite numbers; its weights are"
                    + " damaged or their precision does not suffice");
    }
}
