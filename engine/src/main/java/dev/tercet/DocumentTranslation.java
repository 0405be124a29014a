package dev.tercet;

import java.util.List;

/**
 * A translated document.
 *
 * @param text the translation of every sentence in its place: white space, blank lines and list marks as in the source
 * @param sentences in their order; between their spans the source has nothing to translate
 */
public record DocumentTranslation(String text, List<TranslatedSentence> sentences) {
    /** The sentences whose translation has something wrong with it. */
    public List<TranslatedSentence> withIssues() {
        return sentences.stream()
                .filter(sentence -> !sentence.issues().isEmpty())
                .toList();
    }
}
