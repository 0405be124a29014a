package dev.tercet;

/**
 * How well a document answers a query.
 *
 * @param logit what the classifier computes, any number
 * @param score the logit after the model's own activation: itself for Identity, between 0 and 1 for Sigmoid
 * @param tokens tokens that the model read, special ones included
 * @param truncatedTokens tokens dropped because the pair exceeds the model's limit
 */
public record Score(float logit, float score, int tokens, int truncatedTokens) {}
