package dev.tercet.demos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tercet.CrossEncoder;
import dev.tercet.SentenceEncoder;
import dev.tercet.Similarity;
import dev.tercet.demos.CostLaw.Point;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code tercet compare}: the architectures side by side. */
class CompareTest {
    private static final List<String> QUERIES = List.of("the cat", "a <dog>");
    private static final List<String> DOCUMENTS = List.of("cats", "the dogs and the cat", "b.", "a dog");

    @TempDir
    static Path folder;

    private static String dual;
    private static String cross;
    private static String labels;
    private static String queries;
    private static String documents;
    private static Outcome compared;
    private static String html;

    @BeforeAll
    static void compareTinyModels() throws IOException {
        dual = TinyBert.encoder(folder.resolve("dual")).toString();
        cross = TinyBert.crossEncoder(folder.resolve("cross")).toString();
        labels = TinyBert.crossEncoder(folder.resolve("labels"), 3).toString();
        queries = Files.write(folder.resolve("queries.txt"), QUERIES).toString();
        documents = Files.write(folder.resolve("documents.txt"), DOCUMENTS).toString();
        Path page = folder.resolve("page.html");
        compared = compare("--queries", queries, "--documents", documents, "--html", page.toString())
                .done();
        html = Files.readString(page);
    }

    private static Outcome compare(String... more) {
        List<String> arguments = new ArrayList<>(List.of("compare", "--bi-model", dual, "--cross-model", cross));
        arguments.addAll(List.of(more));
        return Outcome.of(arguments.toArray(String[]::new));
    }

    @Test
    void showsTheCosinesAndScoresOfTheEngine() {
        try (SentenceEncoder encoder = SentenceEncoder.load(dual);
                CrossEncoder scorer = CrossEncoder.load(cross)) {
            float[][] cosines = Similarity.cosine(encoder.encode(QUERIES), encoder.encode(DOCUMENTS));
            for (int q = 0; q < QUERIES.size(); q++) {
                for (int d = 0; d < DOCUMENTS.size(); d++) {
                    String label = Samples.label('D', d);
                    float logit = scorer.score(QUERIES.get(q), DOCUMENTS.get(d)).logit();
                    for (float number : new float[] {cosines[q][d], logit}) {
                        assertTrue(
                                compared.out().matches("(?s).*" + label + " +" + Numbers.four(number) + ".*"),
                                label + " " + number + " is not in " + compared.out());
                        assertTrue(
                                html.contains(">" + label + "</a></td><td class=\"number\">" + Numbers.four(number)),
                                label + " " + number + " is not in " + html);
                    }
                }
            }
        }
    }

    @Test
    void fitsAHundredColumns() {
        for (String line : compared.lines()) {
            assertTrue(line.length() <= Page.WIDTH, line);
        }
    }

    @Test
    void writesTextsIntoThePageAsTextsNotAsMarkup() {
        assertTrue(html.contains("Q2 a &lt;dog&gt;"), html);
        assertFalse(html.contains("a <dog>"));
    }

    @Test
    void thePageNeedsNothingElse() {
        assertFalse(html.matches("(?s).*(<script|<link|src=|url\\(|http).*"), html);
    }

    @Test
    void everyColourOfThePageIsReadableInLightAndDark() {
        String style = ComparePage.style();
        String dark = style.substring(style.indexOf("@media"));
        for (String theme : List.of(style.substring(0, style.indexOf("@media")), dark)) {
            for (String ground : List.of("paper", "panel")) {
                for (String text : List.of("text", "faint", "dual", "cross", "both")) {
                    double contrast = contrast(colour(theme, text), colour(theme, ground));
                    assertTrue(contrast >= 4.5, text + " on " + ground + ": " + contrast);
                }
            }
        }
    }

    private static int colour(String theme, String name) {
        Matcher colour = Pattern.compile("--" + name + ": #([0-9a-f]{6});").matcher(theme);
        assertTrue(colour.find(), name);
        return Integer.parseInt(colour.group(1), 16);
    }

    /** WCAG 2.1, contrast ratio. */
    private static double contrast(int a, int b) {
        double lighter = Math.max(luminance(a), luminance(b));
        double darker = Math.min(luminance(a), luminance(b));
        return (lighter + 0.05) / (darker + 0.05);
    }

    private static double luminance(int colour) {
        double[] weights = {0.0722, 0.7152, 0.2126};
        double sum = 0;
        for (int channel = 0; channel < 3; channel++) {
            double value = (colour >> 8 * channel & 0xff) / 255.0;
            sum += weights[channel] * (value <= 0.03928 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4));
        }
        return sum;
    }

    @Test
    void theSameOrderAgreesAndTheReverseDoesNot() {
        float[] scores = {3, 1, 2};
        assertEquals(new RankAgreement(true, 1), RankAgreement.of(scores, new float[] {0.3f, 0.1f, 0.2f}));
        assertEquals(new RankAgreement(false, -1), RankAgreement.of(scores, new float[] {-3, -1, -2}));
    }

    @Test
    void oneSwapOfThreeAgreesByAThird() {
        // of the three pairs two are in the same order: (2 - 1) / 3
        assertEquals(
                1 / 3.0,
                RankAgreement.of(new float[] {3, 2, 1}, new float[] {2, 3, 1}).tau(),
                1e-12);
    }

    @Test
    void tiesAreLeftOutOnTheirOwnSide() {
        // τ-b: 2 concordant pairs, 2 untied in a, 3 in b
        assertEquals(
                2 / Math.sqrt(6),
                RankAgreement.of(new float[] {1, 1, 0}, new float[] {3, 2, 1}).tau(),
                1e-12);
    }

    @Test
    void theLawOfExactPointsIsExact() {
        CostLaw law = CostLaw.fit(List.of(new Point(1, 0.012), new Point(10, 0.03), new Point(100, 0.21)));
        assertEquals(0.01, law.fixed(), 1e-12);
        assertEquals(0.002, law.each(), 1e-12);
        assertEquals(2000.01, law.seconds(1_000_000), 1e-6);
    }

    @Test
    void theLawNeverGivesTimeBack() {
        CostLaw falling = CostLaw.fit(List.of(new Point(1, 2), new Point(2, 1)));
        assertEquals(0, falling.each());
        CostLaw steep = CostLaw.fit(List.of(new Point(1, 1), new Point(2, 4)));
        assertEquals(0, steep.fixed());
    }

    @Test
    void everyRecipeRunsOnItsOwnTexts() {
        for (String recipe : List.of("retrieve", "similarity", "qa", "duplicates")) {
            String out = compare("--recipe", recipe).done().out();
            assertTrue(out.contains("In Java"), out);
        }
    }

    /** A checkpoint of random weights, whose config numbers the labels in another order than it lists them. */
    @Test
    void inferenceNamesEachProbabilityAsTransformersDoes() throws IOException {
        Path model = Path.of("src/test/resources/inference");
        List<?> pairs = (List<?>)
                ((Map<?, ?>) Chromium.Json.parse(Files.readString(model.resolve("golden.json")))).get("pairs");
        Path premises = Files.write(folder.resolve("premises.txt"), column(pairs, "premise"));
        Path hypotheses = Files.write(folder.resolve("hypotheses.txt"), column(pairs, "hypothesis"));
        String out = Outcome.of(
                        "compare",
                        "--recipe",
                        "nli",
                        "--cross-model",
                        model.toString(),
                        "--queries",
                        premises.toString(),
                        "--documents",
                        hypotheses.toString())
                .done()
                .out();
        List<String> expected = new ArrayList<>();
        for (Object pair : pairs) {
            Map<?, ?> probabilities = (Map<?, ?>) ((Map<?, ?>) pair).get("probabilities");
            expected.add(probabilities.entrySet().stream()
                    .sorted(Comparator.comparing(label -> -(double) label.getValue()))
                    .map(label -> String.format(Locale.ROOT, "%s %.3f", label.getKey(), label.getValue()))
                    .collect(Collectors.joining("   ")));
        }
        assertEquals(
                expected,
                out.lines()
                        .filter(line -> line.contains("entailment 0."))
                        .map(String::strip)
                        .toList());
    }

    private static List<String> column(List<?> pairs, String name) {
        return pairs.stream().map(pair -> (String) ((Map<?, ?>) pair).get(name)).toList();
    }

    @Test
    void inferenceNumbersLabelsThatHaveNoNames() throws IOException {
        Path config = Path.of(labels).resolve("config.json");
        Path nameless = TinyBert.crossEncoder(folder.resolve("nameless"), 3);
        Files.writeString(
                nameless.resolve("config.json"),
                Files.readString(config).replaceAll(",\\s*\"id2label\": *\\{[^}]*\\}", ""));
        String out = Outcome.of("compare", "--recipe", "nli", "--cross-model", nameless.toString())
                .done()
                .out();
        for (int label = 0; label < 3; label++) {
            assertTrue(out.matches("(?s).*LABEL_" + label + " 0\\.\\d{3}.*"), out);
        }
    }

    @Test
    void inferenceNeedsLabels() {
        compare("--recipe", "nli")
                .failed(
                        2,
                        "tercet compare: " + cross + " has one label; give a BERT that was trained for inference with"
                                + " --cross-model, one with labels like entailment and contradiction");
    }

    @Test
    void saysWhichRecipesThereAre() {
        compare("--recipe", "soup")
                .failed(2, "tercet compare: --recipe soup: expected retrieve, similarity, nli, qa or duplicates");
    }

    @Test
    void refusesMorePairsThanAllowedBeforeItReadsAny() {
        compare("--queries", queries, "--documents", documents, "--max-pairs", "7")
                .failed(
                        2,
                        "tercet compare: 2 queries and 4 documents are 8 pairs, each a run of the cross-encoder;"
                                + " --max-pairs 8 allows it");
    }

    @Test
    void refusesASingleDocument() throws IOException {
        String one = Files.writeString(folder.resolve("one.txt"), "cat\n\n").toString();
        compare("--documents", one)
                .failed(2, "tercet compare: " + one + " has 1 documents, expected at least 2, one on each line");
    }

    /** The page as it is drawn. Skipped, and says so, only where there is no Chromium. */
    @Nested
    class InABrowser {
        private static Chromium browser;

        @BeforeAll
        static void start() throws Exception {
            Assumptions.assumeTrue(
                    Chromium.installed().isPresent(), "no Chromium on PATH: the page was not looked at in a browser");
            browser = Chromium.start(Chromium.installed().orElseThrow());
            browser.load(folder.resolve("page.html").toUri());
        }

        @AfterAll
        static void stop() throws IOException {
            if (browser != null) {
                browser.close();
            }
        }

        @AfterEach
        void thePageHadNoError() {
            assertEquals(List.of(), browser.errors);
        }

        @Test
        void allTextStandsOutInLightAndDark() throws Exception {
            for (String colours : List.of("light", "dark")) {
                browser.prefer(colours);
                PageChecks.assertContrast(browser, colours);
            }
        }

        @Test
        void nothingIsWiderThanANarrowWindow() throws Exception {
            browser.size(390, 800);
            try {
                PageChecks.assertNothingIsWiderThanTheWindow(browser, "390 pixels");
            } finally {
                browser.size(1200, 900);
            }
        }

        @Test
        void everyControlIsReachedAndVisibleInFocus() throws Exception {
            PageChecks.assertFocusIsVisible(browser, "page");
        }

        @Test
        void everyLabelOfARankingLeadsToItsDocument() throws Exception {
            Object links = browser.evaluate("document.links.length");
            assertEquals(
                    links,
                    browser.evaluate(
                            "[...document.querySelectorAll('td')].filter(c => /^D\\d+$/.test(c.textContent)).length"));
            for (int link = 0; link < (double) links; link++) {
                String wrong = (String) browser.evaluate("(() => { const link = document.links[" + link
                        + "]; link.click(); const target = document.querySelector(':target');"
                        + " return target && target.textContent === link.textContent + ' ' + link.title"
                        + " ? '' : link.outerHTML; })()");
                assertEquals("", wrong);
            }
        }

        @Test
        void everythingDrawnLiesInThePlot() throws Exception {
            assertEquals(
                    "",
                    browser.evaluate("(() => { const box = document.querySelector('svg').getBoundingClientRect();"
                        + " return [...document.querySelectorAll('svg text, svg circle, svg polyline')].filter(e => {"
                        + " const b = e.getBoundingClientRect(); return b.left < box.left || b.right > box.right ||"
                        + " b.top < box.top || b.bottom > box.bottom; }).map(e => e.outerHTML).join(); })()"));
        }

        @Test
        void noNameInThePlotLiesOnAnother() throws Exception {
            assertEquals(
                    "",
                    browser.evaluate("(() => { const texts = [...document.querySelectorAll('svg text')]; const boxes ="
                            + " texts.map(e => e.getBoundingClientRect()); const bad = []; for (let i = 0; i <"
                            + " texts.length; i++) for (let j = 0; j < i; j++) { const a = boxes[i], b = boxes[j]; if"
                            + " (a.left < b.right && b.left < a.right && a.top + 2 < b.bottom && b.top + 2 < a.bottom)"
                            + " bad.push(texts[i].textContent + ' / ' + texts[j].textContent); } return bad.join();"
                            + " })()"));
        }
    }
}
