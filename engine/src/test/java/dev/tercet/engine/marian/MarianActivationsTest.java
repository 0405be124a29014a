package dev.tercet.engine.marian;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tercet.engine.generate.Continuations;
import dev.tercet.engine.generate.NextTokens;
import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.layer.Run;
import dev.tercet.engine.layer.TokenBatch;
import dev.tercet.engine.textbook.TextbookMarian;
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
    void giveEveryActivationOfTheReference() {
        try (ModelFiles files = MarianGolden.model(MarianGolden.TINY);
                ModelFiles golden = MarianGolden.folder("en-fr-tiny-layers")) {
            Weights expected = Checkpoint.open(golden);
            MarianModel model = MarianGolden.load(Kernels.preferred(), files);
            List<JsonObject> sentences = JsonObject.read(golden, "golden.json").objects("sentences");
            for (int s = 0; s < sentences.size(); s++) {
                int[] source = sentences.get(s).integers("source");
                int[] target = sentences.get(s).integers("target");
                compare(expected, s + ".", activations(model, source, target), model.config());
            }
        }
    }

    @ParameterizedTest
    @FieldSource("SMALL")
    @Tag("every-width")
    void giveEveryActivationOfTheReferenceInEachVariant(String name) {
        try (ModelFiles files = MarianGolden.model(name);
                ModelFiles golden = MarianGolden.folder(name + "/golden")) {
            MarianModel model = MarianGolden.load(Kernels.preferred(), files);
            JsonObject json = JsonObject.read(golden, "golden.json");
            compare(
                    Checkpoint.open(golden),
                    "",
                    activations(model, json.integers("source"), json.integers("target")),
                    model.config());
        }
    }

    @ParameterizedTest
    @FieldSource("SMALL")
    void giveEveryActivationOfTheTextbook(String name) {
        try (ModelFiles files = MarianGolden.model(name);
                ModelFiles golden = MarianGolden.folder(name + "/golden")) {
            MarianModel model = MarianGolden.load(Kernels.preferred(), files);
            JsonObject json = JsonObject.read(golden, "golden.json");
            int[] source = json.integers("source");
            int[] target = json.integers("target");
            Map<String, float[]> found = activations(model, source, target);
            Map<String, double[][]> expected = new HashMap<>();
            TextbookMarian textbook = new TextbookMarian(model.config(), Checkpoint.open(files), expected::put);
            textbook.logits(textbook.encode(source), target);
            for (String activation : expected.keySet()) {
                float[] whole = found.get(activation);
                assertNotNull(whole, activation);
                float[] flat = flat(expected.get(activation));
                // of the logits the textbook gives those of the last token
                float[] last = Arrays.copyOfRange(whole, whole.length - flat.length, whole.length);
                float[] compared = activation.equals("lm_head") ? last : whole;
                MarianGolden.assertClose(
                        activation, flat, compared, bound(activation, model.config()), MarianGolden.largest(flat));
            }
        }
    }

    private static float[] flat(double[][] rows) {
        float[] flat = new float[rows.length * rows[0].length];
        for (int i = 0; i < flat.length; i++) flat[i] = (float) rows[i / rows[0].length][i % rows[0].length];
        return flat;
    }

    private static void compare(Weights golden, String prefix, Map<String, float[]> found, MarianConfig config) {
        TreeSet<String> compared = new TreeSet<>();
        for (String name : golden.names()) {
            if (!name.startsWith(prefix)) continue;
            String activation = name.substring(prefix.length());
            float[] expected = MarianGolden.all(golden, name);
            float[] whole = found.get(activation);
            assertNotNull(whole, activation);
            if (activation.equals("lm_head")) whole = firstColumns(whole, config, golden.shape(name)[1]);
            MarianGolden.assertClose(name, expected, whole, bound(activation, config), MarianGolden.largest(expected));
            compared.add(activation);
        }
        assertEquals(
                3 + 3 * config.encoder().layers() + 5 * config.decoder().layers(),
                compared.size(),
                () -> "" + compared);
    }

    private static float[] firstColumns(float[] logits, MarianConfig config, int columns) {
        int rows = logits.length / config.targetVocabulary();
        float[] first = new float[rows * columns];
        for (int r = 0; r < rows; r++)
            System.arraycopy(logits, r * config.targetVocabulary(), first, r * columns, columns);
        return first;
    }

    /** By depth: four products a layer of the encoder, six of the decoder, which comes after the encoder. */
    private static double bound(String activation, MarianConfig config) {
        int longest = Math.max(config.encoder().intermediate(), config.decoder().intermediate());
        String[] parts = activation.split("\\.");
        int layer = parts[1 % parts.length].equals("layers") ? Integer.parseInt(parts[2]) + 1 : 0;
        int encoder = 4 * config.encoder().layers();
        int products =
                switch (parts[0]) {
                    case "encoder" -> 1 + 4 * layer;
                    case "decoder" -> 1 + encoder + 6 * layer;
                    default -> 2 + encoder + 6 * config.decoder().layers();
                };
        return MarianGolden.bound(products, longest);
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
