package dev.tercet.demos;

import dev.tercet.CrossEncoder;
import dev.tercet.LoadOptions;
import dev.tercet.SentenceEncoder;
import dev.tercet.Translator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Pages that show a run from the inside. */
@CommandLine.Command(
        name = "explain",
        sortOptions = false,
        synopsisSubcommandLabel = "encode|cross|translate",
        description = "Write a page that shows, with your own text, how a model works inside.",
        footer = {
            "",
            "One HTML file that needs no network. Every number on it is the engine's, from this run.",
            "",
            "  tercet explain encode \"A cat sits on the mat.\" \"A kitten lies on a rug.\" --open",
            "  tercet explain cross \"What is the capital of France?\" \"Paris is the capital of France.\" --open",
            "  tercet explain translate \"The weather is beautiful outside.\" --open"
        })
final class ExplainCommand extends Command {
    ExplainCommand(Streams streams) {
        super(streams);
    }

    @Override
    void run() {
        throw wrongUsage("which page? Start with: tercet explain encode \"A text of yours.\"");
    }

    /** Where the page goes. */
    static final class PageOptions {
        @Option(
                names = {"-o", "--output"},
                paramLabel = "FILE",
                description = "Write the page there (tercet-explain-….html in this folder); - is standard output.")
        private String output;

        @Option(names = "--open", description = "Open the page in the browser.")
        private boolean open;

        /** Writes the page and says where it is. */
        void write(ExplainCommand.PageCommand command, String kind, String title, Map<String, Object> run)
                throws IOException {
            String name = output == null ? standardName(kind) : output;
            if (open && name.equals("-")) {
                throw command.wrongUsage("--open needs a file, not standard output");
            }
            byte[] page = ExplainPage.of(kind, title, run);
            try (Results results = Results.open(name, command.streams.out())) {
                results.stream().write(page);
                results.complete();
            }
            if (name.equals("-")) {
                return;
            }
            Path file = Path.of(name).toAbsolutePath().normalize();
            command.streams.out().write((file + "\n").getBytes(StandardCharsets.UTF_8));
            if (open) {
                Browser.open(file);
            } else if (!command.quiet) {
                command.streams
                        .err()
                        .println("written, " + (page.length + 999) / 1000
                                + " kB; open it in a browser, or add --open to this command");
            }
        }

        /** In this folder, or where one may write. */
        private static String standardName(String kind) {
            String name = "tercet-explain-" + kind + ".html";
            return Files.isWritable(Path.of(""))
                    ? name
                    : Path.of(System.getProperty("java.io.tmpdir"), name).toString();
        }
    }

    /** What the three pages have in common. */
    abstract static class PageCommand extends Command {
        /** Attention grows with the square of the tokens: with so many a page stays below 3 MB. */
        private static final int TOKENS = 128;

        /** A pair of one token each with the special ones around them. */
        private static final int LEAST_TOKENS = 5;

        @Mixin
        PageOptions page = new PageOptions();

        @Mixin
        ModelOptions model = new ModelOptions();

        PageCommand(Streams streams) {
            super(streams);
        }

        /**
         * Loads a model that reads so many tokens at most.
         *
         * @param most null for {@value #TOKENS}, or the model's own limit where that is less
         */
        final <T> T load(Integer most, Function<LoadOptions, T> loader) {
            LoadOptions options = model.loadOptions(this);
            if (most != null) {
                if (most < LEAST_TOKENS) {
                    throw CommandException.wrongInput(
                            "--max-length is " + most + ", expected " + LEAST_TOKENS + " or more");
                }
                return loader.apply(options.withMaxLength(most));
            }
            try {
                return loader.apply(options.withMaxLength(TOKENS));
            } catch (IllegalArgumentException e) {
                return loader.apply(options); // it has fewer positions, or says again what is wrong
            }
        }

        /** A page may show less than was given; then it must be said. */
        final void warnOfTruncation(String what, int truncated) {
            if (truncated > 0 && !quiet) {
                streams.err()
                        .println(String.format(
                                Locale.ROOT,
                                "truncated: the last %d tokens of %s are not on the page",
                                truncated,
                                what));
            }
        }
    }

    /** One or two texts to vectors. */
    @CommandLine.Command(
            name = "encode",
            sortOptions = false,
            description = "A text on its way to a vector; with two texts, how their cosine comes about.")
    static final class Encode extends PageCommand {
        @Parameters(arity = "0..2", paramLabel = "TEXT", description = "One text, or two to compare.")
        private List<String> texts = List.of();

        @Option(
                names = "--max-length",
                paramLabel = "N",
                description = "Tokens of the text at most (128); more make a large page.")
        private Integer maxLength;

        Encode(Streams streams) {
            super(streams);
        }

        @Override
        void run() throws IOException {
            if (texts.isEmpty()) {
                throw wrongUsage("nothing to explain: give a text, or two to compare");
            }
            try (SentenceEncoder encoder =
                    load(maxLength, options -> SentenceEncoder.load(model.model(ModelOptions.DUAL), options))) {
                for (String text : texts) {
                    warnOfTruncation(
                            "\"" + start(text) + "\"",
                            encoder.tokenizer()
                                    .encode(text, encoder.maxLength())
                                    .truncated());
                }
                page.write(this, "encode", "How a text becomes a vector", EncodeRun.of(encoder, texts));
            }
        }

        private static String start(String text) {
            int most = 40;
            return text.codePointCount(0, text.length()) <= most
                    ? text
                    : text.substring(0, text.offsetByCodePoints(0, most)) + "…";
        }
    }

    /** A pair to its score. */
    @CommandLine.Command(
            name = "cross",
            sortOptions = false,
            description = "A query and a document, read together: attention between them, and how the score forms.")
    static final class Cross extends PageCommand {
        @Parameters(index = "0", arity = "0..1", paramLabel = "QUERY", description = "The query.")
        private String query;

        @Parameters(index = "1", arity = "0..1", paramLabel = "DOC", description = "The document.")
        private String document;

        @Option(
                names = "--bi-model",
                paramLabel = "ID|FOLDER",
                defaultValue = ModelOptions.DUAL,
                description = "The dual encoder beside it (all-MiniLM-L6-v2).")
        private String dualModel;

        @Option(
                names = "--max-length",
                paramLabel = "N",
                description = "Tokens of the pair at most (128); more make a large page.")
        private Integer maxLength;

        Cross(Streams streams) {
            super(streams);
        }

        @Override
        void run() throws IOException {
            if (document == null) {
                throw wrongUsage("give a query and a document");
            }
            try (CrossEncoder cross =
                            load(maxLength, options -> CrossEncoder.load(model.model(ModelOptions.CROSS), options));
                    SentenceEncoder dual = load(maxLength, options -> SentenceEncoder.load(dualModel, options))) {
                ModelOptions.requireOneLabel(cross);
                Map<String, Object> run = new CrossRun(cross, dual, query, document).page();
                warnOfTruncation("the pair", (int) run.get("truncated"));
                page.write(this, "cross", "How a query meets a document", run);
            }
        }
    }

    /** A text to another text. */
    @CommandLine.Command(
            name = "translate",
            sortOptions = false,
            description = "A translation: the encoder, the decoder's attention, and the search, step by step.")
    static final class Translate extends PageCommand {
        @Parameters(arity = "0..1", paramLabel = "TEXT", description = "The text.")
        private String text;

        @Mixin
        private TranslateCommand.Decoding decoding = new TranslateCommand.Decoding();

        Translate(Streams streams) {
            super(streams);
        }

        @Override
        void run() throws IOException {
            if (text == null) {
                throw wrongUsage("nothing to explain: give a text");
            }
            try (Translator translator =
                    load(null, options -> Translator.load(model.model(ModelOptions.TRANSLATION), options))) {
                Map<String, Object> run = TranslateRun.of(translator, text, decoding.config());
                warnOfTruncation("the text", (int) run.get("truncated"));
                page.write(this, "translate", "How a translation is found", run);
            }
        }
    }
}
