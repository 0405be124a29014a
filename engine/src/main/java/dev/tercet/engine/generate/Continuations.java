package dev.tercet.engine.generate;

import java.util.Arrays;

/**
 * The rows of one decoding step: each begins a sentence with its first token or continues a row of the step before by
 * one token. A row may be continued by several or by none. Rows of one sentence stand together.
 */
public final class Continuations {
    private int[] tokens = new int[16];
    private int[] origins = new int[16];
    private int count;

    /** Adds the first row of a sentence. */
    public void begin(int sentence, int token) {
        add(~sentence, token);
    }

    /**
     * Adds a row that continues another.
     *
     * @param row of the step before
     */
    public void extend(int row, int token) {
        add(row, token);
    }

    private void add(int origin, int token) {
        if (count == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * count);
            origins = Arrays.copyOf(origins, 2 * count);
        }
        origins[count] = origin;
        tokens[count++] = token;
    }

    /** Rows of this step. */
    public int count() {
        return count;
    }

    /** Whether the row is the first of a sentence. */
    public boolean begins(int row) {
        return origins[row] < 0;
    }

    /** The sentence that a row begins. */
    public int sentence(int row) {
        return ~origins[row];
    }

    /** The row of the step before that a row continues. */
    public int parent(int row) {
        return origins[row];
    }

    /** The newest token of a row. */
    public int token(int row) {
        return tokens[row];
    }
}
