package dev.tercet.loaders;

import java.time.Duration;
import java.util.Optional;

/** A request failed in a way that may pass: it is worth another attempt. */
final class TransientFailure extends Exception {
    private static final long serialVersionUID = 1;

    /** How long the server asks to wait. */
    private final transient Optional<Duration> wait;

    TransientFailure(String message, Optional<Duration> wait) {
        super(message);
        this.wait = wait;
    }

    TransientFailure(String message, Throwable cause) {
        super(message, cause);
        this.wait = Optional.empty();
    }

    Optional<Duration> askedToWait() {
        return wait;
    }
}
