package dev.tercet;

/**
 * A vector found by {@link Similarity}.
 *
 * @param index its number in the list that was searched, from 0
 * @param similarity to the query
 */
public record Match(int index, float similarity) {}
