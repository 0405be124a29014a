package dev.tercet.engine.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tercet.EarlyStopping;
import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.kernel.Rows;
import dev.tercet.engine.parallel.Workers;
import dev.tercet.engine.textbook.TextbookBeamSearch;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class GreedySearchTest {
    @Test
    void findsWhatBeamSearchWithOneBeamFinds() {
        int compared = 0;
        for (long seed = 0; seed < 4000; seed++) {
            SearchCase problem = SearchCase.of(seed);
            SearchSettings settings = problem.settings();
            // a repetition penalty acts on logits here, on log-probabilities there
            boolean penalized = settings.processors().stream().anyMatch(RepetitionPenalty.class::isInstance);
            if (settings.beams() > 1 || penalized) continue;
            List<TextbookBeamSearch.Hypothesis> expected = new TextbookBeamSearch(
                            1,
                            settings.startToken(),
                            Arrays.stream(settings.endTokens()).boxed().toList(),
                            settings.maxLength(),
                            settings.lengthPenalty(),
                            TextbookBeamSearch.Stopping.IMMEDIATELY)
                    .search(problem::logProbabilities);
            if (expected.isEmpty()) continue;
            int[] ids = expected.getFirst().ids();
            Generated found = problem.search().getFirst();
            assertArrayEquals(Arrays.copyOfRange(ids, 1, ids.length), found.ids(), problem::toString);
            compared++;
        }
        assertTrue(compared > 300, "compared only " + compared);
    }

    @Test
    void takesTheFirstOfEqualTokens() {
        assertArrayEquals(new int[] {1, 1}, decode(List.of(), 0, 3, 3, -1).ids());
    }

    @Test
    void endsWithTheEndToken() {
        assertArrayEquals(new int[] {2}, decode(List.of(), 0, 1, 5, 4).ids());
    }

    @Test
    void givesTheSumOfLogProbabilitiesPerToken() {
        Generated found = decode(List.of(), 0, 0, 0, 0);
        assertEquals(-Math.log(4), found.score(), 1e-6);
        assertArrayEquals(new float[] {found.score(), found.score()}, found.logProbabilities());
    }

    @Test
    void countsAForcedTokenAsCertain() {
        Generated found = decode(List.of(new ForcedLastToken(3, 2)), 5, 1, 0, 0);
        assertArrayEquals(new int[] {0, 2}, found.ids());
        assertEquals(0f, found.logProbabilities()[1]);
    }

    @Test
    void refusesLogitsThatAreNotNumbers() {
        assertThrows(IllegalStateException.class, () -> decode(List.of(), 0, Float.NaN, 1, 2));
        assertThrows(IllegalStateException.class, () -> decode(List.of(), 0, Float.POSITIVE_INFINITY, 1, 2));
    }

    /** Greedy search for at most two tokens with the same logits at every step; token 2 ends. */
    private static Generated decode(List<LogitsProcessor> processors, float... logits) {
        NextTokens model = new NextTokens() {
            @Override
            public int vocabulary() {
                return logits.length;
            }

            @Override
            public Logits logits(Continuations step) {
                return Logits.of(Kernels.scalar(), Rows.of(logits.clone(), logits.length, 1));
            }
        };
        SearchSettings settings = new SearchSettings(1, 1, 3, new int[] {2}, 3, 1, EarlyStopping.FALSE, processors);
        Search search = Search.of(Kernels.scalar(), settings, 0, new int[] {0});
        new Decoding(model, Workers.serial(), new Decoding.Limits(1, 1)).run(List.of(search));
        return search.hypotheses().getFirst();
    }
}
