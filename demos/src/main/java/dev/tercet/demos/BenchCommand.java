package dev.tercet.demos;

import dev.tercet.CrossEncoder;
import dev.tercet.GenerationConfig;
import dev.tercet.LoadOptions;
import dev.tercet.Pair;
import dev.tercet.SentenceEncoder;
import dev.tercet.Translation;
import dev.tercet.Translator;
import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.kernel.MachineProbe;
import dev.tercet.loaders.JsonObject;
import dev.tercet.loaders.ModelFiles;
import dev.tercet.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How fast the models run here, and how far that is from what the machine can do. */
@CommandLine.Command(
        name = "bench",
        sortOptions = false,
        description = "Measure the models on this machine: speed, latency, and how much of the machine they use.",
        footer = {
            "",
            "First the machine: the rate of fused multiply-adds (FMA) in registers, and of reading memory, with",
            "as many threads as the models get. Then each shape, texts × tokens, over and over. p50 and p99 are",
            "the times within which half and 99 %% of the calls ended. \"fma\" is the share of the FMA peak;",
            "\"mem\" the share of the memory's rate, were every weight read once in each call (translation: once",
            "in each step), which is more than 100 %% where the weights stay in a cache. Tokens are those read,",
            "special tokens included; translate counts those written."
        })
final class BenchCommand extends Command {
    /** Texts × tokens. */
    private static final int[][] SHAPES = {{1, 8}, {1, 32}, {1, 128}, {32, 32}, {32, 128}, {8, 256}};

    private static final int[][] PAIR_SHAPES = {{1, 128}, {32, 32}, {16, 128}};
    private static final int[] TRANSLATIONS = {1, 8, 32};
    private static final int BEAMS = 4;

    /** Each is one token in the vocabularies of BERT; in another, shapes have a few tokens more. */
    private static final String[] WORDS = {"time", "people", "water", "house", "music", "night", "world", "school"};

    enum Format {
        table,
        json
    }

    @Option(names = "--seconds", paramLabel = "S", description = "For each line, after half as long to warm up (1).")
    private double seconds = 1;

    @Option(names = "--format", paramLabel = "table|json", defaultValue = "table", description = "(table)")
    private Format format;

    @Mixin
    private ModelOptions model = new ModelOptions();

    BenchCommand(Streams streams) {
        super(streams);
    }

    /** What the machine can do. */
    private record Machine(int threads, double peak, double bandwidth) {
        static Machine measure(int threads) {
            return new Machine(threads, MachineProbe.fmaPeak(threads, 1.2), MachineProbe.readBandwidth(threads, 1));
        }
    }

    /** A model to measure. */
    private record Subject(String id, String kind, JsonObject config) {}

    /** Runs of one model. */
    private record ModelRuns(String model, String kind, List<BenchRun> runs) {}

    /** Where results go while they are measured. */
    private interface Report {
        void machine(Machine machine) throws IOException;

        void model(ModelRuns runs) throws IOException;

        void end() throws IOException;
    }

    @Override
    void run() throws IOException {
        if (!(seconds > 0 && seconds <= 60)) {
            throw CommandException.wrongInput("--seconds is " + seconds + ", expected more than 0, at most 60");
        }
        LoadOptions options = model.loadOptions(this);
        String asked = model.model(null);
        List<String> ids = asked == null
                ? List.of(ModelOptions.DUAL, ModelOptions.CROSS, ModelOptions.TRANSLATION)
                : List.of(asked);
        List<Subject> subjects = ids.stream().map(this::subject).toList();
        Report report = format == Format.json ? new JsonReport(new JsonLines(streams.out())) : new Table();
        Machine machine = Machine.measure(Tour.threads(options));
        report.machine(machine);
        for (Subject subject : subjects) {
            report.model(measure(subject, options));
        }
        report.end();
    }

    /** Found before anything is measured: a wrong id must not take seconds to be told. */
    private Subject subject(String id) {
        try (ModelFiles files = model.locator().locate(id)) {
            JsonObject config = JsonObject.read(files, "config.json");
            return new Subject(id, ModelsCommand.kind(config), config);
        }
    }

    private ModelRuns measure(Subject subject, LoadOptions options) {
        String id = subject.id;
        List<BenchRun> runs =
                switch (subject.kind) {
                    case "dual encoder" -> embed(id, options, BertCost.of(subject.config));
                    case "cross-encoder" -> score(id, options, BertCost.of(subject.config));
                    case "encoder-decoder" -> translate(id, options, MarianCost.of(subject.config));
                    default ->
                        throw CommandException.wrongInput(
                                id + ": its config.json says " + subject.kind + ", which is none that Tercet runs");
                };
        return new ModelRuns(id, subject.kind, runs);
    }

    private List<BenchRun> embed(String id, LoadOptions options, BertCost cost) {
        List<BenchRun> runs = new ArrayList<>();
        try (SentenceEncoder encoder = SentenceEncoder.load(id, options)) {
            for (int[] shape : fitting(SHAPES, encoder.maxLength())) {
                String text = words(encoder.tokenizer(), shape[1]);
                List<String> texts = Collections.nCopies(shape[0], text);
                BenchRun.Work work =
                        work(cost, options, shape[0], encoder.embed(text).tokens());
                runs.add(BenchRun.of("embed " + shape[0] + " × " + shape[1], seconds, () -> {
                    encoder.encode(texts);
                    return work;
                }));
            }
        }
        return runs;
    }

    private List<BenchRun> score(String id, LoadOptions options, BertCost cost) {
        List<BenchRun> runs = new ArrayList<>();
        try (CrossEncoder cross = CrossEncoder.load(id, options)) {
            for (int[] shape : fitting(PAIR_SHAPES, cross.maxLength())) {
                // two texts and three special tokens where one has two
                int queryTokens = Math.min(8, shape[1] / 2);
                String query = words(cross.tokenizer(), queryTokens);
                String document = words(cross.tokenizer(), shape[1] - queryTokens + 1);
                List<Pair> pairs = Collections.nCopies(shape[0], new Pair(query, document));
                int tokens = cross.tokenizer()
                        .encodePair(query, document, cross.maxLength())
                        .size();
                BenchRun.Work work = work(cost, options, shape[0], tokens);
                runs.add(BenchRun.of("score " + shape[0] + " × " + shape[1], seconds, () -> {
                    cross.classify(pairs);
                    return work;
                }));
            }
        }
        return runs;
    }

    /** The shapes that a model has positions for, or one text as long as it reads. */
    private static List<int[]> fitting(int[][] shapes, int maxLength) {
        List<int[]> fitting =
                Arrays.stream(shapes).filter(shape -> shape[1] <= maxLength).toList();
        return fitting.isEmpty() ? List.of(new int[] {1, maxLength}) : fitting;
    }

    private static BenchRun.Work work(BertCost cost, LoadOptions options, int texts, int tokens) {
        return new BenchRun.Work(
                texts, texts * tokens, 2 * texts * cost.macs(tokens), bytes(options) * cost.layerWeights());
    }

    private List<BenchRun> translate(String id, LoadOptions options, MarianCost cost) {
        List<BenchRun> runs = new ArrayList<>();
        try (Translator translator = Translator.load(id, options)) {
            GenerationConfig generation = GenerationConfig.beams(BEAMS);
            for (int count : TRANSLATIONS) {
                List<String> texts = new ArrayList<>();
                for (int i = 0; i < count; i++) texts.add(Samples.SENTENCES.get(i % Samples.SENTENCES.size()));
                runs.add(BenchRun.of(
                        "translate " + count + ", " + BEAMS + " beams",
                        seconds,
                        () -> work(cost, options, BEAMS, translator.translate(texts, generation))));
            }
        }
        return runs;
    }

    private static BenchRun.Work work(MarianCost cost, LoadOptions options, int beams, List<Translation> translations) {
        int tokens = 0;
        int steps = 0;
        double macs = 0;
        for (Translation translation : translations) {
            int written = translation.hypotheses().getFirst().ids().length;
            tokens += written;
            steps = Math.max(steps, written);
            macs += cost.macs(translation.tokens(), written, beams);
        }
        return new BenchRun.Work(translations.size(), tokens, 2 * macs, bytes(options) * cost.weightsRead(steps));
    }

    /** Bytes of a weight in memory. */
    private static int bytes(LoadOptions options) {
        return switch (options.weights()) {
            case F32 -> 4;
            case BF16 -> 2;
            case INT8 -> 1;
        };
    }

    /** A text of so many tokens, special ones included. */
    private static String words(Tokenizer tokenizer, int tokens) {
        StringBuilder text = new StringBuilder(WORDS[0]);
        for (int i = 1; tokenizer.encode(text.toString()).size() < tokens; i++) {
            text.append(' ').append(WORDS[i % WORDS.length]);
        }
        return text.toString();
    }

    /** For people. */
    private final class Table implements Report {
        private final PrintStream out = new PrintStream(streams.out(), false, StandardCharsets.UTF_8);
        private Machine machine;

        @Override
        public void machine(Machine measured) {
            machine = measured;
            out.printf(
                    Locale.ROOT,
                    "%d thread%s: FMA peak %.1f GFLOP/s, memory %.1f GB/s; kernels: %s%n",
                    machine.threads,
                    machine.threads == 1 ? "" : "s",
                    machine.peak,
                    machine.bandwidth,
                    Kernels.preferred().description());
            out.printf("huge pages: %s%n", HugePages.ofThisJvm());
            out.flush();
        }

        @Override
        public void model(ModelRuns model) {
            out.printf("%n%s, %s%n", model.model, model.kind);
            out.printf(
                    "%-22s %9s %10s %10s %10s %9s %6s %6s%n",
                    "texts × tokens", "texts/s", "tokens/s", "p50 ms", "p99 ms", "GFLOP/s", "fma", "mem");
            for (BenchRun run : model.runs) {
                out.printf(
                        Locale.ROOT,
                        "%-22s %9.1f %,10.0f %10.2f %10.2f %9.1f %5.0f%% %5.0f%%%n",
                        run.name(),
                        run.textsPerSecond(),
                        run.tokensPerSecond(),
                        1e3 * run.percentile(0.5),
                        1e3 * run.percentile(0.99),
                        run.gigaflops(),
                        100 * run.gigaflops() / machine.peak,
                        100 * run.weightGigabytes() / machine.bandwidth);
            }
            out.flush();
        }

        @Override
        public void end() {}
    }

    /** For programs: one object. */
    private static final class JsonReport implements Report {
        private final JsonLines json;
        private Machine machine;

        JsonReport(JsonLines json) {
            this.json = json;
        }

        @Override
        public void machine(Machine measured) throws IOException {
            machine = measured;
            json.begin()
                    .number("threads", machine.threads)
                    .text("kernels", Kernels.preferred().description())
                    .text("hugePages", HugePages.ofThisJvm().toString())
                    .number("fmaPeakGflops", machine.peak)
                    .number("memoryGBps", machine.bandwidth)
                    .beginArray("runs");
        }

        @Override
        public void model(ModelRuns model) throws IOException {
            for (BenchRun run : model.runs) {
                json.beginElement()
                        .text("model", model.model)
                        .text("run", run.name())
                        .number("calls", run.calls().length)
                        .number("texts", run.work().texts())
                        .number("tokens", run.work().tokens())
                        .number("textsPerSecond", run.textsPerSecond())
                        .number("tokensPerSecond", run.tokensPerSecond())
                        .number("p50Seconds", run.percentile(0.5))
                        .number("p99Seconds", run.percentile(0.99))
                        .number("gflops", run.gigaflops())
                        .number("ofFmaPeak", run.gigaflops() / machine.peak)
                        .number("ofMemory", run.weightGigabytes() / machine.bandwidth)
                        .endElement();
            }
        }

        @Override
        public void end() throws IOException {
            json.endArray().end();
            json.flush();
        }
    }
}
