package dev.tercet.engine.marian;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tercet.engine.generate.Continuations;
import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.kernel.Rows;
import dev.tercet.engine.layer.Attention;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DecoderStateTest {
    private static final int HIDDEN = 2;

    /** Rows that branch and end at random; every row must attend to the values of exactly its own tokens. */
    @Test
    void recallsTheTokensOfEachRow() {
        for (int seed = 0; seed < 30; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            DecoderState state = new DecoderState(Kernels.scalar(), 1, HIDDEN);
            List<List<Integer>> rows = new ArrayList<>();
            int sentences = 0;
            int tokens = 0;
            for (int step = 0; step < 40; step++) {
                Continuations next = new Continuations();
                List<List<Integer>> after = new ArrayList<>();
                for (int row = 0; row < rows.size(); row++) {
                    int children = Math.min(random.nextInt(3), 12 - after.size());
                    for (int child = 0; child < children; child++) {
                        List<Integer> longer = new ArrayList<>(rows.get(row));
                        longer.add(tokens);
                        next.extend(row, tokens++);
                        after.add(longer);
                    }
                }
                if (after.isEmpty() || random.nextInt(4) == 0) {
                    state.begin(sentences, 1);
                    next.begin(sentences++, tokens);
                    after.add(List.of(tokens++));
                }
                rows = after;
                state.advance(next);
                assertRows(rows, state, "seed " + seed + " step " + step);
            }
        }
    }

    /** Keys 0, so that all tokens count alike, and the token itself as value: the context is the mean of the tokens. */
    private static Rows keysValues(DecoderState state) {
        float[] keysValues = new float[state.rows() * 2 * HIDDEN];
        for (int r = 0; r < state.rows(); r++)
            Arrays.fill(keysValues, (2 * r + 1) * HIDDEN, (2 * r + 2) * HIDDEN, state.tokens()[r]);
        return Rows.of(keysValues, 2 * HIDDEN, state.rows());
    }

    private static void assertRows(List<List<Integer>> rows, DecoderState state, String message) {
        assertEquals(rows.size(), state.rows(), message);
        assertArrayEquals(rows.stream().mapToInt(List::getLast).toArray(), state.tokens(), message);
        assertArrayEquals(rows.stream().mapToInt(row -> row.size() - 1).toArray(), state.positions(), message);
        Rows query = Rows.of(new float[rows.size() * HIDDEN], HIDDEN, rows.size());
        Rows context = Rows.of(new float[rows.size() * HIDDEN], HIDDEN, rows.size());
        state.tokenAttention(0, "", new Attention(1, HIDDEN), keysValues(state))
                .forward(MarianGolden.run(Kernels.scalar(), null), query, context);
        for (int r = 0; r < rows.size(); r++) {
            double mean = rows.get(r).stream().mapToInt(i -> i).average().orElseThrow();
            assertEquals(mean, context.data()[r * HIDDEN], 1e-5 * (1 + mean), message);
        }
    }

    @Test
    void keepsOnlyTokensOfLivingRows() {
        DecoderState state = new DecoderState(Kernels.scalar(), 1, HIDDEN);
        state.begin(0, 1);
        Continuations first = new Continuations();
        first.begin(0, 0);
        state.advance(first);
        // three rows always branch from the same one: two of three tokens die with every step
        for (int step = 1; step <= 50; step++) {
            Continuations next = new Continuations();
            for (int branch = 0; branch < 3; branch++) next.extend(0, branch);
            state.advance(next);
            assertEquals(step + 3, state.tokensKept(), "step " + step);
        }
    }
}
