package dev.tercet;

/** When beam search stops: the {@code early_stopping} of {@code generate()}. */
public enum EarlyStopping {
    /** As soon as there are as many finished hypotheses as beams. */
    TRUE,
    /** When the best running hypothesis, were it to end now, is no better than the worst finished one. */
    FALSE,
    /** When no running hypothesis can become better than the worst finished one, whatever its length. */
    NEVER
}
