package dev.tercet.engine.kernel;

/**
 * A matrix, or part of one, inside a larger array: row r starts at {@code data[offset + r · stride]}.
 *
 * @param count rows
 */
public record Rows(float[] data, int offset, int stride, int count) {
    /** All rows of a dense row-major matrix. */
    public static Rows of(float[] data, int columns, int count) {
        return new Rows(data, 0, columns, count);
    }

    /** Rows [from, to) of these. */
    public Rows slice(int from, int to) {
        return new Rows(data, offset + from * stride, stride, to - from);
    }

    /** The same rows from a later column on. */
    public Rows column(int column) {
        return new Rows(data, offset + column, stride, count);
    }
}
