package dev.tercet.tokenizer;

/**
 * A vocabulary entry that is looked for in the text before it is split into words.
 *
 * @param content the text it stands for
 * @param singleWord found only where no letter or digit is beside it
 * @param lstrip takes white space before it along
 * @param rstrip takes white space after it along
 * @param normalized looked for in the normalized text, in its own normalized form
 * @param special left out when decoding without special tokens
 */
record AddedToken(
        String content, boolean singleWord, boolean lstrip, boolean rstrip, boolean normalized, boolean special) {
    /** A special token as transformers adds one that is named by its content only. */
    static AddedToken special(String content) {
        return new AddedToken(content, false, false, false, false, true);
    }
}
