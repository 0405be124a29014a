package dev.tercet.launcher;

import java.io.File;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Starts the command line on a JDK that can run it, whatever Java was asked to run the jar: a manifest can neither ask
 * for a Java version nor for the module {@code jdk.incubator.vector}.
 *
 * <p>Runs on Java 11 and later. Where this JVM is a JDK {@value #NEEDED} or later that already has the vector module,
 * the command runs here; else in a second JVM, which inherits the streams, gets SIGTERM and Ctrl-C passed on, and ends
 * itself when this process is gone. The second JVM starts the command directly, so no launcher ever starts another.
 *
 * <p>Plain loops on purpose: lambdas and streams cost this short-lived JVM more time than all its work.
 */
public final class Launcher {
    /** The oldest Java version that runs the command. */
    static final int NEEDED = 25;

    static final String VECTOR_MODULE = "jdk.incubator.vector";

    private static final String COMMAND = "dev.tercet.demos.Main";

    /** What the JVM says, before any code of ours runs, about a module that we asked for. */
    private static final String INCUBATOR_LINE = "WARNING: Using incubator modules: " + VECTOR_MODULE;

    /**
     * Flags of the second JVM, chosen by measurement (benchmarks/RESULTS.md). No file for jstat is worth writing. Half
     * of the memory instead of a quarter: models live on the heap, and little else runs beside. Gradual kernels, since
     * most runs end before vector code is compiled.
     */
    private static final String[] JVM_FLAGS = {"-XX:-UsePerfData", "-XX:MaxRAMPercentage=50", "-Dtercet.kernels=gradual"
    };

    /**
     * The collector, unless the user chose one. A run allocates little and is short: the serial one takes the least
     * processor time. The young generation is small, since what it has touched stays in memory, and weights go past it:
     * there each would be copied, at opus-mt size 75 MB and a twelfth of the time. Loops with safepoints, as G1 has
     * them: C2 then keeps what the tiles of the products need in better registers, which is worth 7 % for one text of
     * 32 tokens.
     */
    private static final String[] COLLECTOR_FLAGS = {
        "-XX:+UseSerialGC",
        "-Xmn16m",
        "-XX:PretenureSizeThreshold=1000000",
        "-XX:+UseCountedLoopSafepoints",
        "-XX:LoopStripMiningIter=1000"
    };

    /**
     * For vector code, which is thousands of times slower until C2 has compiled it. It is compiled after a fifth of the
     * usual number of calls; and not, while the compiler has much to do, without the counts of its branches and calls,
     * from which C2 would conclude later that what is called in a loop is rarely called, leave it out of the loop, and
     * make vectors objects for good.
     */
    private static final String[] COMPILER_FLAGS = {
        "-XX:Tier3DelayOn=1000",
        "-XX:CompileCommand=quiet", // else each is printed, among the results
        earlier("WideTile"),
        earlier("NarrowTile"),
        earlier("Bf16Tile"),
        earlier("Int8Tile"),
        earlier("CompactLinear"),
        earlier("BlockAttention"),
        earlier("Vector*")
    };

    private Launcher() {}

    private static String earlier(String kernelClass) {
        return "-XX:CompileCommand=CompileThresholdScaling,dev.tercet.engine.kernel." + kernelClass + "::*,0.2";
    }

    public static void main(String[] arguments) throws Exception {
        boolean recent = Runtime.version().feature() >= NEEDED;
        if (recent && ModuleLayer.boot().findModule(VECTOR_MODULE).isPresent()) {
            runHere(Arguments.asTyped(arguments));
            return;
        }
        String classPath = System.getProperty("java.class.path");
        StartCache.Checked cache = StartCache.check(classPath, options());
        JavaHome java = recent ? JavaHome.at(new File(System.getProperty("java.home"))) : null;
        if (java == null || !java.hasVectorModule()) {
            JavaSearch search = new JavaSearch(
                    System.getenv(), new File(System.getProperty("user.home")), new File(File.separator));
            java = search.find();
            if (java == null) {
                System.err.println(search.whatIsMissing());
                System.exit(2);
            }
        }
        System.exit(runIn(java, cache, arguments));
    }

    private static void runHere(String[] arguments) throws Exception {
        try {
            Class.forName(COMMAND).getMethod("main", String[].class).invoke(null, (Object) arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Error) {
                throw (Error) e.getCause();
            }
            throw (Exception) e.getCause();
        }
    }

    /** Runs the command in another JVM and returns its exit code. */
    private static int runIn(JavaHome java, StartCache.Checked cache, String[] arguments)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(commandLine(java, cache, arguments)).inheritIO();
        Arguments.adaptLocale(builder.environment());
        // A person at a terminal is spared the line about the incubator module. Where stderr is a file or a pipe
        // the second JVM writes to it directly: nothing in between can then delay or reorder what scripts read.
        boolean filtered = Terminal.isStderrOne();
        if (filtered) {
            builder.redirectError(ProcessBuilder.Redirect.PIPE);
        }
        Process process = builder.start();
        Runtime.getRuntime().addShutdownHook(new Thread(new Runnable() {
            @Override
            public void run() {
                end(process);
            }
        }));
        if (filtered) {
            copyWithoutIncubatorLine(process.getErrorStream(), new FileOutputStream(FileDescriptor.err));
        }
        return process.waitFor();
    }

    /** What the user wants the second JVM to be told. */
    private static String options() {
        String options = System.getenv("TERCET_JAVA_OPTS");
        return options == null ? "" : options.trim();
    }

    private static List<String> commandLine(JavaHome java, StartCache.Checked cache, String[] arguments)
            throws IOException, InterruptedException {
        List<String> line = new ArrayList<>();
        line.add(java.executable().getPath());
        String more = options();
        for (String flag : JVM_FLAGS) {
            line.add(flag);
        }
        for (String flag : COMPILER_FLAGS) {
            line.add(flag);
        }
        if (!more.contains("GC")) { // two collectors are an error
            for (String flag : COLLECTOR_FLAGS) {
                line.add(flag);
            }
        }
        if (java.version() > NEEDED) {
            line.add("-XX:+IgnoreUnrecognizedVMOptions"); // a later JVM may have dropped one
        }
        if (java.hasVectorModule()) {
            line.add("--add-modules");
            line.add(VECTOR_MODULE);
        }
        line.add("-Dtercet.launcher=" + ProcessHandle.current().pid());
        line.add("-Dtercet.launcher.exec=" + System.currentTimeMillis());
        if (Terminal.isStderrOne()) {
            line.add("-Dtercet.stderr=terminal");
        }
        cache.addFlags(java.runtimeVersion(), line);
        if (!more.isEmpty()) {
            for (String option : more.split("\\s+")) {
                line.add(option);
            }
        }
        boolean escaped = Arguments.needEscapes();
        if (escaped) {
            line.add("-D" + Arguments.ESCAPED + "=true");
        }
        line.add("-cp");
        line.add(whole(System.getProperty("java.class.path")));
        line.add(COMMAND);
        for (String argument : escaped ? Arguments.escape(Arguments.asTyped(arguments)) : arguments) {
            line.add(argument);
        }
        return line;
    }

    /** A class path that means the same in every folder: a cache made from a relative one is of use in one alone. */
    private static String whole(String classPath) {
        return classPath.contains(File.pathSeparator) ? classPath : new File(classPath).getAbsolutePath();
    }

    /** Ends the second JVM, with time to tidy up; it is still alive here only when this JVM was told to stop. */
    private static void end(Process process) {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
        }
    }

    /** Copies everything, as it comes, but the first line that is exactly the JVM's own about the incubator module. */
    static void copyWithoutIncubatorLine(InputStream from, OutputStream to) throws IOException {
        byte[] line = (INCUBATOR_LINE + System.lineSeparator()).getBytes();
        byte[] buffer = new byte[8192];
        int matched = 0; // bytes of the line seen and held back, -1 once it was dropped
        boolean lineStart = true;
        for (int count = from.read(buffer); count >= 0; count = from.read(buffer)) {
            int start = 0;
            for (int i = 0; i < count && matched >= 0; i++) {
                if ((lineStart || matched > 0) && buffer[i] == line[matched]) {
                    to.write(buffer, start, i - start);
                    start = i + 1;
                    matched = matched + 1 == line.length ? -1 : matched + 1;
                } else if (matched > 0) {
                    to.write(line, 0, matched);
                    matched = 0;
                }
                lineStart = buffer[i] == '\n';
            }
            to.write(buffer, start, count - start);
            to.flush();
        }
        if (matched > 0) {
            to.write(line, 0, matched);
        }
        to.flush();
    }
}
