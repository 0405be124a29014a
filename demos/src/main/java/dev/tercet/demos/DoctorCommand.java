package dev.tercet.demos;

import dev.tercet.CrossEncoder;
import dev.tercet.LoadOptions;
import dev.tercet.LoadReport;
import dev.tercet.SentenceEncoder;
import dev.tercet.Translator;
import dev.tercet.engine.kernel.Kernels;
import dev.tercet.loaders.CachedModel;
import dev.tercet.loaders.HubCache;
import dev.tercet.loaders.ModelLocator;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
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
    private static final String FIRST_TEXT = "hello";

    enum Format {
        text,
        json
    }

    @Option(
            names = "--timings",
            description = {
                "Also measure, which takes some seconds: where the time from the start of the program to the first",
                "vector goes, how long the bundled models take to load, the memory of their weights, typical runs."
            })
    private boolean timings;

    @Option(names = "--format", paramLabel = "text|json", defaultValue = "text", description = "(text)")
    private Format format;

    DoctorCommand(Streams streams) {
        super(streams);
    }

    @Override
    void run() throws IOException {
        Report report = timings ? new Report() : null;
        if (report != null) {
            measure(report);
        }
        if (format == Format.json) {
            writeJson(report);
            return;
        }
        PrintStream out = new PrintStream(streams.out(), false, StandardCharsets.UTF_8);
        java(out);
        machine(out);
        models(out);
        if (report != null) {
            report.print(out);
        }
        out.flush();
    }

    private void writeJson(Report report) throws IOException {
        JsonLines json = new JsonLines(streams.out());
        json.begin()
                .text("java", Runtime.version().toString())
                .text("vendor", System.getProperty("java.vendor"))
                .text("vm", System.getProperty("java.vm.name"))
                .text("kernels", Kernels.preferred().description())
                .text("startCache", startCache())
                .text("hugePages", HugePages.ofThisJvm().toString())
                .number("threads", Tour.threads(LoadOptions.defaults()))
                .number("heapBytes", Runtime.getRuntime().maxMemory());
        if (report != null) {
            report.write(json);
        }
        json.end();
        json.flush();
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
        line(out, "huge pages", "%s", HugePages.ofThisJvm());
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

    /** Before anything else is looked at, so that what is measured is a cold start. */
    private void measure(Report report) {
        StartTimes.Load load = StartTimes.Load.now();
        try (SentenceEncoder encoder = SentenceEncoder.load(ModelOptions.DUAL)) {
            report.start = StartTimes.firstEmbedding(encoder, load, FIRST_TEXT);
            report.loaded(ModelOptions.DUAL, encoder.loadReport());
            String query = Samples.QUERIES.getFirst();
            report.run("embed, one query", Timing.of(() -> encoder.encode(query)));
            List<String> many = Collections.nCopies(64, Samples.DOCUMENTS.getFirst());
            report.run("embed, 64 documents", Timing.of(() -> encoder.encode(many)));
        }
        try (CrossEncoder cross = CrossEncoder.load(ModelOptions.CROSS)) {
            report.loaded(ModelOptions.CROSS, cross.loadReport());
            String query = Samples.QUERIES.getFirst();
            String document = Samples.DOCUMENTS.getFirst();
            report.run("score, one pair", Timing.of(() -> cross.score(query, document)));
        }
        try (Translator translator = Translator.load(ModelOptions.TRANSLATION)) {
            report.loaded(ModelOptions.TRANSLATION, translator.loadReport());
            String sentence = Samples.SENTENCES.getFirst();
            report.run("translate, one sentence", Timing.of(() -> translator.translate(sentence)));
        }
    }

    /** What the timings found. */
    private static final class Report {
        private final List<Loaded> loads = new ArrayList<>();
        private final List<Run> runs = new ArrayList<>();
        private StartTimes start;

        private record Loaded(String id, LoadReport report) {
            double seconds() {
                return report.phases().stream()
                                .mapToLong(LoadReport.Phase::toNanos)
                                .max()
                                .orElse(0)
                        / 1e9;
            }

            /** Of the format of the weights. */
            String weights() {
                return report.weights().name().toLowerCase(Locale.ROOT);
            }
        }

        private record Run(String name, Timing timing) {}

        void loaded(String id, LoadReport report) {
            loads.add(new Loaded(id, report));
        }

        void run(String what, Timing timing) {
            runs.add(new Run(what, timing));
        }

        void print(PrintStream out) {
            out.println();
            out.println("From the start of the program to the first vector, in milliseconds:");
            out.printf(Locale.ROOT, "  %-42s %8s %8s %8s%n", "", "from", "to", "adds");
            for (StartTimes.Phase phase : start.phases()) {
                out.printf(
                        Locale.ROOT,
                        "  %-42s %8.0f %8.0f %8.0f%n",
                        phase.name(),
                        phase.from(),
                        phase.to(),
                        phase.adds());
            }
            out.printf(Locale.ROOT, "  %-42s %8s %8s %8.0f%n%n", "sum", "", "", start.total());
            for (Loaded load : loads) {
                line(
                        out,
                        "load",
                        "%s  %s, dense layers as %s in %s",
                        Numbers.time(load.seconds()),
                        load.id(),
                        load.weights(),
                        ModelsCommand.size(load.report().weightBytes()));
            }
            for (Run run : runs) {
                line(
                        out,
                        "run",
                        "%s, the first time %s  %s",
                        Numbers.time(run.timing().usual()),
                        Numbers.time(run.timing().first()),
                        run.name());
            }
        }

        void write(JsonLines json) throws IOException {
            json.beginArray("phases");
            for (StartTimes.Phase phase : start.phases()) {
                json.beginElement()
                        .text("name", phase.name())
                        .number("fromMillis", phase.from())
                        .number("toMillis", phase.to())
                        .number("addsMillis", phase.adds())
                        .endElement();
            }
            json.endArray().number("totalMillis", start.total()).beginArray("models");
            for (Loaded load : loads) {
                json.beginElement()
                        .text("id", load.id())
                        .number("loadSeconds", load.seconds())
                        .text("weights", load.weights())
                        .number("weightBytes", load.report().weightBytes())
                        .endElement();
            }
            json.endArray().beginArray("runs");
            for (Run run : runs) {
                json.beginElement()
                        .text("name", run.name())
                        .number("firstSeconds", run.timing().first())
                        .number("seconds", run.timing().usual())
                        .endElement();
            }
            json.endArray();
        }
    }
}
