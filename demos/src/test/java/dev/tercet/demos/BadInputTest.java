package dev.tercet.demos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tercet.loaders.Tensor;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user gets wrong, and what he is told. Corruption inside the files is tested where they are read. */
class BadInputTest {
    @TempDir
    Path folder;

    private Path encoder;

    @BeforeEach
    void writeModel() throws IOException {
        encoder = TinyBert.encoder(folder.resolve("encoder"));
    }

    private Outcome embed(String... arguments) {
        String[] all = Arrays.copyOf(new String[] {"embed", "--model", encoder.toString()}, 3 + arguments.length);
        System.arraycopy(arguments, 0, all, 3, arguments.length);
        return Outcome.of(all);
    }

    private void modelFails(String message) {
        embed("cat").failed(2, "tercet embed: " + message);
    }

    // usage

    @Test
    void noCommand() {
        Outcome.of().failed(2, "tercet: which command? Start with: tercet demo");
    }

    @Test
    void anUnknownCommand() {
        Outcome.of("embedd", "cat").failed(2, "tercet: there is no command embedd");
    }

    @Test
    void anUnknownOption() {
        Outcome outcome = embed("--modle", "x");
        outcome.failed(2, "tercet embed: Unknown option: '--modle'");
        assertEquals(2, outcome.err().lines().count(), outcome.err());
        assertTrue(outcome.err().contains("Try: tercet embed --help"), outcome.err());
    }

    @Test
    void nothingToDo() {
        embed().failed(2, "tercet embed: nothing to embed: give texts, or -i FILE (-i - reads standard input)");
    }

    @Test
    void aPrecisionThatWeightsDoNotHave() {
        embed("--weights", "int4", "cat").failed(2, "tercet embed: --weights int4: expected f32, bf16 or int8");
    }

    @Test
    void noThreads() {
        embed("--threads", "0", "cat").failed(2, "tercet embed: --threads is 0, expected 1 or more");
    }

    @Test
    void aNumberThatIsNone() {
        Outcome outcome = embed("--threads", "many", "cat");
        assertEquals(2, outcome.code());
        assertTrue(outcome.err().startsWith("tercet embed: Invalid value for option '--threads'"), outcome.err());
    }

    // models

    @Test
    void aModelThatIsNowhere() {
        Outcome outcome = Outcome.of("embed", "--offline", "--model", "nobody/nothing", "cat");
        assertEquals(2, outcome.code());
        assertTrue(outcome.err().startsWith("tercet embed: nobody/nothing was not found: "), outcome.err());
        assertEquals(1, outcome.err().lines().count(), outcome.err());
    }

    @Test
    void aFolderThatIsNoModel() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        encoder = empty;
        modelFails(empty + " has no config.json, so it is not the folder of a model; it holds nothing");
    }

    @Test
    void aMissingTensor() throws IOException {
        TinyBert.replace(encoder, "encoder.layer.0.attention.self.key.bias", null);
        Outcome outcome = embed("cat");
        assertEquals(2, outcome.code());
        assertTrue(outcome.err().contains("encoder.layer.0.attention.self.key.bias"), outcome.err());
        assertEquals(1, outcome.err().lines().count(), outcome.err());
    }

    @Test
    void aTensorOfAnotherShape() throws IOException {
        String name = "encoder.layer.0.output.dense.weight";
        TinyBert.replace(encoder, name, Tensor.of(name, new float[64], 8, 8));
        Outcome outcome = embed("cat");
        assertEquals(2, outcome.code());
        assertTrue(outcome.err().contains(name + " is [8, 8]"), outcome.err());
        assertTrue(outcome.err().contains("[8, 16]"), outcome.err());
    }

    @Test
    void truncatedWeights() throws IOException {
        Path weights = encoder.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        Files.write(weights, Arrays.copyOf(bytes, bytes.length - 5));
        Outcome outcome = embed("cat");
        assertEquals(2, outcome.code());
        assertTrue(outcome.err().startsWith("tercet embed: " + weights), outcome.err());
        assertEquals(1, outcome.err().lines().count(), outcome.err());
    }

    @Test
    void weightsThatAreNone() throws IOException {
        Files.writeString(encoder.resolve("model.safetensors"), "version https://example.org/lfs\n");
        Outcome outcome = embed("cat");
        assertEquals(2, outcome.code());
        assertEquals(1, outcome.err().lines().count(), outcome.err());
    }

    @Test
    void anArchitectureThatIsNotRead() throws IOException {
        Files.writeString(encoder.resolve("config.json"), "{\"model_type\": \"gpt2\"}");
        Outcome outcome = embed("cat");
        assertEquals(2, outcome.code());
        assertTrue(outcome.err().contains("model_type is \"gpt2\""), outcome.err());
    }

    @Test
    void anActivationThatIsNotThere() throws IOException {
        Path config = encoder.resolve("config.json");
        Files.writeString(config, Files.readString(config).replace("\"gelu\"", "\"xielu\""));
        Outcome outcome = embed("cat");
        assertEquals(2, outcome.code());
        assertTrue(outcome.err().contains("hidden_act is \"xielu\""), outcome.err());
    }

    @Test
    void aVocabularyThatIsNone() throws IOException {
        Files.writeString(encoder.resolve("vocab.txt"), "");
        Outcome outcome = embed("cat");
        assertEquals(2, outcome.code());
        assertTrue(outcome.err().contains("vocab.txt"), outcome.err());
    }

    @Test
    void severalLabelsWhereAScoreIsAskedFor() throws IOException {
        Path several = TinyBert.crossEncoder(folder.resolve("several"), 3);
        Outcome.of("score", "--model", several.toString(), "a", "b")
                .failed(
                        2,
                        "tercet score: " + several
                                + " has 3 labels (LABEL_0, LABEL_1, LABEL_2), a score needs a model with one");
    }

    @Test
    void aDualEncoderAsCrossEncoder() {
        Outcome outcome = Outcome.of("score", "--model", encoder.toString(), "a", "b");
        assertEquals(2, outcome.code());
        assertTrue(outcome.err().contains("classifier"), outcome.err());
        assertEquals(1, outcome.err().lines().count(), outcome.err());
    }

    @Test
    void aTargetLanguageThatIsNotThere() {
        Outcome.of("tokenize", "--target", "--model", encoder.toString(), "cat")
                .failed(
                        2,
                        "tercet tokenize: --target: " + encoder
                                + " has no target language, only Marian's tokenizers have one");
    }

    @Test
    void aDownloadThatIsForbidden() {
        Outcome.of("models", "pull", "--offline", "nobody/nothing")
                .failed(
                        1,
                        "tercet models pull: nobody/nothing cannot be fetched offline; leave out --offline and unset"
                                + " HF_HUB_OFFLINE");
    }

    // inputs

    @Test
    void bytesThatAreNotUtf8() {
        byte[] input = "cat\ncaf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1);
        Outcome outcome = Outcome.reading(input, "embed", "--model", encoder.toString(), "-i", "-");
        assertEquals(2, outcome.code());
        assertEquals(
                "tercet embed: standard input, line 2: byte 0xE9 at offset 7 is not UTF-8; convert the input to UTF-8"
                        + " first\n",
                outcome.err());
    }

    @Test
    void aFolderInPlaceOfAFile() {
        embed("-i", folder.toString()).failed(2, "tercet embed: " + folder + " is a folder, expected a file of texts");
    }

    @Test
    void aFileThatIsMissing() {
        Path file = folder.resolve("none.txt");
        embed("-i", file.toString()).failed(2, "tercet embed: " + file + ": no such file");
    }

    @Test
    void aPathThatCannotBeOne() {
        Outcome outcome = embed("-i", "a\0b");
        assertEquals(2, outcome.code());
        assertEquals(1, outcome.err().lines().count(), outcome.err());
    }

    @Test
    void anIdOutsideTheVocabulary() {
        Outcome.reading("{\"ids\":[5,99]}", "tokenize", "--decode", "--model", encoder.toString(), "-i", "-")
                .failed(
                        2,
                        "tercet tokenize: standard input, line 1: id 99 is not in the vocabulary, whose ids run from 0"
                                + " to 11");
    }

    // outputs

    @Test
    void anOutputThatCannotBeWritten() {
        Path file = folder.resolve("no/out.jsonl");
        embed("-o", file.toString(), "cat")
                .failed(1, "tercet embed: cannot write " + file + ": no such folder, or no file can be made there");
    }

    @Test
    void aRunThatFailsLeavesNoOutput() throws IOException {
        Path file = folder.resolve("out.jsonl");
        Path texts = Files.write(folder.resolve("texts.txt"), new byte[] {'c', 'a', 't', '\n', (byte) 0xFF});
        assertEquals(2, embed("-i", texts.toString(), "-o", file.toString()).code());
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(2, files.count(), "the model and the texts");
        }
    }

    @Test
    void aReaderThatGoesAway() {
        OutputStream closed = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new NamedOutput.Closed(new IOException("Broken pipe"));
            }
        };
        Outcome outcome = Outcome.writing(closed, "embed", "--model", encoder.toString(), "cat");
        assertEquals("", outcome.err());
        assertEquals(0, outcome.code());
    }

    @Test
    void aDiskThatIsFull() {
        OutputStream full = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("standard output: No space left on device");
            }
        };
        Outcome outcome = Outcome.writing(full, "embed", "--model", encoder.toString(), "cat");
        assertEquals("tercet embed: standard output: No space left on device\n", outcome.err());
        assertEquals(1, outcome.code());
    }

    @Test
    void debugShowsWhere() {
        Outcome outcome = embed("--debug", "-i", folder.toString());
        assertEquals(2, outcome.code());
        assertTrue(outcome.err().contains("\tat dev.tercet.demos."), outcome.err());
    }
}
