package dev.tercet.loaders;

import java.time.Duration;

/**
 * How long to wait for a server and how often to try again.
 *
 * @param connect for a connection
 * @param read for the next bytes of an answer
 * @param attempts at one request, as long as none brings the work forward
 * @param firstPause after the first failure, doubled after each further one
 * @param longestPause the longest pause that a server may ask for
 */
record Patience(
        Duration connect, Duration read, int attempts, Duration firstPause, Duration longestPause, Sleeper sleeper) {

    static final Patience USUAL = new Patience(
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            5,
            Duration.ofSeconds(1),
            Duration.ofMinutes(5),
            Thread::sleep);

    /** Waits; a test only notes that it should. */
    interface Sleeper {
        void sleep(Duration duration) throws InterruptedException;
    }

    /** Waits, and gives up the work when the thread is interrupted. */
    void sleep(Duration duration, String work) {
        try {
            sleeper.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DownloadException(work + ": interrupted", e);
        }
    }

    Duration pauseAfter(int failures) {
        return firstPause.multipliedBy(1L << (failures - 1));
    }
}
