package dev.tercet;

/**
 * A text as a vector.
 *
 * @param vector [dimension], the caller's own array
 * @param tokens tokens that the model read, special ones included
 * @param truncatedTokens tokens dropped from the end because the text exceeds the model's limit
 */
public record Embedding(float[] vector, int tokens, int truncatedTokens) {}
