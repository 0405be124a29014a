package dev.tercet.demos;

import dev.tercet.CrossEncoder;
import dev.tercet.Embedding;
import dev.tercet.GenerationConfig;
import dev.tercet.Pair;
import dev.tercet.SentenceEncoder;
import dev.tercet.Translation;
import dev.tercet.Translator;
import dev.tercet.engine.kernel.Kernels;
import dev.tercet.tokenizer.Encoding;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A run as data: every activation of it in a folder, and the comparison of two such folders. */
@CommandLine.Command(
        name = "trace",
        synopsisSubcommandLabel = "encode|cross|translate|diff",
        description = "Keep every activation of a run as safetensors, and find where two runs part.",
        footer = {
            "",
            "The folder holds " + RecordedRun.NUMBERS + ", all numbers by the names of the checkpoint's modules,",
            "and " + RecordedRun.INDEX + ", what ran and the names in the order of computation. A decoder's names",
            "end in @STEP.ROW. oracle/trace_dump.py repeats such a run in PyTorch."
        })
final class TraceCommand extends Command {
    TraceCommand(Streams streams) {
        super(streams);
    }

    @Override
    void run() {
        throw wrongUsage("what to trace? encode, cross or translate; or compare two: diff");
    }

    /** What the traced runs have in common: where they write, and what they say when done. */
    abstract static class TracedRun extends Command {
        @Option(
                names = {"-o", "--output"},
                paramLabel = "FOLDER",
                required = true,
                description = "The folder to write.")
        private String output;

        @Mixin
        ModelOptions model = new ModelOptions();

        TracedRun(Streams streams) {
            super(streams);
        }

        final void keep(Recording recording, Map<String, String> run) throws IOException {
            Path folder = Path.of(output);
            if (Files.exists(folder) && !Files.isDirectory(folder)) {
                throw CommandException.failed(output + " is a file, expected the folder to write");
            }
            Map<String, String> all = new LinkedHashMap<>(run);
            all.put("kernels", Kernels.preferred().description());
            recording.write(folder, all);
            say(streams, recording.count() + " activations, " + Numbers.bytes(recording.bytes()) + ", in " + output);
        }

        static void keepInput(Recording recording, Encoding encoding) {
            recording.add("input_ids", encoding.ids());
            recording.add("token_type_ids", encoding.typeIds());
        }
    }

    private static void say(Streams streams, String line) throws IOException {
        streams.out().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** A text through a dual encoder. */
    @CommandLine.Command(name = "encode", sortOptions = false, description = "Trace how a text becomes a vector.")
    static final class Encode extends TracedRun {
        @Parameters(paramLabel = "TEXT", description = "The text.")
        private String text;

        Encode(Streams streams) {
            super(streams);
        }

        @Override
        void run() throws IOException {
            try (SentenceEncoder encoder =
                    SentenceEncoder.load(model.model(ModelOptions.DUAL), model.loadOptions(this))) {
                Recording recording = new Recording();
                keepInput(recording, encoder.tokenizer().encode(text, encoder.maxLength()));
                Embedding embedding = encoder.embed(text, recording);
                recording.add("sentence_embedding", embedding.vector(), embedding.vector().length);
                Map<String, String> run = new LinkedHashMap<>();
                run.put("kind", "encode");
                run.put("model", encoder.name());
                run.put("text", text);
                keep(recording, run);
            }
        }
    }

    /** A pair through a cross-encoder. */
    @CommandLine.Command(
            name = "cross",
            sortOptions = false,
            description = "Trace how a query and a document become a score.")
    static final class Cross extends TracedRun {
        @Parameters(index = "0", paramLabel = "QUERY", description = "The query.")
        private String query;

        @Parameters(index = "1", paramLabel = "DOC", description = "The document.")
        private String document;

        Cross(Streams streams) {
            super(streams);
        }

        @Override
        void run() throws IOException {
            try (CrossEncoder cross = CrossEncoder.load(model.model(ModelOptions.CROSS), model.loadOptions(this))) {
                Recording recording = new Recording();
                keepInput(recording, cross.tokenizer().encodePair(query, document, cross.maxLength()));
                cross.classify(new Pair(query, document), recording);
                Map<String, String> run = new LinkedHashMap<>();
                run.put("kind", "cross");
                run.put("model", cross.name());
                run.put("query", query);
                run.put("document", document);
                keep(recording, run);
            }
        }
    }

    /** A text through an encoder-decoder. */
    @CommandLine.Command(
            name = "translate",
            sortOptions = false,
            description = "Trace how a text becomes its translation, step by step.")
    static final class Translate extends TracedRun {
        @Parameters(paramLabel = "TEXT", description = "The text.")
        private String text;

        @Option(
                names = {"--beams", "--num-beams"},
                paramLabel = "N",
                description = "Hypotheses kept at every step; 1 is greedy search.")
        private Integer beams;

        @Option(names = "--max-new-tokens", paramLabel = "N", description = "Tokens produced at most.")
        private Integer maxNewTokens;

        Translate(Streams streams) {
            super(streams);
        }

        @Override
        void run() throws IOException {
            try (Translator translator =
                    Translator.load(model.model(ModelOptions.TRANSLATION), model.loadOptions(this))) {
                GenerationConfig generation =
                        beams == null ? GenerationConfig.modelDefaults() : GenerationConfig.beams(beams);
                if (maxNewTokens != null) {
                    generation = generation.maxNewTokens(maxNewTokens);
                }
                Recording recording = new Recording();
                recording.add(
                        "input_ids",
                        translator
                                .tokenizer()
                                .encode(text, translator.maxLength())
                                .ids());
                Translation translation = translator.translation(text, generation, recording);
                recording.add("sequence", translation.hypotheses().getFirst().ids());
                Map<String, String> run = new LinkedHashMap<>();
                run.put("kind", "translate");
                run.put("model", translator.name());
                run.put("text", text);
                run.put("translation", translation.text());
                keep(recording, run);
            }
        }
    }

    /** Two runs. */
    @CommandLine.Command(
            name = "diff",
            sortOptions = false,
            description = "Find the first activation in which two runs part.",
            footer = {
                "",
                "Two fp32 implementations of one model differ in the last bits from the first sum on; a mistake",
                "shows as a jump by orders of magnitude. Differences are relative to the largest absolute value",
                "of the activation. --tolerance 0 asks for the same bits.",
                "Exit code 0 when no activation parts by more than the tolerance, 1 when one does."
            })
    static final class Diff extends Command {
        @Parameters(index = "0", paramLabel = "A", description = "A folder that tercet trace wrote.")
        private String first;

        @Parameters(index = "1", paramLabel = "B", description = "Another, or one that oracle/trace_dump.py wrote.")
        private String second;

        @Option(
                names = "--tolerance",
                paramLabel = "X",
                defaultValue = "1e-5",
                description = "Relative difference up to which activations are taken for the same (1e-5).")
        private double tolerance;

        @Option(names = "--all", description = "Show every activation, not only what matters.")
        private boolean all;

        Diff(Streams streams) {
            super(streams);
        }

        @Override
        void run() throws IOException {
            if (!(tolerance >= 0 && tolerance < Double.POSITIVE_INFINITY)) {
                throw CommandException.wrongInput("--tolerance is " + tolerance + ", expected a number of at least 0");
            }
            try (RecordedRun a = RecordedRun.open(Path.of(first));
                    RecordedRun b = RecordedRun.open(Path.of(second))) {
                TraceComparison comparison = TraceComparison.of(a, b);
                PrintStream out = new PrintStream(streams.out(), false, StandardCharsets.UTF_8);
                comparison.show(out, tolerance, all);
                out.flush();
                if (comparison.parting(tolerance).isPresent()) {
                    throw CommandException.failed("the runs part at "
                            + comparison.parting(tolerance).get().name());
                }
            }
        }
    }

    /** A difference as people read it. */
    static String relative(double value) {
        return value == 0 ? "0" : String.format(Locale.ROOT, "%.1e", value);
    }
}
