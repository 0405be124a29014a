package dev.tercet.engine.marian;

import dev.tercet.engine.kernel.Rows;
import dev.tercet.engine.layer.Attention;
import dev.tercet.engine.layer.LayerNorm;
import dev.tercet.engine.layer.Linear;
import dev.tercet.engine.layer.Run;
import dev.tercet.engine.layer.Sequences;
import dev.tercet.engine.layer.Workspace;

/**
 * Attention of the decoder to the encoder's output: LayerNorm(x + W · attention(query(x), key(source), value(source)) +
 * b). Keys and values depend on the source alone: computed once per sentence, read by all its hypotheses at every step.
 *
 * @param names of its activations, for a trace
 * @param keyValue key and value as one product
 */
record CrossAttention(
        Names names, Linear query, Linear keyValue, Attention attention, Linear output, LayerNorm layerNorm) {
    /** Names of the activations, as the checkpoint calls the modules that make them. */
    record Names(String query, String key, String value, String probabilities, String context, String output) {}

    /**
     * Keys and values of the source tokens of some sentences, side by side.
     *
     * @param source [tokens, hidden]
     * @param keysValues [tokens, 2 · hidden], written
     */
    void remember(Run run, Sequences source, Sequences keysValues) {
        keyValue.forward(run, source.rows(), keysValues.rows());
        run.record(names.key, keysValues, attention.columns());
        run.record(names.value, run.workspace().column(keysValues, attention.columns()), attention.columns());
    }

    /**
     * @param layer of the decoder
     * @param x [rows, hidden], a sequence each; replaced by the result
     */
    void forward(Run run, DecoderState state, int layer, Sequences x) {
        int hidden = attention.columns();
        Workspace workspace = run.workspace();
        int mark = workspace.mark();

        Sequences q = workspace.sequences(x, hidden); // [rows, hidden]
        query.forward(run, x.rows(), q.rows());
        run.record(names.query, q, hidden);

        Sequences context = workspace.sequences(x, hidden); // [rows, hidden]
        state.sourceAttention(layer, names.probabilities, attention).forward(run, q.rows(), context.rows());
        run.record(names.context, context, hidden);

        Rows projected = workspace.rows(x.count(), hidden); // [rows, hidden]
        output.forward(run, context.rows(), projected);
        layerNorm.forward(run, projected, x.rows(), x.rows());
        run.record(names.output, x, hidden);
        workspace.release(mark);
    }
}
