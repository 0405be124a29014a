package dev.tercet.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The packaged jar as a user starts it: {@code java -jar tercet.jar}, without a flag. */
class JarIT {
    private static final String JAR = System.getProperty("tercet.jar");
    private static final String JAVA = new File(System.getProperty("java.home"), "bin/java").getPath();

    @TempDir
    Path folder;

    private Path out;
    private Path err;

    @BeforeEach
    void nameFiles() {
        out = folder.resolve("out");
        err = folder.resolve("err");
    }

    private ProcessBuilder builder(String... arguments) {
        List<String> line = new ArrayList<>(List.of(JAVA, "-jar", JAR));
        line.addAll(List.of(arguments));
        return new ProcessBuilder(line).redirectOutput(out.toFile()).redirectError(err.toFile());
    }

    private static int exitCode(Process process) throws InterruptedException {
        assertTrue(process.waitFor(120, TimeUnit.SECONDS), "still running after two minutes");
        return process.exitValue();
    }

    /** What the command said itself: without the JVM's line about the incubator module. */
    private String errors() throws IOException {
        return Files.readString(err).replaceFirst("WARNING: Using incubator modules: jdk.incubator.vector\\R", "");
    }

    /** What README.md says first of explain, typed by someone who never ran it before. */
    @Test
    void aPageOfOnesOwnTextIsThereWithinTenSeconds() throws IOException, InterruptedException {
        Path page = folder.resolve("page.html");
        long start = System.nanoTime();
        Process process = builder(
                        "explain", "encode", "A cat sits on the mat.", "A kitten lies on a rug.", "-o", page.toString())
                .start();
        assertEquals(0, exitCode(process));
        double seconds = (System.nanoTime() - start) / 1e9;
        assertTrue(seconds < 10, seconds + " s");
        assertTrue(Files.size(page) > 100_000);
    }

    /** A command that waits for input, and the second JVM that runs it. */
    private Process waiting() throws IOException, InterruptedException {
        Process launcher = builder("tokenize", "-i", "-").start();
        launcher.getOutputStream().write("a\n".getBytes(UTF_8));
        launcher.getOutputStream().flush();
        for (int i = 0; i < 600 && Files.size(out) == 0; i++) {
            Thread.sleep(100);
        }
        assertTrue(Files.size(out) > 0, "no result after a minute");
        return launcher;
    }

    private static ProcessHandle child(Process launcher) {
        ProcessHandle child = launcher.children().findFirst().orElse(null);
        assertNotNull(child, "the launcher started no second JVM");
        return child;
    }

    private static void assertEnds(ProcessHandle process) throws InterruptedException {
        for (int i = 0; i < 300 && process.isAlive(); i++) {
            Thread.sleep(100);
        }
        assertFalse(process.isAlive(), "the second JVM goes on without its launcher");
    }

    @Test
    void runsWithoutAFlag() throws Exception {
        assertEquals(0, exitCode(builder("--version").start()));
        assertTrue(Files.readString(out).startsWith("tercet "), Files.readString(out));
        assertEquals("", errors());
    }

    @Test
    void runsOnVectorsThoughNobodyAskedForTheModule() throws Exception {
        assertEquals(0, exitCode(builder("doctor").start()));
        assertTrue(Files.readString(out).contains("jdk.incubator.vector is there"), Files.readString(out));
    }

    @Test
    void takesMoreOptionsForTheSecondJvm() throws Exception {
        ProcessBuilder builder = builder("doctor");
        builder.environment().put("TERCET_JAVA_OPTS", " -XX:+UseParallelGC  -Xmx300m ");
        assertEquals(0, exitCode(builder.start()));
        assertTrue(
                Files.readString(out).matches("(?s).*memory +3\\d\\d\\.\\d MB for the heap at most \\(PS .*"),
                Files.readString(out));
    }

    @Test
    void passesOnTheExitCode() throws Exception {
        assertEquals(2, exitCode(builder("embed").start()));
        assertTrue(errors().startsWith("tercet embed: nothing to embed"), errors());
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void keepsTextsWholeInTheCLocale() throws Exception {
        ProcessBuilder builder = builder("tokenize", "--format", "jsonl", "naïve 𝄞", "");
        builder.environment().put("LC_ALL", "C");
        assertEquals(0, exitCode(builder.start()));
        List<String> lines = Files.readAllLines(out);
        assertTrue(lines.get(0).startsWith("{\"text\":\"naïve 𝄞\",\"ids\":[101,15743,"), lines.get(0));
        assertTrue(lines.get(1).startsWith("{\"text\":\"\",\"ids\":[101,102],"), lines.get(1));
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void endsTheSecondJvmWhenItIsToldToStop() throws Exception {
        Process launcher = waiting();
        ProcessHandle child = child(launcher);
        launcher.destroy();
        assertEquals(143, exitCode(launcher));
        assertEnds(child);
        assertEquals("", errors());
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void leavesNoOrphanWhenItIsKilled() throws Exception {
        Process launcher = waiting();
        ProcessHandle child = child(launcher);
        launcher.destroyForcibly();
        assertEnds(child);
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void isQuietWhenTheReaderGoesAway() throws Exception {
        Path texts = Files.writeString(folder.resolve("texts"), "a text\n".repeat(20_000));
        String line = "\"$0\" -jar \"$1\" tokenize -i \"$2\" | head -n 1";
        Process shell = new ProcessBuilder("sh", "-c", line, JAVA, JAR, texts.toString())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        assertEquals(0, exitCode(shell));
        assertEquals(1, Files.readAllLines(out).size());
        assertEquals("", errors());
    }

    @Test
    void startsFromTheCacheOfTheBuildInAnyFolder() throws Exception {
        assertEquals(0, exitCode(builder("doctor").directory(folder.toFile()).start()));
        assertTrue(Files.readString(out).contains("start cache used: "), Files.readString(out));
    }

    @ParameterizedTest
    @ValueSource(strings = {"flipped", "short", "foreign", "empty"})
    void aDamagedCacheCostsTimeAndNothingElse(String damage) throws Exception {
        Path jar = folder.resolve("tercet.jar");
        Files.copy(Path.of(JAR), jar, StandardCopyOption.COPY_ATTRIBUTES);
        byte[] cache = Files.readAllBytes(Path.of(JAR.replace(".jar", ".aot")));
        switch (damage) {
            case "flipped" -> cache[cache.length / 3] ^= 1;
            case "short" -> cache = Arrays.copyOf(cache, cache.length / 2);
            case "foreign" -> cache = "another program's file\n".repeat(100_000).getBytes(UTF_8);
            default -> cache = new byte[0];
        }
        Files.write(folder.resolve("tercet.aot"), cache);
        assertEquals(0, exitCode(start(jar, "tokenize", "--format", "jsonl", "hello")));
        assertTrue(
                Files.readString(out).startsWith("{\"text\":\"hello\",\"ids\":[101,7592,102]"), Files.readString(out));
        assertEquals("", errors());
        assertEquals(0, exitCode(start(jar, "doctor")));
        assertTrue(
                Files.readString(out).matches("(?s).*start cache not used: \\S*tercet.aot is (corrupt|cut short).*"),
                Files.readString(out));
    }

    private Process start(Path jar, String... arguments) throws IOException {
        ProcessBuilder builder = builder(arguments);
        builder.command().set(2, jar.toString());
        return builder.start();
    }

    @Test
    void storesModelsSoThatTheyAreMapped() throws IOException {
        int stored = 0;
        try (ZipFile jar = new ZipFile(JAR)) {
            for (ZipEntry entry : jar.stream().toList()) {
                if (entry.getName().startsWith("META-INF/tercet/models/")) {
                    assertEquals(ZipEntry.STORED, entry.getMethod(), entry.getName());
                    stored++;
                }
            }
            assertNotNull(jar.getEntry("META-INF/LICENSE"));
            assertNotNull(jar.getEntry("META-INF/NOTICE"));
        }
        assertTrue(stored > 0, "no model in the jar");
    }
}
