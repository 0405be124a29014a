package dev.tercet;

import java.util.List;

/**
 * What became of one text.
 *
 * @param hypotheses best first: at least one, at most as many as asked for
 * @param tokens of the text that the model read, special ones included
 * @param truncatedTokens of the text that it did not, because the text has more than the model takes
 */
public record Translation(List<Hypothesis> hypotheses, int tokens, int truncatedTokens) {
    /** The best hypothesis as text. */
    public String text() {
        return hypotheses.getFirst().text();
    }
}
