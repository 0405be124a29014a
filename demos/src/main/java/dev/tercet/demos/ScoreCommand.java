package dev.tercet.demos;

import dev.tercet.CrossEncoder;
import dev.tercet.Pair;
import dev.tercet.Score;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Pairs of texts to scores. */
@CommandLine.Command(
        name = "score",
        sortOptions = false,
        description = "Say how well a document answers a query, reading both together.",
        footer = {
            "",
            "Prints {\"query\",\"document\",\"logit\",\"score\",\"tokens\",\"truncated\"} for each pair: score = the"
                    + " logit",
            "after the model's own activation (for ms-marco models the logit itself). --format text: score, query and",
            "document with tabs between them."
        })
final class ScoreCommand extends Command {
    private static final int BATCH = 128;

    enum Format {
        jsonl,
        text
    }

    @Parameters(index = "0", arity = "0..1", paramLabel = "QUERY", description = "The query.")
    private String query;

    @Parameters(index = "1", arity = "0..1", paramLabel = "DOC", description = "The document.")
    private String document;

    @Option(
            names = "--pairs",
            paramLabel = "FILE|-",
            description = "Read pairs, one per line: query, tab, document; - is standard input.")
    private String pairs;

    @Option(
            names = "--input-format",
            paramLabel = "tsv|jsonl",
            description = "jsonl: objects with \"query\" and \"document\"; the default for *.jsonl.")
    private String inputFormat;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Write there; the file appears once it is complete.")
    private String output;

    @Option(names = "--format", paramLabel = "jsonl|text", defaultValue = "jsonl", description = "(jsonl)")
    private Format format;

    @Mixin
    private ModelOptions model = new ModelOptions();

    ScoreCommand(Streams streams) {
        super(streams);
    }

    @Override
    void run() throws IOException {
        if ((pairs == null) == (document == null)) {
            throw wrongUsage("give a query and a document, or --pairs FILE (- reads standard input)");
        }
        try (Inputs<Pair> inputs = inputs();
                Results results = Results.open(output, streams.out());
                CrossEncoder cross = CrossEncoder.load(model.model(ModelOptions.CROSS), model.loadOptions(this));
                Progress progress = progress("pairs")) {
            ModelOptions.requireOneLabel(cross);
            JsonLines json = new JsonLines(results.stream());
            for (List<Pair> batch = inputs.nextBatch(BATCH); !batch.isEmpty(); batch = inputs.nextBatch(BATCH)) {
                List<Score> scores = cross.scores(batch);
                for (int i = 0; i < scores.size(); i++) {
                    write(batch.get(i), scores.get(i), json, results);
                }
                json.flush();
                progress.done(batch.size(), inputs.fractionRead());
            }
            results.complete();
        }
    }

    private Inputs<Pair> inputs() {
        return pairs == null
                ? new Inputs<>(List.of(new Pair(query, document)), null, Inputs::tabbedPair)
                : Inputs.pairs(pairs, inputFormat, streams.in());
    }

    private void write(Pair pair, Score score, JsonLines json, Results results) throws IOException {
        if (format == Format.text) {
            String line = score.score() + "\t" + pair.query() + "\t" + pair.document() + "\n";
            results.stream().write(line.getBytes(StandardCharsets.UTF_8));
            return;
        }
        json.begin()
                .text("query", pair.query())
                .text("document", pair.document())
                .number("logit", score.logit())
                .number("score", score.score())
                .number("tokens", score.tokens())
                .number("truncated", score.truncatedTokens())
                .end();
    }
}
