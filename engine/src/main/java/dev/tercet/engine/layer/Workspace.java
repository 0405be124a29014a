package dev.tercet.engine.layer;

import dev.tercet.engine.kernel.PackedMatrix;
import dev.tercet.engine.kernel.Rows;
import dev.tercet.engine.kernel.RowsStack;
import java.util.Arrays;

/**
 * Whatever one run writes: a stack of floats, and of the {@link Rows} and {@link Sequences} that name parts of it. A
 * layer takes what it needs and releases it when it is done, so layers share the same memory and the same objects, and
 * a run after the first of its size allocates nothing. Used by one run at a time.
 *
 * <p>Rows taken hold whatever the last user left there; rows released are no rows any more.
 */
public final class Workspace {
    /** Floats in a cache line; what is taken ends at a multiple of it. */
    private static final int ALIGNMENT = 16;

    /**
     * Floats before the first that is taken, so that rows begin where a cache line does wherever the JVM puts a large
     * array at the start of a region, as {@link PackedMatrix} has them before its panels.
     */
    private static final int LEAD = PackedMatrix.LEAD_BYTES / Float.BYTES;

    private float[] data = new float[0];
    private int used = LEAD;
    private int peak;

    /** The names of what is taken, and of each what was in use before it, and the sequences that it is the rows of. */
    private final RowsStack rows = new RowsStack();

    private int[] usedBefore = {};
    private Sequences[] sequences = {};

    /** 0, 1, 2 …: where sequences of one row start. */
    private int[] singles = {};

    private float[] scratch = new float[0];
    private Workspace[] parts = {};

    /** Work that a layer divides: kept here, for the next layer. */
    final LinearParts linear = new LinearParts();

    final LayerNormParts layerNorm = new LayerNormParts();
    final AttentionParts attention = new AttentionParts();

    /** Where the stack stands, for {@link #release}. */
    public int mark() {
        return rows.size();
    }

    /** Gives back everything taken since the mark. */
    public void release(int mark) {
        if (mark < rows.size()) used = usedBefore[mark];
        rows.release(mark);
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
        nameAnother();
        used = (int) end;
        peak = Math.max(peak, used);
        // outgrown: this run gets arrays of their own, the next one finds the stack large enough
        if (used > data.length) return rows.rows(new float[(int) size], 0, columns, count);
        return rows.rows(data, offset, columns, count);
    }

    /** Rows [from, to) of others. */
    public Rows slice(Rows of, int from, int to) {
        nameAnother();
        return rows.slice(of, from, to);
    }

    /** A dense matrix with a row for each token of a batch, {@code [tokens, columns]}. */
    public Sequences sequences(TokenBatch batch, int columns) {
        int name = rows.size();
        return named(name, rows(batch.tokens(), columns), batch.starts(), batch.sequences());
    }

    /** A dense matrix with a row for each row of x, {@code [tokens, columns]}. */
    public Sequences sequences(Sequences x, int columns) {
        int name = rows.size();
        return named(name, rows(x.rows().count(), columns), x.starts(), x.count());
    }

    /** A dense matrix whose rows are sequences of their own, {@code [count, columns]}. */
    public Sequences singles(int count, int columns) {
        int name = rows.size();
        return named(name, rows(count, columns), singles(count), count);
    }

    /** Rows that are sequences of their own. */
    public Sequences singles(Rows of) {
        int name = rows.size();
        return named(name, slice(of, 0, of.count()), singles(of.count()), of.count());
    }

    private int[] singles(int count) {
        if (singles.length <= count) {
            singles = new int[2 * count + 8];
            Arrays.setAll(singles, i -> i);
        }
        return singles;
    }

    /** The same sequences from a later column on. */
    public Sequences column(Sequences of, int column) {
        nameAnother();
        int name = rows.size();
        return named(name, rows.column(of.rows(), column), of.starts(), of.count());
    }

    /** The rows of one sequence. */
    public Rows sequence(Sequences of, int sequence) {
        return slice(of.rows(), of.starts()[sequence], of.starts()[sequence + 1]);
    }

    /** The sequences whose rows have a name. */
    private Sequences named(int name, Rows rowsOfAll, int[] starts, int count) {
        if (sequences[name] == null) sequences[name] = new Sequences();
        sequences[name].set(rowsOfAll, starts, count);
        return sequences[name];
    }

    private void nameAnother() {
        int name = rows.size();
        if (name == usedBefore.length) {
            usedBefore = Arrays.copyOf(usedBefore, 2 * name + 8);
            sequences = Arrays.copyOf(sequences, usedBefore.length);
        }
        usedBefore[name] = used;
    }

    /**
     * An array outside the stack for what a kernel keeps while it works.
     *
     * @return at least {@code size} floats; the next call may hand out the same array
     */
    public float[] scratch(int size) {
        if (scratch.length < size) scratch = new float[size];
        return scratch;
    }

    /**
     * Workspaces for the parts of divided work, which may run at the same time.
     *
     * @return at least {@code count}; the next call hands out the same ones
     */
    public Workspace[] parts(int count) {
        if (parts.length < count) {
            int before = parts.length;
            parts = Arrays.copyOf(parts, count);
            for (int part = before; part < count; part++) parts[part] = new Workspace();
        }
        return parts;
    }
}
