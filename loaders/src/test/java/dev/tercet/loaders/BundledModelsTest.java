package dev.tercet.loaders;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundledModelsTest {
    private static final String FOLDER = "META-INF/tercet/models/";

    @TempDir
    Path folder;

    @Test
    void findsModelsInSeveralJarsAndFolders() throws IOException {
        Path jar = jar("a b.jar", "tercet/one\n", "tercet/one");
        Path other = jar("other.jar", "# a comment\n\n  gpt2  \n", "gpt2");
        Path exploded = exploded("tercet/three");
        try (URLClassLoader loader = loader(jar, other, exploded)) {
            BundledModels models = BundledModels.of(Set.of(loader));
            assertEquals(Set.of("gpt2", "tercet/one", "tercet/three"), models.ids());
            for (String id : models.ids()) {
                try (ModelFiles files = models.find(id).orElseThrow()) {
                    assertEquals(id, new String(files.read("config.json", 100), UTF_8));
                    assertEquals(id, files.name());
                    assertTrue(files.map("config.json").isMapped(), id);
                    assertFalse(files.has("nothing"));
                }
            }
            assertTrue(models.find("tercet/two").isEmpty());
        }
    }

    @Test
    void takesTheFirstOfTwoJarsWithTheSameModel() throws IOException {
        Path first = jar("first.jar", "tercet/one", "tercet/one");
        Path second = jar("second.jar", "tercet/one", "tercet/one");
        try (URLClassLoader loader = loader(first, second)) {
            try (ModelFiles files =
                    BundledModels.of(Set.of(loader)).find("tercet/one").orElseThrow()) {
                assertTrue(files.describe("config.json").startsWith(first.toString()));
            }
        }
    }

    @Test
    void copiesResourcesThatHaveNoFileOfTheirOwn() throws IOException {
        Path jar = jar("a.jar", "tercet/one", "tercet/one");
        try (URLClassLoader hidden = loader(jar)) {
            ModelFiles files = new ResourceFiles(hidden::getResource, FOLDER + "tercet/one/", "tercet/one");
            var segment = files.map("config.json");
            assertEquals("tercet/one", new String(segment.toArray(ValueLayout.JAVA_BYTE), UTF_8));
            assertEquals("tercet/one", new String(files.read("config.json", 10), UTF_8));
            assertThrows(InvalidModelException.class, () -> files.read("config.json", 9));
            assertThrows(InvalidModelException.class, () -> files.read("vocab.txt", 9));
            assertFalse(files.has("vocab.txt"));
            files.close();
            assertThrows(IllegalStateException.class, () -> segment.get(ValueLayout.JAVA_BYTE, 0));
        }
    }

    @Test
    void refusesAListThatNamesAPath() throws IOException {
        try (URLClassLoader loader = loader(jar("a.jar", "../../etc", "x"))) {
            assertThrows(InvalidModelException.class, () -> BundledModels.of(Set.of(loader)));
        }
    }

    @Test
    void leavesTheJarClosedAfterReadingItsList() throws IOException {
        Path jar = jar("a.jar", "tercet/one", "tercet/one");
        try (URLClassLoader loader = loader(jar)) {
            BundledModels.of(Set.of(loader)).find("tercet/one").orElseThrow().close();
        }
        try (var open = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path descriptor : open) {
                if (Files.exists(descriptor)) {
                    assertFalse(descriptor.toRealPath().equals(jar), "still open: " + jar);
                }
            }
        } catch (java.nio.file.NoSuchFileException _) {
            org.junit.jupiter.api.Assumptions.abort("no /proc here");
        }
    }

    private Path jar(String name, String list, String id) throws IOException {
        Path jar = folder.resolve(name);
        try (TestJar out = new TestJar(jar)) {
            out.deflated("META-INF/tercet/models.list", list.getBytes(UTF_8));
            out.stored(FOLDER + id + "/config.json", id.getBytes(UTF_8));
        }
        return jar;
    }

    private Path exploded(String id) throws IOException {
        Path root = folder.resolve("exploded ä");
        Path model = Files.createDirectories(root.resolve(FOLDER).resolve(id));
        Files.writeString(model.resolve("config.json"), id);
        Files.writeString(root.resolve("META-INF/tercet/models.list"), id);
        return root;
    }

    private static URLClassLoader loader(Path... paths) throws IOException {
        URL[] urls = new URL[paths.length];
        for (int i = 0; i < paths.length; i++) {
            URI uri = paths[i].toUri();
            urls[i] = uri.toURL();
        }
        return new URLClassLoader(urls, null);
    }
}
