package dev.tercet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tercet.engine.generate.Control;
import dev.tercet.engine.generate.Generated;
import dev.tercet.engine.generate.Prefix;
import dev.tercet.engine.generate.Scores;
import dev.tercet.engine.generate.SearchSettings;
import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.marian.MarianGolden;
import dev.tercet.engine.marian.MarianModel;
import dev.tercet.engine.marian.MarianRunner;
import dev.tercet.engine.parallel.Workers;
import dev.tercet.loaders.JsonObject;
import dev.tercet.loaders.ModelFiles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Prefixes, scores of tokens, attention and filters against transformers in fp32: {@code generate_goldens.py}. */
class GenerateExtrasTest {
    /** What fp32 leaves open: two hypotheses whose scores differ by less may change places. */
    private static final double TIE = 1e-5;

    private static final double SCORE = 1e-4;

    private static ModelFiles files;
    private static MarianModel model;
    private static MarianRunner runner;
    private static GenerationConfig defaults;
    private static List<int[]> sources;
    private static List<JsonObject> lines;

    @BeforeAll
    static void load() {
        files = MarianGolden.model(MarianGolden.TINY);
        model = MarianGolden.load(Kernels.preferred(), files);
        runner = new MarianRunner(Kernels.preferred(), Workers.shared(), model);
        defaults = GenerationConfig.of(files);
        sources = MarianGolden.lines("en-fr-tiny-generate.jsonl.gz").get(1).integerLists("sources");
        lines = MarianGolden.lines("en-fr-tiny-extras.jsonl.gz");
    }

    @AfterAll
    static void close() {
        files.close();
    }

    private static List<JsonObject> lines(String kind) {
        List<JsonObject> found = lines.stream()
                .filter(line -> line.has("kind") && line.string("kind").equals(kind))
                .toList();
        assertTrue(found.size() > 3, kind);
        return found;
    }

    private static SearchSettings settings(GenerationConfig call) {
        return call.over(defaults)
                .settings(model.config().targetVocabulary(), model.config().positions());
    }

    private static List<List<Generated>> run(List<SearchSettings> settings) {
        return runner.run(sources.subList(0, settings.size()), settings, Control.NONE, null);
    }

    private static List<int[]> idLists(Object list) {
        return ((List<?>) list).stream().map(MarianGolden::ints).toList();
    }

    private static double[] doubles(Object list) {
        return ((List<?>) list)
                .stream().mapToDouble(n -> ((Number) n).doubleValue()).toArray();
    }

    @Test
    void beginsHypothesesWithThePrefixAndGoesOnLikeTheReference() {
        int outputs = 0;
        List<String> ties = new ArrayList<>();
        for (JsonObject line : lines("prefix")) {
            GenerationConfig call = GenerationConfig.of(line.object("settings"), true);
            List<int[]> prefixes = line.integerLists("prefixes");
            List<List<Generated>> found = run(prefixes.stream()
                    .map(call::prefix)
                    .map(GenerateExtrasTest::settings)
                    .toList());
            outputs += found.size();
            for (int s = 0; s < found.size(); s++) {
                String what = call + " sentence " + s;
                List<int[]> expected = idLists(line.list("hypotheses").get(s));
                double[] scores = doubles(line.list("scores").get(s));
                assertEquals(expected.size(), found.get(s).size(), what);
                boolean same = true;
                for (int h = 0; h < scores.length; h++) {
                    Generated one = found.get(s).get(h);
                    assertEquals(prefixes.get(s).length, one.prefix());
                    // a hypothesis in another place is a tie when the scores in that place are the same
                    assertEquals(scores[h], one.score(), TIE * Math.max(1, Math.abs(scores[h])), what);
                    same &= Arrays.equals(expected.get(h), one.ids());
                }
                if (!same) ties.add(what);
            }
        }
        assertTrue(ties.size() <= 0.005 * outputs, ties.size() + " of " + outputs + " differ: " + ties);
    }

    @Test
    void givesEveryTokenTheScoreOfTheReference() {
        for (JsonObject line : lines("tokens")) {
            GenerationConfig call = GenerationConfig.of(line.object("settings"), true);
            List<?> hypotheses = line.list("hypotheses");
            List<List<Generated>> found = run(Collections.nCopies(hypotheses.size(), settings(call)));
            for (int s = 0; s < found.size(); s++) {
                List<int[]> expected = idLists(hypotheses.get(s));
                List<?> logs = (List<?>) line.list("logProbabilities").get(s);
                for (int h = 0; h < expected.size(); h++) {
                    Generated one = found.get(s).get(h);
                    assertArrayEquals(expected.get(h), one.ids(), call + " sentence " + s);
                    double[] log = doubles(logs.get(h));
                    for (int t = 0; t < log.length; t++)
                        assertEquals(log[t], one.logProbabilities()[t], SCORE, call + " sentence " + s + " token " + t);
                }
            }
        }
    }

    @Test
    void scoresGivenTranslationsAndTheirAttentionLikeTheReference() {
        List<JsonObject> given = lines("given");
        List<int[]> read =
                given.stream().map(line -> line.integers("sourceIds")).toList();
        List<int[]> targets =
                given.stream().map(line -> line.integers("targetIds")).toList();
        SearchSettings settings = settings(GenerationConfig.greedy());
        for (int layer = 0; layer < 2; layer++) {
            List<MarianRunner.Given> found = runner.given(read, targets, settings, Control.NONE, layer);
            for (int i = 0; i < found.size(); i++) {
                double[] logs = doubles(given.get(i).list("logProbabilities"));
                float[] own = found.get(i).generated().logProbabilities();
                for (int t = 0; t < logs.length; t++) {
                    assertEquals(logs[t], own[t], SCORE, "pair " + i + " token " + t);
                    List<?> rows = (List<?>) given.get(i).list("attention").get(layer);
                    assertRow(rows.get(t), found.get(i).attention()[t], "pair " + i + " token " + t);
                }
            }
        }
        List<MarianRunner.Given> head = runner.given(read, targets, settings, Control.NONE, 0, 3);
        for (int i = 0; i < head.size(); i++)
            for (int t = 0; t < targets.get(i).length; t++)
                assertRow(given.get(i).list("heads").get(t), head.get(i).attention()[t], "pair " + i + " head 3");
    }

    private static void assertRow(Object expected, float[] found, String what) {
        double[] row = doubles(expected);
        assertEquals(row.length, found.length, what);
        for (int s = 0; s < row.length; s++) assertEquals(row[s], found[s], SCORE, what + " source token " + s);
    }

    @Test
    @Tag("every-width")
    void leavesTheDistributionsOfTheReferenceToDrawFrom() {
        for (JsonObject line : lines("filter")) {
            GenerationConfig call = GenerationConfig.of(line.object("settings"), true);
            List<?> logits = line.list("logits");
            float[] scores = new float[logits.size()];
            for (int i = 0; i < scores.length; i++)
                scores[i] = logits.get(i) instanceof Number n ? n.floatValue() : Float.NEGATIVE_INFINITY;
            // nothing but the filters: of a model's settings the number of its end tokens counts
            JsonObject bare = JsonObject.parse("{\"bos_token_id\": 0, \"eos_token_id\": 0}".getBytes(), "bare");
            Scores filtered = Scores.of(Kernels.preferred(), scores, 0, scores.length);
            call.over(GenerationConfig.of(bare, true))
                    .settings(scores.length, 512)
                    .processors()
                    .forEach(processor -> processor.process(new Prefix(new int[] {1}, new int[] {0}, 1), filtered));
            int[] kept = IntStream.range(0, scores.length)
                    .filter(i -> filtered.of(i) > Float.NEGATIVE_INFINITY)
                    .toArray();
            String what = call + " of " + scores.length;
            assertArrayEquals(line.integers("kept"), kept, what);
            float[] logProbabilities = filtered.all();
            Kernels.preferred().logSoftmax(logProbabilities, 0, scores.length);
            double[] logs = doubles(line.list("logProbabilities"));
            for (int k = 0; k < kept.length; k++)
                assertEquals(logs[k], logProbabilities[kept[k]], 1e-5 * Math.max(1, Math.abs(logs[k])), what);
        }
    }
}
