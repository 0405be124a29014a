package dev.tercet;

/**
 * What is certain of a translation while it is made.
 *
 * @param index which of the texts of the call it is of
 * @param text the translation's text so far
 * @param ids its tokens so far, without the decoder's start token
 * @param finished whether this is the whole of it
 */
public record PartialTranslation(int index, String text, int[] ids, boolean finished) {}
