package dev.tercet.engine.generate;

import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.kernel.Rows;

/**
 * The logits of the next token after each of some hypotheses, and what a search wants to know of all of them, so that
 * it need not read them again: with the largest of every block of tokens it looks for the best only where they can be,
 * and with the sums it has the log-softmax.
 *
 * @param rows [rows, vocabulary]
 * @param largest of every block of {@link Kernels#BLOCK} tokens, [rows, blocks]
 * @param sums Σ exp(logit − largest) of every block, [rows, blocks]
 */
public record Logits(Rows rows, Rows largest, Rows sums) {
    /** Blocks of a vocabulary. */
    public static int blocks(int vocabulary) {
        return Math.ceilDiv(vocabulary, Kernels.BLOCK);
    }

    /** Logits that are there at once. */
    public static Logits of(Kernels kernels, Rows rows) {
        int blocks = blocks(rows.stride());
        Logits logits = new Logits(
                rows,
                Rows.of(new float[rows.count() * blocks], blocks, rows.count()),
                Rows.of(new float[rows.count() * blocks], blocks, rows.count()));
        logits.sumUp(kernels, 0, blocks);
        return logits;
    }

    /** Writes what is to be known of the blocks [from, to), once their logits are there. */
    public void sumUp(Kernels kernels, int from, int to) {
        int token = from * Kernels.BLOCK;
        int tokens = Math.min(rows.stride(), to * Kernels.BLOCK) - token;
        kernels.blockExponentials(rows.column(token), tokens, largest.column(from), sums.column(from));
    }

    /** Those of one row. */
    Logits row(int row) {
        return new Logits(row(rows, row), row(largest, row), row(sums, row));
    }

    private static Rows row(Rows rows, int row) {
        return new Rows(rows.data(), rows.offset() + row * rows.stride(), rows.stride(), 1);
    }
}
