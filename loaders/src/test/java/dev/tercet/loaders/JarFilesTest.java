package dev.tercet.loaders;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JarFilesTest {
    @TempDir
    Path folder;

    private Path jar;
    private final byte[] weights = new byte[100_000];

    @BeforeEach
    void writeJar() throws IOException {
        new Random(1).nextBytes(weights);
        jar = folder.resolve("models with space.jar");
        try (TestJar out = new TestJar(jar)) {
            out.deflated("META-INF/MANIFEST.MF", new byte[0]);
            out.stored("m/config.json", "{}".getBytes());
            out.stored("m/model.safetensors", weights);
            out.deflated("m/compressed.safetensors", weights);
            out.stored("m/1_Pooling/config.json", "{\"p\":1}".getBytes());
            out.stored("secret", new byte[1]);
        }
    }

    @Test
    void mapsAStoredEntryInPlace() {
        try (ModelFiles files = JarFiles.open(jar, "m/", "tercet/m")) {
            MemorySegment segment = files.map("model.safetensors");
            assertArrayEquals(weights, segment.toArray(ValueLayout.JAVA_BYTE));
            assertTrue(segment.isMapped() && segment.isReadOnly());
            assertSame(segment, files.map("model.safetensors"));
        }
    }

    @Test
    void inflatesAnEntryThatABuildToolCompressed() {
        try (ModelFiles files = JarFiles.open(jar, "m/", "tercet/m")) {
            MemorySegment segment = files.map("compressed.safetensors");
            assertArrayEquals(weights, segment.toArray(ValueLayout.JAVA_BYTE));
            assertTrue(segment.isReadOnly());
        }
    }

    @Test
    void readsFilesBelowItsFolderOnly() {
        try (ModelFiles files = JarFiles.open(jar, "m/", "tercet/m")) {
            assertArrayEquals("{\"p\":1}".getBytes(), files.read("1_Pooling/config.json", 100));
            assertFalse(files.has("secret"));
            assertFalse(files.has("1_Pooling"));
            assertThrows(InvalidModelException.class, () -> files.read("../secret", 100));
            assertThrows(InvalidModelException.class, () -> files.read("config.json", 1));
            assertEquals("tercet/m", files.name());
        }
    }

    @Test
    void namesJarAndEntryOfAMissingFile() {
        try (ModelFiles files = JarFiles.open(jar, "m/", "tercet/m")) {
            String message = assertThrows(InvalidModelException.class, () -> files.map("vocab.txt"))
                    .getMessage();
            assertEquals(jar + "!/m/vocab.txt: no such file", message);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.safetensors", "compressed.safetensors"})
    void segmentsEndWithClose(String name) {
        ModelFiles files = JarFiles.open(jar, "m/", "tercet/m");
        MemorySegment segment = files.map(name);
        files.close();
        files.close();
        assertThrows(IllegalStateException.class, () -> segment.get(ValueLayout.JAVA_BYTE, 0));
        assertThrows(IllegalStateException.class, () -> files.map(name));
        assertThrows(IllegalStateException.class, () -> files.read("config.json", 10));
    }

    @Test
    void refusesOnlyTheEntryThatAMergedJarHasTwice() throws IOException {
        try (TestJar out = new TestJar(jar)) {
            out.stored("m/config.json", "{}".getBytes());
            out.stored("m/LICENSE", new byte[1]);
            out.stored("m/LICENCE", new byte[1]);
        }
        // Latin-1 keeps every byte as it is.
        String bytes = Files.readString(jar, StandardCharsets.ISO_8859_1);
        Files.writeString(jar, bytes.replace("m/LICENCE", "m/LICENSE"), StandardCharsets.ISO_8859_1);
        try (ModelFiles files = JarFiles.open(jar, "m/", "tercet/m")) {
            assertEquals(2, files.read("config.json", 10).length);
            String message = assertThrows(InvalidModelException.class, () -> files.read("LICENSE", 10))
                    .getMessage();
            assertTrue(message.contains("m/LICENSE is there twice"), message);
        }
    }

    @Test
    void saysThatAFileIsNoJar() throws IOException {
        Path text = Files.writeString(folder.resolve("x.jar"), "not a jar, but long enough to be one");
        String message = assertThrows(InvalidModelException.class, () -> JarFiles.open(text, "m/", "m")
                        .close())
                .getMessage();
        assertTrue(message.startsWith(text + ": not a zip archive"), message);
    }
}
