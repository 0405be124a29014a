package dev.tercet.engine.generate;

import java.util.Arrays;
import java.util.List;

/**
 * What a hypothesis was given and what it has produced.
 *
 * @param source the ids of its source sentence
 * @param ids its tokens so far, the decoder's start token first; there may be more in the array than {@code length}
 */
public record Prefix(int[] source, int[] ids, int length) {
    /** What all of some sequences begin with; at least one sequence. */
    static int[] shared(List<int[]> sequences) {
        int[] first = sequences.getFirst();
        int length = first.length;
        for (int[] other : sequences) {
            int differs = Arrays.mismatch(first, 0, length, other, 0, other.length);
            if (differs >= 0) length = Math.min(length, differs);
        }
        return Arrays.copyOf(first, length);
    }
}
