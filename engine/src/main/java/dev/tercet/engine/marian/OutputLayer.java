package dev.tercet.engine.marian;

import dev.tercet.engine.generate.Logits;
import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.kernel.Rows;
import dev.tercet.engine.layer.Linear;
import dev.tercet.engine.layer.Run;

/**
 * Hidden states to logits: a dense layer, and what a search wants to know of each block of its outputs. The logits of
 * some blocks are summed up while they are still in a cache; a step of many rows writes more of them than any cache
 * holds.
 */
record OutputLayer(Linear dense) {
    /** Logits that are computed before they are summed up: 256 kB, about a quarter of the usual L2 cache. */
    private static final int LOGITS_AT_ONCE = 1 << 16;

    int vocabulary() {
        return dense.weight().outputs();
    }

    /**
     * @param x [rows, hidden]
     * @param logits [rows, vocabulary], written
     */
    void forward(Run run, Rows x, Logits logits) {
        int blocks = Logits.blocks(vocabulary());
        int parts = Math.min(
                blocks,
                run.parts((long) x.count() * vocabulary() * dense.weight().inputs()));
        int atOnce = Math.max(1, LOGITS_AT_ONCE / (x.count() * Kernels.BLOCK));
        run.workers().run(parts, part -> {
            int to = Linear.share(blocks, part + 1, parts);
            for (int block = Linear.share(blocks, part, parts); block < to; block += atOnce)
                forward(run.kernels(), x, logits, block, Math.min(to, block + atOnce));
        });
    }

    /** The logits of blocks [from, to). */
    private void forward(Kernels kernels, Rows x, Logits logits, int from, int to) {
        int panels = Kernels.BLOCK / kernels.panelWidth();
        int toPanel = Math.min(dense.weight().panels(), to * panels);
        kernels.linear(x, dense.weight(), dense.bias(), dense.activation(), logits.rows(), from * panels, toPanel);
        logits.sumUp(kernels, from, to);
    }
}
