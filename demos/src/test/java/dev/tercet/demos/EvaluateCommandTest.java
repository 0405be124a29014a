package dev.tercet.demos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluateCommandTest {
    @TempDir
    static Path folder;

    private static String references;
    private static String hypotheses;

    @BeforeAll
    static void write() throws IOException {
        references = file("references.txt", "Il fait beau dehors.\nLe chat dort sous la table.\n");
        hypotheses = file("hypotheses.txt", "Il fait beau dehors.\nLe chien dort sur la table.\n");
    }

    private static String file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content).toString();
    }

    private static Outcome evaluate(String... more) {
        String[] arguments = new String[more.length + 3];
        System.arraycopy(new String[] {"evaluate", "--task", "translation"}, 0, arguments, 0, 3);
        System.arraycopy(more, 0, arguments, 3, more.length);
        return Outcome.of(arguments);
    }

    /** The numbers are those that sacreBLEU 2.6.0 prints for these lines. */
    @Test
    void showsBothScoresWithTheirSignatures() {
        assertEquals(
                List.of(
                        "BLEU     53.73   83.3/60.0/50.0/33.3 (BP = 1.000 ratio = 1.000 hyp_len = 12 ref_len = 12)",
                        "                 nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0",
                        "chrF2    70.26   nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:2.6.0"),
                evaluate("--references", references, "--hypotheses", hypotheses)
                        .done()
                        .lines());
    }

    @Test
    void printsAnObjectForEachMetricAsJsonLines() {
        List<String> lines = evaluate("-r", references, "--hypotheses", hypotheses, "--format", "jsonl")
                .done()
                .lines();
        assertEquals(2, lines.size());
        assertTrue(
                lines.get(0)
                        .matches("\\{\"metric\":\"BLEU\",\"score\":53\\.72\\d+,\"signature\":\"nrefs:1\\|.*\","
                                + "\"precisions\":\\[83\\.3\\d+,60\\.0,50\\.0,33\\.3\\d+],\"brevityPenalty\":1\\.0,"
                                + "\"hypothesisTokens\":12,\"referenceTokens\":12}"),
                lines.get(0));
        assertTrue(lines.get(1).startsWith("{\"metric\":\"chrF2\",\"score\":70.2"), lines.get(1));
    }

    @Test
    void scoresEveryLineWhenAsked() {
        List<String> lines = evaluate("-r", references, "--hypotheses", hypotheses, "--format", "jsonl", "--sentences")
                .done()
                .lines();
        assertEquals(4, lines.size());
        assertTrue(lines.get(0).matches("\\{\"line\":1,\"bleu\":100\\.0\\d*,\"chrf\":100\\.0}"), lines.get(0));
        assertTrue(lines.get(1).startsWith("{\"line\":2,\"bleu\":"), lines.get(1));
    }

    @Test
    void takesSeveralReferencesAndOtherSettings() throws IOException {
        String other = file("other.txt", "Dehors, il fait beau.\nLe chien dort sur la table.\n");
        List<String> lines = evaluate(
                        "-r", references, "-r", other, "--hypotheses", hypotheses, "--lowercase", "--chrf-word-order=2")
                .done()
                .lines();
        assertTrue(lines.get(0).startsWith("BLEU    100.00   100.0/100.0/100.0/100.0 (BP = 1.000"), lines.get(0));
        assertTrue(lines.get(1).contains("nrefs:2|case:lc|"), lines.get(1));
        assertTrue(lines.get(2).startsWith("chrF2++ 100.00   nrefs:2|case:lc|eff:yes|nc:6|nw:2|"), lines.get(2));
    }

    @Test
    void translatesFirstWhenGivenSources() throws IOException {
        String sources =
                file("sources.txt", "The weather is beautiful outside.\nThe cat is sleeping under the table.\n");
        String kept = folder.resolve("kept.txt").toString();
        Outcome outcome = evaluate("-r", references, "-i", sources, "--save-hypotheses", kept, "--quiet", "--beams=1")
                .done();
        List<String> translations = Files.readAllLines(Path.of(kept));
        assertEquals(2, translations.size());
        assertEquals("Il fait beau dehors.", translations.getFirst());
        assertEquals(
                outcome.out(),
                evaluate("-r", references, "--hypotheses", kept).done().out());
    }

    @Test
    void saysWhenLinesAndReferencesAreNotOfOneNumber() throws IOException {
        String short1 = file("short.txt", "Il fait beau dehors.\n");
        evaluate("-r", references, "--hypotheses", short1)
                .failed(
                        2,
                        "tercet evaluate: " + references + " has 2 lines, " + short1
                                + " has 1; each line needs its reference");
        evaluate("-r", short1, "-i", hypotheses)
                .failed(
                        2,
                        "tercet evaluate: " + short1 + " has 1 lines, the input has 2; each line needs its reference");
    }

    @Test
    void saysWhatIsMissing() throws IOException {
        String empty = file("empty.txt", "");
        evaluate("-r", empty, "--hypotheses", empty)
                .failed(2, "tercet evaluate: " + empty + " has no lines, there is nothing to evaluate");
        evaluate("-r", references)
                .failed(
                        2,
                        "tercet evaluate: what is evaluated? Give --hypotheses FILE, or -i FILE for texts to translate"
                                + " first");
        evaluate("-r", references, "--hypotheses", "nowhere.txt")
                .failed(2, "tercet evaluate: nowhere.txt: no such file");
        evaluate("-r", references, "--hypotheses", hypotheses, "--chrf-word-order", "9")
                .failed(2, "tercet evaluate: wordOrder is 9, expected 0 to 4; 0 is chrF, 2 is chrF++");
    }
}
