package dev.tercet.demos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsTest {
    @TempDir
    Path folder;

    private long files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.count();
        }
    }

    private static Results open(Path file) {
        return Results.open(file.toString(), OutputStream.nullOutputStream());
    }

    @Test
    void appearsOnlyWhenComplete() throws IOException {
        Path file = folder.resolve("out.jsonl");
        try (Results results = open(file)) {
            results.stream().write('x');
            assertTrue(Files.notExists(file));
            results.complete();
        }
        assertEquals("x", Files.readString(file));
        assertEquals(1, files());
    }

    @Test
    void leavesAnOlderFileAloneWhenTheRunFails() throws IOException {
        Path file = Files.writeString(folder.resolve("out.jsonl"), "old");
        try (Results results = open(file)) {
            results.stream().write('x');
        }
        assertEquals("old", Files.readString(file));
        assertEquals(1, files());
    }

    @Test
    void writesThroughALink() throws IOException {
        Path file = Files.writeString(folder.resolve("target"), "old");
        Path link = Files.createSymbolicLink(folder.resolve("link"), file.getFileName());
        try (Results results = open(link)) {
            results.stream().write('x');
            results.complete();
        }
        assertTrue(Files.isSymbolicLink(link));
        assertEquals("x", Files.readString(file));
    }

    @Test
    void refusesAFolder() {
        CommandException e = assertThrows(CommandException.class, () -> open(folder));
        assertEquals(1, e.exitCode());
        assertEquals(folder + " is a folder, expected the file to write", e.getMessage());
    }

    @Test
    void refusesAPathInAFolderThatIsNot() {
        Path file = folder.resolve("no/out.jsonl");
        CommandException e = assertThrows(CommandException.class, () -> open(file));
        assertEquals(1, e.exitCode());
        assertEquals("cannot write " + file + ": no such folder, or no file can be made there", e.getMessage());
    }
}
