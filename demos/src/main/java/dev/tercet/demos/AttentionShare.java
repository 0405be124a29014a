package dev.tercet.demos;

import dev.tercet.CrossEncoder;
import dev.tercet.Pair;
import dev.tercet.tokenizer.Encoding;
import java.util.Locale;

/**
 * How much of their attention the tokens of a query give to the tokens of a document, and back, in a cross-encoder: the
 * mean over layers, heads and tokens.
 *
 * @param toDocument share of the query's attention that goes to the document, from 0 to 1
 * @param toQuery share of the document's attention that goes to the query
 */
record AttentionShare(double toDocument, double toQuery) {
    static AttentionShare of(CrossEncoder cross, Pair pair) {
        Encoding encoding = cross.tokenizer().encodePair(pair.query(), pair.document(), cross.maxLength());
        byte[] texts = encoding.spans().texts();
        double[] sums = new double[2];
        int[] rows = new int[2];
        cross.score(pair.query(), pair.document(), (name, _, data, offset, shape) -> {
            if (!name.endsWith("attention.probabilities")) {
                return;
            }
            int n = shape[1]; // [heads, tokens, tokens]
            for (int row = 0; row < shape[0] * n; row++) {
                int from = texts[row % n];
                if (from < 0) {
                    continue; // a special token
                }
                rows[from]++;
                for (int to = 0; to < n; to++) {
                    if (texts[to] == 1 - from) {
                        sums[from] += data[offset + row * n + to];
                    }
                }
            }
        });
        return new AttentionShare(sums[0] / Math.max(1, rows[0]), sums[1] / Math.max(1, rows[1]));
    }

    void explain(Page page) {
        page.step("Full interaction, measured on this pair");
        page.say(String.format(
                Locale.ROOT,
                "The query's tokens give %.0f %% of their attention to the document's tokens, and these give %.0f %%"
                        + " back (mean over all layers and heads; the rest stays in the own text or goes to the special"
                        + " tokens). In the dual encoder both are 0 by construction.",
                100 * toDocument,
                100 * toQuery));
        page.say("Between the two lies late interaction, the way of ColBERT: one vector for each token, computed apart"
                + " as in a dual encoder, all compared at the end. Cross-encoders are sometimes called late"
                + " interaction; they are the opposite.");
    }
}
