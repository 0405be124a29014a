package dev.tercet.launcher;

import java.io.File;
import java.util.List;

/**
 * The JVM's own cache of loaded classes and method profiles (JEP 483, JEP 515), which the build leaves beside the jar:
 * {@code tercet.aot} beside {@code tercet.jar}. It takes a fifth off the time to the first result.
 *
 * <p>The JVM checks that it was made by the same JVM from the same jar and runs without it where it was not. What it
 * would say about that goes to standard output, among the results; so it is told to say nothing.
 */
final class StartCache {
    private StartCache() {}

    /** The cache that belongs to a jar. */
    static File of(String jar) {
        return new File(jar.substring(0, jar.length() - ".jar".length()) + ".aot");
    }

    /**
     * Adds the flags that use the cache of a jar, where there is one not older than the jar.
     *
     * @param classPath of this JVM: the jar alone when it was started with {@code -jar}
     * @param options the user's own; when they name a cache, theirs is used
     */
    static void addFlags(String classPath, String options, List<String> line) {
        if (!classPath.endsWith(".jar") || options.contains("AOT") || options.contains("hare")) {
            return;
        }
        File cache = of(classPath);
        if (cache.isFile() && cache.lastModified() >= new File(classPath).lastModified()) {
            line.add("-XX:AOTCache=" + cache.getPath());
            line.add("-Xlog:aot*=off");
            line.add("-Xlog:cds*=off");
        }
    }
}
