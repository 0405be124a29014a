package dev.tercet.tokenizer;

/** A tokenizer file is missing, corrupt or of a kind Tercet does not read. The message names file, value and remedy. */
public final class InvalidTokenizerException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public InvalidTokenizerException(String message) {
        super(message);
    }

    public InvalidTokenizerException(String message, Throwable cause) {
        super(message, cause);
    }
}
