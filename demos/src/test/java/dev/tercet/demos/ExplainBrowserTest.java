package dev.tercet.demos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages in a browser, driven as a reader drives them. Skipped, and says so, only where there is no Chromium. */
class ExplainBrowserTest {
    @TempDir
    static Path folder;

    private static Chromium browser;
    private static ExplainedPage encode;
    private static ExplainedPage cross;
    private static ExplainedPage translate;

    @BeforeAll
    static void start() throws Exception {
        Assumptions.assumeTrue(
                Chromium.installed().isPresent(), "no Chromium on PATH: the pages were not looked at in a browser");
        encode = ExplainedPage.write(
                folder.resolve("encode.html"), "encode", "A cat sits on the mat.", "A kitten lies on a rug.");
        cross = ExplainedPage.write(
                folder.resolve("cross.html"), "cross", "Capital of France?", "Paris is the capital.");
        translate = ExplainedPage.write(folder.resolve("translate.html"), "translate", "It rains outside.");
        browser = Chromium.start(Chromium.installed().orElseThrow());
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

    private static List<ExplainedPage> pages() {
        return List.of(encode, cross, translate);
    }

    private static void open(ExplainedPage page) throws Exception {
        browser.open(page.file().toUri());
    }

    private static String text(String expression) throws Exception {
        return String.valueOf(browser.evaluate(expression));
    }

    private static int count(String selector) throws Exception {
        return ((Double) browser.evaluate("document.querySelectorAll('" + selector + "').length")).intValue();
    }

    /** Shows a view by its address and waits until it is drawn. */
    private static void show(String address) throws Exception {
        browser.evaluate("location.hash = '" + address + "'");
        browser.until("document.getElementById('view').dataset.shown.endsWith('#" + address + "')");
    }

    private static List<String> steps() throws Exception {
        return List.of(text("[...document.querySelectorAll('nav button')].map(b => b.dataset.step).join()")
                .split(","));
    }

    @Test
    void nextAndPreviousWalkThroughAllSteps() throws Exception {
        for (ExplainedPage page : pages()) {
            open(page);
            List<String> steps = steps();
            for (int s = 1; s < steps.size(); s++) {
                browser.evaluate("document.getElementById('next').click()");
                browser.until("document.getElementById('view').dataset.shown.startsWith('" + steps.get(s) + " ')");
                assertEquals(steps.get(s), text("document.querySelector('nav [aria-current]').dataset.step"));
                assertTrue(text("document.getElementById('view').textContent").length() > 200, steps.get(s));
            }
            assertEquals(true, browser.evaluate("document.getElementById('next').disabled"));
            for (int s = steps.size() - 2; s >= 0; s--) {
                browser.evaluate("document.getElementById('previous').click()");
                browser.until("document.getElementById('view').dataset.shown.startsWith('" + steps.get(s) + " ')");
            }
            assertEquals(true, browser.evaluate("document.getElementById('previous').disabled"));
        }
    }

    @Test
    void everyOptionOfEveryPickerShowsAView() throws Exception {
        for (ExplainedPage page : pages()) {
            open(page);
            for (String step : steps()) {
                show("step=" + step);
                List<String> pickers =
                        List.of(text("[...document.querySelectorAll('#view select')].map(s => s.id).join()")
                                .split(","));
                for (String picker : pickers) {
                    if (picker.isEmpty()) {
                        continue;
                    }
                    String select = "document.getElementById('" + picker + "')";
                    int options = ((Double) browser.evaluate(select + ".options.length")).intValue();
                    for (int o = 0; o < options; o++) {
                        String value = text(select + ".options[" + o + "].value");
                        browser.evaluate("{const s = " + select + "; s.value = '" + value
                                + "'; s.dispatchEvent(new Event('change'))}");
                        browser.until("document.getElementById('view').dataset.shown.endsWith(location.hash)");
                        assertEquals(value, text(select + ".value"), step + " " + picker);
                        assertTrue(text("location.hash").contains(picker.replace("choose-", "") + "=" + value));
                    }
                }
            }
        }
    }

    @Test
    void anAddressIsAView() throws Exception {
        open(encode);
        show("step=attention&layer=3&head=7&token=2");
        assertEquals("3", text("document.getElementById('choose-layer').value"));
        assertEquals("7", text("document.getElementById('choose-head').value"));
        assertEquals("2", text("document.getElementById('choose-token').value"));
        show("step=attention&layer=99&head=abc");
        assertEquals("6", text("document.getElementById('choose-layer').value"));
    }

    /** Tab reaches every control of every view, and one sees where one is. */
    @Test
    void everyControlIsReachedByTabAndVisibleInFocus() throws Exception {
        for (ExplainedPage page : pages()) {
            open(page);
            for (String step : steps()) {
                show("step=" + step);
                browser.evaluate("document.activeElement.blur(); window.reached = new Set()");
                String wanted = "[...document.querySelectorAll('button:not(:disabled), select, canvas, a[href]')]";
                int controls = ((Double) browser.evaluate(wanted + ".length")).intValue();
                // areas that scroll are stops of the browser's own
                for (int tab = 0; tab < controls + 8; tab++) {
                    browser.press("Tab", 9);
                    browser.evaluate("{const a = document.activeElement; if (a !== document.body"
                            + " && getComputedStyle(a).outlineStyle !== 'none'"
                            + " && parseFloat(getComputedStyle(a).outlineWidth) >= 2) reached.add(a)}");
                }
                assertEquals(
                        "",
                        text(wanted + ".filter(c => !reached.has(c)).map(c => c.outerHTML.slice(0, 80)).join()"),
                        step);
            }
        }
    }

    /** From a step by the keyboard to the method that did it, and back; what was chosen stays chosen. */
    @Test
    void everyStepLinksToItsCode() throws Exception {
        for (ExplainedPage page : pages()) {
            open(page);
            Set<String> shown = new HashSet<>();
            for (String step : steps()) {
                show("step=" + step + "&layer=2");
                List<String> links = List.of(text("[...document.querySelectorAll('.code a')].map(a => a.id).join()")
                        .split(","));
                for (String link : links) {
                    String element = "document.getElementById('" + link + "')";
                    browser.evaluate(element + ".focus()");
                    browser.press("Enter", 13);
                    browser.until(element + ".getAttribute('aria-expanded') === 'true'");
                    assertEquals("step=" + step + "&layer=2&code=" + link.replace("code-", ""), hash());
                    String place = text("document.querySelector('#listing figcaption').textContent")
                                    .split(",")[0] + "#" + link.replaceFirst(".*\\.", "");
                    assertEquals(
                            page.code().get(place).get("text"),
                            text("document.querySelector('#listing pre').textContent"),
                            step);
                    assertEquals(link, text("document.activeElement.id"));
                    browser.press("Enter", 13);
                    browser.until("document.getElementById('listing') === null");
                    shown.add(place);
                }
            }
            Set<String> all = new HashSet<>(page.code().keySet());
            all.removeIf(place -> place.contains("GreedySearch")); // this search had beams
            assertEquals(all, shown);
        }
    }

    @Test
    void aGreedySearchLinksToItsOwnCode() throws Exception {
        ExplainedPage greedy =
                ExplainedPage.write(folder.resolve("greedy.html"), "translate", "It rains outside.", "--beams", "1");
        browser.open(URI.create(greedy.file().toUri() + "#step=beams"));
        assertEquals(
                "GreedySearch.score",
                text("document.querySelector('.code').lastElementChild.lastElementChild.textContent"));
        browser.evaluate("document.querySelector('.code a').click()");
        browser.until("document.querySelector('#listing pre').textContent.includes('void score(')");
    }

    private static String hash() throws Exception {
        return text("location.hash.slice(1)");
    }

    @Test
    void anAddressOfCodeShowsIt() throws Exception {
        browser.open(URI.create(encode.file().toUri() + "#step=attention&code=TextbookBert.softmax"));
        assertTrue(text("document.querySelector('#listing pre').textContent").contains("double[] softmax("));
        browser.evaluate("document.getElementById('next').click()");
        browser.until("document.getElementById('view').dataset.shown.startsWith('residual ')");
        assertEquals("step=residual", hash());
        show("step=residual&code=TextbookBert.softmax"); // code of another step
        assertEquals(0, count("#listing"));
    }

    @Test
    void arrowKeysReadTheNumbersOfAMatrix() throws Exception {
        open(encode);
        show("step=attention&layer=2&head=5");
        double[] attention = encode.unpack("texts", 0, "layers", 1, "attention");
        int n = encode.numbers("texts", 0, "ids").length;
        browser.evaluate("document.querySelector('#view canvas').focus()");
        browser.press("ArrowDown", 40);
        browser.press("ArrowDown", 40);
        browser.press("ArrowRight", 39);
        browser.press("ArrowRight", 39);
        browser.press("ArrowLeft", 37);
        browser.press("ArrowUp", 38);
        browser.press("ArrowDown", 40);
        assertEquals("1,1", text("document.querySelector('.readout').dataset.cell"));
        double expected = attention[(4 * n + 1) * n + 1];
        assertEquals(expected, Double.parseDouble(text("document.querySelector('.readout').dataset.value")), 1e-12);
        assertTrue(text("document.querySelector('.readout').textContent")
                .contains(String.format(Locale.ROOT, "%.5f", expected)));
        browser.press("Enter", 13);
        browser.until("document.getElementById('choose-token').value === '1'");
    }

    /** The table "by hand" of the attention view, cell by cell. */
    @Test
    void tablesShowTheNumbersOfTheRun() throws Exception {
        open(encode);
        show("step=attention&layer=4&head=3&token=2");
        double[] attention = encode.unpack("texts", 0, "layers", 3, "attention");
        double[] scores = encode.unpack("texts", 0, "layers", 3, "scores");
        int n = encode.numbers("texts", 0, "ids").length;
        assertEquals(n, count("#view tbody tr"));
        for (int j = 0; j < n; j++) {
            int at = (2 * n + 2) * n + j;
            String row = "document.querySelectorAll('#view tbody tr')[" + j + "].cells";
            assertEquals(scores[at], number(text(row + "[2].textContent")), 1e-9);
            assertEquals(attention[at], number(text(row + "[3].textContent")), 1e-9);
        }
        show("step=cosine");
        assertEquals(
                encode.number("cosine", "value"),
                number(text("document.getElementById('cosine').textContent")),
                5.1e-5);
        String last = "document.querySelector('#view tbody').lastElementChild.cells[4].textContent";
        assertEquals(encode.number("cosine", "value"), number(text(last)), 5.1e-5);

        open(cross);
        assertEquals(cross.number("score"), number(text("document.getElementById('score').textContent")), 5.1e-5);
        show("step=lens");
        double[] lens = cross.numbers("lens");
        for (int layer = 0; layer < lens.length; layer++) {
            String cell = "document.querySelectorAll('#view tbody tr')[" + layer + "].cells[1].textContent";
            assertEquals(lens[layer], number(text(cell)), 5.1e-5, "layer " + layer);
        }
        show("step=degrees");
        assertEquals(
                cross.number("apart", "cosine"), number(text("document.getElementById('dual').textContent")), 5.1e-5);
        double sum = 0;
        List<?> similarities = (List<?>) cross.at("apart", "similarities");
        for (Object row : similarities) {
            sum += ((List<?>) row).stream().mapToDouble(v -> (double) v).max().orElseThrow();
        }
        assertEquals(sum / similarities.size(), number(text("document.getElementById('maxsim').textContent")), 5.1e-5);
    }

    /** The cells of a table of the view, row by row. */
    private static List<List<String>> table(int index) throws Exception {
        List<List<String>> rows = new ArrayList<>();
        Object cells = browser.evaluate("[...document.querySelectorAll('#view table')[" + index
                + "].tBodies[0].rows].map(r => [...r.cells].map(c => c.textContent))");
        for (Object row : (List<?>) cells) {
            rows.add(((List<?>) row).stream().map(String::valueOf).toList());
        }
        return rows;
    }

    private static void assertShown(double[] expected, List<List<String>> table, int column, double rounding) {
        assertEquals(expected.length, table.size());
        for (int row = 0; row < expected.length; row++) {
            assertEquals(expected[row], number(table.get(row).get(column)), rounding, "row " + row);
        }
    }

    @Test
    void tablesOfTokensShowTheIdsOfTheRun() throws Exception {
        open(encode);
        show("step=tokens");
        for (int t = 0; t < 2; t++) {
            assertShown(encode.numbers("texts", t, "ids"), table(t), 2, 0);
        }
        open(cross);
        show("step=tokens");
        assertShown(cross.numbers("ids"), table(0), 2, 0);
        assertShown(cross.numbers("typeIds"), table(0), 3, 0);
        open(translate);
        show("step=tokens");
        assertShown(translate.numbers("ids"), table(0), 2, 0);
    }

    @Test
    void tablesOfThePairShowTheNumbersOfTheRun() throws Exception {
        open(encode);
        show("step=cosine");
        List<?> contributions = (List<?>) encode.at("cosine", "contributions");
        double[] sums = contributions.stream()
                .mapToDouble(row ->
                        ((List<?>) row).stream().mapToDouble(v -> (double) v).sum())
                .toArray();
        assertShown(sums, table(0), 2, 5.1e-5);
        open(cross);
        show("step=attention&layer=5&head=9");
        double[] flows = cross.numbers("flows", 4, 8);
        assertShown(new double[] {100 * flows[0], 100 * flows[2]}, table(0), 1, 0.0501);
        assertShown(new double[] {100 * flows[1], 100 * flows[3]}, table(0), 2, 0.0501);
        show("step=importance");
        List<List<String>> importance = table(0);
        List<?> without = (List<?>) cross.at("without");
        double logit = cross.number("logit");
        double[] sorted = without.stream()
                .filter(v -> v != null)
                .map(v -> (double) v)
                .sorted(Comparator.comparing(v -> -Math.abs(logit - v)))
                .mapToDouble(v -> v)
                .toArray();
        assertShown(sorted, importance, 2, 5.1e-5);
        assertShown(Arrays.stream(sorted).map(v -> logit - v).toArray(), importance, 3, 5.1e-5);
        show("step=degrees");
        double[] best = ((List<?>) cross.at("apart", "similarities"))
                .stream()
                        .mapToDouble(row -> ((List<?>) row)
                                .stream().mapToDouble(v -> (double) v).max().orElseThrow())
                        .toArray();
        assertShown(best, table(0), 2, 5.1e-5);
    }

    /** Of the translation that was chosen: its tokens, what else the decoder had in mind, all that were finished. */
    @Test
    void tablesOfTheSearchShowTheNumbersOfTheRun() throws Exception {
        open(translate);
        show("step=beams");
        int[] ids =
                Arrays.stream(translate.numbers("best")).mapToInt(v -> (int) v).toArray();
        double[] logs = new double[ids.length];
        double[] totals = new double[ids.length];
        int row = 0;
        for (int step = 0; step < ids.length; step++) {
            for (Object one : (List<?>) translate.at("steps", step, "candidates")) {
                Map<?, ?> candidate = (Map<?, ?>) one;
                if ((double) candidate.get("row") == row && (double) candidate.get("token") == ids[step]) {
                    logs[step] = (double) candidate.get("log");
                    totals[step] = (double) candidate.get("total");
                    row = ((Double) candidate.get("next")).intValue();
                    break;
                }
            }
        }
        assertShown(logs, table(0), 1, 5.1e-5);
        assertShown(totals, table(0), 2, 5.1e-5);
        assertEquals(translate.at("translation"), table(2).getFirst().getFirst());
        assertEquals(translate.number("score"), number(table(2).getFirst().get(2)), 5.1e-5);
        show("step=words&word=1");
        double[] alternatives = translate.numbers("steps", 0, "rows", 0, "logs");
        assertShown(alternatives, table(0), 2, 5.1e-4);
        assertEquals(100 * Math.exp(alternatives[0]), number(table(0).getFirst().get(1)), 5.1e-3);
    }

    /** What a picture says of a cell: of the first row down so far, of its first column to the right so far. */
    private static double cell(int picture, int down, int right) throws Exception {
        return number(text("(() => { const canvas = document.querySelectorAll('#view canvas')[" + picture + "];"
                + "const press = key => canvas.dispatchEvent(new KeyboardEvent('keydown', {key}));"
                + "press('ArrowDown');"
                + "for (let i = 0; i < " + down + "; i++) press('ArrowDown');"
                + "for (let j = 0; j < " + right + "; j++) press('ArrowRight');"
                + "return canvas.closest('figure').querySelector('.readout').dataset.value; })()"));
    }

    @Test
    void everyPictureOfAnEncoderSaysTheNumbersOfTheRun() throws Exception {
        open(encode);
        int n = encode.numbers("texts", 1, "ids").length;
        int hidden = (int) encode.number("hidden");
        show("step=embeddings&text=2&token=3");
        String[] parts = {"word", "position", "type"};
        for (int part = 0; part < 3; part++) {
            // the cell of the row before is where the next begins
            show("step=embeddings&text=2&token=3&again=" + part);
            assertEquals(encode.unpack("texts", 1, parts[part])[3 * hidden + 7], cell(0, part, 7), 1e-9);
        }
        assertEquals(encode.unpack("texts", 1, "embeddings")[3 * hidden + 5], cell(1, 0, 5), 1e-9);
        assertEquals(encode.unpack("texts", 1, "embeddings")[2 * hidden + 9], cell(2, 2, 9), 1e-9);
        show("step=qkv&text=2&layer=6&head=4");
        String[] rows = {"query", "key", "value"};
        for (int i = 0; i < 3; i++) {
            double[] all = encode.unpack("texts", 1, "layers", 5, rows[i]);
            assertEquals(all[4 * hidden + 3 * 32 + 2], cell(i, 4, 2), 1e-9, rows[i]);
        }
        show("step=attention&text=2&layer=6&head=0");
        double[] attention = encode.unpack("texts", 1, "layers", 5, "attention");
        assertEquals(attention[(12 * n + 2) * n + 1], cell(0, 2, 1), 1e-9);
        show("step=residual&text=2&layer=3");
        assertEquals(encode.unpack("texts", 1, "layers", 2, "context")[hidden + 8], cell(0, 1, 8), 1e-9);
        assertEquals(encode.unpack("texts", 1, "layers", 2, "attentionOutput")[hidden + 8], cell(1, 1, 8), 1e-9);
        show("step=feedforward&text=2&layer=3");
        assertEquals(encode.unpack("texts", 1, "layers", 2, "intermediate")[4 * hidden + 8], cell(0, 1, 8), 1e-9);
        assertEquals(encode.unpack("texts", 1, "layers", 2, "output")[hidden + 8], cell(1, 1, 8), 1e-9);
        show("step=pooling&text=2");
        assertEquals(encode.numbers("texts", 1, "pooled")[6], cell(1, 0, 6), 1e-9);
        assertEquals(encode.numbers("texts", 1, "vector")[6], cell(2, 0, 6), 1e-9);
    }

    @Test
    void everyPictureOfAPairAndATranslationSaysTheNumbersOfTheRun() throws Exception {
        open(cross);
        int n = cross.numbers("ids").length;
        show("step=attention&layer=8&head=2&view=ba"); // the document asks, the query answers
        int first = 0;
        while (cross.numbers("segments")[first] != 1) {
            first++;
        }
        double[] attention = cross.unpack("attention", 7);
        assertEquals(attention[(n + first + 2) * n + 1 + 1], cell(0, 2, 1), 1e-9);
        show("step=degrees");
        assertEquals(cross.numbers("apart", "similarities", 2)[1], cell(0, 2, 1), 1e-9);
        open(translate);
        int source = translate.numbers("ids").length;
        show("step=encoder&layer=3&head=5");
        assertEquals(translate.unpack("encoder", 2)[(4 * source + 2) * source + 1], cell(0, 2, 1), 1e-9);
        // the first step has one row, so the first token of any translation was written by it
        show("step=alignment&layer=2&head=6");
        assertEquals(translate.unpack("decoder", 1, "cross")[5 * source + 2], cell(0, 0, 2), 1e-9);
        show("step=decoder&layer=1&head=3");
        int steps = ((List<?>) translate.at("steps")).size();
        assertEquals(translate.unpack("decoder", 0, "self")[2 * steps], cell(0, 0, 0), 1e-9);
    }

    private static double number(String text) {
        return Double.parseDouble(text.replace('−', '-').replaceAll("[^-0-9.]", ""));
    }

    @Test
    void aNodeOfTheTreeShowsItsBeginning() throws Exception {
        open(translate);
        show("step=beams");
        int candidates = 0;
        for (Object step : (List<?>) translate.at("steps")) {
            candidates += ((List<?>) ((Map<?, ?>) step).get("candidates")).size();
        }
        assertEquals(candidates, count("#view .tree button"));
        browser.evaluate("document.querySelector('[data-node=\"3.2\"]').focus()");
        browser.press("Enter", 13);
        browser.until("document.querySelector('[data-node=\"3.2\"]').getAttribute('aria-pressed') === 'true'");
        assertEquals(
                translate.number("steps", 2, "candidates", 1, "total"),
                number(text("document.getElementById('total').textContent")),
                5.1e-5);
        assertEquals(3, text("document.getElementById('prefix').textContent").split(" ").length);
        assertEquals(3, count("#view .tree .path"));
        assertTrue(text("document.getElementById('verdict').textContent").startsWith("It stopped because"));
        // the same node in the other views
        show("step=alignment&node=3.2");
        assertEquals("3.2", text("document.getElementById('choose-node').value"));
    }

    /** Contrast of all text as it is drawn, in both themes, in every view. */
    @Test
    void allTextStandsOutInLightAndDark() throws Exception {
        for (ExplainedPage page : pages()) {
            open(page);
            Set<String> themes = new HashSet<>();
            for (int theme = 0; theme < 2; theme++) {
                for (String step : steps()) {
                    show("step=" + step + "&theme=" + theme);
                    PageChecks.assertContrast(browser, step);
                }
                themes.add(text("document.documentElement.dataset.theme"));
                browser.evaluate("document.getElementById('theme').click()");
            }
            assertEquals(Set.of("light", "dark"), themes);
        }
    }

    @Test
    void nothingIsWiderThanANarrowWindow() throws Exception {
        browser.size(390, 800);
        try {
            for (ExplainedPage page : pages()) {
                open(page);
                for (String step : steps()) {
                    show("step=" + step);
                    PageChecks.assertNothingIsWiderThanTheWindow(browser, step);
                }
            }
        } finally {
            browser.size(1200, 900);
        }
    }

    /**
     * What a choice costs on a page of the greatest length, as work that does not depend on the machine: elements of
     * the page, drawing operations, and views drawn, one for a choice.
     */
    @Test
    void aPairOf128TokensRespondsAtOnce() throws Exception {
        open(ExplainedPage.longPair());
        countWork();
        int n = 128;
        for (String view : List.of("all", "aa", "ab", "ba", "bb")) {
            for (String choice : List.of("layer=12&head=0&token=1", "layer=7&head=12&token=127")) {
                browser.evaluate("drawn = 0; views = 0");
                show("step=attention&view=" + view + "&" + choice);
                assertTrue(count("*") < 40 * n, view + ": " + count("*") + " elements");
                double drawn = (double) browser.evaluate("drawn");
                assertTrue(drawn > n && drawn < n * n + 10 * n, view + ": " + drawn + " drawing operations");
                assertEquals(1.0, browser.evaluate("views"), view);
            }
        }
        // the numbers under the pointer: the picture is drawn once and kept
        browser.evaluate("document.querySelector('#view canvas').focus(); drawn = 0");
        browser.press("ArrowDown", 40);
        browser.press("ArrowRight", 39);
        assertEquals("0,1", text("document.querySelector('.readout').dataset.cell"));
        assertTrue((double) browser.evaluate("drawn") <= 2 * 2, text("drawn") + " drawing operations for two cells");
        for (String step : steps()) {
            show("step=" + step);
            assertTrue(count("*") < 40 * n, step + ": " + count("*") + " elements");
        }
    }

    private static void countWork() throws Exception {
        browser.evaluate("""
            window.drawn = 0;
            window.views = 0;
            for (const name of ['fillRect', 'fillText', 'strokeRect', 'drawImage']) {
              const original = CanvasRenderingContext2D.prototype[name];
              CanvasRenderingContext2D.prototype[name] = function (...a) { drawn++; return original.apply(this, a); };
            }
            new MutationObserver(() => views++).observe(document.getElementById('view'), {attributes: true, attributeFilter: ['data-shown']});
            """);
    }
}
