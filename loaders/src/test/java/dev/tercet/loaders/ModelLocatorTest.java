package dev.tercet.loaders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelLocatorTest {
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    @TempDir
    Path folder;

    private Path cache;
    private URLClassLoader loader;
    private ModelLocator locator;

    @BeforeEach
    void bundleOneModel() throws IOException {
        cache = folder.resolve("hub");
        Path jar = folder.resolve("models.jar");
        try (TestJar out = new TestJar(jar)) {
            out.stored("META-INF/tercet/models.list", "tercet/bundled".getBytes());
            out.stored("META-INF/tercet/models/tercet/bundled/config.json", "{}".getBytes());
        }
        loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, null);
        HubSettings offline = HubSettings.of(Map.of("HF_HUB_CACHE", cache.toString(), "HF_HUB_OFFLINE", "1"));
        locator = new ModelLocator(offline, BundledModels.of(Set.of(loader)), DownloadListener.NONE);
    }

    @AfterEach
    void close() throws IOException {
        loader.close();
    }

    @Test
    void takesAFolderThatExists() throws IOException {
        Path model = Files.createDirectory(folder.resolve("mine"));
        Files.writeString(model.resolve("config.json"), "{}");
        try (ModelFiles files = locator.locate(model.toString())) {
            assertEquals(model.toString(), files.name());
            assertEquals(model.resolve("config.json").toString(), files.describe("config.json"));
        }
    }

    @Test
    void takesABundledModelBeforeACachedOne() throws IOException {
        new TestCache(cache, "models--tercet--bundled", COMMIT)
                .files("config.json", "vocab.txt", "model.safetensors")
                .reference("main");
        try (ModelFiles files = locator.locate("tercet/bundled")) {
            assertTrue(files.describe("config.json").contains("models.jar!/"));
        }
        try (ModelFiles files = locator.locate("tercet/bundled@" + COMMIT)) {
            assertTrue(files.describe("config.json").startsWith(cache.toString()));
        }
    }

    @Test
    void takesACachedModel() throws IOException {
        new TestCache(cache, "models--org--name", COMMIT)
                .files("config.json", "vocab.txt", "model.safetensors")
                .reference("main");
        try (ModelFiles files = locator.locate("org/name")) {
            assertEquals("org/name", files.name());
            assertEquals("content".length(), files.map("model.safetensors").byteSize());
        }
    }

    @Test
    void saysEverythingThatWasTried() {
        assertEquals(
                "org/name was not found: no folder of this name, not bundled (tercet/bundled are), not in the cache "
                        + cache
                        + ", and offline the Hub is not asked; fetch it with \"tercet models pull org/name\" while"
                        + " online, or give the folder that holds it",
                message("org/name"));
    }

    @Test
    void saysWhatACachedModelLacks() throws IOException {
        new TestCache(cache, "models--org--name", COMMIT)
                .files("config.json", "vocab.txt")
                .reference("main");
        String message = message("org/name");
        assertTrue(message.contains("incomplete in the cache"), message);
        assertTrue(message.contains("(missing: weights (model.safetensors or pytorch_model.bin))"), message);
        locator.locate("org/name", ModelPart.TOKENIZER).close();
    }

    @Test
    void saysThatATextIsNeitherFolderNorId() {
        assertEquals(
                "no folder \"/no/such/model\", and \"/no/such/model\" is not the id of a model: expected"
                        + " organisation/name of letters, digits, '-', '_' and '.', such as"
                        + " sentence-transformers/all-MiniLM-L6-v2",
                message("/no/such/model"));
        assertTrue(message("").startsWith("no folder \"\""));
        assertTrue(message("a\0b").startsWith("no folder \"a\\u0000b\""));
    }

    @Test
    void saysWhatAFolderThatIsNoModelHolds() throws IOException {
        Path other = Files.createDirectories(folder.resolve("other/sub")).getParent();
        Files.writeString(other.resolve("a.txt"), "");
        assertEquals(
                other + " has no config.json, so it is not the folder of a model; it holds a.txt, sub/",
                message(other.toString()));
    }

    @Test
    void takesAFolderOfTokenizerFilesForItsTokenizer() throws IOException {
        Path tokenizer = Files.createDirectory(folder.resolve("tokenizer"));
        assertThrows(InvalidModelException.class, () -> locator.locate(tokenizer.toString(), ModelPart.TOKENIZER)
                .close());
        Files.writeString(tokenizer.resolve("vocab.txt"), "");
        locator.locate(tokenizer.toString(), ModelPart.TOKENIZER).close();
        assertThrows(InvalidModelException.class, () -> locator.locate(tokenizer.toString())
                .close());
    }

    @Test
    void saysThatAFileIsNoFolder() throws IOException {
        Path file = Files.writeString(folder.resolve("model.safetensors"), "");
        assertTrue(message(file.toString()).startsWith(file + " is a file, expected the folder of a model"));
    }

    private String message(String idOrFolder) {
        return assertThrows(InvalidModelException.class, () -> locator.locate(idOrFolder)
                        .close())
                .getMessage();
    }
}
