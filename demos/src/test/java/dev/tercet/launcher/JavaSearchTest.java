package dev.tercet.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JavaSearchTest {
    private static final String MODULES = "java.base java.logging jdk.incubator.vector";

    @TempDir
    Path root;

    private JavaSearch search(Map<String, String> environment) {
        return new JavaSearch(environment, root.resolve("home").toFile(), root.toFile());
    }

    private Path jdk(String folder, String version, String modules) throws IOException {
        Path jdk = root.resolve(folder);
        Path java = jdk.resolve("bin").resolve(File.separatorChar == '\\' ? "java.exe" : "java");
        Files.createDirectories(java.getParent());
        Files.createFile(java);
        assertTrue(java.toFile().setExecutable(true));
        Files.writeString(
                jdk.resolve("release"),
                "JAVA_VERSION=\"" + version + "\"\nMODULES=\"" + modules + "\"\nOS_ARCH=\"x\"\n");
        return jdk;
    }

    private static void assertFound(Path jdk, JavaSearch search) {
        JavaHome found = search.find();
        assertEquals(jdk.resolve("bin"), found.executable().toPath().getParent());
    }

    @Test
    void prefersItsOwnVariable() throws IOException {
        Path own = jdk("own", "25.0.1", MODULES);
        Path other = jdk("other", "25.0.1", MODULES);
        assertFound(own, search(Map.of("TERCET_JAVA_HOME", own.toString(), "JAVA_HOME", other.toString())));
    }

    @Test
    void passesByAJavaHomeThatIsTooOld() throws IOException {
        Path old = jdk("old", "17.0.15", MODULES);
        Path system = jdk("usr/lib/jvm/some-25", "25", MODULES);
        assertFound(system, search(Map.of("JAVA_HOME", old.toString())));
    }

    @Test
    void readsMavenToolchains() throws IOException {
        Path jdk = jdk("elsewhere/jdk", "25.0.2", MODULES);
        Files.createDirectories(root.resolve("home/.m2"));
        Files.writeString(
                root.resolve("home/.m2/toolchains.xml"),
                "<toolchains><toolchain><configuration><jdkHome>\n  " + jdk
                        + "\n</jdkHome></configuration></toolchain></toolchains>");
        assertFound(jdk, search(Map.of()));
    }

    @Test
    void followsThePath() throws IOException {
        Path jdk = jdk("somewhere/jdk", "25.0.2", MODULES);
        assertFound(jdk, search(Map.of("PATH", root + File.pathSeparator + jdk.resolve("bin"))));
    }

    @Test
    void looksWhereVersionManagersPutThem() throws IOException {
        Path jdk = jdk("home/.sdkman/candidates/java/25.0.1-tem", "25.0.1", MODULES);
        assertFound(jdk, search(Map.of()));
    }

    @Test
    void looksWhereMacOsPutsThem() throws IOException {
        Path jdk = jdk("Library/Java/JavaVirtualMachines/temurin-25.jdk/Contents/Home", "25.0.1", MODULES);
        assertFound(jdk, search(Map.of()));
    }

    @Test
    void takesTheLowestVersionThatIsHighEnough() throws IOException {
        jdk("usr/lib/jvm/a-27", "27-ea", MODULES);
        Path lowest = jdk("usr/lib/jvm/b-25", "25.0.3", MODULES);
        jdk("usr/lib/jvm/c-21", "21.0.1", MODULES);
        assertFound(lowest, search(Map.of()));
    }

    @Test
    void passesByARuntimeWithoutTheVectorModule() throws IOException {
        jdk("usr/lib/jvm/a-25-jre", "25", "java.base java.logging");
        Path whole = jdk("usr/lib/jvm/b-26", "26", MODULES);
        assertFound(whole, search(Map.of()));
    }

    @Test
    void passesByAFolderWithoutAnExecutable() throws IOException {
        Path broken = jdk("broken", "25", MODULES);
        Files.delete(broken.resolve("bin").resolve(File.separatorChar == '\\' ? "java.exe" : "java"));
        assertNull(search(Map.of("JAVA_HOME", broken.toString())).find());
    }

    @Test
    void saysWhatItFoundInstead() throws IOException {
        Path old = jdk("usr/lib/jvm/old", "21.0.1", MODULES);
        JavaSearch search = search(Map.of());
        assertNull(search.find());
        String message = search.whatIsMissing();
        assertTrue(message.contains("JDK 25 or later with the module jdk.incubator.vector"), message);
        assertTrue(message.contains(old + " (Java 21)"), message);
        assertTrue(message.contains("TERCET_JAVA_HOME"), message);
    }

    @Test
    void saysWhyItsOwnVariableIsNoUse() throws IOException {
        Path old = jdk("old", "21.0.1", MODULES);
        jdk("usr/lib/jvm/good", "25", MODULES);
        JavaSearch search = search(Map.of("TERCET_JAVA_HOME", old.toString()));
        assertNull(search.find());
        assertTrue(search.whatIsMissing().contains("TERCET_JAVA_HOME is set to " + old), search.whatIsMissing());
    }
}
