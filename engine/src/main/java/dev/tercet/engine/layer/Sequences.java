package dev.tercet.engine.layer;

import dev.tercet.engine.kernel.Rows;

/**
 * Rows that belong to sequences of different lengths, one after another, without padding.
 *
 * @param rows [tokens, columns]
 * @param starts first row of each sequence, and the number of rows at the end, [sequences + 1]
 */
public record Sequences(Rows rows, int[] starts) {
    public int count() {
        return starts.length - 1;
    }

    public int length(int sequence) {
        return starts[sequence + 1] - starts[sequence];
    }

    /** The rows of one sequence. */
    public Rows sequence(int sequence) {
        return rows.slice(starts[sequence], starts[sequence + 1]);
    }

    /** The same rows from a later column on. */
    public Sequences column(int column) {
        return new Sequences(rows.column(column), starts);
    }

    /** A copy of the first row of each sequence, as sequences of one row. */
    Sequences first(Workspace workspace) {
        int columns = rows.stride();
        Rows first = workspace.rows(count(), columns);
        int[] each = new int[starts.length];
        for (int s = 0; s < count(); s++) {
            int from = rows.offset() + starts[s] * columns;
            System.arraycopy(rows.data(), from, first.data(), first.offset() + s * columns, columns);
            each[s + 1] = s + 1;
        }
        return new Sequences(first, each);
    }
}
