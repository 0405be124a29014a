package dev.tercet;

import java.util.Set;

/**
 * A sentence of a document, or a part of one that was too long.
 *
 * @param start index in the document of its first {@code char}
 * @param end index after its last {@code char}
 * @param source the sentence
 * @param translation its hypotheses, and how many tokens the model read
 * @param issues what is wrong with it; empty when nothing is
 */
public record TranslatedSentence(
        int start, int end, String source, Translation translation, Set<TranslationIssue> issues) {
    /** The best translation. */
    public String text() {
        return translation.text();
    }
}
