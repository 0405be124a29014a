package dev.tercet;

/**
 * What a model with any number of labels says about a pair.
 *
 * @param logits one per label, [labels]
 * @param scores the logits after the model's own activation, [labels]
 * @param tokens tokens that the model read, special ones included
 * @param truncatedTokens tokens dropped because the pair exceeds the model's limit
 */
public record Classification(float[] logits, float[] scores, int tokens, int truncatedTokens) {
    /** The number of the label with the largest logit, the first of equals. */
    public int best() {
        int best = 0;
        for (int label = 1; label < logits.length; label++) if (logits[label] > logits[best]) best = label;
        return best;
    }

    /**
     * The softmax of the logits, which sums to 1.
     *
     * @return [labels], a new array
     * @throws IllegalStateException when there is one label: its softmax is 1 whatever the logit
     */
    public float[] probabilities() {
        if (logits.length == 1)
            throw new IllegalStateException("the softmax of one logit is always 1; use the score instead");
        float[] probabilities = new float[logits.length];
        float largest = logits[best()];
        double sum = 0;
        for (float logit : logits) sum += Math.exp(logit - (double) largest);
        for (int label = 0; label < logits.length; label++)
            probabilities[label] = (float) (Math.exp(logits[label] - (double) largest) / sum);
        return probabilities;
    }
}
