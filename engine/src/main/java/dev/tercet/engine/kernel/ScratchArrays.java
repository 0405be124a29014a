package dev.tercet.engine.kernel;

import dev.tercet.engine.parallel.Pool;

/**
 * Arrays that kernels work in, kept for the next call: as many as threads have computed at the same time. Safe for use
 * by many threads, virtual ones among them.
 */
final class ScratchArrays {
    private static final Pool<float[]> IDLE = new Pool<>();

    private ScratchArrays() {}

    /** At least {@code size} floats, with whatever the last user left there. */
    static float[] take(int size) {
        float[] idle = IDLE.take();
        // one that has become too small is dropped, so that all grow to what is needed
        return idle != null && idle.length >= size ? idle : new float[size];
    }

    static void give(float[] array) {
        IDLE.give(array);
    }
}
