package dev.tercet.loaders;

/** How much of a model is wanted. */
public enum ModelPart {
    /** Configuration, tokenizer and weights. */
    WHOLE,
    /** Configuration and tokenizer; enough to turn text into ids. */
    TOKENIZER
}
