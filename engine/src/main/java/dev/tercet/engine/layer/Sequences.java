package dev.tercet.engine.layer;

import dev.tercet.engine.kernel.Rows;

/**
 * Rows that belong to sequences of different lengths, one after another, without padding.
 *
 * <p>Those of a {@link Workspace} are others after they have been given back, like its {@link Rows}.
 */
public final class Sequences {
    private Rows rows;
    private int[] starts;
    private int count;

    /**
     * Sequences in rows.
     *
     * @param rows [tokens, columns]
     * @param starts first row of each sequence, and the number of rows at the end, [sequences + 1]
     */
    public Sequences(Rows rows, int[] starts) {
        set(rows, starts, starts.length - 1);
    }

    /** For a workspace, which sets them. */
    Sequences() {}

    /** Makes these the sequences of something else. */
    void set(Rows newRows, int[] newStarts, int newCount) {
        rows = newRows;
        starts = newStarts;
        count = newCount;
    }

    /** All their rows, [tokens, columns]. */
    public Rows rows() {
        return rows;
    }

    /** First row of each sequence, and the number of rows after the last; the array may be longer. */
    public int[] starts() {
        return starts;
    }

    /** How many sequences there are. */
    public int count() {
        return count;
    }

    /** Rows of a sequence. */
    public int length(int sequence) {
        return starts[sequence + 1] - starts[sequence];
    }

    /** The rows of one sequence. */
    public Rows sequence(int sequence) {
        return rows.slice(starts[sequence], starts[sequence + 1]);
    }

    /** The same rows from a later column on. */
    public Sequences column(int column) {
        Sequences later = new Sequences();
        later.set(rows.column(column), starts, count);
        return later;
    }

    /** A copy of the first row of each sequence, as sequences of one row. */
    Sequences first(Workspace workspace) {
        int columns = rows.stride();
        Sequences first = workspace.singles(count, columns);
        for (int s = 0; s < count; s++) {
            int from = rows.offset() + starts[s] * columns;
            int to = first.rows.offset() + s * columns;
            System.arraycopy(rows.data(), from, first.rows.data(), to, columns);
        }
        return first;
    }
}
