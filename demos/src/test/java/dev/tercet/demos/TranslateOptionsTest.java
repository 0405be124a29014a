package dev.tercet.demos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tercet.loaders.ModelFiles;
import dev.tercet.loaders.ModelLocator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    @Test
    void followsRulesForSingleTokens() {
        String plain = Outcome.of("translate", "--beams", "1", "--format", "jsonl", TEXT)
                .done()
                .out();
        String[] ids = plain.replaceFirst(".*\"ids\":\\[([0-9,]+)].*\n", "$1").split(",");
        assertFalse(ids("--suppress-tokens", ids[1]).contains(ids[1]));
        assertFalse(ids("--begin-suppress-tokens", ids[0] + ", 1").startsWith("[" + ids[0] + ","));
        assertFalse(ids("--bad-words-ids", ids[0] + "," + ids[1]).startsWith("[" + ids[0] + "," + ids[1] + ","));
        assertFalse(ids("--sequence-bias", ids[0] + "," + ids[1] + "=-50").startsWith("[" + ids[0] + "," + ids[1]));
        assertTrue(ids("--max-length", "4", "--forced-eos-token-id", ids[0]).endsWith("," + ids[0] + "]"));
        assertTrue(ids("--exponential-decay-length-penalty", "1,100").length()
                < ids("--beams", "1").length());
    }

    private static String ids(String... options) {
        List<String> command = new ArrayList<>(List.of("translate", "--beams", "1", "--format", "jsonl", TEXT));
        if (!options[0].equals("--beams")) command.addAll(List.of(options));
        return Outcome.of(command.toArray(String[]::new))
                .done()
                .out()
                .replaceFirst(".*\"ids\":(\\[[0-9,]+]).*\n", "$1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        --suppress-tokens|5;7|token ids with commas between them, as in 17,4; tercet tokenize shows ids
        --bad-words-ids|''|token ids with commas between them, as in 17,4; tercet tokenize shows ids
        --sequence-bias|5,7|token ids, =, and what is added, as in 17,4=-1.5
        --sequence-bias|5,7=much|a number behind the =
        --exponential-decay-length-penalty|5|a number of tokens, a comma and a factor, as in 20,1.1
        """)
    void saysWhatItExpectsOfRulesForTokens(String option, String value, String expected) {
        Outcome.of("translate", option, value, TEXT)
                .failed(2, "tercet translate: " + option + " " + value + ": expected " + expected);
    }

    @Test
    void decodesNothingWhereTranslationsAreGiven() {
        for (String option : List.of("--num-beams=4", "--prefix=Il", "--stream", "--document", "--sample")) {
            Outcome.reading("Why?\tPourquoi ?\n", "translate", "--pairs", "-", option)
                    .failed(
                            2,
                            "tercet translate: --pairs scores translations that are there, nothing is decoded: leave"
                                    + " out " + option.replaceFirst("=.*", "").replace("--sample", "--do-sample"));
        }
    }

    @Test
    void wantsAlignmentsWhereItsLayerIsGiven() {
        Outcome.of("translate", "--alignment-layer", "0", TEXT)
                .failed(2, "tercet translate: --alignment-layer says which attention --alignments shows: add that");
    }

    @Test
    void showsScoresAndAlignmentsOfTheSentencesOfADocument() {
        List<String> lines = Outcome.of(
                        "translate", "--document", "--format", "jsonl", "--scores", "--alignments", "Why? Yes.")
                .done()
                .lines();
        assertEquals(2, lines.size());
        assertTrue(
                lines.getFirst()
                        .matches(".*\"sourceTokens\":\\[\"▁Why\".*\"logProbabilities\":\\[.*\"finish\":\"END\","
                                + "\"alignment\":\\[\\[.*"),
                lines.getFirst());
    }

    @Test
    void saysWhereTheTimeWasOver() {
        Outcome outcome = Outcome.of("translate", "--max-time", "0", "Why?");
        assertEquals("\n", outcome.out());
        assertEquals(
                "unfinished: the time was over before the translation of \"Why?…\" was complete; raise --max-time\n",
                outcome.err());
        Outcome.of("translate", "--quiet", "--max-time", "0", "Why?").done();
    }

    @Test
    void saysWhereTheTimeOfADocumentWasOver() {
        assertEquals(
                "line 1, \"Why?\": the time was over before the translation was complete; raise --max-time\n",
                Outcome.of("translate", "--document", "--max-time", "0", "Why?").err());
    }

    @Test
    void namesFieldsOfTheModelThatNobodyFollows(@TempDir Path folder) throws IOException {
        try (ModelFiles files = ModelLocator.ofThisProcess().locate(ModelOptions.TRANSLATION)) {
            for (String name : List.of(
                    "config.json",
                    "model.safetensors",
                    "source.spm",
                    "target.spm",
                    "tokenizer_config.json",
                    "vocab.json")) Files.write(folder.resolve(name), files.read(name, 1 << 26));
            String config = new String(files.read("generation_config.json", 1 << 20), StandardCharsets.UTF_8);
            Files.writeString(
                    folder.resolve("generation_config.json"),
                    config.replaceFirst("\\{", "{\"my_field\": 3, \"use_cache\": true, "));
        }
        Outcome outcome = Outcome.of("translate", "--model", folder.toString(), "Why?");
        assertEquals("generation_config.json: my_field: not known to generate(), without effect\n", outcome.err());
        Outcome.of("translate", "--quiet", "--model", folder.toString(), "Why?").done();
    }
}
