package dev.tercet.demos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code translate} with a prefix, with scores and alignments, sampling and stopping. */
class TranslateOptionsTest {
    private static final String TEXT = "The weather is beautiful outside.";

    @Test
    void beginsWithAPrefix() {
        assertEquals(
                "Le temps est beau dehors.\n",
                Outcome.of("translate", "--prefix", "Le temps", TEXT).done().out());
    }

    @Test
    void printsScoresAndAlignmentsOfTokens() {
        String line = Outcome.of("translate", "--format", "jsonl", "--scores", "--alignments", "--beams", "1", "Why?")
                .done()
                .out();
        String number = "-?[0-9.E-]+";
        String row = "\\[" + number + "(," + number + ")*]";
        assertTrue(
                line.matches("\\{\"text\":\"Why\\?\",\"sourceTokens\":\\[\"▁Why\",\"\\?\",\"</s>\"],\"translations\":"
                        + "\\[\\{\"text\":\"Pourquoi[^\"]*\",\"score\":" + number + ",\"ids\":" + row
                        + ",\"tokens\":\\[\"▁Pourquoi\".*,\"</s>\"],\"logProbabilities\":" + row
                        + ",\"finish\":\"END\",\"alignment\":\\[" + row + "(," + row + ")+]}],\"truncated\":0}\n"),
                line);
    }

    @Test
    void refusesScoresInPlainText() {
        Outcome outcome = Outcome.of("translate", "--scores", "Why?");
        assertEquals(2, outcome.code());
        assertTrue(outcome.err().contains("--scores and --alignments need --format jsonl"), outcome.err());
    }

    @Test
    void scoresGivenTranslations() {
        Outcome outcome = Outcome.reading(
                "Why?\tPourquoi ?\nWhy?\tLe chat dort.\n", "translate", "--pairs", "-", "--format", "text");
        String[] lines = outcome.done().out().split("\n");
        assertTrue(lines[0].endsWith("\tWhy?\tPourquoi ?"), lines[0]);
        double right = Double.parseDouble(lines[0].split("\t")[0]);
        double wrong = Double.parseDouble(lines[1].split("\t")[0]);
        assertTrue(right > wrong + 5, right + " " + wrong);
    }

    @Test
    void namesTheLineOfAPairThatIsNone() {
        Outcome.reading("Why?\tPourquoi ?\nno tab\n", "translate", "--pairs", "-")
                .failed(
                        2,
                        "tercet translate: standard input, line 2: 0 tabs, expected one between a text and its"
                                + " translation (texts with tabs: give JSON Lines with \"text\" and \"translation\")");
    }

    @Test
    void drawsTheSameForTheSameSeed() {
        String[] command = {"translate", "--sample", "--seed", "3", "--beams", "1", "--nbest", "4", "--top-k", "0", TEXT
        };
        String out = Outcome.of(command).done().out();
        assertEquals(4, out.lines().count());
        assertTrue(out.lines().distinct().count() > 1, out);
        assertEquals(out, Outcome.of(command).done().out());
    }

    @Test
    void refusesOptionsOfSamplingWithoutSampling() {
        Outcome.of("translate", "--top-p", "0.9", TEXT)
                .failed(2, "tercet translate: options of sampling make no difference without --sample; add it");
    }

    @Test
    void stopsAtAStringAndWhenTheTimeIsOver() {
        assertEquals(
                "Il fait\n",
                Outcome.of("translate", "--beams", "1", "--stop-string", "fait", TEXT)
                        .done()
                        .out());
        String line = Outcome.of("translate", "--max-time", "0", "--scores", "--format", "jsonl", TEXT)
                .done()
                .out();
        assertTrue(line.contains("\"ids\":[],") && line.contains("\"finish\":\"MAX_TIME\""), line);
    }

    /** What was written before each flush. */
    private static final class Flushes extends ByteArrayOutputStream {
        final List<String> seen = new ArrayList<>();

        @Override
        public void flush() {
            seen.add(toString(StandardCharsets.UTF_8));
        }
    }

    @Test
    void writesAGreedyTranslationTokenByToken() {
        Flushes out = new Flushes();
        Outcome.writing(out, "translate", "--stream", "--beams", "1", TEXT).done();
        String whole = Outcome.of("translate", "--beams", "1", TEXT).done().out();
        assertEquals(whole, out.toString(StandardCharsets.UTF_8));
        List<String> parts = out.seen.stream().distinct().toList();
        assertTrue(parts.size() >= 5, parts.toString());
        for (String part : parts) assertTrue(whole.startsWith(part), part);
    }

    @Test
    void streamsTheSameTranslationsAsBeamSearchReturns() {
        String texts = "Why?\n\nI don't know what to say.\nThe cat is sleeping under the table.\n";
        assertEquals(
                Outcome.reading(texts, "translate", "-i", "-").done().out(),
                Outcome.reading(texts, "translate", "--stream", "-i", "-")
                        .done()
                        .out());
    }

    @Test
    void streamsObjectsAndThenTheUsualOne() {
        List<String> lines = Outcome.of("translate", "--stream", "--format", "jsonl", "--beams", "1", "Why?")
                .done()
                .lines();
        assertEquals(
                Outcome.of("translate", "--format", "jsonl", "--beams", "1", "Why?")
                        .done()
                        .lines(),
                List.of(lines.getLast()));
        assertTrue(lines.size() >= 2);
        for (String line : lines.subList(0, lines.size() - 1))
            assertTrue(line.matches("\\{\"partial\":\"Pourquoi[^\"]*\",\"ids\":\\[\\d+(,\\d+)*]}"), line);
    }

    @Test
    void streamsNoDocumentsFilesOrSeveralTranslations() {
        Outcome.of("translate", "--stream", "--document", TEXT)
                .failed(
                        2,
                        "tercet translate: --stream shows single texts while they are translated: leave out"
                                + " --document");
        Outcome.of("translate", "--stream", "-o", "file", TEXT)
                .failed(
                        2,
                        "tercet translate: --stream shows single texts while they are translated: leave out --output");
        Outcome.of("translate", "--stream", "--nbest", "2", TEXT)
                .failed(
                        2,
                        "tercet translate: --stream in plain text shows one translation of a text: leave out --nbest,"
                                + " or add --format jsonl");
    }

    @Test
    void refusesATargetLanguageOfAModelThatHasOne() {
        Outcome.of("translate", "--target-language", "fra", TEXT)
                .failed(
                        2,
                        "tercet translate: target language fra: tercet/en-fr-tiny has one target language only, leave"
                                + " it out");
    }
}
