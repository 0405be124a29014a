package dev.tercet.demos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tercet.CrossEncoder;
import dev.tercet.GenerationConfig;
import dev.tercet.Hypothesis;
import dev.tercet.SentenceEncoder;
import dev.tercet.Similarity;
import dev.tercet.Translator;
import dev.tercet.engine.bert.BertConfig;
import dev.tercet.engine.marian.MarianConfig;
import dev.tercet.engine.textbook.TextbookBert;
import dev.tercet.engine.textbook.TextbookMarian;
import dev.tercet.loaders.Checkpoint;
import dev.tercet.loaders.JsonObject;
import dev.tercet.loaders.ModelFiles;
import dev.tercet.loaders.ModelLocator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every number on the pages is the engine's and, within fp32, the textbook's. */
class ExplainTest {
    private static final String FIRST = "A cat sits on the mat.";
    private static final String SECOND = "Kittens love naïve café rugs!";
    private static final String QUERY = "What is the capital of France?";
    private static final String DOCUMENT = "Paris is the capital of France.";
    private static final String SENTENCE = "The weather is beautiful outside.";

    /** A tenth of a unit of the third decimal, the last that the page shows of vectors; fp32 is well inside. */
    private static final double FP32 = 1e-4;

    @TempDir
    static Path folder;

    private static ExplainedPage encode;
    private static ExplainedPage cross;
    private static ExplainedPage translate;

    @BeforeAll
    static void writePages() throws IOException {
        encode = ExplainedPage.write(folder.resolve("encode.html"), "encode", FIRST, SECOND);
        cross = ExplainedPage.write(folder.resolve("cross.html"), "cross", QUERY, DOCUMENT);
        translate = ExplainedPage.write(folder.resolve("translate.html"), "translate", SENTENCE);
    }

    private static void assertNear(double[] expected, double[] shown, double tolerance, String what) {
        assertEquals(expected.length, shown.length, what);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], shown[i], tolerance, what + " " + i);
        }
    }

    private static double[] doubles(float[] values) {
        return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
    }

    /** Where the page keeps an activation of a text, by its name in the trace; null for those it does not. */
    private static Object[] place(int text, String name) {
        Map<String, String> embeddings = Map.of(
                "embeddings.word_embeddings", "word",
                "embeddings.position_embeddings", "position",
                "embeddings.token_type_embeddings", "type",
                "embeddings", "embeddings");
        if (embeddings.containsKey(name)) {
            return new Object[] {"texts", text, embeddings.get(name)};
        }
        Map<String, String> layers = Map.of(
                "attention.self.query", "query",
                "attention.self.key", "key",
                "attention.self.value", "value",
                "attention.probabilities", "attention",
                "attention.self", "context",
                "attention.output", "attentionOutput",
                "intermediate", "intermediate",
                "output", "output");
        MatchResult layer = Pattern.compile("encoder\\.layer\\.(\\d+)\\.(.*)")
                .matcher(name)
                .results()
                .findFirst()
                .orElse(null);
        return layer == null
                ? null
                : new Object[] {"texts", text, "layers", Integer.parseInt(layer.group(1)), layers.get(layer.group(2))};
    }

    @Test
    void aPartThatNamesAPlaceOfTheTemplateStaysAsItIs() {
        Map<String, String> parts = Map.of("code", "new Run[] {run}; $1 \\", "run", "42");
        assertEquals(
                "a new Run[] {run}; $1 \\ b 42 {} {other}", ExplainPage.filled("a {code} b {run} {} {other}", parts));
    }

    @Test
    void everyActivationIsTheEnginesRounded() {
        try (SentenceEncoder encoder = SentenceEncoder.load(ModelOptions.DUAL)) {
            for (int text = 0; text < 2; text++) {
                int number = text;
                List<String> compared = new ArrayList<>();
                float[] vector = encoder.embed(text == 0 ? FIRST : SECOND, (name, _, data, offset, shape) -> {
                            Object[] place = place(number, name);
                            if (place == null) {
                                return;
                            }
                            int size = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
                            double[] engine = doubles(Arrays.copyOfRange(data, offset, offset + size));
                            double[] shown = encode.unpack(place);
                            // attention has one more plane, the mean of the heads
                            if (shape.length == 3) {
                                assertNear(
                                        meanHead(engine, shape[0]),
                                        Arrays.copyOfRange(shown, size, shown.length),
                                        encode.rounding(place) + 1e-9,
                                        name + ", mean");
                            }
                            assertNear(engine, Arrays.copyOf(shown, size), encode.rounding(place) + 1e-9, name);
                            compared.add(name);
                        })
                        .vector();
                assertEquals(4 + 6 * 8, compared.size());
                assertNear(doubles(vector), encode.numbers("texts", text, "vector"), 1e-8, "vector");
            }
        }
    }

    private static double[] meanHead(double[] attention, int heads) {
        int plane = attention.length / heads;
        double[] mean = new double[plane];
        for (int i = 0; i < attention.length; i++) {
            mean[i % plane] += attention[i] / heads;
        }
        return mean;
    }

    /** Runs the textbook on a bundled BERT. */
    private static double[] textbook(
            String model, boolean pair, int[] ids, int[] typeIds, BiConsumer<String, double[][]> observer) {
        try (ModelFiles files = ModelLocator.ofThisProcess().locate(model)) {
            BertConfig config = BertConfig.read(JsonObject.read(files, "config.json"));
            TextbookBert bert = new TextbookBert(config, Checkpoint.open(files), observer);
            return pair ? bert.logits(ids, typeIds) : bert.embed(ids);
        }
    }

    private static int[] ints(ExplainedPage page, Object... path) {
        return Arrays.stream(page.numbers(path)).mapToInt(v -> (int) v).toArray();
    }

    private static double[] flat(double[][] x) {
        return Arrays.stream(x).flatMapToDouble(Arrays::stream).toArray();
    }

    @Test
    void everyActivationIsTheTextbooksRounded() {
        int[] ids = ints(encode, "texts", 0, "ids");
        List<String> compared = new ArrayList<>();
        double[] vector = textbook(ModelOptions.DUAL, false, ids, new int[ids.length], (name, x) -> {
            Object[] place = place(0, name);
            if (place == null) {
                return;
            }
            double[] expected = flat(x);
            double[] shown = Arrays.copyOf(encode.unpack(place), expected.length);
            assertNear(expected, shown, encode.rounding(place) + FP32, name);
            compared.add(name);
        });
        assertEquals(4 + 6 * 8, compared.size());
        assertNear(vector, encode.numbers("texts", 0, "vector"), FP32, "vector");
    }

    @Test
    void theScoresBecomeTheAttentionBySoftmax() {
        int n = ints(encode, "texts", 0, "ids").length;
        double[] scores = encode.unpack("texts", 0, "layers", 2, "scores");
        double[] attention = encode.unpack("texts", 0, "layers", 2, "attention");
        for (int row = 0; row < 12 * n; row++) {
            double sum = 0;
            for (int j = 0; j < n; j++) {
                sum += Math.exp(scores[row * n + j]);
            }
            for (int j = 0; j < n; j++) {
                // scores are rounded to 0.0005, which changes a probability by at most that, relatively, twice
                assertEquals(Math.exp(scores[row * n + j]) / sum, attention[row * n + j], 1.1e-3, "row " + row);
            }
        }
    }

    @Test
    void whatTheTokensAddIsTheCosine() {
        double sum = 0;
        for (Object row : (List<?>) encode.at("cosine", "contributions")) {
            sum += ((List<?>) row).stream().mapToDouble(v -> (double) v).sum();
        }
        assertEquals(encode.number("cosine", "value"), sum, 1e-6);
        try (SentenceEncoder encoder = SentenceEncoder.load(ModelOptions.DUAL)) {
            float[][] v = encoder.encode(List.of(FIRST, SECOND));
            assertEquals(Similarity.cosine(v[0], v[1]), encode.number("cosine", "value"), 1e-8);
        }
    }

    @Test
    void aWordsShareOfTheCosineIsItsOwn() {
        // the textbook's token vectors, its own mean and norm
        List<double[][]> hidden = new ArrayList<>();
        for (int text = 0; text < 2; text++) {
            int[] ids = ints(encode, "texts", text, "ids");
            textbook(ModelOptions.DUAL, false, ids, new int[ids.length], (name, x) -> {
                if (name.equals("encoder.layer.5.output")) {
                    hidden.add(x);
                }
            });
        }
        double[][] h = hidden.get(0);
        double[][] g = hidden.get(1);
        double norms = norm(mean(h)) * norm(mean(g)) * h.length * g.length;
        for (int i = 0; i < h.length; i++) {
            double[] shown = encode.numbers("cosine", "contributions", i);
            for (int j = 0; j < g.length; j++) {
                assertEquals(dot(h[i], g[j]) / norms, shown[j], 1e-5, i + ", " + j);
            }
        }
    }

    private static double[] mean(double[][] x) {
        double[] mean = new double[x[0].length];
        for (double[] row : x) {
            for (int d = 0; d < mean.length; d++) {
                mean[d] += row[d] / x.length;
            }
        }
        return mean;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int d = 0; d < a.length; d++) {
            sum += a[d] * b[d];
        }
        return sum;
    }

    private static double norm(double[] x) {
        return Math.sqrt(dot(x, x));
    }

    @Test
    void theTextIsShownAsTheTokenizerReadsIt() {
        assertEquals("kittens love naive cafe rugs!", encode.at("texts", 1, "normalized"));
        assertEquals(
                List.of("[CLS]", "kitten", "##s", "love", "naive", "cafe", "rug", "##s", "!", "[SEP]"),
                encode.at("texts", 1, "tokens"));
        List<?> pieces = (List<?>) encode.at("texts", 1, "pieces");
        assertEquals("naïve", pieces.get(4));
        assertNull(pieces.getFirst());
    }

    @Test
    void theLensEndsAtTheScoreAndFollowsTheHead() {
        double[] lens = cross.numbers("lens");
        assertEquals(13, lens.length);
        RunRecording recording = new RunRecording();
        try (CrossEncoder encoder = CrossEncoder.load(ModelOptions.CROSS)) {
            float logit = encoder.score(QUERY, DOCUMENT, recording).logit();
            assertEquals(logit, lens[12], 1e-6);
            assertEquals(logit, cross.number("logit"), 1e-6);
            assertEquals(encoder.score(QUERY, DOCUMENT).score(), cross.number("score"), 1e-6);
        }
        double[] textbook =
                textbook(ModelOptions.CROSS, true, ints(cross, "ids"), ints(cross, "typeIds"), (_, _) -> {});
        assertEquals(textbook[0], lens[12], FP32);
    }

    /** The head by hand, on the textbook's [CLS] after a layer in the middle. */
    @Test
    void theLensInTheMiddleIsTheHeadOnTheTextbooksState() {
        Map<String, double[][]> states = new HashMap<>();
        textbook(ModelOptions.CROSS, true, ints(cross, "ids"), ints(cross, "typeIds"), states::put);
        try (ModelFiles files = ModelLocator.ofThisProcess().locate(ModelOptions.CROSS)) {
            var weights = Checkpoint.open(files);
            int hidden = states.get("embeddings")[0].length;
            float[] pooler = weights.floats("bert.pooler.dense.weight", hidden, hidden);
            float[] poolerBias = weights.floats("bert.pooler.dense.bias", hidden);
            float[] classifier = weights.floats("classifier.weight", 1, hidden);
            float[] classifierBias = weights.floats("classifier.bias", 1);
            for (int layer : new int[] {0, 5, 10}) {
                double[] cls = layer == 0
                        ? states.get("embeddings")[0]
                        : states.get("encoder.layer." + (layer - 1) + ".output")[0];
                double logit = classifierBias[0];
                for (int o = 0; o < hidden; o++) {
                    double pooled = poolerBias[o];
                    for (int d = 0; d < hidden; d++) {
                        pooled += pooler[o * hidden + d] * cls[d];
                    }
                    logit += classifier[o] * Math.tanh(pooled);
                }
                assertEquals(logit, cross.numbers("lens")[layer], FP32, "layer " + layer);
            }
        }
    }

    @Test
    void attentionOfThePairIsTheEnginesAndTheTextbooks() {
        List<String> compared = new ArrayList<>();
        RunRecording recording = new RunRecording();
        try (CrossEncoder encoder = CrossEncoder.load(ModelOptions.CROSS)) {
            encoder.score(QUERY, DOCUMENT, recording);
        }
        textbook(ModelOptions.CROSS, true, ints(cross, "ids"), ints(cross, "typeIds"), (name, x) -> {
            if (name.endsWith("probabilities")) {
                int layer = Integer.parseInt(name.replaceAll("\\D", ""));
                double[] shown = cross.unpack("attention", layer);
                double rounding = cross.rounding("attention", layer);
                double[] own = Arrays.copyOf(shown, shown.length * 12 / 13);
                assertNear(flat(x), own, rounding + FP32, name);
                assertNear(doubles(recording.get(name).data()), own, rounding + 1e-9, name);
                compared.add(name);
            }
        });
        assertEquals(12, compared.size());
    }

    @Test
    void theSharesBetweenTheTextsAreSumsOfAttention() {
        int[] segments = ints(cross, "segments");
        int n = segments.length;
        for (int layer = 0; layer < 12; layer++) {
            double[] shown = cross.unpack("attention", layer);
            double rounding = n * cross.rounding("attention", layer);
            for (int head = 0; head < 13; head++) {
                double[] flows = cross.numbers("flows", layer, head);
                for (int from = 0; from < 2; from++) {
                    for (int to = 0; to < 2; to++) {
                        double sum = 0;
                        int givers = 0;
                        for (int i = 0; i < n; i++) {
                            givers += segments[i] == from ? 1 : 0;
                            for (int j = 0; j < n; j++) {
                                if (segments[i] == from && segments[j] == to) {
                                    sum += shown[(head * n + i) * n + j];
                                }
                            }
                        }
                        assertEquals(sum / givers, flows[2 * from + to], rounding, layer + ", " + head);
                    }
                }
            }
        }
    }

    @Test
    void importanceIsMeasuredByLeavingOut() {
        List<?> tokens = (List<?>) cross.at("tokens");
        List<?> without = (List<?>) cross.at("without");
        assertNull(without.getFirst());
        try (CrossEncoder encoder = CrossEncoder.load(ModelOptions.CROSS)) {
            // these are whole words: the text without them has the same other tokens
            assertEquals(
                    encoder.score("What is the of France?", DOCUMENT).logit(),
                    (double) without.get(tokens.indexOf("capital")),
                    1e-6);
            assertEquals(
                    encoder.score(QUERY, "is the capital of France.").logit(),
                    (double) without.get(tokens.indexOf("paris")),
                    1e-6);
        }
    }

    @Test
    void lateInteractionComparesTheTextbooksTokenVectors() {
        List<double[][]> hidden = new ArrayList<>();
        try (SentenceEncoder encoder = SentenceEncoder.load(ModelOptions.DUAL)) {
            for (String text : List.of(QUERY, DOCUMENT)) {
                int[] ids = encoder.tokenizer().encode(text).ids();
                textbook(ModelOptions.DUAL, false, ids, new int[ids.length], (name, x) -> {
                    if (name.equals("encoder.layer.5.output")) {
                        hidden.add(Arrays.copyOfRange(x, 1, x.length - 1)); // without [CLS] and [SEP]
                    }
                });
            }
            assertEquals(
                    Similarity.cosine(encoder.encode(QUERY), encoder.encode(DOCUMENT)),
                    cross.number("apart", "cosine"),
                    1e-8);
        }
        double[][] h = hidden.get(0);
        double[][] g = hidden.get(1);
        assertEquals(h.length, ((List<?>) cross.at("apart", "queryTokens")).size());
        for (int i = 0; i < h.length; i++) {
            double[] shown = cross.numbers("apart", "similarities", i);
            assertEquals(g.length, shown.length);
            for (int j = 0; j < g.length; j++) {
                assertEquals(dot(h[i], g[j]) / norm(h[i]) / norm(g[j]), shown[j], 1e-5, i + ", " + j);
            }
        }
    }

    @Test
    void theTranslationIsTheTranslators() {
        try (Translator translator = Translator.load(ModelOptions.TRANSLATION)) {
            Hypothesis best = translator
                    .translate(SENTENCE, GenerationConfig.modelDefaults())
                    .getFirst();
            assertEquals(best.text(), translate.at("translation"));
            assertEquals(best.score(), translate.number("score"), 1e-6);
            assertNear(Arrays.stream(best.ids()).asDoubleStream().toArray(), translate.numbers("best"), 0, "ids");
            List<double[]> candidates = pathOf(ints(translate, "best"));
            for (int t = 0; t < best.ids().length; t++) {
                assertEquals(best.logProbabilities()[t], candidates.get(t)[1], 1e-6, "token " + t);
            }
        }
    }

    /** Of each token of a hypothesis: its row in all rows of all steps, its log-probability, its rank. */
    private static List<double[]> pathOf(int[] ids) {
        List<double[]> path = new ArrayList<>();
        int row = 0;
        int before = 0;
        for (int step = 0; step < ids.length; step++) {
            List<?> candidates = (List<?>) translate.at("steps", step, "candidates");
            for (int c = 0; c < candidates.size(); c++) {
                Map<?, ?> candidate = (Map<?, ?>) candidates.get(c);
                if ((double) candidate.get("row") == row && (double) candidate.get("token") == ids[step]) {
                    path.add(new double[] {before + row, (double) candidate.get("log"), c});
                    before += ((List<?>) translate.at("steps", step, "rows")).size();
                    row = ((Double) candidate.get("next")).intValue();
                    break;
                }
            }
        }
        assertEquals(ids.length, path.size());
        return path;
    }

    @Test
    void decoderAttentionIsTheTextbooks() {
        int[] best = ints(translate, "best");
        List<double[]> path = pathOf(best);
        int source = ((List<?>) translate.at("tokens")).size();
        int steps = ((List<?>) translate.at("steps")).size();
        Map<String, double[][]> seen = new HashMap<>();
        try (ModelFiles files = ModelLocator.ofThisProcess().locate(ModelOptions.TRANSLATION)) {
            MarianConfig config = MarianConfig.of(JsonObject.read(files, "config.json"));
            TextbookMarian marian = new TextbookMarian(config, Checkpoint.open(files), seen::put);
            int[] read = new int[best.length];
            read[0] = JsonObject.read(files, "generation_config.json").integer("decoder_start_token_id");
            System.arraycopy(best, 0, read, 1, best.length - 1);
            double[][] encoded = marian.encode(ints(translate, "ids"));
            marian.logits(encoded, read);
            for (int layer = 0; layer < config.encoder().layers(); layer++) {
                double[] expected = flat(seen.get("encoder.layers." + layer + ".self_attn.probabilities"));
                double[] shown = translate.unpack("encoder", layer);
                assertNear(
                        expected,
                        Arrays.copyOf(shown, expected.length),
                        translate.rounding("encoder", layer) + FP32,
                        "encoder layer " + layer);
            }
            int heads = config.decoder().heads();
            for (int layer = 0; layer < config.decoder().layers(); layer++) {
                for (String kind : List.of("self", "cross")) {
                    String name = "decoder.layers." + layer + (kind.equals("self") ? ".self_attn" : ".encoder_attn");
                    double[][] expected = seen.get(name + ".probabilities"); // [heads · tokens][keys]
                    double[] shown = translate.unpack("decoder", layer, kind);
                    int keys = kind.equals("self") ? steps : source;
                    double tolerance = translate.rounding("decoder", layer, kind) + FP32;
                    for (int t = 0; t < best.length; t++) {
                        int row = (int) path.get(t)[0];
                        for (int h = 0; h < heads; h++) {
                            for (int j = 0; j < (kind.equals("self") ? t + 1 : source); j++) {
                                assertEquals(
                                        expected[h * best.length + t][j],
                                        shown[(row * (heads + 1) + h) * keys + j],
                                        tolerance,
                                        name + " token " + t);
                            }
                        }
                    }
                }
            }
            // what could have followed; the settings forbid the padding, and share out what it had
            int before = 0;
            for (int t = 0; t < best.length; t++) {
                double[] logs = marian.logProbabilities(encoded, Arrays.copyOf(read, t + 1));
                int row = (int) path.get(t)[0] - before;
                before += ((List<?>) translate.at("steps", t, "rows")).size();
                int[] tokens = ints(translate, "steps", t, "rows", row, "tokens");
                double[] shown = translate.numbers("steps", t, "rows", row, "logs");
                for (int i = 0; i < tokens.length; i++) {
                    assertEquals(logs[tokens[i]], shown[i], 1e-3, "token " + t + ", alternative " + i);
                }
                assertEquals(logs[best[t]], path.get(t)[1], 1e-3, "token " + t);
            }
        }
    }

    @Test
    void theSearchSaysWhyItStopped() {
        List<?> steps = (List<?>) translate.at("steps");
        assertEquals("NO_BETTER_POSSIBLE", translate.at("steps", steps.size() - 1, "verdict"));
        assertTrue(translate.number("steps", steps.size() - 1, "possible")
                <= translate.number("steps", steps.size() - 1, "worst"));
    }

    /** Whatever a text says, it is text. */
    @Test
    void aTextCannotBreakOutOfThePage() throws IOException {
        String text = "</script><script>alert(1)</script> <!-- & \"quoted\" \uD800";
        ExplainedPage page = ExplainedPage.write(folder.resolve("hostile.html"), "encode", text);
        assertEquals(text, page.at("texts", 0, "text"));
        assertEquals(4, page.html().split("</script>").length);
        assertFalse(page.html().contains("alert(1)<"));
    }

    @Test
    void thePageLoadsNothing() {
        for (ExplainedPage page : List.of(encode, cross, translate)) {
            assertTrue(page.html().contains("content=\"default-src 'none';"));
            assertFalse(Pattern.compile("(src|href)=\"(?!data:)|url\\(|@import|fetch\\(|import ")
                    .matcher(page.html().replaceAll("(?s)<script type=\"application/json\".*?</script>", ""))
                    .find());
        }
    }

    @Test
    void twoTextsOf128TokensStayBelow3Megabytes() throws IOException {
        String text = IntStream.range(0, 90)
                .mapToObj(i -> List.of("river", "stone", "morning", "listens", "quietly", "under", "copper")
                                .get(i * i % 7)
                        + i)
                .collect(Collectors.joining(" "));
        ExplainedPage page = ExplainedPage.write(
                folder.resolve("long.html"),
                "encode",
                text,
                new StringBuilder(text).reverse().toString(),
                "--max-length",
                "128");
        assertEquals(128, ((List<?>) page.at("texts", 0, "tokens")).size());
        assertTrue(page.number("texts", 0, "truncated") > 0);
        assertTrue(Files.size(page.file()) <= 3_000_000, Files.size(page.file()) + " bytes");
    }

    @Test
    void aPairOf128TokensStaysBelow3Megabytes() throws IOException {
        ExplainedPage page = ExplainedPage.longPair();
        assertEquals(128, ((List<?>) page.at("tokens")).size());
        assertTrue(page.number("truncated") > 0);
        assertTrue(Files.size(page.file()) <= 3_000_000, Files.size(page.file()) + " bytes");
    }

    /** The steps of a script and the places that each names. */
    private static Map<String, List<String>> steps(String script) {
        Map<String, List<String>> steps = new LinkedHashMap<>();
        for (String step : script.split("\\{id: (?=')")) {
            Matcher name = Pattern.compile("'(\\w+)', title: '[^']+', code: ([^\\]]*(?:\\] : )?[^\\]]*)\\], view:")
                    .matcher(step);
            if (name.lookingAt()) {
                steps.put(
                        name.group(1),
                        Pattern.compile("'([\\w/]+\\.java#\\w+)'")
                                .matcher(name.group(2))
                                .results()
                                .map(place -> place.group(1))
                                .toList());
            }
        }
        return steps;
    }

    @Test
    void everyStepNamesCodeThatThePageHas() {
        Map<String, ExplainedPage> pages = Map.of("encode", encode, "cross", cross, "translate", translate);
        for (Map.Entry<String, ExplainedPage> page : pages.entrySet()) {
            String script = ExplainPage.resource(page.getKey() + ".js");
            Map<String, List<String>> steps = steps(script);
            assertEquals(script.split("\\{id: '\\w+', title: ").length - 1, steps.size(), page.getKey());
            Set<String> named = new HashSet<>();
            steps.forEach((step, places) -> {
                assertFalse(places.isEmpty(), step);
                named.addAll(places);
            });
            assertEquals(named, page.getValue().code().keySet(), page.getKey());
        }
    }

    /** Line by line what stands in the repository, and all of the method: its braces close. */
    @Test
    void theCodeOnThePagesIsTheSource() throws IOException {
        for (ExplainedPage page : List.of(encode, cross, translate)) {
            for (Map.Entry<String, Map<?, ?>> code : page.code().entrySet()) {
                String[] place = code.getKey().split("#");
                List<String> source = Files.readAllLines(Path.of("..").resolve(place[0]));
                String shown = (String) code.getValue().get("text");
                int line = (int) (double) code.getValue().get("line") - 1;
                String[] lines = shown.split("\n");
                for (int i = 0; i < lines.length; i++) {
                    assertEquals(source.get(line + i), (lines[i].isEmpty() ? "" : "    ") + lines[i], code.getKey());
                }
                assertTrue(
                        Pattern.compile("(?m)^\\w.*\\b" + place[1] + "\\(")
                                .matcher(shown)
                                .find(),
                        code.getKey());
                assertEquals(count(shown, '{'), count(shown, '}'), code.getKey());
                assertTrue(lines.length <= 60, code.getKey() + " is not short: " + lines.length + " lines");
            }
        }
    }

    private static long count(String text, char c) {
        return text.chars().filter(other -> other == c).count();
    }

    @Test
    void wrongUsageIsSaidInOneLine() {
        Outcome.of("explain")
                .failed(2, "tercet explain: which page? Start with: tercet explain encode \"A text of yours.\"");
        Outcome.of("explain", "encode")
                .failed(2, "tercet explain encode: nothing to explain: give a text, or two to compare");
        Outcome.of("explain", "cross", "one").failed(2, "tercet explain cross: give a query and a document");
        Outcome.of("explain", "translate").failed(2, "tercet explain translate: nothing to explain: give a text");
        Outcome.of("explain", "encode", "a", "--max-length", "4")
                .failed(2, "tercet explain encode: --max-length is 4, expected 5 or more");
        Outcome.of("explain", "encode", "a", "-o", "-", "--open")
                .failed(2, "tercet explain encode: --open needs a file, not standard output");
    }

    @Test
    void aModelWithFewPositionsReadsWhatItCan() throws IOException {
        Path tiny = TinyBert.encoder(folder.resolve("tiny"));
        ExplainedPage page = ExplainedPage.write(
                folder.resolve("tiny.html"), "encode", "a cat", "the dogs", "--model", tiny.toString());
        assertEquals(1, ((List<?>) page.at("texts", 0, "layers")).size());
    }

    @Test
    void knowsTheBrowserOfEachSystem() {
        assertEquals(List.of("xdg-open", "file:///p.html"), Browser.command("linux", "file:///p.html"));
        assertEquals(List.of("open", "file:///p.html"), Browser.command("mac os x", "file:///p.html"));
        assertEquals("rundll32", Browser.command("windows 11", "file:///p.html").getFirst());
    }

    /** Pairs of colours that text has in the style sheet, in both themes. */
    @Test
    void textStandsOutFromWhatIsBehindIt() {
        String style = ExplainPage.resource("page.css");
        for (String theme : List.of(":root", ":root[data-theme=\"dark\"]")) {
            Map<String, String> colours = colours(style, theme);
            for (String pair : List.of(
                    "text paper",
                    "text panel",
                    "faint paper",
                    "faint panel",
                    "on-accent accent",
                    "accent paper",
                    "kept paper",
                    "finished paper",
                    "dropped paper",
                    "dropped panel")) {
                String[] names = pair.split(" ");
                double contrast = contrast(colours.get(names[0]), colours.get(names[1]));
                assertTrue(contrast >= 4.5, theme + " " + pair + ": " + contrast);
            }
            // the ring around what has the focus: WCAG 2.2, 1.4.11
            assertTrue(contrast(colours.get("focus"), colours.get("paper")) >= 3, theme);
        }
    }

    /** No text has a colour that is not one of the named. */
    @Test
    void everyTextColourIsANamedOne() {
        String rules = ExplainPage.resource("page.css").replaceAll("(?s):root[^{]*\\{.*?\\}", "");
        for (MatchResult rule : Pattern.compile("[; {](color|background): ([^;}]+)")
                .matcher(rules)
                .results()
                .toList()) {
            assertTrue(rule.group(2).matches("var\\(--[a-z-]+\\)"), rule.group());
        }
    }

    private static Map<String, String> colours(String style, String selector) {
        int from = style.indexOf(selector + " {");
        return Pattern.compile("--([a-z-]+): (#[0-9a-f]{6});")
                .matcher(style.substring(from, style.indexOf('}', from)))
                .results()
                .collect(Collectors.toMap(m -> m.group(1), m -> m.group(2)));
    }

    /** WCAG 2.2, 1.4.3. */
    private static double contrast(String a, String b) {
        double one = luminance(a);
        double other = luminance(b);
        return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    }

    private static double luminance(String colour) {
        double[] weights = {0.2126, 0.7152, 0.0722};
        double sum = 0;
        for (int c = 0; c < 3; c++) {
            double v = Integer.parseInt(colour.substring(1 + 2 * c, 3 + 2 * c), 16) / 255.0;
            sum += weights[c] * (v <= 0.04045 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4));
        }
        return sum;
    }
}
