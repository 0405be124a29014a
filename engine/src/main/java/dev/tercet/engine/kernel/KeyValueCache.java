package dev.tercet.engine.kernel;

import java.util.Arrays;

/**
 * Keys and values of the tokens of one sentence in one layer, for {@link Kernels#attention(Rows, KeyValueCache,
 * int[][], int, float, Rows, float[], float[])}. Every token has a slot. Values lie slot by slot. Keys lie in panels of
 * {@code width} slots: panel p holds, column by column, the keys of slots p · width … p · width + width − 1 side by
 * side, so that the scores of all of them come from one pass over the query and nothing is gathered or transposed in a
 * step.
 *
 * <p>Not safe for use by many threads while one of them writes.
 */
public final class KeyValueCache {
    final int columns;
    final int width;

    /** {@code [panels][columns][width]}. */
    float[] keys;

    /** {@code [slots][columns]}. */
    float[] values;

    private int slots;

    KeyValueCache(int columns, int width, int slots) {
        this.columns = columns;
        this.width = width;
        reserve(slots);
    }

    /** Makes room for so many slots, whole panels of them; what is there stays. */
    public void reserve(int count) {
        if (keys != null && count <= slots) return;
        int panels = Math.ceilDiv(Math.max(1, count), width);
        int floats = Math.multiplyExact(Math.multiplyExact(panels, width), columns);
        slots = panels * width;
        keys = keys == null ? new float[floats] : Arrays.copyOf(keys, floats);
        values = values == null ? new float[floats] : Arrays.copyOf(values, floats);
    }

    /** Slots that there is room for. */
    public int slots() {
        return slots;
    }

    /**
     * Writes the key and the value of a token.
     *
     * @param keyValue key and value side by side, 2 · columns floats from {@code offset} on
     */
    public void put(int slot, float[] keyValue, int offset) {
        int at = keyAt(slot, 0);
        for (int c = 0; c < columns; c++) keys[at + c * width] = keyValue[offset + c];
        System.arraycopy(keyValue, offset + columns, values, slot * columns, columns);
    }

    /** Where column c of the key in a slot is. */
    int keyAt(int slot, int column) {
        return (slot / width * columns + column) * width + slot % width;
    }
}
