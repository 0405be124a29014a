package dev.tercet;

/** Why a translation has no more tokens. */
public enum Finish {
    /** It ended: its last token is an end token. */
    END,
    /** It contains one of {@link GenerationConfig#stopStrings}. */
    STOP_STRING,
    /** It has as many tokens as it may have. A model may still force its last token to be an end token. */
    MAX_LENGTH,
    /** The time was over, see {@link GenerationConfig#maxTime}. Without tokens if it was over before the beginning. */
    MAX_TIME,
    /** The settings left no token possible. */
    NOTHING_POSSIBLE
}
