package dev.tercet.engine.marian;

import dev.tercet.engine.kernel.Rows;
import dev.tercet.engine.layer.EmbeddingTable;
import dev.tercet.engine.layer.Run;

/** What enters a stack: token vector · scale + position vector. */
record MarianEmbeddings(EmbeddingTable tokens, float scale, Positions positions) {
    /**
     * @param ids token ids, [rows]
     * @param at the position of each, [rows]
     * @param y [rows, hidden], written
     * @throws IllegalArgumentException when an id is not in the table or there is no such position
     */
    void forward(Run run, int[] ids, int[] at, Rows y) {
        tokens.forward(ids, y);
        int hidden = tokens.columns();
        for (int r = 0; r < y.count(); r++) {
            if (at[r] >= positions.count())
                throw new IllegalArgumentException("token " + at[r]
                        + " of a sequence, counted from 0, but the model has " + positions.count()
                        + " positions; shorten the text or lower the maximum length");
            int start = y.offset() + r * y.stride();
            run.kernels().scale(scale, y.data(), start, hidden);
            run.kernels().add(positions.vector(at[r]), 0, y.data(), start, hidden);
        }
    }
}
