package dev.tercet.engine.layer;

import dev.tercet.engine.kernel.Rows;

/**
 * The second half of a post-norm encoder layer: LayerNorm(x + output(activation(intermediate(x)))).
 *
 * @param names of its activations, for a trace
 * @param intermediate the wider dense layer, with its activation
 * @param output the dense layer back to the width of x
 */
public record FeedForward(Names names, Linear intermediate, Linear output, LayerNorm layerNorm) {
    /** Names of the activations, as the checkpoint calls the modules that make them. */
    public record Names(String intermediate, String output) {}

    /** @param x [tokens, hidden], replaced by the result */
    public void forward(Run run, Sequences x) {
        int hidden = output.weight().outputs();
        int width = intermediate.weight().outputs();
        Workspace workspace = run.workspace();
        int mark = workspace.mark();

        Sequences wide = workspace.sequences(x, width); // [tokens, intermediate]
        intermediate.forward(run, x.rows(), wide.rows());
        run.record(names.intermediate, wide, width);

        Rows narrow = workspace.rows(x.rows().count(), hidden); // [tokens, hidden]
        output.forward(run, wide.rows(), narrow);
        layerNorm.forward(run, narrow, x.rows(), x.rows());
        run.record(names.output, x, hidden);
        workspace.release(mark);
    }
}
