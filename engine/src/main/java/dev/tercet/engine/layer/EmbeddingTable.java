package dev.tercet.engine.layer;

import dev.tercet.engine.kernel.Rows;
import dev.tercet.loaders.WeightRows;
import dev.tercet.loaders.Weights;

/**
 * A vector for every id. A table stays where the checkpoint is mapped, in the numbers that the checkpoint has, since a
 * text touches a few rows of tens of thousands; rows in fewer bytes are widened when they are looked up, exactly. Small
 * ones are read when loaded.
 */
public final class EmbeddingTable {
    /** Numbers of a table that is read when loaded: types, positions. */
    private static final int SMALL = 1 << 18;

    private final Lookup lookup;
    private final int rows;
    private final int columns;

    /** Writes the vectors of consecutive ids. */
    @FunctionalInterface
    private interface Lookup {
        void read(int from, int to, float[] y, int offset);
    }

    private EmbeddingTable(Lookup lookup, int rows, int columns) {
        this.lookup = lookup;
        this.rows = rows;
        this.columns = columns;
    }

    /**
     * The table of that name, {@code [rows, columns]}.
     *
     * @param name of the tensor itself, as in {@code word_embeddings.weight}
     */
    public static EmbeddingTable load(Weights weights, String name, int rows, int columns) {
        if ((long) rows * columns <= SMALL) return of(weights.floats(name, rows, columns), rows, columns);
        WeightRows mapped = weights.mappedRows(name, rows, columns);
        return new EmbeddingTable(mapped::read, rows, columns);
    }

    /** A table in memory, row-major. */
    public static EmbeddingTable of(float[] table, int rows, int columns) {
        if (table.length != (long) rows * columns)
            throw new IllegalArgumentException(table.length + " floats are not " + rows + " rows of " + columns);
        return new EmbeddingTable(
                (from, to, y, offset) -> System.arraycopy(table, from * columns, y, offset, (to - from) * columns),
                rows,
                columns);
    }

    /** Ids run from 0 to this, exclusive. */
    public int rows() {
        return rows;
    }

    public int columns() {
        return columns;
    }

    /**
     * y[r] = table[ids[r]] for every row.
     *
     * @param ids [rows]
     * @param y [rows, columns], written
     * @throws IllegalArgumentException when an id is not in the table
     */
    public void forward(int[] ids, Rows y) {
        for (int r = 0; r < y.count(); r++) copy(ids[r], y.data(), y.offset() + r * y.stride());
    }

    /** Copies the vector of an id. */
    public void copy(int id, float[] y, int offset) {
        if (id < 0 || id >= rows)
            throw new IllegalArgumentException("id " + id + " is not between 0 and " + (rows - 1));
        lookup.read(id, id + 1, y, offset);
    }
}
