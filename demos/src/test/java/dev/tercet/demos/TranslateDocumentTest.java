package dev.tercet.demos;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TranslateDocumentTest {
    @TempDir
    Path folder;

    private static Outcome translate(String document, String... more) {
        String[] arguments = new String[more.length + 5];
        System.arraycopy(new String[] {"translate", "--document", "--beams=1", "-i", "-"}, 0, arguments, 0, 5);
        System.arraycopy(more, 0, arguments, 5, more.length);
        return Outcome.reading(document, arguments);
    }

    @Test
    void keepsTheShapeOfTheText() {
        assertEquals(
                "\n# Il fait beau dehors.\n\nPourquoi est-ce ? Merci.\r\n",
                translate("\n# The weather is beautiful outside.\n\nWhy? Thank you.\r\n")
                        .done()
                        .out());
    }

    @Test
    void translatesArgumentsAsDocuments() {
        List<String> lines = Outcome.of("translate", "--document", "--beams=1", "Why? Thank you.", "Why?")
                .done()
                .lines();
        assertEquals(List.of("Pourquoi est-ce ? Merci.", "Pourquoi est-ce ?"), lines);
    }

    @Test
    void printsEverySentenceWithItsPlaceAsJson() throws IOException {
        Path file = Files.writeString(
                folder.resolve("documents.jsonl"), "{\"text\":\"👍\\n\\nWhy? Thank you.\"}\n{\"text\":\"Why?\"}\n");
        List<String> lines = Outcome.of("translate", "--document", "--beams=1", "--format=jsonl", "-i", file.toString())
                .done()
                .lines();
        assertEquals(3, lines.size());
        assertTrue(
                lines.get(0)
                        .matches(
                                "\\{\"document\":0,\"start\":3,\"end\":7,\"text\":\"Why\\?\",\"translations\":\\[\\{\"text\":\"Pourquoi"
                                    + " est-ce \\?\",\"score\":-[0-9.E-]+,\"ids\":\\[[0-9,]+]}],\"issues\":\\[]}"),
                lines.get(0));
        assertTrue(lines.get(1).startsWith("{\"document\":0,\"start\":8,\"end\":18,"), lines.get(1));
        assertTrue(lines.get(2).startsWith("{\"document\":1,\"start\":0,\"end\":4,"), lines.get(2));
    }

    @Test
    void saysWhatIsWrongWithATranslation() {
        Outcome outcome = translate("Why?\nThe cat is sleeping under the table.\n", "--max-new-tokens=7");
        assertEquals(0, outcome.code());
        assertEquals(
                "line 2, \"The cat is sleeping under the table.\": the translation stops at the length limit; raise"
                        + " --max-length\n",
                outcome.err());
    }

    @Test
    void translatesNothingToNothing() {
        assertEquals("", translate("").done().out());
    }

    @Test
    void namesTheLineThatIsNotUtf8() {
        byte[] bytes = "Why?\nBad: \u00ff\n".getBytes(ISO_8859_1);
        Outcome.reading(bytes, "translate", "--document", "-i", "-")
                .failed(
                        2,
                        "tercet translate: standard input, line 2: byte 0xFF at offset 10 is not UTF-8; convert the"
                                + " input to UTF-8 first");
    }
}
