package dev.tercet.demos;

import dev.tercet.CrossEncoder;
import dev.tercet.LoadOptions;
import dev.tercet.SentenceEncoder;
import dev.tercet.Translator;
import dev.tercet.engine.kernel.Kernels;
import dev.tercet.loaders.CachedModel;
import dev.tercet.loaders.HubCache;
import dev.tercet.loaders.ModelLocator;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** What runs here, and why. */
@CommandLine.Command(
        name = "doctor",
        description = "Show what runs on this machine and why: Java, kernels, threads, memory, models.")
final class DoctorCommand extends Command {
    @Option(names = "--timings", description = "Also load the bundled models and measure them; takes some seconds.")
    private boolean timings;

    DoctorCommand(Streams streams) {
        super(streams);
    }

    @Override
    void run() {
        PrintStream out = new PrintStream(streams.out(), false, StandardCharsets.UTF_8);
        java(out);
        machine(out);
        models(out);
        if (timings) {
            timings(out);
        }
        out.flush();
    }

    private static void line(PrintStream out, String label, String format, Object... values) {
        out.printf(Locale.ROOT, "%-12s%s%n", label, String.format(Locale.ROOT, format, values));
    }

    private static void java(PrintStream out) {
        line(
                out,
                "java",
                "%s, %s, %s",
                Runtime.version(),
                System.getProperty("java.vendor"),
                System.getProperty("java.home"));
        line(
                out,
                "vm",
                "%s, %s, %s",
                System.getProperty("java.vm.name"),
                System.getProperty("java.vm.info"),
                compiler());
        boolean vector = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
        line(
                out,
                "vector",
                vector
                        ? "jdk.incubator.vector is there"
                        : "jdk.incubator.vector is not there; start Java with --add-modules jdk.incubator.vector");
        line(out, "kernels", "%s", Kernels.preferred().description());
        line(
                out,
                "started by",
                System.getProperty("tercet.launcher") == null
                        ? "this Java itself"
                        : "the launcher, process " + System.getProperty("tercet.launcher"));
        line(out, "start cache", "%s", startCache());
    }

    /** Whether the JVM's cache beside the jar is in use; a JVM that maps none says so in its description. */
    private static String startCache() {
        String unused = System.getProperty("tercet.start.cache.unused");
        if (unused != null) {
            return "not used: " + unused;
        }
        String flag = "-XX:AOTCache=";
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith(flag))
                .map(argument -> argument.substring(flag.length()))
                .map(file -> System.getProperty("java.vm.info").contains("sharing")
                        ? "used: " + file
                        : "not used: this Java refuses " + file + "; build again with it")
                .findFirst()
                .orElse("not used: no launcher looked for one");
    }

    private static String compiler() {
        var compiler = ManagementFactory.getCompilationMXBean();
        return compiler == null ? "no JIT compiler: everything is interpreted" : compiler.getName();
    }

    private static void machine(PrintStream out) {
        line(
                out,
                "system",
                "%s %s, %s",
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                System.getProperty("os.arch"));
        line(
                out,
                "threads",
                "%d by default, one for each processor that Java sees",
                Tour.threads(LoadOptions.defaults()));
        long physical =
                ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                        ? system.getTotalMemorySize()
                        : 0;
        line(
                out,
                "memory",
                "%s for the heap at most (%s), %s in the machine",
                ModelsCommand.size(Runtime.getRuntime().maxMemory()),
                String.join(
                        ", ",
                        ManagementFactory.getGarbageCollectorMXBeans().stream()
                                .map(collector -> collector.getName())
                                .toList()),
                physical == 0 ? "unknown" : ModelsCommand.size(physical));
    }

    private static void models(PrintStream out) {
        ModelLocator locator = ModelLocator.ofThisProcess();
        List<CachedModel> cached = new HubCache(locator.hub().cache()).list();
        line(
                out,
                "bundled",
                "%s",
                locator.bundled().ids().isEmpty()
                        ? "no models"
                        : String.join(", ", locator.bundled().ids()));
        line(
                out,
                "cache",
                "%s: %s",
                locator.hub().cache(),
                cached.isEmpty()
                        ? "no models"
                        : String.join(
                                ", ",
                                cached.stream()
                                        .map(model -> model.id() + (model.isComplete() ? "" : " (incomplete)"))
                                        .toList()));
        line(out, "hub", "%s%s", locator.hub().endpoint(), locator.hub().offline() ? ", not asked: offline" : "");
    }

    private static void timings(PrintStream out) {
        line(
                out,
                "start",
                "%s from the start of the JVM to here",
                Numbers.time(ManagementFactory.getRuntimeMXBean().getUptime() / 1e3));
        String query = Samples.QUERIES.getFirst();
        String document = Samples.DOCUMENTS.getFirst();
        try (SentenceEncoder encoder = timedLoad(out, ModelOptions.DUAL, SentenceEncoder::load)) {
            timed(out, "embed, one query", () -> encoder.encode(query));
            List<String> many = Collections.nCopies(64, document);
            timed(out, "embed, 64 documents", () -> encoder.encode(many));
        }
        try (CrossEncoder cross = timedLoad(out, ModelOptions.CROSS, CrossEncoder::load)) {
            timed(out, "score, one pair", () -> cross.score(query, document));
        }
        try (Translator translator = timedLoad(out, ModelOptions.TRANSLATION, Translator::load)) {
            timed(out, "translate, one sentence", () -> translator.translate(Samples.SENTENCES.getFirst()));
        }
    }

    /** Loads a model by its id. */
    private interface Loader<T> {
        T load(String id);
    }

    private static <T> T timedLoad(PrintStream out, String id, Loader<T> loader) {
        long start = System.nanoTime();
        T model = loader.load(id);
        line(out, "load", "%s  %s", Numbers.time((System.nanoTime() - start) / 1e9), id);
        out.flush();
        return model;
    }

    private static void timed(PrintStream out, String what, Runnable work) {
        Timing timing = Timing.of(work);
        line(out, "run", "%s, the first time %s  %s", Numbers.time(timing.usual()), Numbers.time(timing.first()), what);
        out.flush();
    }
}
