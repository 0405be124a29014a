package dev.tercet.demos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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

    private static double number(String text) {
        return Double.parseDouble(text.replace('−', '-').replaceAll("[^-0-9.]", ""));
    }

    @Test
    void aNodeOfTheTreeShowsItsBeginning() throws Exception {
        open(translate);
        show("step=beams");
        int candidates = 0;
        for (Object step : (List<?>) translate.at("steps")) {
            candidates += ((List<?>) ((java.util.Map<?, ?>) step).get("candidates")).size();
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
        String measure = """
            (() => {
              const rgb = text => (text.match(/[\\d.]+/g) || []).map(Number);
              const light = c => { const [r, g, b] = c.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
                return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
              const bad = [];
              for (const e of document.querySelectorAll('body *')) {
                if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) || !e.getClientRects().length) continue;
                let back = e;
                while (back && rgb(getComputedStyle(back).backgroundColor)[3] === 0) back = back.parentElement;
                const style = getComputedStyle(e);
                const a = light(rgb(style.fill && e.ownerSVGElement ? style.fill : style.color).slice(0, 3));
                const b = light(back ? rgb(getComputedStyle(back).backgroundColor).slice(0, 3) : [255, 255, 255]);
                const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
                if (contrast < 4.5) bad.push(contrast.toFixed(2) + ' ' + e.outerHTML.slice(0, 90));
              }
              return bad.join();
            })()\
            """;
        for (ExplainedPage page : pages()) {
            open(page);
            Set<String> themes = new HashSet<>();
            for (int theme = 0; theme < 2; theme++) {
                for (String step : steps()) {
                    show("step=" + step + "&theme=" + theme);
                    assertEquals("", text(measure), step);
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
                    assertTrue((boolean) browser.evaluate("document.documentElement.scrollWidth <= innerWidth"), step);
                }
            }
        } finally {
            browser.size(1200, 900);
        }
    }

    /** What a reader waits for after a choice, at the greatest length. */
    @Test
    void aPageOf128TokensRespondsAtOnce() throws Exception {
        String text = IntStream.range(0, 130).mapToObj(i -> "word").collect(Collectors.joining(" "));
        ExplainedPage page = ExplainedPage.write(folder.resolve("long.html"), "encode", text);
        open(page);
        show("step=attention&layer=1&head=1");
        browser.evaluate("window.start = performance.now()");
        for (int layer = 2; layer <= 6; layer++) {
            show("step=attention&layer=" + layer + "&head=" + layer);
        }
        double milliseconds = (double) browser.evaluate("performance.now() - start") / 5;
        assertTrue(milliseconds < 500, milliseconds + " ms for a view");
        assertNotEquals("", text("document.querySelector('#view h3').textContent"));
    }
}
