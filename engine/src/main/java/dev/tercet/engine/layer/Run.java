package dev.tercet.engine.layer;

import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.kernel.Rows;
import dev.tercet.engine.parallel.Workers;
import dev.tercet.engine.trace.Trace;

/**
 * What one run of a model carries through its layers.
 *
 * @param kernels computes
 * @param workers divide the work of a layer; {@link Workers#serial()} when the run itself is a part of divided work
 * @param workspace what the run writes, its own
 * @param trace sees the activations; null in an ordinary run
 */
public record Run(Kernels kernels, Workers workers, Workspace workspace, Trace trace) {
    /** Products below this many multiply-adds, about 5 µs of one core, are not worth waking another thread for. */
    static final long WORTH_DIVIDING = 1 << 18;

    /** In how many parts to divide work of so many multiply-adds. */
    public int parts(long multiplyAdds) {
        return multiplyAdds < WORTH_DIVIDING ? 1 : workers.threads();
    }

    public boolean traced() {
        return trace != null;
    }

    /** Shows an activation, {@code [tokens, columns]}, to the trace, sequence by sequence. */
    public void record(String name, Sequences x, int columns) {
        if (trace == null) return;
        for (int s = 0; s < x.count(); s++) {
            Rows rows = x.sequence(s);
            float[] dense = new float[rows.count() * columns];
            for (int r = 0; r < rows.count(); r++)
                System.arraycopy(rows.data(), rows.offset() + r * rows.stride(), dense, r * columns, columns);
            trace.record(name, s, dense, 0, rows.count(), columns);
        }
    }
}
