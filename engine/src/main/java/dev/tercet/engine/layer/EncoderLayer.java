package dev.tercet.engine.layer;

import dev.tercet.engine.kernel.Rows;

/** A post-norm transformer encoder layer, the same in BERT and Marian: attention, then a feed-forward network. */
public record EncoderLayer(SelfAttention attention, FeedForward feedForward) {
    /** @param x [tokens, hidden], replaced by the result */
    public void forward(Run run, Sequences x) {
        attention.forward(run, x);
        feedForward.forward(run, x);
    }

    /**
     * The result for the first token of each sequence, the same bits as {@link #forward} gives. A traced run computes
     * all tokens, for the trace to see.
     *
     * @param x [tokens, hidden]; holds anything afterwards
     * @return [sequences, hidden], in the run's workspace
     */
    public Rows forwardFirst(Run run, Sequences x) {
        if (run.traced()) {
            forward(run, x);
            return x.first(run.workspace()).rows();
        }
        Sequences first = x.first(run.workspace()); // [sequences, hidden]
        attention.forwardFirst(run, x, first);
        feedForward.forward(run, first);
        return first.rows();
    }
}
