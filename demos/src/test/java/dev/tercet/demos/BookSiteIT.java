package dev.tercet.demos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The site that the build makes of the book, target/book, in a browser. Skipped, and says so, only where there is no
 * Chromium.
 */
class BookSiteIT {
    private static final Path SITE =
            Book.ROOT.resolve("target/book").toAbsolutePath().normalize();

    private static Chromium browser;
    private static List<Path> pages;

    @BeforeAll
    static void start() throws Exception {
        Assumptions.assumeTrue(
                Chromium.installed().isPresent(), "no Chromium on PATH: the book was not looked at in a browser");
        pages = files(SITE, ".html");
        assertEquals(1 + Book.chapters().size(), pages.size(), SITE + ": the contents and the chapters");
        browser = Chromium.start(Chromium.installed().orElseThrow());
    }

    private static List<Path> files(Path folder, String end) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(end)).sorted().toList();
        }
    }

    @AfterAll
    static void stop() throws IOException {
        if (browser != null) {
            browser.close();
        }
    }

    @AfterEach
    void noPageHadAnError() {
        assertEquals(List.of(), browser.errors);
    }

    /** Opens a page with all its answers shown. */
    private static void open(Path page) throws Exception {
        browser.load(page.toUri());
        browser.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)");
    }

    @Test
    void allTextStandsOutInLightAndDark() throws Exception {
        for (String colours : List.of("light", "dark")) {
            browser.prefer(colours);
            for (Path page : pages) {
                open(page);
                PageChecks.assertContrast(browser, colours + " " + page.getFileName());
            }
        }
    }

    /** In figures text lies on coloured cells, and all of it on the page, whose colour the figure does not know. */
    @Test
    void allTextOfFiguresStandsOutInLightAndDark() throws Exception {
        for (String colours : List.of("light", "dark")) {
            browser.prefer(colours);
            browser.load(SITE.resolve("index.html").toUri());
            String behind = browser.evaluate("getComputedStyle(document.body).backgroundColor")
                    .toString()
                    .replace("rgb(", "[")
                    .replace(")", "]");
            for (Path figure : files(SITE.resolve("figures"), ".svg")) {
                browser.load(figure.toUri());
                PageChecks.assertContrast(browser, behind, colours + " " + figure.getFileName());
            }
        }
    }

    @Test
    void nothingIsWiderThanANarrowWindow() throws Exception {
        browser.size(390, 800);
        try {
            for (Path page : pages) {
                open(page);
                PageChecks.assertNothingIsWiderThanTheWindow(
                        browser, page.getFileName().toString());
            }
        } finally {
            browser.size(1200, 900);
        }
    }

    @Test
    void everyControlIsReachedAndVisibleInFocus() throws Exception {
        for (Path page : pages) {
            open(page);
            PageChecks.assertFocusIsVisible(browser, page.getFileName().toString());
        }
    }

    @Test
    void everyLinkAndFigureIsThere() throws Exception {
        Map<Path, Set<Object>> ids = new HashMap<>();
        List<String> links = new ArrayList<>();
        for (Path page : pages) {
            open(page);
            ids.put(page, new HashSet<>((List<?>)
                    browser.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")));
            for (Object link : (List<?>) browser.evaluate("[...document.links].map(a => a.href)")) {
                links.add((String) link);
            }
            assertEquals(
                    "",
                    browser.evaluate(
                            "[...document.images].filter(i => !i.naturalWidth || !i.alt).map(i => i.outerHTML).join()"),
                    page + ": figures that are missing or have no text for those who do not see them");
        }
        assertTrue(links.size() > 100);
        for (String link : links) {
            URI target = URI.create(link);
            if (!"file".equals(target.getScheme())) {
                assertEquals("https", target.getScheme(), link); // sources, not fetched here
                continue;
            }
            Path file = Path.of(target.getPath());
            assertTrue(Files.exists(file), link);
            if (target.getFragment() != null && ids.containsKey(file)) {
                assertTrue(ids.get(file).contains(target.getFragment()), link);
            }
        }
    }

    @Test
    void nextLeadsThroughTheWholeBook() throws Exception {
        Set<String> read = new HashSet<>();
        browser.load(SITE.resolve("index.html").toUri());
        while (true) {
            String here = (String) browser.evaluate("location.pathname.split('/').pop()");
            assertTrue(read.add(here), here + " comes twice");
            assertEquals(here, browser.evaluate("document.querySelector('nav [aria-current]').getAttribute('href')"));
            Object next = browser.evaluate(
                    "(() => { const a = document.querySelector('a[rel=next]'); return a && a.href; })()");
            if (next == null) {
                break;
            }
            browser.load(URI.create((String) next));
        }
        assertEquals(pages.size(), read.size());
    }
}
