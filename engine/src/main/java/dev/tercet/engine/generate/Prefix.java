package dev.tercet.engine.generate;

/**
 * What a hypothesis was given and what it has produced.
 *
 * @param source the ids of its source sentence
 * @param ids its tokens so far, the decoder's start token first; there may be more in the array than {@code length}
 */
public record Prefix(int[] source, int[] ids, int length) {}
