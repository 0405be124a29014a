package dev.tercet.engine.marian;

import dev.tercet.engine.kernel.Rows;
import dev.tercet.engine.layer.FeedForward;
import dev.tercet.engine.layer.Run;
import dev.tercet.engine.layer.SelfAttention;
import dev.tercet.engine.layer.Sequences;
import dev.tercet.engine.layer.Workspace;

/** A post-norm decoder layer on the newest token of every row; the tokens before it are in the {@link DecoderState}. */
record DecoderLayer(int index, SelfAttention selfAttention, CrossAttention crossAttention, FeedForward feedForward) {
    /** @param x [rows, hidden], a sequence each; replaced by the result */
    void forward(Run run, DecoderState state, Sequences x) {
        attendToItself(run, state, x);
        crossAttention.forward(run, state, index, x);
        feedForward.forward(run, x);
    }

    /** LayerNorm(x + W · attention(query(x), keys so far, values so far) + b). */
    private void attendToItself(Run run, DecoderState state, Sequences x) {
        int hidden = selfAttention.attention().columns();
        Workspace workspace = run.workspace();
        int mark = workspace.mark();

        Sequences query = workspace.sequences(x, 3 * hidden); // [rows, 3 · hidden]
        selfAttention.queryKeyValue().forward(run, x.rows(), query.rows());
        run.record(selfAttention.names().query(), query, hidden);
        Sequences newest = workspace.column(query, hidden); // [rows, 2 · hidden]
        run.record(selfAttention.names().key(), newest, hidden);
        run.record(selfAttention.names().value(), workspace.column(query, 2 * hidden), hidden);

        Sequences context = workspace.sequences(x, hidden); // [rows, hidden]
        state.tokenAttention(index, selfAttention.names().probabilities(), selfAttention.attention(), newest.rows())
                .forward(run, query.rows(), context.rows());
        run.record(selfAttention.names().context(), context, hidden);

        Rows projected = workspace.rows(x.count(), hidden); // [rows, hidden]
        selfAttention.output().forward(run, context.rows(), projected);
        selfAttention.layerNorm().forward(run, projected, x.rows(), x.rows());
        run.record(selfAttention.names().output(), x, hidden);
        workspace.release(mark);
    }
}
