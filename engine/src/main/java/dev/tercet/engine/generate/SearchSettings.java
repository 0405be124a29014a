package dev.tercet.engine.generate;

import dev.tercet.EarlyStopping;
import dev.tercet.Finish;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/**
 * How to decode, nothing left open.
 *
 * @param beams hypotheses kept at every step; 1 is greedy search
 * @param hypotheses to be returned, at most as many as beams unless one beam samples
 * @param prompt what the decoder begins with: the start token, then the prefix that every hypothesis has
 * @param endTokens any of them ends a hypothesis
 * @param maxLength tokens of a hypothesis at most, the start token included
 * @param processors applied in this order to the scores of the next token
 * @param draws how tokens are drawn; null for the best ones
 * @param stop whether a hypothesis that just got its last token, [start token, prefix, produced], ends with it; null
 *     for no such rule
 */
public record SearchSettings(
        int beams,
        int hypotheses,
        int[] prompt,
        int[] endTokens,
        int maxLength,
        double lengthPenalty,
        EarlyStopping earlyStopping,
        List<LogitsProcessor> processors,
        Draws draws,
        Predicate<int[]> stop) {
    public SearchSettings {
        if (beams < 1) throw new IllegalArgumentException("beams is " + beams + ", expected at least 1");
        boolean samples = draws != null && beams == 1;
        if (hypotheses < 1 || hypotheses > beams && !samples)
            throw new IllegalArgumentException(
                    "hypotheses is " + hypotheses + ", expected 1 to the number of beams, " + beams);
        if (maxLength <= prompt.length)
            throw new IllegalArgumentException("maxLength is " + maxLength + ", expected at least "
                    + (prompt.length + 1) + ": the start token, the prefix and one more");
        processors = List.copyOf(processors);
    }

    /** The best tokens after a start token, without a prefix. */
    public SearchSettings(
            int beams,
            int hypotheses,
            int startToken,
            int[] endTokens,
            int maxLength,
            double lengthPenalty,
            EarlyStopping earlyStopping,
            List<LogitsProcessor> processors) {
        this(
                beams,
                hypotheses,
                new int[] {startToken},
                endTokens,
                maxLength,
                lengthPenalty,
                earlyStopping,
                processors,
                null,
                null);
    }

    /** The same with a rule that ends hypotheses. */
    public SearchSettings stoppingWhen(Predicate<int[]> stop) {
        return new SearchSettings(
                beams, hypotheses, prompt, endTokens, maxLength, lengthPenalty, earlyStopping, processors, draws, stop);
    }

    /** The most rows that a sentence has in one step. */
    int width() {
        return Math.max(beams, hypotheses);
    }

    /** What the decoder begins with. */
    public int startToken() {
        return prompt[0];
    }

    /** Tokens of the prefix that every hypothesis has. */
    int prefix() {
        return prompt.length - 1;
    }

    /** Whether a hypothesis ends with its last token. */
    boolean ends(int[] ids) {
        return ids.length >= maxLength || endsWithToken(ids) || stops(ids);
    }

    private boolean endsWithToken(int[] ids) {
        int last = ids[ids.length - 1];
        return Arrays.stream(endTokens).anyMatch(end -> end == last);
    }

    private boolean stops(int[] ids) {
        return stop != null && stop.test(ids);
    }

    /** Why a hypothesis has ended. */
    Finish finish(int[] ids) {
        boolean longest = ids.length >= maxLength;
        boolean forced = longest && processors.stream().anyMatch(ForcedLastToken.class::isInstance);
        if (endsWithToken(ids) && !forced) return Finish.END;
        if (stops(ids)) return Finish.STOP_STRING;
        return longest ? Finish.MAX_LENGTH : Finish.MAX_TIME;
    }

    /** number^lengthPenalty, what the score of so many tokens is divided by; rounded once, as PyTorch does. */
    float lengthDivisor(int number) {
        return (float) Math.pow(number, lengthPenalty);
    }

    void process(Prefix prefix, Scores scores) {
        for (LogitsProcessor processor : processors) processor.process(prefix, scores);
    }
}
