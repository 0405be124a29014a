package dev.tercet.engine.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tercet.EarlyStopping;
import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.parallel.Workers;
import dev.tercet.engine.textbook.TextbookBeamSearch;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class BeamSearchTest {
    private static final int CASES = 6000;

    @Test
    void findsWhatTheTextbookFinds() {
        int compared = 0;
        for (long seed = 0; seed < CASES; seed++) {
            SearchCase problem = SearchCase.of(seed);
            if (problem.settings().beams() == 1) continue;
            List<TextbookBeamSearch.Hypothesis> expected = textbook(problem).stream()
                    .filter(h -> h.total() > -5e8f)
                    .limit(problem.settings().hypotheses())
                    .toList();
            List<Generated> found = problem.search();
            if (expected.isEmpty()) {
                assertEquals(0, found.getFirst().ids().length, problem::toString);
                continue;
            }
            assertEquals(expected.size(), found.size(), problem::toString);
            for (int h = 0; h < found.size(); h++) {
                int[] ids = expected.get(h).ids();
                assertArrayEquals(
                        Arrays.copyOfRange(ids, 1, ids.length), found.get(h).ids(), problem::toString);
                assertEquals(expected.get(h).score(), found.get(h).score(), problem::toString);
            }
            compared++;
        }
        assertTrue(compared > CASES / 2, "compared only " + compared);
    }

    private static List<TextbookBeamSearch.Hypothesis> textbook(SearchCase problem) {
        SearchSettings settings = problem.settings();
        return new TextbookBeamSearch(
                        settings.beams(),
                        settings.startToken(),
                        Arrays.stream(settings.endTokens()).boxed().toList(),
                        settings.maxLength(),
                        settings.lengthPenalty(),
                        switch (settings.earlyStopping()) {
                            case TRUE -> TextbookBeamSearch.Stopping.IMMEDIATELY;
                            case FALSE -> TextbookBeamSearch.Stopping.BEST_ENDED_NOW;
                            case NEVER -> TextbookBeamSearch.Stopping.BEST_EVER;
                        })
                .search(problem::logProbabilities);
    }

    @Test
    void returnsHypothesesBestFirstWithTheScoresOfTheirTokens() {
        for (long seed = 0; seed < CASES; seed++) {
            SearchCase problem = SearchCase.of(seed);
            if (problem.settings().beams() == 1) continue;
            float before = Float.POSITIVE_INFINITY;
            for (Generated h : problem.search()) {
                if (h.ids().length == 0) continue;
                assertTrue(h.score() <= before, problem::toString);
                before = h.score();
                float total = problem.total(h.ids());
                assertEquals(total / problem.settings().lengthDivisor(h.ids().length), h.score(), problem::toString);
                float sum = 0f;
                for (float p : h.logProbabilities()) sum = p + sum;
                assertEquals(total, sum, problem::toString);
            }
        }
    }

    @Test
    void findsTheSameInAnyCompany() {
        for (long seed = 0; seed < 300; seed++) {
            SearchCase problem = SearchCase.of(seed);
            List<Search> together = IntStream.range(0, 9)
                    .mapToObj(s -> Search.of(Kernels.scalar(), problem.settings(), s, problem.source()))
                    .toList();
            int rows = 2 * problem.settings().beams();
            new Decoding(problem.model(), Workers.serial(), new Decoding.Limits(rows, 1 << 20)).run(together);
            for (int s = 0; s < together.size(); s++) {
                Search alone = Search.of(Kernels.scalar(), problem.settings(), s, problem.source());
                new Decoding(problem.model(), Workers.serial(), new Decoding.Limits(1, 1)).run(List.of(alone));
                assertSame(alone.hypotheses(), together.get(s).hypotheses(), problem + " sentence " + s);
            }
        }
    }

    private static void assertSame(List<Generated> expected, List<Generated> found, String message) {
        assertEquals(expected.size(), found.size(), message);
        for (int h = 0; h < expected.size(); h++) {
            assertArrayEquals(expected.get(h).ids(), found.get(h).ids(), message);
            assertEquals(expected.get(h).score(), found.get(h).score(), message);
        }
    }

    @Test
    void computesOneRowForAllBeamsOfTheFirstStep() {
        FakeModel model = new FakeModel(20, 0.01, 1);
        SearchSettings settings =
                new SearchSettings(4, 4, 0, new int[] {1}, 6, 1, EarlyStopping.NEVER, List.of(new MinLength(6, 1)));
        List<Search> searches = IntStream.range(0, 3)
                .mapToObj(s -> Search.of(Kernels.scalar(), settings, s, new int[] {2}))
                .toList();
        new Decoding(model, Workers.serial(), new Decoding.Limits(12, 100)).run(searches);
        assertEquals(List.of(3, 12, 12, 12, 12), model.rowCounts);
    }

    @Test
    void fillsTheRowsOfFinishedSentences() {
        FakeModel model = new FakeModel(20, 0.01, 1);
        List<Search> searches = LongStream.range(0, 40)
                .mapToObj(s -> Search.of(
                        Kernels.scalar(),
                        new SearchSettings(2, 1, 0, new int[] {1}, 3 + (int) s % 5, 1, EarlyStopping.TRUE, List.of()),
                        (int) s,
                        new int[] {2}))
                .toList();
        new Decoding(model, Workers.serial(), new Decoding.Limits(8, 1000)).run(searches);
        assertTrue(searches.stream().allMatch(Search::finished));
        assertTrue(model.rowCounts.stream().allMatch(rows -> rows <= 8), model.rowCounts::toString);
    }

    @Test
    void refusesAVocabularyTooSmallForTheBeams() {
        SearchSettings settings = new SearchSettings(4, 1, 0, new int[] {0}, 6, 1, EarlyStopping.TRUE, List.of());
        Search search = Search.of(Kernels.scalar(), settings, 0, new int[] {0});
        Decoding decoding = new Decoding(new FakeModel(1, 1, 1), Workers.serial(), new Decoding.Limits(4, 100));
        assertThrows(IllegalArgumentException.class, () -> decoding.run(List.of(search)));
    }
}
