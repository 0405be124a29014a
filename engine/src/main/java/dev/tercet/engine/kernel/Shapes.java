package dev.tercet.engine.kernel;

import java.util.Objects;

/** What every kernel demands of its arguments: an array too short is reported here and not in the middle of a tile. */
final class Shapes {
    private Shapes() {}

    static void checkLinear(Rows x, PackedMatrix w, float[] bias, Rows y, int fromPanel, int toPanel, int panelWidth) {
        if (w.width != panelWidth) {
            throw new IllegalArgumentException("the matrix is packed in panels of " + w.width
                    + " outputs, these kernels use " + panelWidth + ": pack it with the kernels that run it");
        }
        Objects.checkFromToIndex(fromPanel, toPanel, w.panels());
        checkRows("x", x, w.inputs, x.count());
        checkRows("y", y, w.outputs, x.count());
        if (bias != null && bias.length < w.outputs) {
            throw new IllegalArgumentException("bias has " + bias.length + " elements, the layer " + w.outputs);
        }
    }

    static void checkAttention(
            Rows queries,
            Rows keys,
            Rows values,
            int headSize,
            float scale,
            boolean causal,
            Rows context,
            float[] probabilities,
            int fromHead,
            int toHead) {
        if (headSize < 1 || fromHead < 0 || toHead < fromHead) {
            throw new IllegalArgumentException(
                    "heads [" + fromHead + ", " + toHead + ") of " + headSize + " columns make no sense");
        }
        if (!(scale > 0f && scale < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("scale is " + scale + ", expected a positive number");
        }
        if (keys.count() < 1 || causal && keys.count() < queries.count()) {
            throw new IllegalArgumentException(
                    keys.count() + " keys for " + queries.count() + " queries leave a query without any key");
        }
        checkRows("queries", queries, toHead * headSize, queries.count());
        checkRows("keys", keys, toHead * headSize, keys.count());
        checkRows("values", values, toHead * headSize, keys.count());
        checkRows("context", context, toHead * headSize, queries.count());
        if (probabilities != null && probabilities.length < (long) toHead * queries.count() * keys.count()) {
            throw new IllegalArgumentException("probabilities has " + probabilities.length + " elements, [" + toHead
                    + ", " + queries.count() + ", " + keys.count() + "] needs more");
        }
    }

    static void checkAttention(
            Rows queries,
            KeyValueCache cache,
            int width,
            int[][] seen,
            int headSize,
            float scale,
            Rows context,
            float[] probabilities) {
        if (cache.width != width) {
            throw new IllegalArgumentException("the cache has panels of " + cache.width + " slots, these kernels use "
                    + width + ": make it with the kernels that read it");
        }
        if (headSize < 1 || cache.columns % headSize != 0) {
            throw new IllegalArgumentException(cache.columns + " columns cannot be divided into heads of " + headSize);
        }
        if (!(scale > 0f && scale < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("scale is " + scale + ", expected a positive number");
        }
        if (seen.length != queries.count()) {
            throw new IllegalArgumentException(
                    seen.length + " lists of tokens for " + queries.count() + " rows of queries");
        }
        for (int[] tokens : seen) {
            if (tokens.length < 1 || tokens.length > cache.slots()) {
                throw new IllegalArgumentException("a row sees " + tokens.length + " tokens, expected 1 to the "
                        + cache.slots() + " that the cache has slots for");
            }
            if (probabilities != null
                    && probabilities.length < (long) cache.columns / headSize * seen.length * tokens.length) {
                throw new IllegalArgumentException("probabilities has " + probabilities.length + " elements, ["
                        + cache.columns / headSize + ", " + seen.length + ", " + tokens.length + "] needs more");
            }
        }
        checkRows("queries", queries, cache.columns, queries.count());
        checkRows("context", context, cache.columns, queries.count());
    }

    static void checkLayerNorm(Rows x, Rows residual, int columns, float[] weight, float[] bias, Rows y) {
        checkRows("x", x, columns, x.count());
        checkRows("y", y, columns, x.count());
        if (residual != null) {
            checkRows("residual", residual, columns, x.count());
        }
        if (weight.length < columns || bias.length < columns) {
            throw new IllegalArgumentException("weight has " + weight.length + " and bias " + bias.length
                    + " elements, the rows have " + columns + " columns");
        }
    }

    static void checkPooling(Rows x, int columns, float[] y, int yOffset) {
        if (x.count() < 1) {
            throw new IllegalArgumentException("nothing to pool: no rows");
        }
        checkRows("x", x, columns, x.count());
        Objects.checkFromIndexSize(yOffset, columns, y.length);
    }

    static void checkBlocks(Rows x, int columns, int block, Rows largest, Rows sums) {
        int blocks = Math.ceilDiv(columns, block);
        checkRows("x", x, columns, x.count());
        checkRows("largest", largest, blocks, x.count());
        checkRows("sums", sums, blocks, x.count());
    }

    private static void checkRows(String name, Rows rows, int columns, int count) {
        if (rows.count() != count) {
            throw new IllegalArgumentException(name + " has " + rows.count() + " rows, expected " + count);
        }
        long end = count == 0 ? 0 : (long) rows.offset() + (long) (count - 1) * rows.stride() + columns;
        if (columns < 0 || rows.offset() < 0 || rows.stride() < 0 || end > rows.data().length) {
            throw new IllegalArgumentException(name + ": " + count + " rows of " + columns + " columns from "
                    + rows.offset() + " with stride " + rows.stride() + " do not fit in " + rows.data().length
                    + " elements");
        }
    }
}
