package dev.tercet.engine.textbook;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/**
 * Beam search in plain loops, as transformers 5.23 does it: every hypothesis is a list of tokens, every step asks anew
 * for the log-probabilities of the token after each list, sorts all continuations and keeps the best.
 *
 * @param beams how many hypotheses run on after every step
 * @param start the token that every hypothesis begins with
 * @param ends tokens that end a hypothesis
 * @param maxLength tokens of a hypothesis at most, the start token included
 * @param lengthPenalty the score of a finished hypothesis is Σ log p / (tokens produced)^lengthPenalty
 * @param stopping when to stop, once {@code beams} hypotheses are finished
 */
public record TextbookBeamSearch(
        int beams, int start, List<Integer> ends, int maxLength, double lengthPenalty, Stopping stopping) {
    /** So far behind that it only counts where there is nothing else. */
    private static final float BEHIND = -1e9f;

    public enum Stopping {
        /** At once. */
        IMMEDIATELY,
        /** When the best running hypothesis would score no better, ended now, than the worst finished one. */
        BEST_ENDED_NOW,
        /** When it would score no better even at the length that suits it best. */
        BEST_EVER
    }

    /**
     * A sequence of tokens.
     *
     * @param ids with the start token
     * @param total Σ log p
     * @param score total / length^lengthPenalty, once it is finished
     */
    public record Hypothesis(int[] ids, float total, float score) {}

    /**
     * The finished hypotheses, best first.
     *
     * @param logProbabilities of the next token after some tokens
     */
    public List<Hypothesis> search(Function<int[], float[]> logProbabilities) {
        Comparator<Hypothesis> bestTotalFirst = Comparator.comparing(Hypothesis::total, Comparator.reverseOrder());
        Comparator<Hypothesis> bestScoreFirst = Comparator.comparing(Hypothesis::score, Comparator.reverseOrder());
        List<Hypothesis> running = new ArrayList<>();
        // All beams begin alike. If they counted alike too, the first step would find everything several times.
        for (int b = 0; b < beams; b++) running.add(new Hypothesis(new int[] {start}, b == 0 ? 0f : BEHIND, 0f));
        List<Hypothesis> finished = new ArrayList<>();

        for (int length = 2; length <= maxLength; length++) {
            List<Hypothesis> continuations = new ArrayList<>();
            for (Hypothesis hypothesis : running) {
                float[] next = logProbabilities.apply(hypothesis.ids);
                for (int token = 0; token < next.length; token++)
                    continuations.add(
                            new Hypothesis(append(hypothesis.ids, token), next[token] + hypothesis.total, 0f));
            }
            continuations.sort(bestTotalFirst);

            // Enough that `beams` of them do not end, even if every beam offers every end token.
            int enough = Math.max(2, 1 + ends.size()) * beams;
            running.clear();
            for (int rank = 0; rank < enough; rank++) {
                Hypothesis h = continuations.get(rank);
                boolean ends = length == maxLength || this.ends.contains(h.ids[length - 1]);
                if (ends && rank < beams) {
                    float score = h.total / (float) Math.pow(length - 1, lengthPenalty);
                    if (score > BEHIND) finished.add(new Hypothesis(h.ids, h.total, score));
                }
                running.add(ends ? new Hypothesis(h.ids, h.total + BEHIND, 0f) : h);
            }
            running.sort(bestTotalFirst);
            while (running.size() > beams) running.removeLast();
            finished.sort(bestScoreFirst);
            while (finished.size() > beams) finished.removeLast();

            if (length == maxLength || stop(running.getFirst().total, finished, length)) break;
        }
        return finished;
    }

    private boolean stop(float best, List<Hypothesis> finished, int length) {
        boolean full = finished.size() == beams;
        if (full && stopping == Stopping.IMMEDIATELY) return true;
        // With a positive penalty a longer hypothesis divides its negative total by more.
        int assumed = stopping == Stopping.BEST_EVER && lengthPenalty > 0 ? maxLength : length;
        float worst = full ? finished.getLast().score : BEHIND;
        return best / (float) Math.pow(assumed - 1, lengthPenalty) <= worst;
    }

    private static int[] append(int[] ids, int token) {
        int[] longer = Arrays.copyOf(ids, ids.length + 1);
        longer[ids.length] = token;
        return longer;
    }
}
