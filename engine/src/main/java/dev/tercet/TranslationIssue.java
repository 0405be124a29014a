package dev.tercet;

/** What a reader of a translation should know about it. */
public enum TranslationIssue {
    /** The sentence has more tokens than the model reads and was translated in parts, of which this is one. */
    SPLIT,
    /** Even a single character has more tokens than are read; not all of it was. */
    TRUNCATED,
    /**
     * The translation reached the length limit before its end, or the time was over: {@link Hypothesis#finish} tells.
     */
    UNFINISHED,
    /** Nothing came out, though the source has words. */
    EMPTY,
    /** The translation says the same words over and over, which the source does not. */
    LOOP
}
