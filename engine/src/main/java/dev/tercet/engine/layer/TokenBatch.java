package dev.tercet.engine.layer;

import java.util.Arrays;
import java.util.List;

/**
 * Token sequences of different lengths, one after another, without padding: sequence s is the tokens {@code starts[s]}
 * to {@code starts[s + 1]}, exclusive. Dense layers see all tokens as rows of one matrix; attention works sequence by
 * sequence.
 *
 * @param ids token ids, [tokens]
 * @param typeIds 0 or 1 for the first or second text of a pair, [tokens]
 * @param starts first token of each sequence, and the number of tokens at the end, [sequences + 1]
 */
public record TokenBatch(int[] ids, int[] typeIds, int[] starts) {
    public TokenBatch {
        if (starts.length == 0 || starts[0] != 0)
            throw new IllegalArgumentException("starts must begin with 0: " + Arrays.toString(starts));
        for (int s = 1; s < starts.length; s++) {
            if (starts[s] <= starts[s - 1])
                throw new IllegalArgumentException("sequence " + (s - 1) + " has no tokens: it starts at "
                        + starts[s - 1] + " and the next one at " + starts[s]);
        }
        int tokens = starts[starts.length - 1];
        if (ids.length != tokens || typeIds.length != tokens)
            throw new IllegalArgumentException("starts end at " + tokens + ", but there are " + ids.length + " ids and "
                    + typeIds.length + " type ids");
    }

    /** Sequences of token ids, all of type 0. */
    public static TokenBatch of(List<int[]> sequences) {
        int[] starts = new int[sequences.size() + 1];
        for (int s = 0; s < sequences.size(); s++) starts[s + 1] = starts[s] + sequences.get(s).length;
        int[] ids = new int[starts[sequences.size()]];
        for (int s = 0; s < sequences.size(); s++)
            System.arraycopy(sequences.get(s), 0, ids, starts[s], sequences.get(s).length);
        return new TokenBatch(ids, new int[ids.length], starts);
    }

    /** One sequence, all of type 0. */
    public static TokenBatch of(int... ids) {
        return new TokenBatch(ids, new int[ids.length], new int[] {0, ids.length});
    }

    public int sequences() {
        return starts.length - 1;
    }

    /** Tokens of all sequences together. */
    public int tokens() {
        return ids.length;
    }

    public int length(int sequence) {
        return starts[sequence + 1] - starts[sequence];
    }
}
