package dev.tercet.engine.layer;

import dev.tercet.engine.kernel.Rows;
import dev.tercet.loaders.DType;
import dev.tercet.loaders.Tensor;
import dev.tercet.loaders.Weights;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A vector for every id. An fp32 table stays where the checkpoint is mapped, since a text touches a few rows of tens of
 * thousands; others are converted when loaded.
 */
public final class EmbeddingTable {
    private static final ValueLayout.OfFloat STORED =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment table;
    private final ValueLayout.OfFloat layout;
    private final int rows;
    private final int columns;

    private EmbeddingTable(MemorySegment table, ValueLayout.OfFloat layout, int rows, int columns) {
        this.table = table;
        this.layout = layout;
        this.rows = rows;
        this.columns = columns;
    }

    /**
     * The table of that name, {@code [rows, columns]}.
     *
     * @param name of the tensor itself, as in {@code word_embeddings.weight}
     */
    public static EmbeddingTable load(Weights weights, String name, int rows, int columns) {
        if (weights.has(name)) {
            Tensor tensor = weights.tensor(name);
            long[] shape = tensor.shape();
            if (tensor.dtype() == DType.F32 && shape.length == 2 && shape[0] == rows && shape[1] == columns)
                return new EmbeddingTable(tensor.data(), STORED, rows, columns);
        }
        return of(weights.floats(name, rows, columns), rows, columns);
    }

    /** A table in memory, row-major. */
    public static EmbeddingTable of(float[] table, int rows, int columns) {
        if (table.length != (long) rows * columns)
            throw new IllegalArgumentException(table.length + " floats are not " + rows + " rows of " + columns);
        return new EmbeddingTable(MemorySegment.ofArray(table), ValueLayout.JAVA_FLOAT, rows, columns);
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
        MemorySegment.copy(table, layout, 4L * id * columns, y, offset, columns);
    }
}
