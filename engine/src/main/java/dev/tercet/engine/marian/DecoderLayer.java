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
        int rows = state.rows();
        int hidden = selfAttention.attention().columns();
        Workspace workspace = run.workspace();
        int mark = workspace.mark();

        Sequences query = new Sequences(workspace.rows(rows, 3 * hidden), x.starts()); // [rows, 3 · hidden]
        selfAttention.queryKeyValue().forward(run, x.rows(), query.rows());
        run.record(selfAttention.names().query(), query, hidden);
        run.record(selfAttention.names().key(), query.column(hidden), hidden);
        run.record(selfAttention.names().value(), query.column(2 * hidden), hidden);
        state.remember(index, query.rows().column(hidden));

        Rows context = workspace.rows(rows, hidden); // [rows, hidden]
        state.tokenAttention(index, selfAttention.names().probabilities(), selfAttention.attention())
                .forward(run, query.rows(), context);
        run.record(selfAttention.names().context(), new Sequences(context, x.starts()), hidden);

        Rows projected = workspace.rows(rows, hidden); // [rows, hidden]
        selfAttention.output().forward(run, context, projected);
        selfAttention.layerNorm().forward(run, projected, x.rows(), x.rows());
        run.record(selfAttention.names().output(), x, hidden);
        workspace.release(mark);
    }
}
