package dev.tercet.engine.layer;

import dev.tercet.engine.kernel.Rows;
import java.util.Arrays;

/**
 * Whatever one run writes: a stack of floats. A layer takes the rows it needs and releases them when it is done, so
 * layers share the same memory, and a run after the first of its size allocates nothing. Used by one run at a time.
 *
 * <p>Rows taken hold whatever the last user left there.
 */
public final class Workspace {
    /** Floats in a cache line; what is taken ends at a multiple of it. */
    private static final int ALIGNMENT = 16;

    private float[] data = new float[0];
    private int used;
    private int peak;
    private float[][] scratch = new float[0][];

    /** Where the stack stands, for {@link #release}. */
    public int mark() {
        return used;
    }

    /** Gives back everything taken since the mark. */
    public void release(int mark) {
        used = mark;
        if (mark == 0 && peak > data.length) data = new float[peak];
    }

    /** A dense matrix, {@code [count, columns]}. */
    public Rows rows(int count, int columns) {
        int offset = used;
        long size = (long) count * columns;
        long end = used + (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        if (end > Integer.MAX_VALUE - 8)
            throw new IllegalArgumentException("this batch needs " + 4 * end
                    + " bytes of working memory, more than an array holds; run it in smaller batches");
        used = (int) end;
        peak = Math.max(peak, used);
        // outgrown: this run gets arrays of their own, the next one finds the stack large enough
        if (used > data.length) return Rows.of(new float[(int) size], columns, count);
        return new Rows(data, offset, columns, count);
    }

    /**
     * Arrays outside the stack for what a kernel keeps while it works, one for each part of divided work.
     *
     * @return at least {@code parts} arrays of at least {@code size} floats; the next call may hand out the same ones
     */
    public float[][] scratch(int parts, int size) {
        if (parts > scratch.length) scratch = Arrays.copyOf(scratch, parts);
        for (int part = 0; part < parts; part++) {
            if (scratch[part] == null || scratch[part].length < size) scratch[part] = new float[size];
        }
        return scratch;
    }
}
