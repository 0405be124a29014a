package dev.tercet.loaders;

/**
 * A model could not be fetched or kept: no network, a server that refuses or breaks off, a full or read-only disk. The
 * request itself may have been right; what was fetched so far is kept and continued by the next attempt. The message
 * names the address or path, what happened and the remedy, on one line.
 */
public final class DownloadException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public DownloadException(String message) {
        super(message);
    }

    public DownloadException(String message, Throwable cause) {
        super(message, cause);
    }
}
