package dev.tercet.engine.layer;

import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.kernel.Rows;
import dev.tercet.engine.kernel.RowsStack;
import java.util.function.IntConsumer;

/**
 * A product that threads divide between them. One object that every product describes itself in, because a lambda for
 * each would be garbage.
 */
final class LinearParts implements IntConsumer {
    private final RowsStack blocks = new RowsStack();
    private Kernels kernels;
    private Linear layer;
    private int fromPanel;
    private int panels;
    private int columnParts;

    /** Every task computes the outputs of some panels for a block of rows. */
    void run(Run run, Linear product, Rows x, Rows y, int from, int to, int rowParts, int panelParts) {
        kernels = run.kernels();
        layer = product;
        fromPanel = from;
        panels = to - from;
        columnParts = panelParts;
        blocks.release(0);
        for (int r = 0; r < rowParts; r++) {
            int fromRow = Linear.share(x.count(), r, rowParts);
            int toRow = Linear.share(x.count(), r + 1, rowParts);
            blocks.slice(x, fromRow, toRow);
            blocks.slice(y, fromRow, toRow);
        }
        run.workers().run(rowParts * columnParts, this);
    }

    @Override
    public void accept(int task) {
        int r = task / columnParts;
        int c = task % columnParts;
        kernels.linear(
                blocks.get(2 * r),
                layer.weight(),
                layer.bias(),
                layer.activation(),
                blocks.get(2 * r + 1),
                fromPanel + Linear.share(panels, c, columnParts),
                fromPanel + Linear.share(panels, c + 1, columnParts));
    }
}
