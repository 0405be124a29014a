package dev.tercet.demos;

import dev.tercet.Hypothesis;
import java.io.IOException;

/**
 * What JSON shows of a hypothesis.
 *
 * @param scores whether the log-probability of every token
 * @param alignments whether what every token attends to
 */
record HypothesisDetails(boolean scores, boolean alignments) {
    /** Writes an element of an array. */
    void write(Hypothesis hypothesis, JsonLines json) throws IOException {
        json.beginElement()
                .text("text", hypothesis.text())
                .number("score", hypothesis.score())
                .numbers("ids", hypothesis.ids());
        if (scores || alignments) {
            json.texts("tokens", hypothesis.tokens());
        }
        if (scores) {
            json.numbers("logProbabilities", hypothesis.logProbabilities())
                    .text("finish", hypothesis.finish().name());
        }
        if (alignments) {
            json.rows("alignment", hypothesis.alignment().weights());
        }
        json.endElement();
    }
}
