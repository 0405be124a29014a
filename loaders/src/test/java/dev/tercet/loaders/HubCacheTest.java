package dev.tercet.loaders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubCacheTest {
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
    private static final ModelId ID = ModelId.parse("org/name");

    @TempDir
    Path folder;

    private HubCache cache;
    private TestCache written;

    @BeforeEach
    void open() {
        cache = new HubCache(folder);
        written = new TestCache(folder, "models--org--name", COMMIT);
    }

    @Test
    void findsACompleteModelThroughItsReference() throws IOException {
        written.files("config.json", "tokenizer.json", "model.safetensors", "onnx/model.onnx")
                .reference("main");
        CachedModel model = cache.find(ID).orElseThrow();
        assertTrue(model.isComplete(), model.toString());
        assertEquals(COMMIT, model.commit());
        assertEquals(folder.resolve("models--org--name/snapshots").resolve(COMMIT), model.folder());
        assertEquals(4 * "content".length(), model.bytes());
    }

    @Test
    void findsAModelByItsCommitOrTag() throws IOException {
        written.files("config.json", "tokenizer.json", "model.safetensors").reference("refs/pr/1");
        assertEquals(Optional.empty(), cache.find(ID));
        assertTrue(cache.find(ModelId.parse("org/name@refs/pr/1")).orElseThrow().isComplete());
        assertTrue(cache.find(ModelId.parse("org/name@" + COMMIT)).orElseThrow().isComplete());
    }

    @Test
    void findsNothingInACacheThatIsNotThere() {
        HubCache none = new HubCache(folder.resolve("none"));
        assertEquals(Optional.empty(), none.find(ID));
        assertEquals(List.of(), none.list());
    }

    @Test
    void ignoresAReferenceThatHoldsNoCommit() throws IOException {
        written.files("config.json").reference("main");
        Files.writeString(folder.resolve("models--org--name/refs/main"), "../../../etc");
        assertEquals(Optional.empty(), cache.find(ID));
    }

    @Test
    void saysWhatAnInterruptedDownloadLeftOut() throws IOException {
        written.files("tokenizer_config.json").reference("main");
        assertEquals(
                List.of(
                        "config.json",
                        "tokenizer (tokenizer.json, vocab.txt, or source.spm with target.spm and vocab.json)",
                        "weights (model.safetensors or pytorch_model.bin)"),
                cache.find(ID).orElseThrow().missing());
    }

    @Test
    void saysWhichMarianFilesAreMissing() throws IOException {
        written.files("config.json", "source.spm", "pytorch_model.bin").reference("main");
        assertEquals(
                List.of("target.spm", "vocab.json"),
                cache.find(ID).orElseThrow().missing());
    }

    @Test
    void noticesALinkToABlobThatIsGone() throws IOException {
        written.files("config.json", "tokenizer.json", "model.safetensors").reference("main");
        written.removeBlob("model.safetensors");
        assertEquals(
                List.of("model.safetensors (its blob is gone)"),
                cache.find(ID).orElseThrow().missing());
    }

    @Test
    void countsTheShardsThatAnIndexNames() throws IOException {
        written.files("config.json", "vocab.txt", "a.safetensors").reference("main");
        written.file(
                "model.safetensors.index.json",
                "{\"weight_map\":{\"x\":\"a.safetensors\",\"y\":\"b.safetensors\",\"z\":\"b.safetensors\"}}");
        assertEquals(List.of("b.safetensors"), cache.find(ID).orElseThrow().missing());
    }

    @Test
    void asksForTheModulesThatHaveASetting() throws IOException {
        written.files("config.json", "vocab.txt", "model.safetensors").reference("main");
        written.file("modules.json", """
            [{"path":"","type":"sentence_transformers.models.Transformer"},
             {"path":"1_Pooling","type":"sentence_transformers.models.Pooling"},
             {"path":"2_Normalize","type":"sentence_transformers.models.Normalize"}]
            """);
        assertEquals(
                List.of("1_Pooling/config.json"), cache.find(ID).orElseThrow().missing());
    }

    @Test
    void saysThatAnIndexIsBroken() throws IOException {
        written.files("config.json", "vocab.txt")
                .file("model.safetensors.index.json", "{")
                .reference("main");
        List<String> missing = cache.find(ID).orElseThrow().missing();
        assertEquals(1, missing.size(), missing.toString());
        assertTrue(missing.getFirst().contains("model.safetensors.index.json: line 1"), missing.toString());
        assertEquals(1, cache.list().size());
    }

    @Test
    void isContentWithoutWeightsWhenOnlyTheTokenizerIsWanted() throws IOException {
        written.files("config.json", "vocab.txt").reference("main");
        assertTrue(cache.find(ID, ModelPart.TOKENIZER).orElseThrow().isComplete());
    }

    @Test
    void listsWhatItHolds() throws IOException {
        written.files("config.json", "tokenizer.json", "model.safetensors")
                .reference("main")
                .reference("refs/pr/1");
        new TestCache(folder, "models--gpt2", COMMIT).files("config.json");
        new TestCache(folder, "datasets--org--name", COMMIT)
                .files("config.json")
                .reference("main");
        Files.createDirectories(folder.resolve("models--not a model/snapshots").resolve(COMMIT));
        assertEquals(
                List.of("gpt2@" + COMMIT, "org/name", "org/name@refs/pr/1"),
                cache.list().stream().map(model -> model.id().toString()).toList());
    }
}
