package dev.tercet.loaders;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FolderFilesTest {
    @TempDir
    Path folder;

    @BeforeEach
    void writeModel() throws IOException {
        Files.createDirectory(folder.resolve("1_Pooling"));
        Files.writeString(folder.resolve("config.json"), "{\"a\":1}");
        Files.writeString(folder.resolve("1_Pooling/config.json"), "{}");
    }

    @Test
    void readsFilesInFoldersToo() {
        try (ModelFiles files = ModelFiles.folder(folder)) {
            assertTrue(files.has("1_Pooling/config.json"));
            assertFalse(files.has("2_Dense/config.json"));
            assertArrayEquals("{\"a\":1}".getBytes(UTF_8), files.read("config.json", 7));
            assertEquals("{}", new String(files.read("1_Pooling/config.json", 100), UTF_8));
            assertEquals(folder.resolve("config.json").toString(), files.describe("config.json"));
            assertEquals(folder.toString(), files.name());
        }
    }

    @Test
    void mapsAFileOnceAndReadOnly() {
        try (ModelFiles files = ModelFiles.folder(folder, "tercet/test")) {
            MemorySegment segment = files.map("config.json");
            assertArrayEquals("{\"a\":1}".getBytes(UTF_8), segment.toArray(ValueLayout.JAVA_BYTE));
            assertTrue(segment.isReadOnly());
            assertSame(segment, files.map("config.json"));
            assertEquals("tercet/test", files.name());
        }
    }

    /** As files of /proc do; and so does one that is still being written. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void readsAFileToItsEndWhateverSizeItClaims() throws IOException {
        Path version = Path.of("/proc/version");
        Files.createSymbolicLink(folder.resolve("version"), version);
        assertEquals(0, Files.size(version));
        byte[] expected = Files.readAllBytes(version);
        try (ModelFiles files = ModelFiles.folder(folder)) {
            assertArrayEquals(expected, files.read("version", 100_000));
            assertArrayEquals(expected, files.read("version", expected.length));
            assertThrows(InvalidModelException.class, () -> files.read("version", expected.length - 1));
        }
    }

    @Test
    void mapsAnEmptyFile() throws IOException {
        Files.createFile(folder.resolve("empty"));
        try (ModelFiles files = ModelFiles.folder(folder)) {
            assertEquals(0, files.map("empty").byteSize());
        }
    }

    @Test
    void segmentsEndWithClose() {
        ModelFiles files = ModelFiles.folder(folder);
        MemorySegment segment = files.map("config.json");
        files.close();
        files.close();
        assertThrows(IllegalStateException.class, () -> segment.get(ValueLayout.JAVA_BYTE, 0));
        assertThrows(IllegalStateException.class, () -> files.map("1_Pooling/config.json"));
    }

    @Test
    void refusesAFileOverTheLimit() {
        try (ModelFiles files = ModelFiles.folder(folder)) {
            String message = message(() -> files.read("config.json", 6));
            assertEquals(
                    folder.resolve("config.json") + " has 7 bytes, more than the 6 accepted for this file", message);
        }
    }

    @Test
    void saysWhatIsMissing() {
        try (ModelFiles files = ModelFiles.folder(folder)) {
            assertEquals(folder.resolve("vocab.txt") + ": no such file", message(() -> files.read("vocab.txt", 10)));
            assertEquals(folder.resolve("vocab.txt") + ": no such file", message(() -> files.map("vocab.txt")));
        }
    }

    @Test
    void saysThatAFolderLiesInPlaceOfAFile() {
        try (ModelFiles files = ModelFiles.folder(folder)) {
            String expected = folder.resolve("1_Pooling") + " is a folder, expected a file";
            assertFalse(files.has("1_Pooling"));
            assertEquals(expected, message(() -> files.read("1_Pooling", 10)));
            assertEquals(expected, message(() -> files.map("1_Pooling")));
        }
    }

    @Test
    void saysThatTheFolderIsMissing() {
        Path missing = folder.resolve("nowhere");
        assertEquals(
                missing + ": no such folder, expected the folder of a model",
                message(() -> ModelFiles.folder(missing).close()));
    }

    @Test
    void saysThatAFileLiesInPlaceOfTheFolder() {
        Path file = folder.resolve("config.json");
        assertEquals(
                file + " is a file, expected the folder of a model (the one that holds config.json)",
                message(() -> ModelFiles.folder(file).close()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/etc/passwd",
                "../secret",
                "a/../../secret",
                "a//b",
                "a/",
                "./config.json",
                "C:x",
                "a\\b",
                "a\nb",
                "\0"
            })
    void refusesNamesThatLeaveTheModel(String name) {
        try (ModelFiles files = ModelFiles.folder(folder)) {
            String message = message(() -> files.read(name, 10));
            assertTrue(message.contains("is not allowed") && message.lines().count() == 1, message);
            assertEquals(message, message(() -> files.map(name)));
            assertEquals(message, message(() -> files.has(name)));
            assertEquals(1, files.describe(name).lines().count());
        }
    }

    private static String message(org.junit.jupiter.api.function.Executable work) {
        return assertThrows(InvalidModelException.class, work).getMessage();
    }
}
