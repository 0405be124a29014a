package dev.tercet.demos;

import dev.tercet.CrossEncoder;
import dev.tercet.Pair;
import dev.tercet.Ranked;
import dev.tercet.Score;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Documents by how well they answer a query. */
@CommandLine.Command(
        name = "rank",
        sortOptions = false,
        description = "Sort documents by how well each answers a query, the best first.",
        footer = {
            "",
            "Prints {\"rank\",\"index\",\"logit\",\"score\",\"document\"}: rank counts from 1, index is the document's"
                    + " place",
            "in the input, from 0. --format text: rank, score and document with tabs between them."
        })
final class RankCommand extends Command {
    private static final int BATCH = 128;

    /** The best first; of equals the one that came first. */
    private static final Comparator<Ranked> BEST_FIRST =
            Comparator.comparing(Ranked::score, Comparator.reverseOrder()).thenComparing(Ranked::index);

    enum Format {
        jsonl,
        text
    }

    @Parameters(index = "0", paramLabel = "QUERY", description = "The query.")
    private String query;

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "DOC", description = "Documents to rank.")
    private List<String> documents = List.of();

    @Mixin
    private InputOptions input = new InputOptions();

    @Option(names = "--top-k", paramLabel = "K", description = "Show the best K only.")
    private Integer topK;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Write there; the file appears once it is complete.")
    private String output;

    @Option(names = "--format", paramLabel = "jsonl|text", defaultValue = "jsonl", description = "(jsonl)")
    private Format format;

    @Mixin
    private ModelOptions model = new ModelOptions();

    RankCommand(Streams streams) {
        super(streams);
    }

    @Override
    void run() throws IOException {
        if (documents.isEmpty() && !input.given()) {
            throw wrongUsage("nothing to rank: give documents, or -i FILE (-i - reads standard input)");
        }
        if (topK != null && topK < 1) {
            throw wrongUsage("--top-k is " + topK + ", expected 1 or more");
        }
        try (Inputs<String> inputs = input.texts(documents, streams);
                Results results = Results.open(output, streams.out());
                CrossEncoder cross = CrossEncoder.load(model.model(ModelOptions.CROSS), model.loadOptions(this));
                Progress progress = progress("documents")) {
            ModelOptions.requireOneLabel(cross);
            List<Ranked> best = best(inputs, cross, progress);
            JsonLines json = new JsonLines(results.stream());
            for (int i = 0; i < best.size(); i++) {
                write(i + 1, best.get(i), json, results);
            }
            json.flush();
            results.complete();
        }
    }

    /** Keeps no more documents than will be shown. */
    private List<Ranked> best(Inputs<String> inputs, CrossEncoder cross, Progress progress) throws IOException {
        PriorityQueue<Ranked> best = new PriorityQueue<>(BEST_FIRST.reversed());
        int index = 0;
        for (List<String> batch = inputs.nextBatch(BATCH); !batch.isEmpty(); batch = inputs.nextBatch(BATCH)) {
            List<Score> scores = cross.scores(
                    batch.stream().map(document -> new Pair(query, document)).toList());
            for (int i = 0; i < batch.size(); i++) {
                Score score = scores.get(i);
                best.add(new Ranked(index++, score.logit(), score.score(), batch.get(i)));
                if (topK != null && best.size() > topK) {
                    best.poll();
                }
            }
            progress.done(batch.size(), inputs.fractionRead());
        }
        List<Ranked> sorted = new ArrayList<>(best);
        sorted.sort(BEST_FIRST);
        return sorted;
    }

    private void write(int rank, Ranked one, JsonLines json, Results results) throws IOException {
        if (format == Format.text) {
            String line = rank + "\t" + one.score() + "\t" + one.document() + "\n";
            results.stream().write(line.getBytes(StandardCharsets.UTF_8));
            return;
        }
        json.begin()
                .number("rank", rank)
                .number("index", one.index())
                .number("logit", one.logit())
                .number("score", one.score())
                .text("document", one.document())
                .end();
    }
}
