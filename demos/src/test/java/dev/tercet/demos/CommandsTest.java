package dev.tercet.demos;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tercet.loaders.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands on tiny models: what they print, not how good it is. */
class CommandsTest {
    @TempDir
    static Path folder;

    private static String encoder;
    private static String cross;
    private static String tokenizer;

    @BeforeAll
    static void writeModels() throws IOException {
        encoder = TinyBert.encoder(folder.resolve("encoder")).toString();
        cross = TinyBert.crossEncoder(folder.resolve("cross")).toString();
        tokenizer = TinyBert.tokenizer(folder.resolve("tokenizer")).toString();
    }

    private static String file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content).toString();
    }

    // weights in fewer bytes

    @Test
    void aModelQuantizedBeforehandEmbedsAsOneQuantizedWhenLoaded() {
        String quantized = folder.resolve("quantized").toString();
        Outcome made = Outcome.of("models", "quantize", encoder, "-o", quantized);
        assertEquals(quantized + "\n", made.out());
        assertTrue(made.err().contains("of them int8 with their scales"), made.err());
        String[] outputs = new String[4];
        int n = 0;
        for (String model : List.of(encoder, quantized))
            for (String weights : List.of("int8", "f32"))
                outputs[n++] = Outcome.of("embed", "--model", model, "--weights", weights, "cat", "dog")
                        .done()
                        .out();
        assertEquals(outputs[0], outputs[2]);
        assertFalse(outputs[0].equals(outputs[1]), "int8 changes nothing");
    }

    @Test
    void aConvertedModelEmbedsAsTheOriginal() {
        String converted = folder.resolve("converted").toString();
        Outcome.of("models", "convert", encoder, "-o", converted, "--quiet").done();
        String expected =
                Outcome.of("embed", "--model", encoder, "cat", "dog").done().out();
        assertEquals(
                expected,
                Outcome.of("embed", "--model", converted, "cat", "dog").done().out());
        Outcome.of("models", "convert", encoder, "-o", converted)
                .failed(
                        1,
                        "tercet models convert: " + converted + ": already there; give a folder that does not exist");
    }

    @Test
    void bf16WeightsFromTheCommandLineAreRoundedOnes() {
        String rounded = folder.resolve("rounded").toString();
        Outcome.of("models", "convert", encoder, "-o", rounded, "--dtype", "bf16", "--quiet")
                .done();
        Outcome.of("models", "convert", encoder, "-o", rounded + "x", "--dtype", "f8")
                .failed(2, "tercet models convert: --dtype f8: expected f32, f16 or bf16");
        Outcome.of("embed", "--model", rounded, "cat").done();
    }

    // embed

    @Test
    void embedPrintsOneObjectForEachText() {
        List<String> lines = Outcome.of("embed", "--model", encoder, "the cats", "dog")
                .done()
                .lines();
        assertEquals(2, lines.size());
        assertTrue(
                lines.get(0)
                        .matches("\\{\"text\":\"the"
                                + " cats\",\"embedding\":\\[(-?[0-9.E-]+,?){8}],\"tokens\":5,\"truncated\":0}"),
                lines.get(0));
        assertTrue(lines.get(1).startsWith("{\"text\":\"dog\","), lines.get(1));
    }

    @Test
    void embedGivesAResultForABlankLine() {
        Outcome outcome = Outcome.reading("cat\n\ndog", "embed", "--model", encoder, "-i", "-")
                .done();
        assertEquals(3, outcome.lines().size());
        assertTrue(outcome.lines().get(1).startsWith("{\"text\":\"\",\"embedding\":["), outcome.out());
        assertTrue(outcome.lines().get(1).endsWith(",\"tokens\":2,\"truncated\":0}"), outcome.out());
    }

    @Test
    void embedPrintsNothingForNothing() {
        assertEquals(
                "",
                Outcome.reading("", "embed", "--model", encoder, "-i", "-")
                        .done()
                        .out());
    }

    @Test
    void embedCountsWhatItDropped() {
        String line = Outcome.of("embed", "--model", encoder, "cat ".repeat(40))
                .done()
                .out();
        assertTrue(line.contains("\"truncated\":"), line);
        assertTrue(!line.contains("\"truncated\":0"), line);
    }

    @Test
    void embedReadsALineOfAMegabyte() {
        String line = "the cats . ".repeat(100_000);
        List<String> lines = Outcome.reading(line + "\ncat\n", "embed", "--model", encoder, "-i", "-")
                .done()
                .lines();
        assertEquals(2, lines.size());
        assertTrue(lines.get(0).startsWith("{\"text\":\"" + line + "\""), "the text comes back whole");
    }

    @Test
    void embedReadsJsonLinesByName() throws IOException {
        String texts = file("texts.jsonl", "{\"text\":\"cat\\ndog\"}\n");
        assertTrue(Outcome.of("embed", "--model", encoder, "-i", texts)
                .done()
                .out()
                .startsWith("{\"text\":\"cat\\ndog\","));
    }

    @Test
    void embedWritesAFile() throws IOException {
        Path out = folder.resolve("embeddings.jsonl");
        assertEquals(
                "",
                Outcome.of("embed", "--model", encoder, "-o", out.toString(), "cat")
                        .done()
                        .out());
        assertTrue(Files.readString(out).startsWith("{\"text\":\"cat\","));
    }

    @Test
    void embedWritesNumPyArraysOfTheSameNumbers() {
        ByteArrayOutputStream npy = new ByteArrayOutputStream();
        assertEquals(
                0,
                Outcome.writing(npy, "embed", "--model", encoder, "--format", "npy", "cat", "dog")
                        .code());
        ByteBuffer bytes = ByteBuffer.wrap(npy.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
        byte[] magic = new byte[8];
        bytes.get(magic);
        assertArrayEquals(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0}, magic);
        byte[] header = new byte[bytes.getShort()];
        bytes.get(header);
        assertTrue(
                new String(header, UTF_8).startsWith("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 8), }"),
                new String(header, UTF_8));
        assertEquals(0, bytes.position() % 64);
        float[] numbers = new float[16];
        bytes.asFloatBuffer().get(numbers);
        assertEquals(16 * Float.BYTES, bytes.remaining());

        String text = Outcome.of("embed", "--model", encoder, "--format", "text", "cat", "dog")
                .done()
                .out();
        String[] words = text.strip().split("\\s+");
        assertEquals(
                Arrays.toString(numbers),
                Arrays.toString(Arrays.stream(words)
                        .mapToDouble(Float::parseFloat)
                        .mapToObj(d -> (float) d)
                        .toArray()));
    }

    @Test
    void embedGivesTheSameNumbersOnAnyNumberOfThreads() {
        String[] texts = {"the cat", "a dog .", "cats", "b"};
        String one = embed("1", texts);
        assertEquals(one, embed("2", texts));
        assertEquals(one, embed("3", texts));
    }

    private static String embed(String threads, String... texts) {
        String[] arguments = new String[5 + texts.length];
        System.arraycopy(new String[] {"embed", "--model", encoder, "--threads", threads}, 0, arguments, 0, 5);
        System.arraycopy(texts, 0, arguments, 5, texts.length);
        return Outcome.of(arguments).done().out();
    }

    @Test
    void embedTakesATextThatStartsLikeAnOption() {
        assertTrue(Outcome.of("embed", "--model", encoder, "--", "-5 cats")
                .done()
                .out()
                .startsWith("{\"text\":\"-5 cats\""));
    }

    @Test
    void embedTakesATextThatStartsWithAnAtSign() {
        assertTrue(Outcome.of("embed", "--model", encoder, "@cat").done().out().startsWith("{\"text\":\"@cat\""));
    }

    // score and rank

    @Test
    void scorePrintsOneObject() {
        String line =
                Outcome.of("score", "--model", cross, "cat", "the dog").done().out();
        assertTrue(
                line.matches(
                        "\\{\"query\":\"cat\",\"document\":\"the dog\",\"logit\":-?[0-9.E-]+,\"score\":0\\.[0-9E-]+,"
                                + "\"tokens\":6,\"truncated\":0}\n"),
                line);
    }

    @Test
    void scoreReadsPairs() throws IOException {
        String tsv = file("pairs.tsv", "cat\tthe dog\r\n\r\nb\tcats\r\n");
        String json = file(
                "pairs.jsonl",
                "{\"query\":\"cat\",\"document\":\"the dog\"}\n{\"query\":\"\",\"document\":\"\"}\n"
                        + "{\"query\":\"b\",\"document\":\"cats\"}\n");
        Outcome fromTsv = Outcome.of("score", "--model", cross, "--pairs", tsv).done();
        assertEquals(3, fromTsv.lines().size());
        assertEquals(
                fromTsv, Outcome.of("score", "--model", cross, "--pairs", json).done());
        assertEquals(
                fromTsv.lines().getFirst() + "\n",
                Outcome.of("score", "--model", cross, "cat", "the dog").done().out());
    }

    @Test
    void rankSortsByScoreAndKeepsIndexes() {
        String documents = "the dog\ncats\nb .\na\n";
        List<String> all = Outcome.reading(documents, "rank", "--model", cross, "a cat", "-i", "-")
                .done()
                .lines();
        assertEquals(4, all.size());
        double last = Double.POSITIVE_INFINITY;
        for (int i = 0; i < all.size(); i++) {
            assertTrue(
                    all.get(i).matches("\\{\"rank\":" + (i + 1) + ",\"index\":[0-3],\"logit\":.*,\"document\":\".*\"}"),
                    all.get(i));
            double score = Double.parseDouble(all.get(i).replaceAll(".*\"score\":([^,]+),.*", "$1"));
            assertTrue(score <= last, all.toString());
            last = score;
        }
        assertEquals(
                all.subList(0, 2),
                Outcome.of("rank", "--model", cross, "--top-k", "2", "a cat", "the dog", "cats", "b .", "a")
                        .done()
                        .lines());
    }

    // tokenize

    @Test
    void tokenizeNeedsNoWeights() {
        assertEquals(
                "{\"text\":\"The cats"
                    + " 🐱\",\"ids\":[2,10,7,9,1,3],\"tokens\":[\"[CLS]\",\"the\",\"cat\",\"##s\",\"[UNK]\",\"[SEP]\"],\"offsets\":[[0,0],[0,3],[4,7],[7,8],[9,10],[0,0]],\"typeIds\":[0,0,0,0,0,0]}\n",
                Outcome.of("tokenize", "--model", tokenizer, "The cats 🐱")
                        .done()
                        .out());
    }

    @Test
    void tokenizeTruncatesOnlyWhenAsked() {
        String text = "cat cat cat cat cat cat cat";
        assertTrue(Outcome.of("tokenize", "--model", tokenizer, text)
                .done()
                .out()
                .contains("\"ids\":[2,7,7,7,7,7,7,7,3]"));
        String limited = Outcome.of("tokenize", "--model", tokenizer, "--max-length", "4", text)
                .done()
                .out();
        assertTrue(limited.endsWith("\"typeIds\":[0,0,0,0],\"truncated\":5}\n"), limited);
        String own = Outcome.of("tokenize", "--model", tokenizer, "--truncate", text)
                .done()
                .out();
        assertTrue(own.endsWith("\"typeIds\":[0,0,0,0,0,0],\"truncated\":3}\n"), own);
    }

    @Test
    void tokenizeReadsPairs() throws IOException {
        String pairs = file("two.tsv", "cat\tdog\n");
        assertEquals(
                "{\"query\":\"cat\",\"document\":\"dog\",\"ids\":[2,7,3,8,3],"
                        + "\"tokens\":[\"[CLS]\",\"cat\",\"[SEP]\",\"dog\",\"[SEP]\"],"
                        + "\"offsets\":[[0,0],[0,3],[0,0],[0,3],[0,0]],\"typeIds\":[0,0,0,1,1]}\n",
                Outcome.of("tokenize", "--model", tokenizer, "--pairs", pairs)
                        .done()
                        .out());
    }

    @Test
    void tokenizeTurnsIdsBackIntoText() {
        String ids = "{\"ids\":[2,10,7,9,3]}\n";
        assertEquals(
                "{\"ids\":[2,10,7,9,3],\"text\":\"[CLS] the cats [SEP]\"}\n",
                Outcome.reading(ids, "tokenize", "--model", tokenizer, "--decode", "-i", "-")
                        .done()
                        .out());
        assertEquals(
                "{\"ids\":[2,10,7,9,3],\"text\":\"the cats\"}\n",
                Outcome.reading(ids, "tokenize", "--model", tokenizer, "--decode", "--skip-special-tokens", "-i", "-")
                        .done()
                        .out());
    }

    @Test
    void tokenizeKnowsTheTargetLanguage() {
        assertTrue(Outcome.of("tokenize", "--model", ModelOptions.TRANSLATION, "--target", "Il fait beau.")
                .done()
                .out()
                .contains("\"tokens\":[\"▁Il\",\"▁fait\",\"▁beau\",\".\",\"</s>\"]"));
        assertEquals(
                "{\"ids\":[6007,6027,6493,6528,2,0],\"text\":\"Il fait beau dehors.\"}\n",
                Outcome.reading(
                                "{\"ids\":[6007,6027,6493,6528,2,0]}",
                                "tokenize",
                                "--decode",
                                "--target",
                                "--skip-special-tokens",
                                "--model",
                                ModelOptions.TRANSLATION,
                                "-i",
                                "-")
                        .done()
                        .out());
    }

    // translate

    @Test
    void translatePrintsALineForEachText() {
        assertEquals(
                "Il fait beau dehors.\n\n",
                Outcome.reading("The weather is beautiful outside.\n\n", "translate", "-i", "-")
                        .done()
                        .out());
    }

    @Test
    void translatePrintsHypothesesWithTheirScores() {
        String line = Outcome.of(
                        "translate",
                        "--format",
                        "jsonl",
                        "--num-beams",
                        "4",
                        "--nbest",
                        "2",
                        "The weather is beautiful outside.")
                .done()
                .out();
        assertTrue(
                line.matches("\\{\"text\":\"The weather is beautiful outside\\.\",\"translations\":\\[\\{\"text\":\"Il"
                        + " fait beau"
                        + " dehors\\.\",\"score\":-0\\.2044[0-9]*,\"ids\":\\[6007,6027,6493,6528,2,0]},\\{\"text\":\"Le"
                        + " temps est beau dehors\\.\",.*}],\"truncated\":0}\n"),
                line);
    }

    @Test
    void translateFollowsItsOptions() {
        Outcome outcome = Outcome.of(
                "translate", "--max-new-tokens", "2", "--format", "jsonl", "The weather is beautiful outside.");
        assertTrue(outcome.done().out().matches(".*\"ids\":\\[[0-9]+,0]}].*\n"), outcome.out());
    }

    // housekeeping

    @Test
    void modelsInfoCountsParameters() {
        String info = Outcome.of("models", "info", encoder).done().out();
        assertTrue(info.contains("kind        dual encoder"), info);
        assertTrue(info.contains("as F32"), info);
    }

    @Test
    void doctorNamesTheKernels() {
        String report = Outcome.of("doctor").done().out();
        assertTrue(report.lines().anyMatch(line -> line.matches("kernels +\\w.*")), report);
    }

    @Test
    void doctorAccountsForTheWholeStart() {
        String report =
                Outcome.of("doctor", "--timings", "--format", "json").done().out();
        JsonObject json = JsonObject.parse(report.getBytes(UTF_8), "doctor");
        double sum = 0;
        List<String> names = new ArrayList<>();
        for (Object element : json.list("phases")) {
            JsonObject phase = (JsonObject) element;
            assertTrue(phase.number("toMillis") >= phase.number("fromMillis"), report);
            sum += phase.number("addsMillis");
            names.add(phase.string("name"));
        }
        assertEquals(json.number("totalMillis"), sum, 1e-6 * sum);
        assertEquals("first embedding", names.getLast());
        assertTrue(names.containsAll(List.of("read the tokenizer", "pack the weights")), report);
        // 6 layers of 4 · 384² and 2 · 384 · 1536 numbers
        JsonObject dual = (JsonObject) json.list("models").getFirst();
        assertEquals(4 * 6 * (4 * 384 * 384 + 2 * 384 * 1536), dual.integer("weightBytes"));
        assertEquals("f32", dual.string("weights"));
    }

    @Test
    void modelsInfoSaysWhatTheWeightsTakeInEachPrecision() {
        String info = Outcome.of("models", "info", "sentence-transformers/all-MiniLM-L6-v2")
                .done()
                .out();
        assertTrue(info.contains("in memory   dense layers as f32: 42.5 MB\n"), info);
        assertTrue(info.contains("            dense layers as bf16: 21.2 MB\n"), info);
        // one scale for each of 6 · (4 · 384 + 1536 + 384) outputs besides
        assertTrue(info.contains("            dense layers as int8: 10.7 MB\n"), info);
    }

    @Test
    void helpNamesEveryCommand() {
        String help = Outcome.of("--help").done().out();
        for (String command :
                List.of("demo", "embed", "score", "rank", "translate", "tokenize", "evaluate", "models", "doctor")) {
            assertTrue(help.contains("  " + command + " "), help);
        }
        assertTrue(help.lines().allMatch(line -> line.length() <= 100), help);
    }

    @Test
    void helpOfEveryCommandIsPlainText() {
        PrintStream before = System.err;
        ByteArrayOutputStream warnings = new ByteArrayOutputStream();
        System.setErr(new PrintStream(warnings, true, UTF_8));
        try {
            for (String command : Main.COMMANDS) {
                String help = Outcome.of(command, "--help").done().out();
                assertFalse(help.contains("%%"), help);
            }
        } finally {
            System.setErr(before);
        }
        // picocli takes lines for format strings and says so where they are none
        assertEquals("", warnings.toString(UTF_8));
    }
}
