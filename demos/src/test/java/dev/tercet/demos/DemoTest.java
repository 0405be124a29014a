package dev.tercet.demos;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The tour on the bundled models. The numbers are those of sentence-transformers 5 and transformers 5.23, fp32. */
class DemoTest {
    private static String page;

    @BeforeAll
    static void takeTheTour() {
        page = Outcome.of("demo", "--offline").done().out();
    }

    /** Whether the page has this text, whatever its line breaks and runs of spaces are. */
    private static void assertShows(String text) {
        assertTrue(page.replaceAll("\\s+", " ").contains(text), () -> "no \"" + text + "\" in\n" + page);
    }

    @Test
    void showsTheCosines() {
        assertShows("Q1 0.8175* 0.4904 0.4836 0.2156 0.1812");
        assertShows("Q2 0.5575 0.6898* 0.5327 0.2076 0.1096");
        assertShows("Q3 0.4496 0.3075 0.6676* 0.1202 0.0581");
    }

    @Test
    void showsTheScores() {
        assertShows("Q1 10.7008* -4.0044 -1.8774 -8.6164 -11.1244");
        assertShows("Q2 1.7758 7.6032* -4.3860 -11.0699 -10.9437");
        assertShows("Q3 -6.9214 -10.8706 4.6810* -11.1795 -11.2835");
    }

    @Test
    void showsTheTranslationsWithTheirScores() {
        assertShows("-0.3685 Salut, comment vas-tu aujourd'hui ? -0.3848 Salut, comment es-tu aujourd'hui ?");
        assertShows("→ Il fait beau dehors.");
        assertShows("→ J'adore apprendre des choses sur l'intelligence artificielle.");
    }

    @Test
    void showsShapesAndTokens() {
        assertShows("tokens [CLS] what is machine learning ? [SEP]");
        assertShows("queries [3, 384] documents [5, 384]");
        assertShows("[CLS] what is machine learning ? [SEP] machine learning is a subset of artificial");
        assertShows("▁Hello , ▁how ▁are ▁you ▁today ? </s>");
        assertShows("encoder [8, 256] [7, 256] [10, 256]");
    }

    @Test
    void countsTheWork() {
        assertShows("work 92.8 M multiplications a 597 M multiplications a 235 M multiplications a");
    }

    @Test
    void showsTheHybridAtWork() {
        assertShows(
                "retrieved D1 0.8175 D2 0.4904 D3 0.4836 re-ranked D1 10.7008 D3 -1.8774 D2 -4.0044 ← another order");
    }

    @Test
    void callsTheInteractionsByTheirNames() {
        assertShows("in each of the 12 layers: full interaction");
        assertShows("Late interaction (ColBERT)");
    }

    @Test
    void fitsAHundredColumnsWithoutColours() {
        String longest = page.lines()
                .max(Comparator.comparingInt(line -> line.codePointCount(0, line.length())))
                .orElseThrow();
        assertTrue(longest.codePointCount(0, longest.length()) <= Page.WIDTH, longest);
        assertFalse(page.contains("\033"), "an escape sequence where there is no terminal");
    }

    @Test
    void showsOnePartAlone() {
        for (Tour.Part part : Tour.Part.values()) {
            String alone = Outcome.of("demo", "--offline", "--only", part.name())
                    .done()
                    .out();
            List<String> titles = List.of("1  DUAL ENCODER", "2  CROSS-ENCODER", "3  ENCODER-DECODER");
            for (int i = 0; i < titles.size(); i++) {
                assertTrue(alone.contains(titles.get(i)) == (i == part.ordinal()), alone);
            }
        }
    }
}
