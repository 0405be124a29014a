package dev.tercet.engine.generate;

import dev.tercet.EarlyStopping;
import dev.tercet.Finish;
import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.trace.SearchListener;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * Beam search as {@code _beam_search} of transformers 5.23 does it, in fp32 like there.
 *
 * <p>Every step takes the best continuations of all beams, enough that as many remain as there are beams even if every
 * beam offers all end tokens. Those that end and rank among the first {@code beams} go to the pool of finished ones,
 * which keeps the best {@code beams}; the best {@code beams} that do not end run on. The search stops when the pool can
 * get no better; what that means is {@link EarlyStopping}.
 *
 * <p>At the first step all beams are the same, so one row is computed for all of them, and all but the first start so
 * far behind that they count only where the first has nothing more to offer.
 */
final class BeamSearch extends Search {
    /** What the reference adds to the score of what must not be chosen. Smaller scores vanish in it: ulp(1e9) is 64. */
    private static final float BEHIND = -1e9f;

    private final int beams;
    private final Candidates best;

    /** The best continuations of each row. */
    private final Candidates[] ofRow;

    private Beam[] running;

    /** Best first; at the beginning places that nothing has filled. */
    private Finished[] pool;

    /** The reference's heuristic: a running hypothesis might still be better than the worst finished one. */
    private boolean improvable = true;

    private boolean ended;

    /** Of the draws, where continuations are drawn; else null. */
    private final SplittableRandom random;

    /**
     * A running hypothesis.
     *
     * @param row which of the rows of the current step has its logits
     * @param parent which of the rows before that it continues, -1 for none
     * @param ids with the start token
     */
    private record Beam(int row, int parent, float total, int[] ids, float[] logProbabilities) {
        int length() {
            return ids.length;
        }
    }

    /**
     * A place in the pool.
     *
     * @param taken whether a finished hypothesis is there
     */
    private record Finished(boolean taken, float score, Beam beam) {}

    BeamSearch(Kernels kernels, SearchSettings settings, int sentence, int[] source) {
        super(kernels, settings, sentence, source);
        beams = settings.beams();
        int candidates = Math.multiplyExact(Math.max(2, 1 + settings.endTokens().length), beams);
        best = new Candidates(candidates);
        ofRow = new Candidates[beams];
        Arrays.setAll(ofRow, _ -> new Candidates(candidates));
        running = new Beam[beams];
        float[] certain = new float[settings.prefix()];
        Arrays.setAll(running, b -> new Beam(0, -1, b == 0 ? 0f : BEHIND, settings.prompt(), certain));
        random = settings.draws() == null ? null : settings.draws().random(source, 0);
        pool = new Finished[beams];
        Arrays.fill(pool, new Finished(false, BEHIND, null));
    }

    @Override
    int rows() {
        return produced() == 0 ? 1 : beams;
    }

    @Override
    int parent(int row) {
        return running[row].parent;
    }

    @Override
    int token(int row) {
        return running[row].ids[length() - 1];
    }

    /** Tokens of every running hypothesis, the start token included. */
    private int length() {
        return running[0].length();
    }

    /** Tokens that every running hypothesis has beyond the prompt. */
    private int produced() {
        return length() - settings.prompt().length;
    }

    @Override
    void score(int row) {
        Scores scores = scores(row);
        logSoftmax(scores);
        settings.process(prefix(running[row].ids), scores);
        if (random != null) return;
        ofRow[row].clear();
        ofRow[row].offer(row, running[row].total, scores);
    }

    @Override
    void advance() {
        if (random == null) chooseBest();
        else draw();
        Beam[] extended = new Beam[best.size()];
        for (int c = 0; c < extended.length; c++) extended[c] = extend(c);
        boolean[] ends = new boolean[best.size()];
        for (int c = 0; c < ends.length; c++) ends[c] = expired || settings.ends(extended[c].ids);

        Beam[] before = running;
        boolean[] accepted = accepted(ends);
        pool = poolAfter(extended, accepted);
        running = runningAfter(extended, ends);
        improvable = improvable && canImprove();
        boolean stopEarly = settings.earlyStopping() == EarlyStopping.TRUE && full();
        ended = !improvable || stopEarly || allTrue(ends);
        if (listener != null) listener.step(decision(before, extended, ends, accepted));
    }

    /** What a listener sees of the step that ended now. */
    private SearchListener.Step decision(Beam[] before, Beam[] extended, boolean[] ends, boolean[] accepted) {
        List<SearchListener.Row> rows = new ArrayList<>();
        for (int row = 0; row < (produced() == 1 ? 1 : beams); row++)
            rows.add(row(row, before[row].ids, before[row].total));
        List<SearchListener.Candidate> candidates = new ArrayList<>();
        for (int c = 0; c < extended.length; c++) {
            Beam beam = extended[c];
            int next = ended ? -1 : nextRow(beam);
            SearchListener.Fate fate = accepted[c] && inPool(beam)
                    ? SearchListener.Fate.FINISHED
                    : next >= 0 ? SearchListener.Fate.KEPT : SearchListener.Fate.DROPPED;
            candidates.add(new SearchListener.Candidate(
                    beam.parent,
                    best.token(c),
                    beam.logProbabilities[beam.logProbabilities.length - 1],
                    beam.total,
                    ends[c],
                    beam.total / settings.lengthDivisor(produced()),
                    fate,
                    next));
        }
        boolean none = allTrue(ends) || running[0].total < BEHIND / 2;
        float possible = none ? Float.NEGATIVE_INFINITY : possible();
        float worst = full() ? pool[beams - 1].score : Float.NEGATIVE_INFINITY;
        return new SearchListener.Step(rows, candidates, possible, worst, verdict(ends));
    }

    private SearchListener.Verdict verdict(boolean[] ends) {
        if (!ended) return SearchListener.Verdict.GOES_ON;
        if (allTrue(ends)) return SearchListener.Verdict.ALL_ENDED;
        return improvable ? SearchListener.Verdict.ENOUGH_FINISHED : SearchListener.Verdict.NO_BETTER_POSSIBLE;
    }

    private int nextRow(Beam beam) {
        for (int row = 0; row < beams; row++) if (running[row].ids == beam.ids) return row;
        return -1;
    }

    private boolean inPool(Beam beam) {
        return Arrays.stream(pool).anyMatch(place -> place.taken && place.beam == beam);
    }

    private void chooseBest() {
        best.clear();
        for (int row = 0; row < rows(); row++) best.offer(ofRow[row]);
        for (int beam = rows(); beam < beams; beam++) {
            // the first step: the other beams have the row of the first
            ofRow[beam].clear();
            ofRow[beam].offer(beam, running[beam].total, scores(0));
            best.offer(ofRow[beam]);
        }
        if (best.size() < best.capacity()) refuseVocabulary(scores(0).size());
    }

    private void refuseVocabulary(int size) {
        throw new IllegalArgumentException("a vocabulary of " + size + " is too small for " + beams + " beams");
    }

    /**
     * Draws as many continuations without replacement, each as often as it is likely among all of all beams; they stand
     * in the order in which they are drawn. That is the order of log p plus Gumbel noise.
     */
    private void draw() {
        int count = best.capacity();
        int size = scores(0).size();
        if ((long) beams * size < count) refuseVocabulary(size);
        double[] keys = new double[count];
        int[] drawn = new int[count];
        int taken = 0;
        for (int beam = 0; beam < beams; beam++) {
            Scores scores = scores(running[beam].row);
            for (int token = 0; token < size; token++) {
                float total = scores.of(token) + running[beam].total;
                boolean possible = total > Float.NEGATIVE_INFINITY;
                double key = possible ? total + Draws.gumbel(random) : Double.NEGATIVE_INFINITY;
                if (taken == count && !(key > keys[count - 1])) continue;
                int at = taken < count ? taken++ : count - 1;
                for (; at > 0 && key > keys[at - 1]; at--) {
                    keys[at] = keys[at - 1];
                    drawn[at] = drawn[at - 1];
                }
                keys[at] = key;
                drawn[at] = beam * size + token;
            }
        }
        best.clear();
        for (int continuation : drawn) {
            Beam beam = running[continuation / size];
            int token = continuation % size;
            best.append(scores(beam.row).of(token) + beam.total, continuation / size, token);
        }
    }

    private Beam extend(int candidate) {
        Beam beam = running[best.beam(candidate)];
        int token = best.token(candidate);
        int[] ids = append(beam.ids, token);
        float logProbability = scores(beam.row).of(token);
        float[] logProbabilities = append(beam.logProbabilities, logProbability);
        return new Beam(-1, beam.row, best.total(candidate), ids, logProbabilities);
    }

    /** The best that do not end; one that ends only if there are no others, and then far behind. */
    private Beam[] runningAfter(Beam[] extended, boolean[] ends) {
        float[] totals = new float[extended.length];
        for (int c = 0; c < extended.length; c++) totals[c] = extended[c].total + (ends[c] ? BEHIND : 0f);
        int[] order = bestFirst(totals, beams);
        Beam[] next = new Beam[beams];
        for (int b = 0; b < beams; b++) {
            Beam beam = extended[order[b]];
            next[b] = new Beam(b, beam.parent, totals[order[b]], beam.ids, beam.logProbabilities);
        }
        return next;
    }

    /** Which of the candidates may join the pool: those that end now and rank among the first {@code beams}. */
    private boolean[] accepted(boolean[] ends) {
        boolean[] accepted = new boolean[ends.length];
        for (int c = 0; c < beams; c++) accepted[c] = ends[c];
        return accepted;
    }

    /** The best of the pool and of those that end now and rank among the first {@code beams}. */
    private Finished[] poolAfter(Beam[] extended, boolean[] accepted) {
        boolean closed = settings.earlyStopping() == EarlyStopping.TRUE && full();
        Finished[] merged = Arrays.copyOf(pool, beams + extended.length);
        for (int c = 0; c < extended.length; c++) {
            float score = extended[c].total / settings.lengthDivisor(produced() + 1);
            if (closed) score += BEHIND;
            if (!improvable) score += BEHIND;
            if (!accepted[c]) score += BEHIND;
            merged[beams + c] = new Finished(accepted[c], score, extended[c]);
        }
        float[] scores = new float[merged.length];
        for (int m = 0; m < merged.length; m++) scores[m] = merged[m].score;
        Finished[] next = new Finished[beams];
        int[] order = bestFirst(scores, beams);
        for (int p = 0; p < beams; p++) next[p] = merged[order[p]];
        return next;
    }

    private boolean canImprove() {
        float worst = full() ? pool[beams - 1].score : BEHIND;
        return possible() > worst;
    }

    /** The score of the best running hypothesis if it ended now, or, where the settings want that, at its longest. */
    private float possible() {
        int most = settings.maxLength() - settings.prompt().length;
        boolean longest = settings.earlyStopping() == EarlyStopping.NEVER && settings.lengthPenalty() > 0;
        return running[0].total / settings.lengthDivisor(longest ? most : produced());
    }

    private boolean full() {
        return Arrays.stream(pool).allMatch(Finished::taken);
    }

    /** The indexes of the largest values, largest first; of equal ones the earlier first. */
    private static int[] bestFirst(float[] values, int count) {
        int[] order = new int[count];
        int size = 0;
        for (int v = 0; v < values.length; v++) {
            if (size == count && !(values[v] > values[order[size - 1]])) continue;
            int at = size < count ? size++ : count - 1;
            for (; at > 0 && values[v] > values[order[at - 1]]; at--) order[at] = order[at - 1];
            order[at] = v;
        }
        return order;
    }

    private static boolean allTrue(boolean[] values) {
        for (boolean value : values) if (!value) return false;
        return true;
    }

    @Override
    boolean ended() {
        return ended;
    }

    /**
     * The pool, best first. What only fills places, because fewer hypotheses were possible than beams, is left out,
     * where the reference returns copies with scores around -1e9. If nothing at all was possible, one without tokens.
     */
    @Override
    List<Generated> found() {
        List<Generated> found = returned()
                .map(place -> generated(place.beam.ids, place.score, place.beam.logProbabilities))
                .toList();
        return found.isEmpty() ? List.of(Generated.nothing(Finish.NOTHING_POSSIBLE)) : found;
    }

    /** The places of the pool that would be returned now. */
    private Stream<Finished> returned() {
        return Arrays.stream(pool)
                .filter(place -> place.taken && place.beam.total > BEHIND / 2)
                .limit(settings.hypotheses());
    }

    /**
     * What the running hypotheses and the best finished ones begin with. A finished one beyond the number to be
     * returned never comes back, because the pool only gets better.
     */
    @Override
    public int[] stable() {
        Stream<int[]> may = returned().map(place -> place.beam.ids);
        if (!ended)
            may = Stream.concat(
                    may,
                    Arrays.stream(running)
                            .filter(beam -> beam.total > BEHIND / 2)
                            .map(Beam::ids));
        List<int[]> sequences = may.toList();
        return sequences.isEmpty() ? settings.prompt().clone() : Prefix.shared(sequences);
    }
}
