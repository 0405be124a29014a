package dev.tercet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tercet.engine.generate.Generated;
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
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Token ids and scores of translations against those of transformers' {@code generate()} in fp32. */
class GenerateTest {
    static final List<String> SMALL = MarianGolden.SMALL;

    /** What fp32 leaves open: two hypotheses whose scores differ by less may change places. */
    private static final double TIE = 1e-5;

    private record Model(MarianModel model, GenerationConfig defaults, MarianRunner runner) {
        static Model open(ModelFiles files) {
            MarianModel model = MarianGolden.load(Kernels.preferred(), files);
            return new Model(
                    model, GenerationConfig.of(files), new MarianRunner(Kernels.preferred(), Workers.shared(), model));
        }

        SearchSettings settings(JsonObject call) {
            return overrides(call)
                    .over(defaults)
                    .settings(model.config().targetVocabulary(), model.config().positions());
        }
    }

    /** What a call passes to {@code generate()}; None takes a setting of the model's away. */
    private static GenerationConfig overrides(JsonObject call) {
        GenerationConfig config = GenerationConfig.of(call, true);
        assertEquals(Map.of(), config.ignored());
        for (String field : call.fields()) if (!call.has(field)) config = config.without(field);
        return config;
    }

    @ParameterizedTest
    @FieldSource("SMALL")
    @Tag("every-width")
    void findsTheHypothesesOfTheReferenceForRandomSettings(String name) {
        try (ModelFiles files = MarianGolden.model(name)) {
            Model model = Model.open(files);
            List<JsonObject> lines = MarianGolden.lines(name + "/golden/generate.jsonl.gz");
            for (JsonObject line : lines.subList(1, lines.size())) {
                SearchSettings settings = model.settings(line.object("settings"));
                List<Generated> found = model.runner
                        .run(List.of(line.integers("source")), settings, null)
                        .getFirst();
                String what = name + " " + Arrays.toString(line.integers("source")) + " " + settings;
                List<int[]> expected = line.integerLists("hypotheses");
                assertEquals(
                        show(expected), show(found.stream().map(Generated::ids).toList()), what);
                for (int h = 0; h < found.size(); h++) {
                    double score = number(line.list("scores").get(h));
                    assertEquals(score, found.get(h).score(), 1e-4 * Math.max(1, Math.abs(score)), what);
                }
            }
            assertTrue(lines.size() > 100);
        }
    }

    @Test
    void findsTheHypothesesOfTheReferenceWithEveryActivationFunction() {
        try (ModelFiles files = MarianGolden.model(MarianGolden.ACTIVATIONS);
                ModelFiles golden = MarianGolden.folder(MarianGolden.ACTIVATIONS + "/golden")) {
            JsonObject json = JsonObject.read(golden, "golden.json");
            Kernels kernels = Kernels.preferred();
            for (String function : json.object("hypotheses").fields()) {
                MarianModel model = MarianGolden.load(kernels, files, function);
                SearchSettings settings = GenerationConfig.beams(3)
                        .nBest(3)
                        .over(GenerationConfig.of(files))
                        .settings(
                                model.config().targetVocabulary(),
                                model.config().positions());
                List<?> expected = json.object("hypotheses").list(function);
                List<List<Generated>> found = new MarianRunner(kernels, Workers.shared(), model)
                        .run(json.integerLists("sources"), settings, null);
                for (int s = 0; s < found.size(); s++)
                    assertEquals(
                            show(((List<?>) expected.get(s))
                                    .stream().map(MarianGolden::ints).toList()),
                            show(found.get(s).stream().map(Generated::ids).toList()),
                            function + ", source " + s);
            }
        }
    }

    private static String show(List<int[]> lists) {
        return lists.stream().map(Arrays::toString).toList().toString();
    }

    private static double number(Object number) {
        return ((Number) number).doubleValue();
    }

    /**
     * The bar: at most 0.5 % of the outputs differ, each because of a tie. Shown by scoring both: what the reference
     * chose would have here a score that differs by less than {@value #TIE} from what was chosen here.
     */
    @Test
    void findsTheHypothesesOfTheReferenceForRealSentences() {
        try (ModelFiles files = MarianGolden.model(MarianGolden.TINY)) {
            Model model = Model.open(files);
            List<JsonObject> lines = MarianGolden.lines("en-fr-tiny-generate.jsonl.gz");
            List<int[]> sources = lines.get(1).integerLists("sources");
            assertTrue(sources.size() >= 300);
            assertTrue(lines.size() >= 12 + 2);
            Map<String, List<String>> ties = new TreeMap<>();
            for (JsonObject line : lines.subList(2, lines.size())) {
                SearchSettings settings = model.settings(line.object("settings"));
                List<List<Generated>> found = model.runner.run(sources, settings, null);
                for (int s = 0; s < sources.size(); s++) {
                    List<int[]> expected = ((List<?>) line.list("hypotheses").get(s))
                            .stream().map(MarianGolden::ints).toList();
                    List<?> scores = (List<?>) line.list("scores").get(s);
                    compare(settings + " sentence " + s, expected, scores, found.get(s), ties);
                }
            }
            int outputs = (lines.size() - 2) * sources.size();
            assertTrue(ties.size() <= 0.005 * outputs, () -> ties.size() + " of " + outputs + " differ: " + ties);
        }
    }

    private static void compare(
            String what, List<int[]> expected, List<?> scores, List<Generated> found, Map<String, List<String>> ties) {
        assertEquals(expected.size(), found.size(), what);
        for (int h = 0; h < found.size(); h++) {
            // a hypothesis in another place is a tie when the scores in that place are the same
            double score = number(scores.get(h));
            assertEquals(score, found.get(h).score(), TIE * Math.max(1, Math.abs(score)), what + " hypothesis " + h);
            if (!Arrays.equals(expected.get(h), found.get(h).ids()))
                ties.computeIfAbsent(what, _ -> new ArrayList<>())
                        .add(Arrays.toString(expected.get(h)) + " " + score + ", "
                                + Arrays.toString(found.get(h).ids()) + " "
                                + found.get(h).score());
        }
    }
}
