package dev.tercet.engine.layer;

import dev.tercet.engine.kernel.Rows;

/**
 * The first half of a post-norm encoder layer: LayerNorm(x + W · attention(query(x), key(x), value(x)) + b).
 *
 * @param names of its activations, for a trace
 * @param queryKeyValue query, key and value as one product
 * @param output the dense layer after attention
 */
public record SelfAttention(
        Names names, Linear queryKeyValue, Attention attention, Linear output, LayerNorm layerNorm) {
    /** Names of the activations, as the checkpoint calls the modules that make them. */
    public record Names(String query, String key, String value, String probabilities, String context, String output) {}

    /** @param x [tokens, hidden], replaced by the result */
    public void forward(Run run, Sequences x) {
        int hidden = attention.columns();
        Workspace workspace = run.workspace();
        int mark = workspace.mark();

        Sequences query = workspace.sequences(x, 3 * hidden); // [tokens, 3 · hidden]
        Sequences key = workspace.column(query, hidden);
        Sequences value = workspace.column(query, 2 * hidden);
        queryKeyValue.forward(run, x.rows(), query.rows());
        run.record(names.query, query, hidden);
        run.record(names.key, key, hidden);
        run.record(names.value, value, hidden);

        Sequences context = workspace.sequences(x, hidden); // [tokens, hidden]
        attention.forward(run, names.probabilities, query, key, value, context);
        run.record(names.context, context, hidden);

        Rows projected = workspace.rows(x.rows().count(), hidden); // [tokens, hidden]
        output.forward(run, context.rows(), projected);
        layerNorm.forward(run, projected, x.rows(), x.rows());
        run.record(names.output, x, hidden);
        workspace.release(mark);
    }

    /**
     * The result for the first token of each sequence only; every token is still a key and a value. The same bits as
     * {@link #forward} gives those tokens, since the rows of a product do not depend on each other.
     *
     * @param x [tokens, hidden]
     * @param first its first rows, [sequences, hidden], replaced by the result
     */
    void forwardFirst(Run run, Sequences x, Sequences first) {
        int hidden = attention.columns();
        Workspace workspace = run.workspace();
        int mark = workspace.mark();

        // Queries are the first third of the product's outputs; a panel across the border is computed for both.
        int width = run.kernels().panelWidth();
        int panels = queryKeyValue.weight().panels();
        Sequences query = workspace.sequences(first, 3 * hidden); // [sequences, 3 · hidden], first third written
        queryKeyValue.forward(run, first.rows(), query.rows(), 0, Math.ceilDiv(hidden, width));
        Sequences keyValue = workspace.sequences(x, 3 * hidden); // [tokens, 3 · hidden], the rest written
        queryKeyValue.forward(run, x.rows(), keyValue.rows(), hidden / width, panels);
        Sequences key = workspace.column(keyValue, hidden);
        Sequences value = workspace.column(keyValue, 2 * hidden);

        Sequences context = workspace.sequences(first, hidden); // [sequences, hidden]
        attention.forward(run, names.probabilities, query, key, value, context);

        Rows projected = workspace.rows(first.count(), hidden); // [sequences, hidden]
        output.forward(run, context.rows(), projected);
        layerNorm.forward(run, projected, first.rows(), first.rows());
        workspace.release(mark);
    }
}
