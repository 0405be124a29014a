package dev.tercet.demos;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program in README.md, run from a plain class path of what its dependency snippet brings. */
class ReadmeTest {
    private static final Path ROOT = Path.of("..");
    private static final Pattern DEPENDENCY = Pattern.compile(
            "<dependency>\\s*<groupId>([^<]+)</groupId>\\s*<artifactId>([^<]+)</artifactId>(.*?)</dependency>",
            Pattern.DOTALL);

    @TempDir
    Path folder;

    private static String readme;

    @BeforeAll
    static void readReadme() throws IOException {
        readme = Files.readString(ROOT.resolve("README.md"));
    }

    /** The first code block of a language. */
    private static String block(String language) {
        int start = readme.indexOf("```" + language + "\n");
        assertTrue(start >= 0, "README.md has no block of " + language);
        start += language.length() + 4;
        return readme.substring(start, readme.indexOf("```", start));
    }

    private record Run(int code, String out, String err) {}

    private Run program(String... flags) throws IOException, InterruptedException {
        Path source = Files.writeString(folder.resolve("Hello.java"), block("java"));
        List<String> line = new ArrayList<>(List.of(new File(System.getProperty("java.home"), "bin/java").getPath()));
        line.addAll(List.of(flags));
        line.addAll(List.of("-Dstdout.encoding=UTF-8", "-cp", classPath(), source.toString()));
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        Process process = new ProcessBuilder(line)
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        assertTrue(process.waitFor(180, TimeUnit.SECONDS), "still running after three minutes");
        return new Run(process.exitValue(), Files.readString(out, UTF_8), Files.readString(err));
    }

    /** What Maven would put on the class path for the snippet: its artifacts and what their poms bring. */
    private static String classPath() throws IOException {
        Set<String> artifacts = new LinkedHashSet<>();
        addAll(block("xml"), artifacts);
        List<String> path = new ArrayList<>();
        for (String artifact : artifacts) {
            path.add(Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                    .filter(entry -> isOf(entry, artifact))
                    .findFirst()
                    .map(entry -> Path.of(entry).toAbsolutePath().toString())
                    .orElseThrow(() -> new AssertionError(artifact + " is not on the class path of this test")));
        }
        return String.join(File.pathSeparator, path);
    }

    private static void addAll(String xml, Set<String> artifacts) throws IOException {
        for (MatchResult dependency : DEPENDENCY.matcher(xml).results().toList()) {
            boolean brought = !dependency.group(3).contains("<scope>");
            if (brought
                    && artifacts.add(dependency.group(2))
                    && dependency.group(1).equals("dev.tercet")) {
                Path pom =
                        ROOT.resolve(dependency.group(2).replace("tercet-", "")).resolve("pom.xml");
                String own = Files.readString(pom);
                addAll(own.substring(0, own.indexOf("<build>")), artifacts);
            }
        }
    }

    private static boolean isOf(String entry, String artifact) {
        String unix = entry.replace('\\', '/');
        String room = artifact.replace("tercet-", "");
        return unix.contains("/" + artifact + "-") || unix.endsWith("/" + room + "/target/classes");
    }

    @Test
    void theProgramRunsOnThePlainClassPathAndSaysWhichFlagToAdd() throws Exception {
        Run run = program();
        assertEquals(0, run.code(), run.err());
        assertEquals(block("text"), run.out());
        assertTrue(run.err().contains("--add-modules jdk.incubator.vector"), run.err());
    }

    @Test
    void theProgramGivesTheSameNumbersWithTheFlag() throws Exception {
        Run run = program("--add-modules", "jdk.incubator.vector");
        assertEquals(0, run.code(), run.err());
        assertEquals(block("text"), run.out());
        assertEquals(
                "WARNING: Using incubator modules: jdk.incubator.vector",
                run.err().strip());
    }

    @Test
    void theDependenciesHaveTheVersionThatIsBuilt() throws IOException {
        String pom = Files.readString(ROOT.resolve("pom.xml"));
        String version = pom.substring(pom.indexOf("<version>") + 9, pom.indexOf("</version>"));
        List<String> versions = Pattern.compile("<version>([^<]+)</version>")
                .matcher(block("xml"))
                .results()
                .map(result -> result.group(1))
                .toList();
        assertEquals(List.of(version, version), versions);
    }

    @Test
    void everyCommandIsInTheTable() {
        for (String command : List.of(
                "demo", "embed", "score", "rank", "translate", "tokenize", "explain", "evaluate", "models", "doctor")) {
            assertTrue(readme.contains("| `" + command), command);
        }
    }
}
