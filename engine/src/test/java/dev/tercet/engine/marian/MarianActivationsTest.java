package dev.tercet.engine.marian;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tercet.engine.generate.Continuations;
import dev.tercet.engine.generate.NextTokens;
import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.layer.Run;
import dev.tercet.engine.layer.TokenBatch;
import dev.tercet.engine.textbook.RoundingModel;
import dev.tercet.engine.trace.Trace;
import dev.tercet.loaders.Checkpoint;
import dev.tercet.loaders.JsonObject;
import dev.tercet.loaders.ModelFiles;
import dev.tercet.loaders.Weights;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The numbers inside the model: those of the reference, and those of the textbook. */
class MarianActivationsTest {
    static final List<String> SMALL = MarianGolden.SMALL;

    @Test
    @Tag("every-width")
    void areThoseOfTheReferenceAndOfTheTextbook() {
        try (ModelFiles files = MarianGolden.model(MarianGolden.TINY);
                ModelFiles golden = MarianGolden.folder("en-fr-tiny-layers")) {
            MarianModel model = MarianGolden.load(Kernels.preferred(), files);
            List<JsonObject> sentences = JsonObject.read(golden, "golden.json").objects("sentences");
            for (int s = 0; s < sentences.size(); s++)
                compare(model, Checkpoint.open(files), Checkpoint.open(golden), s + ".", sentences.get(s));
        }
    }

    @ParameterizedTest
    @FieldSource("SMALL")
    @Tag("every-width")
    void areThoseOfTheReferenceAndOfTheTextbookInEachVariant(String name) {
        try (ModelFiles files = MarianGolden.model(name);
                ModelFiles golden = MarianGolden.folder(name + "/golden")) {
            MarianModel model = MarianGolden.load(Kernels.preferred(), files);
            compare(model, Checkpoint.open(files), Checkpoint.open(golden), "", JsonObject.read(golden, "golden.json"));
        }
    }

    @Test
    @Tag("every-width")
    void areThoseOfTheReferenceWithEveryActivationFunction() {
        try (ModelFiles files = MarianGolden.model(MarianGolden.ACTIVATIONS);
                ModelFiles goldenFiles = MarianGolden.folder(MarianGolden.ACTIVATIONS + "/golden")) {
            Weights checkpoint = Checkpoint.open(files);
            Weights golden = Checkpoint.open(goldenFiles);
            JsonObject json = JsonObject.read(goldenFiles, "golden.json");
            int[] source = json.integerLists("sources").getFirst();
            int[] target = json.integers("target");
            for (String function : json.object("hypotheses").fields()) {
                MarianModel model = MarianGolden.load(Kernels.preferred(), files, function);
                Map<String, float[]> found = activations(model, source, target);
                var expected = RoundingModel.activations(model.config(), checkpoint, source, target);
                for (String part :
                        List.of("encoder.layers.1.final_layer_norm", "decoder.layers.1.final_layer_norm", "lm_head")) {
                    String name = function + "." + part;
                    double toTextbook = expected.get(part).distance(found.get(part), 0);
                    double toPyTorch = distance(MarianGolden.all(golden, name), found.get(part));
                    double bound = expected.get(part).bound();
                    assertTrue(toTextbook <= bound, name + " is " + toTextbook + " from exact, bound " + bound);
                    assertTrue(toPyTorch <= bound, name + " is " + toPyTorch + " from PyTorch, bound " + bound);
                }
            }
        }
    }

    /** Every activation against the textbook, and every one of the golden file against that too. */
    private static void compare(
            MarianModel model, Weights checkpoint, Weights golden, String prefix, JsonObject sentence) {
        MarianConfig config = model.config();
        int[] source = sentence.integers("source");
        int[] target = sentence.integers("target");
        Map<String, float[]> found = activations(model, source, target);
        TreeSet<String> compared = new TreeSet<>();
        RoundingModel.activations(config, checkpoint, source, target).forEach((name, exact) -> {
            float[] values = found.get(name);
            assertNotNull(values, name);
            assertEquals(exact.values().length, values.length, name);
            double distance = exact.distance(values, 0);
            assertTrue(distance <= exact.bound(), name + " is " + distance + " from exact, bound " + exact.bound());
            if (!golden.has(prefix + name)) return;
            float[] expected = MarianGolden.all(golden, prefix + name);
            float[] whole =
                    name.equals("lm_head") ? firstColumns(values, config, golden.shape(prefix + name)[1]) : values;
            double toPyTorch = distance(expected, whole);
            assertTrue(toPyTorch <= exact.bound(), name + " is " + toPyTorch + " from PyTorch, bound " + exact.bound());
            compared.add(name);
        });
        assertEquals(
                3 + 3 * config.encoder().layers() + 5 * config.decoder().layers(),
                compared.size(),
                () -> "" + compared);
    }

    private static double distance(float[] expected, float[] found) {
        assertEquals(expected.length, found.length);
        double largest = 0;
        for (int i = 0; i < expected.length; i++) {
            double difference = Math.abs((double) expected[i] - found[i]);
            largest = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(largest, difference);
        }
        return largest;
    }

    private static float[] firstColumns(float[] logits, MarianConfig config, int columns) {
        int rows = logits.length / config.targetVocabulary();
        float[] first = new float[rows * columns];
        for (int r = 0; r < rows; r++)
            System.arraycopy(logits, r * config.targetVocabulary(), first, r * columns, columns);
        return first;
    }

    /**
     * Every activation of a translation with given tokens, step by step, put together as if all tokens had been there
     * at once: [tokens, columns], or [heads, queries, keys] with zeros for the keys of later tokens.
     */
    private static Map<String, float[]> activations(MarianModel model, int[] source, int[] target) {
        Map<String, float[]> found = new HashMap<>();
        Run encoding = MarianGolden.run(Kernels.preferred(), (name, _, data, offset, shape) -> {
            if (name.startsWith("encoder."))
                found.put(
                        name,
                        Arrays.copyOfRange(
                                data, offset, offset + Arrays.stream(shape).reduce(1, (a, b) -> a * b)));
        });
        model.encode(encoding, TokenBatch.of(source));
        int[] step = {0};
        Trace trace = (name, _, data, offset, shape) -> {
            if (name.startsWith("encoder.") || name.equals("decoder.input_ids")) return;
            if (shape.length == 3) {
                int heads = shape[0];
                int keys = name.contains("self_attn") ? target.length : shape[2];
                float[] all = found.computeIfAbsent(name, _ -> new float[heads * target.length * keys]);
                for (int h = 0; h < heads; h++)
                    System.arraycopy(data, offset + h * shape[2], all, (h * target.length + step[0]) * keys, shape[2]);
            } else if (shape[0] == 1) {
                float[] all = found.computeIfAbsent(name, _ -> new float[target.length * shape[1]]);
                System.arraycopy(data, offset, all, step[0] * shape[1], shape[1]);
            }
        };
        NextTokens decoding = model.decode(MarianGolden.run(Kernels.preferred(), trace), List.of(source));
        for (step[0] = 0; step[0] < target.length; step[0]++) {
            Continuations next = new Continuations();
            if (step[0] == 0) next.begin(0, target[0]);
            else next.extend(0, target[step[0]]);
            decoding.logits(next);
        }
        return found;
    }

    @Test
    @Tag("every-width")
    void giveTheEncoderOutputAndFirstLogitsOfTheReferenceWithin1e5() {
        try (ModelFiles files = MarianGolden.model(MarianGolden.TINY)) {
            FirstLogits.Difference difference = FirstLogits.compare(files, "en-fr-tiny-logits");
            assertTrue(difference.sentences() >= 50);
            assertTrue(difference.encoder() <= 1e-5, difference::toString);
            assertTrue(difference.logits() <= 1e-5, difference::toString);
        }
    }
}
