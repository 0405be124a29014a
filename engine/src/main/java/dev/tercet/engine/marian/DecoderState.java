package dev.tercet.engine.marian;

import dev.tercet.engine.generate.Continuations;
import dev.tercet.engine.kernel.Rows;
import dev.tercet.engine.layer.Attention;
import dev.tercet.engine.trace.Trace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What decoding remembers from step to step: for every sentence the keys and values of its source, for every token of
 * every living hypothesis those of the token, in all layers.
 *
 * <p>Hypotheses of one sentence share their beginnings, so the tokens form a tree. Each has a slot, which knows the
 * slot of the token before it; a hypothesis is the slot of its last token. Reordering beams copies nothing: a row only
 * names another slot. A slot that no hypothesis ends in or passes through is used again.
 *
 * <p>Not safe for use by many threads at once; one decoding run has its own.
 */
final class DecoderState {
    private static final int NONE = -1;

    private final int layers;
    private final int hidden;

    /** Keys and values of the source tokens of a sentence, {@code [layers][tokens, 2 · hidden]}. */
    private final Map<Integer, Rows[]> sources = new HashMap<>();

    /** Keys and values of slot s in layer l, side by side: {@code cache[l][s · 2 · hidden …]}. */
    private final float[][] cache;

    private int capacity;
    private int slots;
    private int[] free = new int[0];
    private int freeCount;

    /** Of every slot: the slot before it, how many rows and slots need it, its token, position and sentence. */
    private int[] before = new int[0];

    private int[] needed = new int[0];
    private int[] token = new int[0];
    private int[] position = new int[0];
    private int[] sentence = new int[0];

    private int rows;
    private int[] ends = new int[0];
    private int[][] paths = new int[0][];

    DecoderState(int layers, int hidden) {
        this.layers = layers;
        this.hidden = hidden;
        this.cache = new float[layers][0];
    }

    /**
     * Takes in a sentence.
     *
     * @param number by which {@link Continuations} name it
     * @param keysValues of its source tokens, [layers][tokens, 2 · hidden]
     */
    void begin(int number, Rows[] keysValues) {
        sources.put(number, keysValues);
    }

    /**
     * Moves to the rows of the next step: each gets a slot for its token after the slot of the row it continues. What
     * no row needs any more is forgotten.
     */
    void advance(Continuations step) {
        int[] oldEnds = ends;
        int[] newEnds = new int[step.count()];
        for (int r = 0; r < step.count(); r++) {
            int parent = step.begins(r) ? NONE : oldEnds[step.parent(r)];
            newEnds[r] = slotAfter(parent, step.begins(r) ? step.sentence(r) : sentence[parent]);
            token[newEnds[r]] = step.token(r);
        }
        for (int end : oldEnds) release(end);
        rows = step.count();
        ends = newEnds;
        paths = new int[rows][];
        Set<Integer> living = new HashSet<>();
        for (int r = 0; r < rows; r++) {
            paths[r] = path(ends[r]);
            living.add(sentence[ends[r]]);
        }
        sources.keySet().retainAll(living);
    }

    private int slotAfter(int parent, int sentenceOfSlot) {
        int slot = freeCount > 0 ? free[--freeCount] : newSlot();
        before[slot] = parent;
        needed[slot] = 1;
        sentence[slot] = sentenceOfSlot;
        position[slot] = parent == NONE ? 0 : position[parent] + 1;
        if (parent != NONE) needed[parent]++;
        return slot;
    }

    private int newSlot() {
        if (slots == capacity) {
            capacity = Math.max(64, capacity * 2);
            before = Arrays.copyOf(before, capacity);
            needed = Arrays.copyOf(needed, capacity);
            token = Arrays.copyOf(token, capacity);
            position = Arrays.copyOf(position, capacity);
            sentence = Arrays.copyOf(sentence, capacity);
            free = Arrays.copyOf(free, capacity);
            int floats = Math.multiplyExact(capacity, 2 * hidden);
            for (int l = 0; l < layers; l++) cache[l] = Arrays.copyOf(cache[l], floats);
        }
        return slots++;
    }

    /** One less needs the slot; if none is left it is free, and the slot before it is needed by one less. */
    private void release(int slot) {
        while (slot != NONE && --needed[slot] == 0) {
            free[freeCount++] = slot;
            slot = before[slot];
        }
    }

    private int[] path(int end) {
        int[] path = new int[position[end] + 1];
        for (int slot = end; slot != NONE; slot = before[slot]) path[position[slot]] = slot;
        return path;
    }

    /** Rows of this step. */
    int rows() {
        return rows;
    }

    /** Tokens whose keys and values are kept. */
    int tokensKept() {
        return slots - freeCount;
    }

    /** The newest token of every row. */
    int[] tokens() {
        return Arrays.stream(ends).map(end -> token[end]).toArray();
    }

    /** The position of the newest token of every row, from 0. */
    int[] positions() {
        return Arrays.stream(ends).map(end -> position[end]).toArray();
    }

    /**
     * Shows the tokens of every row, so that who listens knows which hypothesis a row is: {@code decoder.input_ids}.
     */
    void record(Trace trace) {
        for (int r = 0; r < rows; r++) {
            float[] ids = new float[paths[r].length];
            for (int p = 0; p < ids.length; p++) ids[p] = token[paths[r][p]];
            trace.record("decoder.input_ids", r, ids, 0, ids.length);
        }
    }

    /**
     * Keeps the keys and values of the newest token of every row.
     *
     * @param keysValues [rows, 2 · hidden]
     */
    void remember(int layer, Rows keysValues) {
        for (int r = 0; r < rows; r++) {
            int from = keysValues.offset() + r * keysValues.stride();
            System.arraycopy(keysValues.data(), from, cache[layer], ends[r] * 2 * hidden, 2 * hidden);
        }
    }

    /** Attention of every row to the tokens of its hypothesis, the newest included. */
    RowAttention tokenAttention(int layer, String name, Attention heads) {
        RowAttention.Group[] groups = new RowAttention.Group[rows];
        int longest = 0;
        for (int r = 0; r < rows; r++) {
            int[] path = paths[r];
            groups[r] = new RowAttention.Group(r, r + 1, memory -> recall(layer, path, memory));
            longest = Math.max(longest, path.length);
        }
        return new RowAttention(name, heads, groups, longest, longest * 2 * hidden);
    }

    private Rows recall(int layer, int[] path, float[] memory) {
        for (int p = 0; p < path.length; p++)
            System.arraycopy(cache[layer], path[p] * 2 * hidden, memory, p * 2 * hidden, 2 * hidden);
        return Rows.of(memory, 2 * hidden, path.length);
    }

    /**
     * Attention of every row to the source of its sentence.
     *
     * @param separate whether each row stands by itself, rather than with the others of its sentence; the same results
     */
    RowAttention sourceAttention(int layer, String name, Attention heads, boolean separate) {
        List<RowAttention.Group> groups = new ArrayList<>();
        int longest = 0;
        for (int from = 0, to; from < rows; from = to) {
            int s = sentence[ends[from]];
            to = from + 1;
            while (!separate && to < rows && sentence[ends[to]] == s) to++;
            Rows source = sources.get(s)[layer];
            groups.add(new RowAttention.Group(from, to, _ -> source));
            longest = Math.max(longest, source.count());
        }
        return new RowAttention(name, heads, groups.toArray(RowAttention.Group[]::new), longest, 0);
    }
}
