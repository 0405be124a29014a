package dev.tercet.engine.generate;

import dev.tercet.EarlyStopping;
import java.util.Arrays;
import java.util.List;

/**
 * How to decode, nothing left open.
 *
 * @param beams hypotheses kept at every step; 1 is greedy search
 * @param hypotheses to be returned, at most as many as beams
 * @param startToken what the decoder begins with
 * @param endTokens any of them ends a hypothesis
 * @param maxLength tokens of a hypothesis at most, the start token included
 * @param processors applied in this order to the scores of the next token
 */
public record SearchSettings(
        int beams,
        int hypotheses,
        int startToken,
        int[] endTokens,
        int maxLength,
        double lengthPenalty,
        EarlyStopping earlyStopping,
        List<LogitsProcessor> processors) {
    public SearchSettings {
        if (beams < 1) throw new IllegalArgumentException("beams is " + beams + ", expected at least 1");
        if (hypotheses < 1 || hypotheses > beams)
            throw new IllegalArgumentException(
                    "hypotheses is " + hypotheses + ", expected 1 to the number of beams, " + beams);
        if (maxLength < 2)
            throw new IllegalArgumentException(
                    "maxLength is " + maxLength + ", expected at least 2: the start token and one more");
        processors = List.copyOf(processors);
    }

    boolean ends(int token) {
        return Arrays.stream(endTokens).anyMatch(end -> end == token);
    }

    /** number^lengthPenalty, what the score of so many tokens is divided by; rounded once, as PyTorch does. */
    float lengthDivisor(int number) {
        return (float) Math.pow(number, lengthPenalty);
    }

    void process(Prefix prefix, Scores scores) {
        for (LogitsProcessor processor : processors) processor.process(prefix, scores);
    }
}
