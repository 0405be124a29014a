package dev.tercet.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartCacheTest {
    private static final String RUNTIME = "25.0.3+9-LTS";

    @TempDir
    Path folder;

    private Path jar;
    private Path cache;

    @BeforeEach
    void makeFiles() throws IOException {
        jar = Files.writeString(folder.resolve("tercet.jar"), "jar");
        Files.setLastModifiedTime(jar, FileTime.fromMillis(1_000_000));
        byte[] written = new byte[600_000];
        byte[] name = ("A VM (" + RUNTIME + ") for a system").getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(name, 0, written, 64, name.length);
        cache = Files.write(folder.resolve("tercet.aot"), written);
        StartCache.seal(jar.toFile());
    }

    private static List<String> flags(String classPath, String options, String runtime) throws InterruptedException {
        List<String> flags = new ArrayList<>();
        StartCache.check(classPath, options).addFlags(runtime, flags);
        return flags;
    }

    private void assertUnused(String reason) throws InterruptedException {
        assertEquals(
                List.of("-D" + StartCache.UNUSED + "=" + cache + " " + reason), flags(jar.toString(), "", RUNTIME));
    }

    @Test
    void theCacheBesideTheJarIsUsedInSilence() throws Exception {
        assertEquals(
                List.of("-XX:AOTCache=" + cache, "-Xlog:aot*=off", "-Xlog:cds*=off"),
                flags(jar.toString(), "-Xmx1g", RUNTIME));
    }

    @Test
    void aJarThatIsAloneStartsWithoutOne() throws Exception {
        Files.delete(cache);
        assertEquals(List.of("-D" + StartCache.UNUSED + "=there is no " + cache), flags(jar.toString(), "", RUNTIME));
    }

    @Test
    void aCacheOfAnotherJarIsNotUsed() throws Exception {
        Files.setLastModifiedTime(jar, FileTime.fromMillis(3_000_000));
        assertUnused("was made for another jar than this one; build again");
    }

    @Test
    void aCacheOfAnotherJavaIsNotUsed() throws Exception {
        assertEquals(
                List.of("-D" + StartCache.UNUSED + "=" + cache
                        + " was made by another Java than 25.0.4+1; build again with that one"),
                flags(jar.toString(), "", "25.0.4+1"));
    }

    @Test
    void everyFlippedBitIsSeen() throws Exception {
        byte[] whole = Files.readAllBytes(cache);
        for (int at : new int[] {0, 70, 5000, 262_144, 599_999}) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 4;
            Files.write(cache, damaged);
            assertUnused("is corrupt: its checksum is another; build again");
        }
    }

    @Test
    void aCacheCutShortIsNotUsed() throws Exception {
        byte[] whole = Files.readAllBytes(cache);
        for (int length : new int[] {0, 40, 4096, 300_000, whole.length - 1}) {
            Files.write(cache, Arrays.copyOf(whole, length));
            List<String> flags = flags(jar.toString(), "", RUNTIME);
            assertEquals(1, flags.size(), flags::toString);
            assertTrue(flags.get(0).contains("is cut short"), flags::toString);
        }
    }

    @Test
    void theUsersOwnChoiceGoesFirst() throws Exception {
        List<String> chosen = List.of("-D" + StartCache.UNUSED + "=TERCET_JAVA_OPTS chooses");
        assertEquals(chosen, flags(jar.toString(), "-XX:AOTCacheOutput=tercet.aot", RUNTIME));
        assertEquals(chosen, flags(jar.toString(), "-Xshare:off -XX:SharedArchiveFile=a.jsa", RUNTIME));
    }

    @Test
    void aClassPathOfFoldersHasNone() throws Exception {
        assertTrue(flags(folder.toString(), "", RUNTIME).get(0).endsWith("not from its jar"));
    }
}
