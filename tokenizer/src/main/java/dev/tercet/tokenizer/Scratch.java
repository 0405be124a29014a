package dev.tercet.tokenizer;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The arrays that one SentencePiece encoding works in, kept from text to text. Used by one thread at a time.
 *
 * <p>Positions count normalized code points. The lengths say how much is in use; the arrays are longer.
 */
final class Scratch {
    /** Beyond this the arrays are not kept: one very long text must not hold its memory for ever. */
    private static final int KEPT = 1 << 16;

    /** The text as it came. */
    char[] chars = new char[512];

    int charCount;

    /** The normalized text: code points, their symbols in the piece trie, and the char index each came from. */
    int[] codePoints = new int[512];

    char[] symbols = new char[512];
    int[] origins = new int[512];
    int length;

    /** Best score of any segmentation up to a position, and its last piece: start << 32 | id. */
    float[] scores = new float[512];

    long[] steps = new long[512];

    /** The pieces that were chosen: ids and the positions they begin and end at. */
    int[] ids = new int[512];

    int[] begins = new int[512];
    int[] ends = new int[512];
    int count;

    void load(String text, int start, int end) {
        charCount = end - start;
        if (chars.length < charCount) chars = new char[roomy(charCount)];
        text.getChars(start, end, chars, 0);
    }

    void ensureNormalized(int wanted, boolean withSymbols, boolean withOrigins) {
        if (codePoints.length < wanted) codePoints = Arrays.copyOf(codePoints, roomy(wanted));
        if (withSymbols && symbols.length < wanted) symbols = Arrays.copyOf(symbols, roomy(wanted));
        if (withOrigins && origins.length < wanted) origins = Arrays.copyOf(origins, roomy(wanted));
    }

    void ensureLattice(int wanted) {
        if (scores.length < wanted) scores = new float[roomy(wanted)];
        if (steps.length < wanted) steps = new long[roomy(wanted)];
    }

    void ensurePieces(int wanted) {
        if (ids.length >= wanted) return;
        int size = roomy(wanted);
        ids = Arrays.copyOf(ids, size);
        begins = Arrays.copyOf(begins, size);
        ends = Arrays.copyOf(ends, size);
    }

    private static int roomy(int wanted) {
        return (int) Math.min(Integer.MAX_VALUE - 8, wanted + (wanted >> 1) + 64L);
    }

    /** Scratches that wait for their next text. Lock-free; under contention a new one is made. */
    static final class Pool {
        private static final int PLACES = 16;

        private final AtomicReferenceArray<Scratch> places = new AtomicReferenceArray<>(PLACES);

        Scratch take() {
            Scratch scratch = places.getAndSet(place(), null);
            return scratch == null ? new Scratch() : scratch;
        }

        void giveBack(Scratch scratch) {
            if (scratch.chars.length <= KEPT && scratch.codePoints.length <= KEPT) places.set(place(), scratch);
        }

        private static int place() {
            return (int) Thread.currentThread().threadId() & PLACES - 1;
        }
    }
}
