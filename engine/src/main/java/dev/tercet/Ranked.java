package dev.tercet;

/**
 * A document in a ranking.
 *
 * @param index its number in the list that was ranked, from 0
 * @param logit what the classifier computes
 * @param score the logit after the model's own activation; rankings are sorted by it
 * @param document the text
 */
public record Ranked(int index, float logit, float score, String document) {}
