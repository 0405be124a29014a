package dev.tercet.engine.marian;

import dev.tercet.engine.generate.GivenTokens;
import dev.tercet.engine.generate.Search;
import dev.tercet.engine.trace.Trace;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Collects how given tokens attend to their sources: the mean of some heads of one layer of the decoder. The trace of
 * one run, whose searches tell it their steps.
 */
final class SourceAttention implements Trace, Consumer<Search> {
    private final String name;
    private final int[] chosen;

    /** The attention of every row of the current step, [source tokens]. */
    private final Map<Integer, float[]> ofRow = new HashMap<>();

    /** Of every sentence [target tokens][source tokens]. */
    private final float[][][] weights;

    /**
     * @param layer of the decoder
     * @param chosen heads; none for all
     * @param lengths tokens of every sentence
     */
    SourceAttention(int layer, int[] chosen, int[] lengths) {
        this.name = "decoder.layers." + layer + ".encoder_attn.probabilities";
        this.chosen = chosen;
        weights = new float[lengths.length][][];
        for (int s = 0; s < lengths.length; s++) weights[s] = new float[lengths[s]][];
    }

    /** @param row whose {@code data} is [heads, 1, source tokens] */
    @Override
    public void record(String name, int row, float[] data, int offset, int... shape) {
        if (!name.equals(this.name)) return;
        int heads = shape[0];
        int tokens = shape[2];
        int count = chosen.length == 0 ? heads : chosen.length;
        float[] mean = new float[tokens];
        for (int h = 0; h < count; h++) {
            int from = offset + (chosen.length == 0 ? h : chosen[h]) * tokens;
            for (int t = 0; t < tokens; t++) mean[t] += data[from + t];
        }
        for (int t = 0; t < tokens; t++) mean[t] /= count;
        ofRow.put(row, mean);
    }

    @Override
    public void accept(Search search) {
        int known = ((GivenTokens) search).known();
        weights[search.sentence()][known - 1] = ofRow.get(search.firstRow());
    }

    /** Of every sentence [target tokens][source tokens]. */
    float[][] weights(int sentence) {
        return weights[sentence];
    }
}
