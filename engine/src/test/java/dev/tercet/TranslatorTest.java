package dev.tercet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tercet.engine.marian.MarianConfig;
import dev.tercet.engine.marian.MarianGolden;
import dev.tercet.engine.textbook.TextbookBeamSearch;
import dev.tercet.engine.textbook.TextbookMarian;
import dev.tercet.loaders.Checkpoint;
import dev.tercet.loaders.InvalidModelException;
import dev.tercet.loaders.JsonObject;
import dev.tercet.loaders.ModelFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TranslatorTest {
    private static final String HELLO = "Hello, how are you today?";
    private static Translator translator;

    @BeforeAll
    static void load() {
        translator = Translator.load(MarianGolden.TINY, LoadOptions.defaults().withOffline(true));
    }

    @AfterAll
    static void close() {
        translator.close();
    }

    @Test
    void translatesTheSentencesOfTheTour() {
        assertEquals(
                List.of(
                        "Salut, comment vas-tu aujourd'hui ?",
                        "Il fait beau dehors.",
                        "J'adore apprendre des choses sur l'intelligence artificielle."),
                translator.translate(List.of(
                        HELLO, "The weather is beautiful outside.", "I love learning about artificial intelligence.")));
    }

    @Test
    void givesTheBestHypothesesBestFirst() {
        List<Hypothesis> best =
                translator.translate(HELLO, GenerationConfig.beams(4).nBest(4));
        assertEquals(4, best.size());
        for (int h = 1; h < best.size(); h++)
            assertTrue(best.get(h).score() <= best.get(h - 1).score());
        Hypothesis first = best.getFirst();
        assertEquals("Salut, comment vas-tu aujourd'hui ?", first.text());
        assertEquals("</s>", first.tokens().getLast());
        assertEquals(first.ids().length, first.tokens().size());
        double sum = 0;
        for (float p : first.logProbabilities()) sum += p;
        assertEquals(first.score(), sum / first.ids().length, 1e-6);
    }

    @Test
    void translatesNothingAndTheEmptyText() {
        assertEquals(List.of(), translator.translate(List.of()));
        assertEquals(1, translator.translation("", GenerationConfig.greedy()).tokens());
    }

    @Test
    void countsWhatALongTextLoses() {
        Translation translation = translator.translation(
                "the cat ".repeat(1000), GenerationConfig.greedy().maxLength(4));
        assertEquals(256, translator.maxLength());
        assertEquals(256, translation.tokens());
        assertEquals(
                translator.tokenizer().encode("the cat ".repeat(1000)).size() - 256, translation.truncatedTokens());
        assertTrue(translation.truncatedTokens() > 1000);
    }

    @Test
    void refusesNullAndImpossibleSettings() {
        List<String> texts = Collections.singletonList(null);
        assertEquals(
                "text 0 is null",
                assertThrows(IllegalArgumentException.class, () -> translator.translate(texts))
                        .getMessage());
        assertEquals(
                "the settings are null",
                assertThrows(IllegalArgumentException.class, () -> translator.translate(HELLO, null))
                        .getMessage());
        GenerationConfig tooLong = GenerationConfig.greedy().maxLength(514);
        String message = assertThrows(IllegalArgumentException.class, () -> translator.translate(HELLO, tooLong))
                .getMessage();
        assertTrue(message.contains("max_length is 514") && message.contains("at most 513"), message);
    }

    @Test
    void giveManyCallersTheSameBits() throws Exception {
        List<String> texts = List.of(HELLO, "Why?", "I don't know what to say.", "The dog is barking at the door.");
        GenerationConfig generation = GenerationConfig.beams(2).maxLength(16);
        List<Translation> expected = translator.translate(texts, generation);
        try (var threads = Executors.newFixedThreadPool(6)) {
            List<Callable<List<Translation>>> calls = new ArrayList<>();
            for (int call = 0; call < 18; call++) {
                int from = call % texts.size();
                calls.add(() -> translator.translate(texts.subList(from, texts.size()), generation));
            }
            List<Future<List<Translation>>> results = threads.invokeAll(calls);
            for (int call = 0; call < results.size(); call++) {
                List<Translation> found = results.get(call).get();
                int from = call % texts.size();
                for (int i = 0; i < found.size(); i++) {
                    Hypothesis one = expected.get(from + i).hypotheses().getFirst();
                    Hypothesis other = found.get(i).hypotheses().getFirst();
                    assertArrayEquals(one.ids(), other.ids());
                    assertEquals(one.score(), other.score());
                }
            }
        }
    }

    @Test
    void showsEveryStepToATrace() {
        TreeMap<String, Integer> counts = new TreeMap<>();
        List<int[]> inputs = new ArrayList<>();
        List<float[]> crossAttention = new ArrayList<>();
        Translation traced =
                translator.translation("Why?", GenerationConfig.greedy(), (name, sequence, data, offset, shape) -> {
                    counts.merge(name, 1, Integer::sum);
                    int size = Arrays.stream(shape).reduce(1, Math::multiplyExact);
                    float[] values = Arrays.copyOfRange(data, offset, offset + size);
                    assertEquals(0, sequence);
                    if (name.equals("decoder.input_ids")) {
                        int[] ids = new int[size];
                        for (int i = 0; i < size; i++) ids[i] = (int) values[i];
                        inputs.add(ids);
                    }
                    if (name.equals("decoder.layers.1.encoder_attn.probabilities")) crossAttention.add(values);
                });
        int[] ids = traced.hypotheses().getFirst().ids();
        assertArrayEquals(
                translator
                        .translate("Why?", GenerationConfig.greedy())
                        .getFirst()
                        .ids(),
                ids);
        assertEquals(ids.length, counts.get("lm_head"));
        assertEquals(1, counts.get("encoder.layers.3.final_layer_norm"));
        assertEquals(ids.length, crossAttention.size());
        for (float[] probabilities : crossAttention) {
            double sum = 0;
            for (float p : probabilities) sum += p;
            assertEquals(8, sum, 1e-5);
        }
        for (int step = 0; step < ids.length; step++) {
            assertEquals(step + 1, inputs.get(step).length);
            for (int i = 0; i < step; i++) assertEquals(ids[i], inputs.get(step)[i + 1]);
        }
    }

    @Test
    void findsWhatTheTextbookFinds() {
        GenerationConfig generation =
                GenerationConfig.beams(3).nBest(3).maxLength(12).without("renormalize_logits");
        int[] source = translator.tokenizer().encode("Why?").ids();
        try (ModelFiles files = MarianGolden.model(MarianGolden.TINY)) {
            MarianConfig config = MarianConfig.of(JsonObject.read(files, "config.json"));
            TextbookMarian textbook = new TextbookMarian(config, Checkpoint.open(files), (_, _) -> {});
            double[][] encoded = textbook.encode(source);
            int pad = config.vocabulary() - 1;
            List<TextbookBeamSearch.Hypothesis> expected = new TextbookBeamSearch(
                            3, pad, List.of(0), 12, 1, TextbookBeamSearch.Stopping.BEST_ENDED_NOW)
                    .search(ids -> {
                        double[] p = textbook.logProbabilities(encoded, ids);
                        float[] rounded = new float[p.length];
                        for (int i = 0; i < p.length; i++) rounded[i] = (float) p[i];
                        rounded[pad] = Float.NEGATIVE_INFINITY;
                        return rounded;
                    });
            List<Hypothesis> found = translator.translate("Why?", generation);
            assertEquals(expected.size(), found.size());
            for (int h = 0; h < found.size(); h++) {
                int[] ids = expected.get(h).ids();
                assertArrayEquals(
                        Arrays.copyOfRange(ids, 1, ids.length), found.get(h).ids());
                assertEquals(expected.get(h).score(), found.get(h).score(), 1e-5);
            }
        }
    }

    @Test
    void failsAfterItIsClosed() {
        Translator closed =
                Translator.load(MarianGolden.TINY, LoadOptions.defaults().withThreads(1));
        closed.close();
        closed.close();
        assertThrows(IllegalStateException.class, () -> closed.translate("Why?"));
    }

    @Test
    void refusesAGenerationConfigThatDoesNotFitTheModel(@TempDir Path folder) throws IOException {
        copyModel(folder);
        Files.writeString(
                folder.resolve("generation_config.json"), "{\"decoder_start_token_id\": 12322, \"eos_token_id\": 0}");
        String message = assertThrows(InvalidModelException.class, () -> Translator.load(folder.toString()))
                .getMessage();
        assertTrue(
                message.endsWith("generation_config.json: decoder_start_token_id names token 12322, but the target"
                        + " vocabulary ends at 12321"),
                message);
    }

    @Test
    void refusesAModelThatIsNotMarian() {
        String message = assertThrows(
                        InvalidModelException.class, () -> Translator.load("cross-encoder/ms-marco-MiniLM-L12-v2"))
                .getMessage();
        assertTrue(message.contains("model_type is \"bert\", expected \"marian\""), message);
    }

    @Test
    void takesAShorterLimitAndRefusesALongerOneThanThereArePositions() {
        LoadOptions options = LoadOptions.defaults().withThreads(1);
        try (Translator shorter = Translator.load(MarianGolden.TINY, options.withMaxLength(5))) {
            Translation translation = shorter.translation(HELLO, GenerationConfig.greedy());
            assertEquals(5, translation.tokens());
            assertEquals(3, translation.truncatedTokens());
            assertFalse(translation.text().isEmpty());
        }
        assertThrows(
                IllegalArgumentException.class, () -> Translator.load(MarianGolden.TINY, options.withMaxLength(513)));
    }

    private static void copyModel(Path folder) throws IOException {
        try (ModelFiles files = MarianGolden.model(MarianGolden.TINY)) {
            for (String name : List.of(
                    "config.json",
                    "generation_config.json",
                    "model.safetensors",
                    "source.spm",
                    "target.spm",
                    "tokenizer_config.json",
                    "vocab.json")) Files.write(folder.resolve(name), files.read(name, 1 << 26));
        }
    }
}
