package dev.tercet.engine.kernel;

/**
 * A matrix, or part of one, inside a larger array: row r starts at {@code data[offset + r · stride]}.
 *
 * <p>What a program makes itself does not change. Those of a {@link RowsStack} are others after they have been given
 * back: a run of a model names matrices by the hundred, and would leave an object for each.
 */
public final class Rows {
    private float[] data;
    private int offset;
    private int stride;
    private int count;

    /**
     * Rows of an array.
     *
     * @param offset where the first row starts
     * @param stride from the start of one row to the start of the next
     * @param count rows
     */
    public Rows(float[] data, int offset, int stride, int count) {
        set(data, offset, stride, count);
    }

    /** For a stack, which sets them. */
    Rows() {}

    /** All rows of a dense row-major matrix. */
    public static Rows of(float[] data, int columns, int count) {
        return new Rows(data, 0, columns, count);
    }

    /** Makes these the rows of something else. */
    void set(float[] newData, int newOffset, int newStride, int newCount) {
        data = newData;
        offset = newOffset;
        stride = newStride;
        count = newCount;
    }

    /** The array that holds the rows. */
    public float[] data() {
        return data;
    }

    /** Where the first row starts. */
    public int offset() {
        return offset;
    }

    /** From the start of one row to the start of the next. */
    public int stride() {
        return stride;
    }

    /** How many rows there are. */
    public int count() {
        return count;
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
