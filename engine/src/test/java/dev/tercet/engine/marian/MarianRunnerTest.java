package dev.tercet.engine.marian;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tercet.EarlyStopping;
import dev.tercet.engine.generate.Decoding;
import dev.tercet.engine.generate.ForcedLastToken;
import dev.tercet.engine.generate.Generated;
import dev.tercet.engine.generate.SearchSettings;
import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.parallel.Workers;
import dev.tercet.loaders.ModelFiles;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A sentence gets the same bits whatever happens around it. */
class MarianRunnerTest {
    private static final SearchSettings SETTINGS = new SearchSettings(
            2, 2, 12321, new int[] {0}, 8, 1, EarlyStopping.FALSE, List.of(new ForcedLastToken(8, 0)));

    private static ModelFiles files;
    private static MarianModel model;
    private static List<int[]> sources;
    private static List<List<Generated>> alone;

    @BeforeAll
    static void load() {
        files = MarianGolden.model(MarianGolden.TINY);
        model = MarianGolden.load(Kernels.preferred(), files);
        sources = MarianGolden.lines("en-fr-tiny-generate.jsonl.gz")
                .get(1)
                .integerLists("sources")
                .subList(0, 12);
        MarianRunner runner = new MarianRunner(Kernels.preferred(), Workers.serial(), model);
        alone = sources.stream()
                .map(source -> runner.run(List.of(source), SETTINGS, null).getFirst())
                .toList();
    }

    @AfterAll
    static void close() {
        files.close();
    }

    @Test
    @Tag("every-width")
    void inAnyBatchAndOrder() {
        MarianRunner together = new MarianRunner(Kernels.preferred(), Workers.serial(), model);
        assertSame(alone, together.run(sources, SETTINGS, null));
        assertSame(alone.reversed(), together.run(sources.reversed(), SETTINGS, null));
    }

    @Test
    void asOthersFinishAndNewOnesBegin() {
        for (int rows = 2; rows <= 8; rows += 3) {
            Decoding.Limits limits = new Decoding.Limits(rows, 60);
            assertSame(
                    alone,
                    new MarianRunner(Kernels.preferred(), Workers.serial(), model, limits)
                            .run(sources, SETTINGS, null));
        }
    }

    @Test
    void onAnyNumberOfThreadsThatShareEveryProduct() {
        for (int threads : new int[] {2, 4}) {
            try (Workers workers = Workers.of(threads)) {
                MarianRunner parallel = new MarianRunner(Kernels.preferred(), workers, model);
                assertSame(alone, parallel.run(sources, SETTINGS, null));
                assertSame(alone.subList(0, 1), parallel.run(sources.subList(0, 1), SETTINGS, null));
            }
        }
    }

    @Test
    void onAnyNumberOfThreadsThatDecodeApart() {
        for (int threads : new int[] {2, 4}) {
            try (Workers workers = Workers.of(threads)) {
                Decoding.Limits limits = new Decoding.Limits(5, 200);
                assertSame(
                        alone,
                        new MarianRunner(Kernels.preferred(), workers, model, limits).run(sources, SETTINGS, null));
            }
        }
    }

    @Test
    void underATrace() {
        List<int[]> some = sources.subList(0, 2);
        MarianRunner runner = new MarianRunner(Kernels.preferred(), Workers.serial(), model);
        assertSame(alone.subList(0, 2), runner.run(some, SETTINGS, (_, _, _, _, _) -> {}));
    }

    @Test
    void withTheScalarKernels() {
        MarianModel scalar = MarianGolden.load(Kernels.scalar(), files);
        MarianRunner runner = new MarianRunner(Kernels.scalar(), Workers.serial(), scalar);
        assertSame(alone.subList(0, 3), runner.run(sources.subList(0, 3), SETTINGS, null));
    }

    private static void assertSame(List<List<Generated>> expected, List<List<Generated>> found) {
        assertEquals(expected.size(), found.size());
        for (int s = 0; s < expected.size(); s++) {
            assertEquals(expected.get(s).size(), found.get(s).size());
            for (int h = 0; h < expected.get(s).size(); h++) {
                Generated one = expected.get(s).get(h);
                Generated other = found.get(s).get(h);
                assertArrayEquals(one.ids(), other.ids(), "sentence " + s);
                assertEquals(one.score(), other.score(), "sentence " + s);
                assertArrayEquals(one.logProbabilities(), other.logProbabilities(), "sentence " + s);
            }
        }
    }
}
