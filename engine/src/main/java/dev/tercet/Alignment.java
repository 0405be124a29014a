package dev.tercet;

import java.util.List;

/**
 * How much each token of a translation attends to each token of its source.
 *
 * @param source the tokens that the model read, end token included
 * @param target the tokens of the translation
 * @param weights [target][source], each row sums to 1; row i is the attention of the step that chose target token i
 */
public record Alignment(List<String> source, List<String> target, float[][] weights) {
    /** For every token of the translation the source token that it attends to most; the first of equal ones. */
    public int[] strongest() {
        int[] strongest = new int[weights.length];
        for (int t = 0; t < weights.length; t++) {
            for (int s = 1; s < weights[t].length; s++) if (weights[t][s] > weights[t][strongest[t]]) strongest[t] = s;
        }
        return strongest;
    }
}
