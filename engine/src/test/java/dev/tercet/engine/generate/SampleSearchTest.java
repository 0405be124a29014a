package dev.tercet.engine.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.tercet.EarlyStopping;
import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.parallel.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What is drawn: as often as it is likely, and the same in any company. */
class SampleSearchTest {
    private static final int VOCABULARY = 5;
    private static final FakeModel MODEL = new FakeModel(VOCABULARY, 0.01, 3);

    private static SearchSettings settings(int beams, int hypotheses, int newTokens, long seed) {
        return new SearchSettings(
                beams,
                hypotheses,
                new int[] {0},
                new int[] {1},
                1 + newTokens,
                0,
                EarlyStopping.TRUE,
                List.of(new MinLength(1 + newTokens, 1)),
                new Draws(seed),
                null);
    }

    private static List<Generated> search(SearchSettings settings, int... source) {
        return decode(settings, List.of(source), 100).getFirst().hypotheses();
    }

    private static List<Search> decode(SearchSettings settings, List<int[]> sources, int rows) {
        List<Search> searches = new ArrayList<>();
        // one sentence for the model, so that only the draws differ
        for (int[] source : sources) searches.add(Search.of(Kernels.scalar(), settings, 0, source));
        new Decoding(MODEL, Workers.serial(), new Decoding.Limits(rows, 1 << 20)).run(searches);
        return searches;
    }

    /** Probabilities of the sequences of two tokens without an end token. */
    private static Map<String, Double> probabilities() {
        Map<String, Double> all = new TreeMap<>();
        float[] first = distribution(0);
        for (int a = 0; a < VOCABULARY; a++) {
            float[] second = distribution(0, a);
            for (int b = 0; b < VOCABULARY; b++)
                if (a != 1 && b != 1) all.put(Arrays.toString(new int[] {a, b}), (double) first[a] * second[b]);
        }
        return all;
    }

    private static float[] distribution(int... ids) {
        float[] logits = MODEL.logits(0, ids);
        logits[1] = Float.NEGATIVE_INFINITY;
        Kernels.scalar().softmax(logits, 0, VOCABULARY);
        return logits;
    }

    /** Pearson's χ² of observed counts. */
    private static double chiSquare(Map<String, Double> probabilities, Map<String, Integer> counts, int draws) {
        double sum = 0;
        for (var entry : probabilities.entrySet()) {
            double expected = draws * entry.getValue();
            sum += Math.pow(counts.getOrDefault(entry.getKey(), 0) - expected, 2) / expected;
        }
        return sum;
    }

    private static Map<String, Integer> count(List<Generated> drawn, Function<Generated, int[]> ids) {
        Map<String, Integer> counts = new TreeMap<>();
        for (Generated one : drawn) counts.merge(Arrays.toString(ids.apply(one)), 1, Integer::sum);
        return counts;
    }

    @Test
    void drawsEverySequenceAsOftenAsItIsLikely() {
        int draws = 20_000;
        Map<String, Integer> counts = count(search(settings(1, draws, 2, 7), 4), Generated::ids);
        // 15 degrees of freedom: the 99.9th percentile is 37.7
        double chi = chiSquare(probabilities(), counts, draws);
        assertEquals(0, chi, 37.7, counts::toString);
    }

    @Test
    void drawsBeamsWithoutReplacementAsOftenAsTheyAreLikely() {
        int draws = 8_000;
        List<int[]> sources = new ArrayList<>();
        for (int s = 0; s < draws; s++) sources.add(new int[] {s});
        // One step of four draws without replacement; the first two of them are the hypotheses.
        SearchSettings settings = settings(2, 2, 1, 11);
        float[] first = distribution(0);
        Map<String, Double> pairs = new TreeMap<>();
        for (int a = 0; a < VOCABULARY; a++)
            for (int b = 0; b < VOCABULARY; b++)
                if (a != 1 && b != 1 && a != b)
                    pairs.merge(
                            Arrays.toString(new int[] {Math.min(a, b), Math.max(a, b)}),
                            first[a] * (first[b] / (1.0 - first[a])),
                            Double::sum);
        Map<String, Integer> counts = new TreeMap<>();
        for (Search search : decode(settings, sources, 64)) {
            int[] both = search.hypotheses().stream()
                    .mapToInt(h -> h.ids()[0])
                    .sorted()
                    .toArray();
            counts.merge(Arrays.toString(both), 1, Integer::sum);
        }
        // returned best first, so the order of drawing is lost; 5 degrees of freedom: the 99.9th percentile is 20.5
        assertEquals(6, pairs.size());
        assertEquals(0, chiSquare(pairs, counts, draws), 20.5, counts::toString);
    }

    @Test
    void drawsTheSameInAnyCompany() {
        for (int beams : new int[] {1, 3}) {
            SearchSettings settings = settings(beams, 3, 6, 5);
            List<int[]> sources = List.of(new int[] {2}, new int[] {3, 4}, new int[] {2}, new int[] {9}, new int[] {1});
            List<Search> together = decode(settings, sources, 7);
            for (int s = 0; s < sources.size(); s++) {
                List<Generated> alone = search(settings, sources.get(s));
                for (int h = 0; h < alone.size(); h++) {
                    Generated other = together.get(s).hypotheses().get(h);
                    assertArrayEquals(alone.get(h).ids(), other.ids());
                    assertEquals(alone.get(h).score(), other.score());
                }
            }
        }
    }

    @Test
    void drawsOtherTokensForAnotherSeedAndAnotherSource() {
        int[] ids = search(settings(1, 1, 12, 1), 4).getFirst().ids();
        assertFalse(
                Arrays.equals(ids, search(settings(1, 1, 12, 2), 4).getFirst().ids()));
        assertFalse(
                Arrays.equals(ids, search(settings(1, 1, 12, 1), 5).getFirst().ids()));
    }

    @Test
    void takesTheFirstTokenWhereNothingIsPossible() {
        SearchSettings settings = new SearchSettings(
                1,
                1,
                new int[] {0},
                new int[] {0},
                4,
                1,
                EarlyStopping.FALSE,
                List.of(new SuppressTokens(0, 0, 1, 2, 3, 4)),
                new Draws(1),
                null);
        Generated found = search(settings, 2).getFirst();
        assertArrayEquals(new int[] {0}, found.ids());
        assertEquals(Float.NEGATIVE_INFINITY, found.score());
    }
}
