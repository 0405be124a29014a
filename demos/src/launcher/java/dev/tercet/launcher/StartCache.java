package dev.tercet.launcher;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32;

/**
 * The JVM's own cache of loaded classes and method profiles (JEP 483, JEP 515), which the build leaves beside the jar:
 * {@code tercet.aot} beside {@code tercet.jar}. It takes a quarter off the time to the first result.
 *
 * <p>A JVM that is given a cache of another JVM or another jar runs without it, and then without the classes that every
 * JDK brings shared, which is slower than no cache at all; one whose bytes have changed ends it with a signal. So the
 * build seals the cache, and what does not fit its seal is left out:
 *
 * <pre>
 * what the JVM wrote │ jar: time of change │ jar: size │ CRC-32 of all before │ {@link #SEAL}
 *                    │ 8 bytes, ms         │ 8         │ 8                    │ 8
 * </pre>
 *
 * Reading 24 MB takes some milliseconds, beside what the launcher does anyway: in a thread of its own. What the JVM
 * would say goes to standard output, among the results; so it is told to say nothing.
 */
final class StartCache {
    /** System property of the second JVM: why it was given no cache. */
    static final String UNUSED = "tercet.start.cache.unused";

    private static final long SEAL = 0x5445524345540001L; // TERCET, version 1
    private static final int SEAL_BYTES = 4 * Long.BYTES;

    /** The JVM's name and version stand within these. */
    private static final int HEADER_BYTES = 4096;

    private static final int BUFFER_BYTES = 1 << 18;

    private final File cache;
    private final File jar;

    /** Why the cache is not to be used, or null. */
    private volatile String problem;

    private volatile String header = "";

    private StartCache(File cache, File jar) {
        this.cache = cache;
        this.jar = jar;
    }

    /** Seals the cache of a jar: {@code java -cp tercet.jar dev.tercet.launcher.StartCache tercet.jar}. */
    public static void main(String[] arguments) throws IOException {
        seal(new File(arguments[0]));
    }

    /** The cache that belongs to a jar. */
    static File of(File jar) {
        String path = jar.getPath();
        return new File(path.substring(0, path.length() - ".jar".length()) + ".aot");
    }

    static void seal(File jar) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(of(jar), "rw")) {
            file.seek(file.length());
            file.writeLong(jar.lastModified());
            file.writeLong(jar.length());
            long checksum = checksum(file.getChannel(), file.length());
            file.seek(file.length());
            file.writeLong(checksum);
            file.writeLong(SEAL);
        }
    }

    /** The cache of the jar that this JVM runs, being checked from now on. */
    static Checked check(String classPath, String options) {
        if (!classPath.endsWith(".jar") || classPath.contains(File.pathSeparator)) {
            return new Checked(null, "the program runs from " + classPath + ", not from its jar");
        }
        if (options.contains("AOT") || options.contains("hare")) {
            return new Checked(null, "TERCET_JAVA_OPTS chooses");
        }
        File jar = new File(classPath).getAbsoluteFile();
        StartCache cache = new StartCache(of(jar), jar);
        if (!cache.cache.isFile()) {
            return new Checked(null, "there is no " + cache.cache);
        }
        return new Checked(cache, null);
    }

    /** A cache whose check runs beside the caller, or the reason why there is none. */
    static final class Checked extends Thread {
        private final StartCache cache;
        private final String reason;

        private Checked(StartCache cache, String reason) {
            super("start-cache");
            this.cache = cache;
            this.reason = reason;
            setDaemon(true);
            start();
        }

        @Override
        public void run() {
            if (cache != null) {
                cache.inspect();
            }
        }

        /**
         * Adds the flags that use the cache, or the reason why it is not used.
         *
         * @param runtime version of the Java that will run, as its {@code release} file gives it
         */
        void addFlags(String runtime, List<String> line) throws InterruptedException {
            join();
            String problem = cache == null ? reason : cache.problem(runtime);
            if (problem == null) {
                line.add("-XX:AOTCache=" + cache.cache);
                line.add("-Xlog:aot*=off");
                line.add("-Xlog:cds*=off");
            } else {
                line.add("-D" + UNUSED + "=" + problem);
            }
        }
    }

    private String problem(String runtime) {
        if (problem != null) {
            return problem;
        }
        // the JVM knows its own caches too; asked here, it keeps what its JDK brings
        return runtime.isEmpty() || header.contains("(" + runtime + ")")
                ? null
                : cache + " was made by another Java than " + runtime + "; build again with that one";
    }

    private void inspect() {
        try (RandomAccessFile file = new RandomAccessFile(cache, "r")) {
            long length = file.length() - SEAL_BYTES;
            if (length < HEADER_BYTES) {
                problem = cache + " is cut short; build again";
                return;
            }
            byte[] first = new byte[HEADER_BYTES];
            file.readFully(first);
            header = new String(first, StandardCharsets.ISO_8859_1);
            file.seek(length);
            boolean sameJar = file.readLong() == jar.lastModified() & file.readLong() == jar.length();
            long checksum = file.readLong();
            if (file.readLong() != SEAL) {
                problem = cache + " is cut short or was not made by the build; build again";
            } else if (!sameJar) {
                problem = cache + " was made for another jar than this one; build again";
            } else if (checksum != checksum(file.getChannel(), length + 2 * Long.BYTES)) {
                problem = cache + " is corrupt: its checksum is another; build again";
            }
        } catch (IOException e) {
            problem = cache + " cannot be read: " + e.getMessage();
        }
    }

    private static long checksum(FileChannel file, long length) throws IOException {
        CRC32 crc = new CRC32();
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
        for (long at = 0; at < length; ) {
            buffer.clear();
            if (length - at < BUFFER_BYTES) {
                buffer.limit((int) (length - at));
            }
            int count = file.read(buffer, at);
            if (count < 0) {
                throw new IOException("it ended at byte " + at);
            }
            buffer.flip();
            crc.update(buffer);
            at += count;
        }
        return crc.getValue();
    }
}
