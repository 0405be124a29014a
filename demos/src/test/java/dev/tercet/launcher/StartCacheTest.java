package dev.tercet.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartCacheTest {
    @TempDir
    Path folder;

    private Path jar;
    private Path cache;

    @BeforeEach
    void makeFiles() throws IOException {
        jar = Files.writeString(folder.resolve("tercet.jar"), "jar");
        cache = Files.writeString(folder.resolve("tercet.aot"), "cache");
        Files.setLastModifiedTime(jar, FileTime.fromMillis(1_000_000));
        Files.setLastModifiedTime(cache, FileTime.fromMillis(2_000_000));
    }

    private static List<String> flags(String classPath, String options) {
        List<String> flags = new ArrayList<>();
        StartCache.addFlags(classPath, options, flags);
        return flags;
    }

    @Test
    void theCacheBesideTheJarIsUsedInSilence() {
        assertEquals(
                List.of("-XX:AOTCache=" + cache, "-Xlog:aot*=off", "-Xlog:cds*=off"), flags(jar.toString(), "-Xmx1g"));
    }

    @Test
    void aJarThatIsAloneStartsWithoutOne() throws IOException {
        Files.delete(cache);
        assertEquals(List.of(), flags(jar.toString(), ""));
    }

    @Test
    void aCacheOlderThanTheJarIsNotUsed() throws IOException {
        Files.setLastModifiedTime(cache, FileTime.fromMillis(999_000));
        assertEquals(List.of(), flags(jar.toString(), ""));
    }

    @Test
    void theUsersOwnChoiceGoesFirst() {
        assertEquals(List.of(), flags(jar.toString(), "-XX:AOTCacheOutput=tercet.aot"));
        assertEquals(List.of(), flags(jar.toString(), "-Xshare:off -XX:SharedArchiveFile=a.jsa"));
    }

    @Test
    void aClassPathOfFoldersHasNone() {
        assertTrue(flags(folder.toString(), "").isEmpty());
    }
}
