package dev.tercet.demos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code tercet textbook} prints beyond the outputs that the book quotes. */
class TextbookCommandTest {
    private static void assertFits(String page) {
        String longest = page.lines()
                .max(Comparator.comparingInt(line -> line.codePointCount(0, line.length())))
                .orElseThrow();
        assertTrue(longest.codePointCount(0, longest.length()) <= Page.WIDTH, longest);
    }

    @Test
    void comparesTwoTextsAndFitsAHundredColumns() {
        String page = Outcome.of("textbook", "encode", "A cat sits on the mat.", "A kitten lies on a rug.")
                .done()
                .out();
        assertFits(page);
        assertTrue(page.contains("= 0.559995 (engine: 0.55999"), page);
    }

    @Test
    void scoresAndFitsAHundredColumns() {
        String page = Outcome.of("textbook", "cross", "Who wrote Hamlet?", "A play by Shakespeare.")
                .done()
                .out();
        assertFits(page);
        assertTrue(page.contains("11.output"), page);
        assertTrue(page.contains("The engine (fp32, SIMD) gives the same number"), page);
    }

    @Test
    void translatesByGreedySearchAndFitsAHundredColumns() {
        String page = Outcome.of("textbook", "translate", "--beams", "1", "Why?")
                .done()
                .out();
        assertFits(page);
        assertTrue(page.contains("The engine finds the same translation"), page);
    }

    @Test
    void saysWhatIsMissing() {
        Outcome.of("textbook")
                .failed(
                        2,
                        "tercet textbook: which one? textbook encode TEXT, textbook cross QUERY DOC or textbook"
                                + " translate TEXT");
        Outcome.of("textbook", "cross", "A query")
                .failed(2, "tercet textbook cross: Missing required parameter: 'DOC'");
        Outcome.of("textbook", "translate", "--beams", "17", "Why?")
                .failed(2, "tercet textbook translate: --beams is 17, expected 1 to 16");
    }

    @Test
    void refusesAModelOfAnotherArchitecture() {
        Outcome wrong = Outcome.of("textbook", "translate", "--model", ModelOptions.DUAL, "Why?");
        assertEquals(2, wrong.code());
        assertEquals(1, wrong.err().lines().count(), wrong.err());
    }

    @Test
    void refusesAFolderThatIsEmpty(@TempDir Path folder) throws Exception {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        Outcome wrong = Outcome.of("textbook", "encode", "--model", empty.toString(), "--offline", "A text");
        assertEquals(2, wrong.code());
        assertEquals(1, wrong.err().lines().count(), wrong.err());
    }
}
