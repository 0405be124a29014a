package dev.tercet.engine.kernel;

/**
 * What makes log-probabilities of logits: log p = x − max − logarithm, subtracted in this order, because max +
 * logarithm would lose what is small beside a large maximum; and a second time the same where a log-softmax follows
 * another. Never falls where x rises: it keeps the order of logits, and may only make equal what was not.
 *
 * @param max the largest logit
 * @param logarithm log Σ exp(x − max)
 * @param secondMax the largest log-probability; 0 where nothing follows
 * @param secondLogarithm of the sum of the exponentials then; 0 where nothing follows
 */
public record LogNormalizer(float max, float logarithm, float secondMax, float secondLogarithm) {
    /** Of what is to stay as it is. */
    public static final LogNormalizer NONE = new LogNormalizer(0f, 0f, 0f, 0f);

    /** The log-probability that belongs to a logit. */
    public float of(float logit) {
        return logit - max - logarithm - secondMax - secondLogarithm;
    }

    /** Whether there is room for another one. */
    public boolean canBeFollowed() {
        return secondMax == 0f && secondLogarithm == 0f;
    }

    /** This one, then another. */
    LogNormalizer then(float nextMax, float nextLogarithm) {
        if (!canBeFollowed()) throw new IllegalStateException("two normalizers are followed by a third");
        return this == NONE
                ? new LogNormalizer(nextMax, nextLogarithm, 0f, 0f)
                : new LogNormalizer(max, logarithm, nextMax, nextLogarithm);
    }
}
