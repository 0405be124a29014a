package dev.tercet.engine.layer;

import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.kernel.Rows;
import dev.tercet.engine.kernel.RowsStack;
import java.util.function.IntConsumer;

/** A layer normalization that threads divide between them by rows; one object for all, as {@link LinearParts}. */
final class LayerNormParts implements IntConsumer {
    private final RowsStack blocks = new RowsStack();
    private Kernels kernels;
    private LayerNorm layer;
    private int blocksOfPart;

    void run(Run run, LayerNorm norm, Rows x, Rows residual, Rows y, int parts) {
        kernels = run.kernels();
        layer = norm;
        blocksOfPart = residual == null ? 2 : 3;
        blocks.release(0);
        for (int part = 0; part < parts; part++) {
            int from = Linear.share(x.count(), part, parts);
            int to = Linear.share(x.count(), part + 1, parts);
            blocks.slice(x, from, to);
            blocks.slice(y, from, to);
            if (residual != null) blocks.slice(residual, from, to);
        }
        run.workers().run(parts, this);
    }

    @Override
    public void accept(int part) {
        int block = part * blocksOfPart;
        Rows residual = blocksOfPart == 3 ? blocks.get(block + 2) : null;
        layer.forward(kernels, blocks.get(block), residual, blocks.get(block + 1));
    }
}
