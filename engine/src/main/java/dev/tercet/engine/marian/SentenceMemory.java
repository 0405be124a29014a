package dev.tercet.engine.marian;

import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.kernel.KeyValueCache;
import dev.tercet.engine.kernel.Rows;
import java.util.Arrays;

/**
 * What decoding remembers of one sentence: in all layers the keys and values of its source, and those of every token of
 * every living hypothesis.
 *
 * <p>Hypotheses share their beginnings, so the tokens form a tree. Each has a slot, which knows the slot of the token
 * before it; a hypothesis is the slot of its last token. Reordering beams copies nothing: a row only names another
 * slot. A slot that no hypothesis ends in or passes through is used again.
 */
final class SentenceMemory {
    /** What a hypothesis without tokens ends in. */
    static final int NONE = -1;

    /** Room for the tokens of a short sentence. */
    private static final int FIRST_SLOTS = 32;

    /** Keys and values of the source tokens in layer l. */
    private final KeyValueCache[] source;

    /** The slots of all source tokens, in their order. */
    private final int[] wholeSource;

    /** Keys and values of slot s in layer l. */
    private final KeyValueCache[] target;

    private int slots;
    private int[] free = new int[FIRST_SLOTS];
    private int freeCount;

    /** Of every slot: the slot before it, how many rows and slots need it, its token and position. */
    private int[] before = new int[FIRST_SLOTS];

    private int[] needed = new int[FIRST_SLOTS];
    private int[] token = new int[FIRST_SLOTS];
    private int[] position = new int[FIRST_SLOTS];

    SentenceMemory(Kernels kernels, int layers, int hidden, int sourceTokens) {
        source = new KeyValueCache[layers];
        target = new KeyValueCache[layers];
        Arrays.setAll(source, _ -> kernels.cache(hidden, sourceTokens));
        Arrays.setAll(target, _ -> kernels.cache(hidden, FIRST_SLOTS));
        wholeSource = new int[sourceTokens];
        Arrays.setAll(wholeSource, t -> t);
    }

    /** @param keysValues of the source tokens, [tokens, 2 · hidden] */
    void rememberSource(int layer, Rows keysValues) {
        for (int t = 0; t < wholeSource.length; t++)
            source[layer].put(t, keysValues.data(), keysValues.offset() + t * keysValues.stride());
    }

    KeyValueCache source(int layer) {
        return source[layer];
    }

    /** The slots of all source tokens, in their order; not to be changed. */
    int[] wholeSource() {
        return wholeSource;
    }

    KeyValueCache target(int layer) {
        return target[layer];
    }

    /** A slot for a token after that in slot {@code parent}; a row needs it. */
    int append(int parent, int newToken) {
        int slot = freeCount > 0 ? free[--freeCount] : newSlot();
        before[slot] = parent;
        needed[slot] = 1;
        token[slot] = newToken;
        position[slot] = parent == NONE ? 0 : position[parent] + 1;
        if (parent != NONE) needed[parent]++;
        return slot;
    }

    private int newSlot() {
        if (slots == before.length) {
            int capacity = 2 * slots;
            before = Arrays.copyOf(before, capacity);
            needed = Arrays.copyOf(needed, capacity);
            token = Arrays.copyOf(token, capacity);
            position = Arrays.copyOf(position, capacity);
            free = Arrays.copyOf(free, capacity);
            for (KeyValueCache cache : target) cache.reserve(capacity);
        }
        return slots++;
    }

    /** One row less needs the slot; if nothing does it is free, and the slot before it is needed by one less. */
    void release(int slot) {
        while (slot != NONE && --needed[slot] == 0) {
            free[freeCount++] = slot;
            slot = before[slot];
        }
    }

    /** The slots of the hypothesis that ends in this one, first token first. */
    int[] path(int end) {
        int[] path = new int[position[end] + 1];
        for (int slot = end; slot != NONE; slot = before[slot]) path[position[slot]] = slot;
        return path;
    }

    int token(int slot) {
        return token[slot];
    }

    int position(int slot) {
        return position[slot];
    }

    /** Tokens whose keys and values are kept. */
    int tokensKept() {
        return slots - freeCount;
    }
}
