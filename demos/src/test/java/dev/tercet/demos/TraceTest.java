package dev.tercet.demos;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tercet.SentenceEncoder;
import dev.tercet.loaders.SafetensorsWriter;
import dev.tercet.loaders.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code tercet trace}: runs as data, and where two of them part. */
class TraceTest {
    @TempDir
    static Path folder;

    private static String encoder;
    private static Path run;

    @BeforeAll
    static void traceATinyEncoder() throws IOException {
        encoder = TinyBert.encoder(folder.resolve("encoder")).toString();
        run = trace("run", "encode", "the cats", "--model", encoder);
    }

    private static Path trace(String name, String... arguments) {
        Path to = folder.resolve(name);
        List<String> all = new ArrayList<>(List.of("trace"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("-o", to.toString()));
        Outcome outcome = Outcome.of(all.toArray(String[]::new)).done();
        assertTrue(outcome.out().matches("\\d+ activations, .*B, in .*\\R"), outcome.out());
        return to;
    }

    /** The run once more, with one number changed. */
    private static Path changed(String name, String activation, float by) throws IOException {
        Path copy = folder.resolve(name);
        Files.createDirectories(copy);
        Files.copy(run.resolve(RecordedRun.INDEX), copy.resolve(RecordedRun.INDEX));
        try (RecordedRun original = RecordedRun.open(run)) {
            Map<String, Tensor> tensors = new LinkedHashMap<>(original.activations());
            float[] values = tensors.get(activation).floats();
            values[values.length - 1] += by;
            int[] shape = {
                (int) tensors.get(activation).shape()[0],
                (int) tensors.get(activation).shape()[1]
            };
            tensors.put(activation, Tensor.of(activation, values, shape));
            SafetensorsWriter.write(copy.resolve(RecordedRun.NUMBERS), tensors.values(), Map.of());
        }
        return copy;
    }

    @Test
    void keepsEveryActivationInTheOrderOfComputation() {
        try (RecordedRun recorded = RecordedRun.open(run)) {
            assertEquals(
                    List.of(
                            "input_ids",
                            "token_type_ids",
                            "embeddings.word_embeddings",
                            "embeddings.token_type_embeddings",
                            "embeddings.position_embeddings",
                            "embeddings",
                            "encoder.layer.0.attention.self.query",
                            "encoder.layer.0.attention.self.key",
                            "encoder.layer.0.attention.self.value",
                            "encoder.layer.0.attention.probabilities",
                            "encoder.layer.0.attention.self",
                            "encoder.layer.0.attention.output",
                            "encoder.layer.0.intermediate",
                            "encoder.layer.0.output",
                            "mean",
                            "sentence_embedding"),
                    recorded.order());
            assertEquals("the cats", recorded.run().string("text"));
        }
    }

    @Test
    void keepsTheVectorThatEmbedGives() {
        try (SentenceEncoder model = SentenceEncoder.load(encoder);
                RecordedRun recorded = RecordedRun.open(run)) {
            assertArrayEquals(
                    model.encode("the cats"),
                    recorded.activations().get("sentence_embedding").floats());
        }
    }

    @Test
    void tracesAPairUpToItsLogits() throws IOException {
        String cross = TinyBert.crossEncoder(folder.resolve("cross"), 3).toString();
        try (RecordedRun recorded = RecordedRun.open(trace("pair", "cross", "cat", "the dogs", "--model", cross))) {
            assertEquals("classifier", recorded.order().getLast());
            assertArrayEquals(
                    new long[] {1, 3}, recorded.activations().get("classifier").shape());
        }
    }

    @Test
    void namesTheDecodersActivationsByStepAndRow() {
        Path translation = trace("translation", "translate", "Hello.", "--beams", "2", "--max-new-tokens", "3");
        try (RecordedRun recorded = RecordedRun.open(translation)) {
            // the first step has one row, because all beams are still the same
            assertEquals(
                    new TreeSet<>(List.of("lm_head@0.0", "lm_head@1.0", "lm_head@1.1", "lm_head@2.0", "lm_head@2.1")),
                    recorded.order().stream()
                            .filter(name -> name.startsWith("lm_head"))
                            .collect(Collectors.toCollection(TreeSet::new)));
            assertEquals(3, recorded.activations().get("decoder.input_ids@2.1").elements());
        }
    }

    @Test
    void findsNothingBetweenTwoRunsOfTheSameText() {
        Path again = trace("again", "encode", "the cats", "--model", encoder, "--threads", "2");
        String out = Outcome.of("trace", "diff", "--tolerance", "0", run.toString(), again.toString())
                .done()
                .out();
        assertTrue(out.contains("same bits    16 of 16\n"), out);
        assertTrue(out.contains("part at      nowhere"), out);
    }

    @Test
    void namesTheFirstActivationThatParts() throws IOException {
        Path other = changed("other", "encoder.layer.0.attention.output", 0.5f);
        Outcome outcome = Outcome.of("trace", "diff", run.toString(), other.toString());
        assertEquals(1, outcome.code());
        assertEquals(
                "tercet trace diff: the runs part at encoder.layer.0.attention.output",
                outcome.err().strip());
        assertTrue(outcome.out().contains("same bits    15 of 16"), outcome.out());
        assertTrue(outcome.out().contains("part at      encoder.layer.0.attention.output [4, 7]: "), outcome.out());
        assertTrue(outcome.out().contains("before it    encoder.layer.0.attention.self: the same"), outcome.out());
    }

    @Test
    void takesDifferencesBelowTheToleranceForRounding() throws IOException {
        Path other = changed("rounded", "encoder.layer.0.output", 1e-6f);
        Outcome outcome =
                Outcome.of("trace", "diff", run.toString(), other.toString()).done();
        assertTrue(
                outcome.out().contains("same bits    15 of 16, the first other encoder.layer.0.output"), outcome.out());
        assertEquals(
                1,
                Outcome.of("trace", "diff", "--tolerance", "0", run.toString(), other.toString())
                        .code());
    }

    @Test
    void aNumberThatIsNoneParts() throws IOException {
        Path other = changed("nan", "encoder.layer.0.output", Float.NaN);
        assertEquals(
                1, Outcome.of("trace", "diff", run.toString(), other.toString()).code());
    }

    @Test
    void runsOfDifferentLengthsPartAtTheInput() {
        Path longer = trace("longer", "encode", "the cats and the dogs", "--model", encoder);
        Outcome outcome = Outcome.of("trace", "diff", run.toString(), longer.toString());
        assertTrue(outcome.out().contains("part at      input_ids: [5] and ["), outcome.out());
    }

    @Test
    void refusesAFolderThatIsNoRun() {
        Outcome.of("trace", "diff", encoder, run.toString())
                .failed(
                        2,
                        "tercet trace diff: " + encoder + " has no trace.json; expected a folder that tercet trace or"
                                + " trace_dump.py wrote");
    }

    @Test
    void refusesAnIndexThatDoesNotFitTheNumbers() throws IOException {
        Path other = changed("unfit", "encoder.layer.0.output", 0f);
        Path index = other.resolve(RecordedRun.INDEX);
        Files.writeString(index, Files.readString(index).replace("\"embeddings\",", ""), UTF_8);
        Outcome outcome = Outcome.of("trace", "diff", run.toString(), other.toString());
        assertEquals(2, outcome.code());
        assertTrue(outcome.err().contains("expected the names in "), outcome.err());
    }

    @Test
    void refusesAFileWhereTheFolderShouldBe() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        Outcome.of("trace", "encode", "cat", "--model", encoder, "-o", file.toString())
                .failed(1, "tercet trace encode: " + file + " is a file, expected the folder to write");
    }

    @Test
    void refusesAToleranceThatIsNone() {
        Outcome.of("trace", "diff", run.toString(), run.toString(), "--tolerance=-1")
                .failed(2, "tercet trace diff: --tolerance is -1.0, expected a number of at least 0");
    }
}
