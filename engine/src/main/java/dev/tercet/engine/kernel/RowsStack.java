package dev.tercet.engine.kernel;

import java.util.Arrays;

/**
 * {@link Rows} that are handed out and given back in the order of a stack, the same objects again and again. Used by
 * one thread at a time.
 */
public final class RowsStack {
    private Rows[] rows = {};
    private int used;

    /** An empty stack. */
    public RowsStack() {}

    /** How many rows are handed out, for {@link #release}. */
    public int size() {
        return used;
    }

    /** Gives back all but the first {@code size}; whoever still uses those finds no array in them. */
    public void release(int size) {
        while (used > size) rows[--used].set(null, 0, 0, 0);
    }

    /** Rows, as {@link Rows#Rows(float[], int, int, int)}. */
    public Rows rows(float[] data, int offset, int stride, int count) {
        if (used == rows.length) {
            rows = Arrays.copyOf(rows, 2 * used + 8);
            for (int i = used; i < rows.length; i++) rows[i] = new Rows();
        }
        Rows next = rows[used++];
        next.set(data, offset, stride, count);
        return next;
    }

    /** Rows [from, to) of others, as {@link Rows#slice}. */
    public Rows slice(Rows of, int from, int to) {
        return rows(of.data(), of.offset() + from * of.stride(), of.stride(), to - from);
    }

    /** Other rows from a later column on, as {@link Rows#column}. */
    public Rows column(Rows of, int column) {
        return rows(of.data(), of.offset() + column, of.stride(), of.count());
    }

    /** The rows that were handed out when so many were. */
    public Rows get(int index) {
        if (index >= used) throw new IndexOutOfBoundsException("rows " + index + " of " + used);
        return rows[index];
    }
}
