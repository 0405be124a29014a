package dev.tercet.engine.marian;

import dev.tercet.engine.generate.Continuations;
import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.kernel.Rows;
import dev.tercet.engine.layer.Attention;
import dev.tercet.engine.trace.Trace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The rows of a decoding step and what decoding remembers from step to step, a {@link SentenceMemory} for every
 * sentence that has rows.
 *
 * <p>Not safe for use by many threads at once; one decoding run has its own.
 */
final class DecoderState {
    private final Kernels kernels;
    private final int layers;
    private final int hidden;

    /** Sentences that have begun and whose first row has not come yet. */
    private final Map<Integer, SentenceMemory> begun = new HashMap<>();

    private int rows;

    /** Of every row: its sentence, the slot of its newest token, the slots of all its tokens. */
    private SentenceMemory[] memories = new SentenceMemory[0];

    private int[] ends = new int[0];
    private int[][] paths = new int[0][];

    /** The source tokens that every row sees. */
    private int[][] sources = new int[0][];

    /** The first row of every sentence, and the number of rows at the end. */
    private int[] starts = {0};

    DecoderState(Kernels kernels, int layers, int hidden) {
        this.kernels = kernels;
        this.layers = layers;
        this.hidden = hidden;
    }

    /**
     * Takes in a sentence.
     *
     * @param number by which {@link Continuations} name it
     */
    SentenceMemory begin(int number, int sourceTokens) {
        SentenceMemory memory = new SentenceMemory(kernels, layers, hidden, sourceTokens);
        begun.put(number, memory);
        return memory;
    }

    /**
     * Moves to the rows of the next step: each gets a slot for its token after the slot of the row it continues. What
     * no row needs any more is forgotten.
     */
    void advance(Continuations step) {
        int count = step.count();
        SentenceMemory[] newMemories = new SentenceMemory[count];
        int[] newEnds = new int[count];
        for (int r = 0; r < count; r++) {
            boolean begins = step.begins(r);
            newMemories[r] = begins ? begun.remove(step.sentence(r)) : memories[step.parent(r)];
            int parent = begins ? SentenceMemory.NONE : ends[step.parent(r)];
            newEnds[r] = newMemories[r].append(parent, step.token(r));
        }
        for (int r = 0; r < rows; r++) memories[r].release(ends[r]);
        rows = count;
        memories = newMemories;
        ends = newEnds;
        paths = new int[rows][];
        sources = new int[rows][];
        for (int r = 0; r < rows; r++) {
            paths[r] = memories[r].path(ends[r]);
            sources[r] = memories[r].wholeSource();
        }
        starts = starts();
    }

    private int[] starts() {
        int[] found = new int[rows + 1];
        int count = 0;
        for (int r = 0; r < rows; r++) {
            if (r == 0 || memories[r] != memories[r - 1]) found[count++] = r;
        }
        found[count++] = rows;
        return Arrays.copyOf(found, count);
    }

    /** Rows of this step. */
    int rows() {
        return rows;
    }

    /** Tokens whose keys and values are kept. */
    int tokensKept() {
        int tokens = 0;
        for (int s = 0; s + 1 < starts.length; s++) tokens += memories[starts[s]].tokensKept();
        return tokens;
    }

    /** The newest token of every row. */
    int[] tokens() {
        int[] tokens = new int[rows];
        for (int r = 0; r < rows; r++) tokens[r] = memories[r].token(ends[r]);
        return tokens;
    }

    /** The position of the newest token of every row, from 0. */
    int[] positions() {
        int[] positions = new int[rows];
        for (int r = 0; r < rows; r++) positions[r] = memories[r].position(ends[r]);
        return positions;
    }

    /**
     * Shows the tokens of every row, so that who listens knows which hypothesis a row is: {@code decoder.input_ids}.
     */
    void record(Trace trace) {
        for (int r = 0; r < rows; r++) {
            float[] ids = new float[paths[r].length];
            for (int p = 0; p < ids.length; p++) ids[p] = memories[r].token(paths[r][p]);
            trace.record("decoder.input_ids", r, ids, 0, ids.length);
        }
    }

    /**
     * Attention of every row to the tokens of its hypothesis, the newest included.
     *
     * @param name of the probabilities, for a trace
     * @param newest keys and values of the newest token of every row, which are kept, [rows, 2 · hidden]
     */
    RowAttention tokenAttention(int layer, String name, Attention heads, Rows newest) {
        List<RowAttention.Group> groups = new ArrayList<>(starts.length - 1);
        for (int s = 0; s + 1 < starts.length; s++)
            groups.add(new RowAttention.Group(starts[s], starts[s + 1], memories[starts[s]].target(layer)));
        return new RowAttention(name, heads, groups, paths, newest);
    }

    /**
     * Attention of every row to the source of its sentence.
     *
     * @param name of the probabilities, for a trace
     */
    RowAttention sourceAttention(int layer, String name, Attention heads) {
        List<RowAttention.Group> groups = new ArrayList<>(starts.length - 1);
        for (int s = 0; s + 1 < starts.length; s++)
            groups.add(new RowAttention.Group(starts[s], starts[s + 1], memories[starts[s]].source(layer)));
        return new RowAttention(name, heads, groups, sources, null);
    }
}
