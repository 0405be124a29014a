package dev.tercet;

import java.util.Set;

/**
 * What is certain of a translation while it is made.
 *
 * @param index which of the texts of the call it is of
 * @param text the translation's text so far: the beginning of every later one, so what is behind it can be written as
 *     it comes; it may be a token behind
 * @param ids its tokens so far, without the decoder's start token
 * @param finished whether this is the whole of it
 */
public record PartialTranslation(int index, String text, int[] ids, boolean finished) {
    /** What " ' ", " n't", " 've" and " 're" are before their last token. */
    private static final Set<String> CONTRACTIONS_BEGUN = Set.of("'", "n", "n'", "'v", "'r");

    /**
     * As much of a text as no further token changes: without the beginning of a character that has more bytes, and
     * without what might become " 's" or " n't", which lose their space (clean_up_tokenization_spaces).
     */
    static String certain(String text) {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == '\uFFFD') end--;
        int word = text.lastIndexOf(' ', end - 1) + 1;
        boolean begun = CONTRACTIONS_BEGUN.contains(text.substring(word, end));
        return text.substring(0, begun ? Math.max(0, word - 1) : end);
    }
}
