package dev.tercet.engine.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tercet.EarlyStopping;
import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.parallel.Workers;
import dev.tercet.engine.trace.SearchListener.Candidate;
import dev.tercet.engine.trace.SearchListener.Fate;
import dev.tercet.engine.trace.SearchListener.Row;
import dev.tercet.engine.trace.SearchListener.Step;
import dev.tercet.engine.trace.SearchListener.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SearchListenerTest {
    private static final int CASES = 2000;

    /** What a search finds, and what it shows on the way. */
    private record Heard(List<Generated> found, List<Step> steps) {
        static Heard of(SearchCase problem) {
            List<Step> steps = new ArrayList<>();
            Search search = Search.of(Kernels.scalar(), problem.settings(), 0, problem.source());
            search.listen(steps::add);
            new Decoding(problem.model(), Workers.serial(), new Decoding.Limits(1, 1)).run(List.of(search));
            return new Heard(search.hypotheses(), steps);
        }
    }

    @Test
    void listeningChangesNothing() {
        for (long seed = 0; seed < CASES; seed++) {
            SearchCase problem = SearchCase.of(seed);
            List<Generated> alone = problem.search();
            List<Generated> heard = Heard.of(problem).found;
            assertEquals(alone.size(), heard.size(), problem::toString);
            for (int h = 0; h < alone.size(); h++) {
                assertArrayEquals(alone.get(h).ids(), heard.get(h).ids(), problem::toString);
                assertEquals(alone.get(h).score(), heard.get(h).score(), problem::toString);
            }
        }
    }

    @Test
    void everyCandidateContinuesItsRowByTheTokensLogProbability() {
        for (long seed = 0; seed < CASES; seed++) {
            SearchCase problem = SearchCase.of(seed);
            for (Step step : Heard.of(problem).steps) {
                for (Candidate candidate : step.candidates()) {
                    Row row = step.rows().get(candidate.row());
                    if (row.total() < -5e8f || candidate.total() < -5e8f) continue; // fills a place only
                    float logProbability = row.logProbabilities()[candidate.token()];
                    assertEquals(logProbability, candidate.logProbability(), problem::toString);
                    assertEquals(logProbability + row.total(), candidate.total(), problem::toString);
                    assertEquals(
                            candidate.total() / problem.settings().lengthDivisor(row.ids().length),
                            candidate.score(),
                            problem::toString);
                }
            }
        }
    }

    @Test
    void theRowsOfAStepAreTheCandidatesThatTheStepBeforeKept() {
        for (long seed = 0; seed < CASES; seed++) {
            SearchCase problem = SearchCase.of(seed);
            List<Step> steps = Heard.of(problem).steps;
            for (int s = 1; s < steps.size(); s++) {
                Step before = steps.get(s - 1);
                for (Candidate candidate : before.candidates()) {
                    if (candidate.next() < 0) continue;
                    int[] prefix = before.rows().get(candidate.row()).ids();
                    int[] longer = Arrays.copyOf(prefix, prefix.length + 1);
                    longer[prefix.length] = candidate.token();
                    assertArrayEquals(
                            longer, steps.get(s).rows().get(candidate.next()).ids(), problem::toString);
                }
                assertEquals(
                        steps.get(s).rows().size(),
                        before.candidates().stream().filter(c -> c.next() >= 0).count(),
                        problem::toString);
            }
        }
    }

    @Test
    void everyHypothesisWasSeenToFinishWithItsScore() {
        for (long seed = 0; seed < CASES; seed++) {
            SearchCase problem = SearchCase.of(seed);
            Heard heard = Heard.of(problem);
            for (Generated hypothesis : heard.found) {
                if (hypothesis.ids().length == 0 || Float.isInfinite(hypothesis.score())) continue;
                Step last = heard.steps.get(hypothesis.ids().length - 1);
                assertTrue(
                        last.candidates().stream()
                                .anyMatch(candidate -> candidate.fate() == Fate.FINISHED
                                        && candidate.score() == hypothesis.score()
                                        && candidate.token() == hypothesis.ids()[hypothesis.ids().length - 1]),
                        problem::toString);
            }
        }
    }

    @Test
    void theLastStepSaysWhyTheSearchStops() {
        Set<Verdict> seen = EnumSet.noneOf(Verdict.class);
        for (long seed = 0; seed < CASES; seed++) {
            SearchCase problem = SearchCase.of(seed);
            List<Step> steps = Heard.of(problem).steps;
            for (Step step : steps) {
                assertEquals(step != steps.getLast(), step.verdict() == Verdict.GOES_ON, problem::toString);
                seen.add(step.verdict());
                switch (step.verdict()) {
                    case NO_BETTER_POSSIBLE ->
                        assertTrue(step.bestPossible() <= step.worstFinished(), problem::toString);
                    case ENOUGH_FINISHED ->
                        assertEquals(EarlyStopping.TRUE, problem.settings().earlyStopping(), problem::toString);
                    case ALL_ENDED ->
                        assertTrue(step.candidates().stream().allMatch(Candidate::ends), problem::toString);
                    case GOES_ON -> {}
                }
            }
        }
        assertEquals(EnumSet.allOf(Verdict.class), seen);
    }
}
