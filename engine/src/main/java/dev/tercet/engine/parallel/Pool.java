package dev.tercet.engine.parallel;

import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Objects that wait to be used again. Lock-free, makes no garbage, and keeps a bounded number: what finds no place is
 * left to the garbage collector. Safe for use by many threads, virtual ones among them.
 *
 * <p>What takes much memory after an unusual call should not be given back, or it holds that memory for ever.
 */
public final class Pool<T> {
    /** As many as threads compute at the same time; more only with many callers that take turns on few processors. */
    private static final int PLACES =
            Math.max(64, 2 * Integer.highestOneBit(Runtime.getRuntime().availableProcessors()));

    private final AtomicReferenceArray<T> places = new AtomicReferenceArray<>(PLACES);

    /** Empty. */
    public Pool() {}

    /** One that nobody else uses until it is given back, or null when none is idle. */
    public T take() {
        int home = home();
        for (int i = 0; i < PLACES; i++) {
            int place = home + i & PLACES - 1;
            T idle = places.getOpaque(place) == null ? null : places.getAndSet(place, null);
            if (idle != null) return idle;
        }
        return null;
    }

    /** Keeps an object for the next who takes one, if there is a place for it. */
    public void give(T object) {
        int home = home();
        for (int i = 0; i < PLACES; i++) {
            int place = home + i & PLACES - 1;
            if (places.getOpaque(place) == null && places.compareAndSet(place, null, object)) return;
        }
    }

    /** Where a thread looks first: there it finds what it gave, still in its processor's cache. */
    private static int home() {
        return (int) Thread.currentThread().threadId();
    }
}
