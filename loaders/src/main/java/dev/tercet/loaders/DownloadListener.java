package dev.tercet.loaders;

import java.time.Duration;

/** Hears about a download while it runs, on the thread that runs it. */
@FunctionalInterface
public interface DownloadListener {
    /** Hears nothing. */
    DownloadListener NONE = _ -> {};

    /**
     * More of a file is there. Called when a file is begun and finished and about every quarter of a megabyte; the
     * bytes go back when a file has to be started again.
     */
    void progress(DownloadProgress progress);

    /**
     * The download goes on after a pause: the server failed or asks to wait, or another process fetches the same model.
     *
     * @param reason one line
     */
    default void pause(String reason, Duration pause) {}
}
