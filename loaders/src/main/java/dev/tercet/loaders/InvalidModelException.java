package dev.tercet.loaders;

/**
 * A checkpoint, a configuration file or a model name is missing, corrupt or of a kind Tercet does not read. The message
 * names the file and tensor or field, the value found, what was expected and the remedy.
 */
public final class InvalidModelException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public InvalidModelException(String message) {
        super(message);
    }

    public InvalidModelException(String message, Throwable cause) {
        super(message, cause);
    }
}
