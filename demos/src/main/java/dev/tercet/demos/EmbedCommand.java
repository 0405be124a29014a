package dev.tercet.demos;

import dev.tercet.Embedding;
import dev.tercet.SentenceEncoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Texts to vectors. */
@CommandLine.Command(
        name = "embed",
        sortOptions = false,
        description = "Turn texts into vectors whose cosine says how alike the texts are.",
        footer = {
            "",
            "Prints {\"text\",\"embedding\",\"tokens\",\"truncated\"} for each text: tokens = what the model read,",
            "special tokens included; truncated = tokens dropped because the text is longer than the model's limit.",
            "--format npy is one NumPy array [texts, dimension], float32; text is one line of numbers for each text."
        })
final class EmbedCommand extends Command {
    private static final int BATCH = 256;

    enum Format {
        jsonl,
        npy,
        text
    }

    @Parameters(arity = "0..*", paramLabel = "TEXT", description = "Texts to embed.")
    private List<String> texts = List.of();

    @Mixin
    private InputOptions input = new InputOptions();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Write there; the file appears once it is complete.")
    private String output;

    @Option(names = "--format", paramLabel = "jsonl|npy|text", defaultValue = "jsonl", description = "(jsonl)")
    private Format format;

    @Mixin
    private ModelOptions model = new ModelOptions();

    EmbedCommand(Streams streams) {
        super(streams);
    }

    /** Receives the embeddings as they are made. */
    private interface Writer {
        void write(List<String> texts, List<Embedding> embeddings) throws IOException;

        void end() throws IOException;
    }

    @Override
    void run() throws IOException {
        if (texts.isEmpty() && !input.given()) {
            throw wrongUsage("nothing to embed: give texts, or -i FILE (-i - reads standard input)");
        }
        try (Inputs<String> inputs = input.texts(texts, streams);
                Results results = Results.open(output, streams.out());
                SentenceEncoder encoder =
                        SentenceEncoder.load(model.model(ModelOptions.DUAL), model.loadOptions(this));
                Progress progress = progress("texts")) {
            Writer writer =
                    switch (format) {
                        case jsonl -> new JsonWriter(new JsonLines(results.stream()));
                        case text -> new TextWriter(results);
                        case npy -> new NpyWriter(new NpyFile(results.stream(), encoder.dimension()));
                    };
            for (List<String> batch = inputs.nextBatch(BATCH); !batch.isEmpty(); batch = inputs.nextBatch(BATCH)) {
                writer.write(batch, encoder.embed(batch));
                progress.done(batch.size(), inputs.fractionRead());
            }
            writer.end();
            results.complete();
        }
    }

    private record JsonWriter(JsonLines json) implements Writer {
        @Override
        public void write(List<String> texts, List<Embedding> embeddings) throws IOException {
            for (int i = 0; i < texts.size(); i++) {
                Embedding embedding = embeddings.get(i);
                json.begin()
                        .text("text", texts.get(i))
                        .numbers("embedding", embedding.vector())
                        .number("tokens", embedding.tokens())
                        .number("truncated", embedding.truncatedTokens())
                        .end();
            }
            json.flush();
        }

        @Override
        public void end() {}
    }

    private record TextWriter(Results results) implements Writer {
        @Override
        public void write(List<String> texts, List<Embedding> embeddings) throws IOException {
            StringBuilder lines = new StringBuilder();
            for (Embedding embedding : embeddings) {
                String separator = "";
                for (float value : embedding.vector()) {
                    lines.append(separator).append(value);
                    separator = " ";
                }
                lines.append('\n');
            }
            results.stream().write(lines.toString().getBytes(StandardCharsets.US_ASCII));
            results.stream().flush();
        }

        @Override
        public void end() {}
    }

    private record NpyWriter(NpyFile file) implements Writer {
        @Override
        public void write(List<String> texts, List<Embedding> embeddings) throws IOException {
            for (Embedding embedding : embeddings) {
                file.add(embedding.vector());
            }
        }

        @Override
        public void end() throws IOException {
            file.end();
        }
    }
}
