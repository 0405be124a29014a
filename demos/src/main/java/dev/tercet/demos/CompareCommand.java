package dev.tercet.demos;

import dev.tercet.CrossEncoder;
import dev.tercet.LoadOptions;
import dev.tercet.SentenceEncoder;
import dev.tercet.loaders.JsonObject;
import dev.tercet.loaders.ModelFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The architectures side by side on one's own texts, and recipes that put them to use. */
@CommandLine.Command(
        name = "compare",
        sortOptions = false,
        description = "Rank the same documents by each architecture and compare the order, time, work and memory.",
        footer = {
            "",
            "Without files it takes the texts of the tour. --recipe shows one way to put the models to use, on texts",
            "of its own or on yours: retrieve (a short list by vectors, re-ranked in pairs), similarity, nli (needs",
            "--cross-model with labels), qa (the passage that answers), duplicates (paraphrases in a list)."
        })
final class CompareCommand extends Command {
    /** Documents of a large corpus that a cross-encoder re-ranks. */
    static final int RERANKED = 100;

    /** Documents of the texts at hand that are retrieved for re-ranking. */
    private static final int SHORTLIST = 3;

    private static final int MOST_LINES = 100_000;

    @Option(names = "--queries", paramLabel = "FILE", description = "One query per line, in UTF-8.")
    private String queries;

    @Option(names = "--documents", paramLabel = "FILE", description = "One document per line.")
    private String documents;

    @Option(names = "--top-k", paramLabel = "K", defaultValue = "5", description = "Documents of each ranking (5).")
    private int top;

    @Option(
            names = "--max-pairs",
            paramLabel = "N",
            defaultValue = "5000",
            description = "Pairs that the cross-encoder may read (5000).")
    private long maxPairs;

    @Option(names = "--html", paramLabel = "FILE", description = "Write a page with plots, too.")
    private String html;

    @Option(
            names = "--recipe",
            paramLabel = "NAME",
            description = "retrieve, similarity, nli, qa or duplicates, instead of the comparison.")
    private String recipe;

    @Option(names = "--bi-model", paramLabel = "ID|FOLDER", description = "The dual encoder.")
    private String dualModel = ModelOptions.DUAL;

    @Option(names = "--cross-model", paramLabel = "ID|FOLDER", description = "The cross-encoder.")
    private String crossModel = ModelOptions.CROSS;

    @Option(names = "--offline", description = "Never ask the Hub.")
    private boolean offline;

    @Mixin
    private ModelOptions.ComputeOptions compute = new ModelOptions.ComputeOptions();

    CompareCommand(Streams streams) {
        super(streams);
    }

    @Override
    void run() throws IOException {
        if (top < 1) {
            throw CommandException.wrongInput("--top-k is " + top + ", expected 1 or more");
        }
        LoadOptions options = compute.loadOptions(this).withOffline(offline);
        Page page = new Page(streams.out(), streams.colours());
        if (recipe != null) {
            new Recipes(page, new Recipes.Models(dualModel, crossModel, options), lines(queries), lines(documents))
                    .show(recipe);
            return;
        }
        CompareTexts texts = texts();
        try (Results results = html == null ? null : Results.open(html, streams.out());
                SentenceEncoder dual = SentenceEncoder.load(dualModel, options);
                CrossEncoder cross = CrossEncoder.load(crossModel, options)) {
            ModelOptions.requireOneLabel(cross);
            ArchitectureRun.Models models = new ArchitectureRun.Models(dual, cost(dualModel), cross, cost(crossModel));
            ArchitectureRun run = ArchitectureRun.of(texts, models, SHORTLIST);
            new CompareReport(run, page, top).show();
            if (results != null) {
                results.stream().write(new ComparePage(run).html().getBytes(StandardCharsets.UTF_8));
                results.complete();
                page.line("");
                page.note("The same with plots: " + html);
            }
        }
    }

    private CompareTexts texts() throws IOException {
        CompareTexts sample = CompareTexts.sample();
        List<String> asked = queries == null ? sample.queries() : lines(queries);
        List<String> searched = documents == null ? sample.documents() : lines(documents);
        if (asked.isEmpty()) {
            throw CommandException.wrongInput(queries + " has no query, expected one on each line");
        }
        if (searched.size() < 2) {
            throw CommandException.wrongInput(
                    documents + " has " + searched.size() + " documents, expected at least 2, one on each line");
        }
        long pairs = (long) asked.size() * searched.size();
        if (pairs > maxPairs) {
            throw CommandException.wrongInput(String.format(
                    Locale.ROOT,
                    "%,d queries and %,d documents are %,d pairs, each a run of the cross-encoder;"
                            + " --max-pairs %d allows it",
                    asked.size(),
                    searched.size(),
                    pairs,
                    pairs));
        }
        return new CompareTexts(asked, searched);
    }

    /** The lines of a file that are not blank; none when there is no file. */
    private List<String> lines(String file) throws IOException {
        if (file == null) {
            return List.of();
        }
        InputOptions input = InputOptions.of(file);
        List<String> texts = new ArrayList<>();
        try (Inputs<String> inputs = input.texts(List.of(), streams)) {
            for (List<String> batch = inputs.nextBatch(1024); !batch.isEmpty(); batch = inputs.nextBatch(1024)) {
                batch.stream().filter(text -> !text.isBlank()).forEach(texts::add);
                if (texts.size() > MOST_LINES) {
                    throw CommandException.wrongInput(
                            file + " has more than " + MOST_LINES + " lines; compare a part of it");
                }
            }
        }
        return texts;
    }

    private BertCost cost(String model) {
        try (ModelFiles files = ModelOptions.locator(offline).locate(model)) {
            return BertCost.of(JsonObject.read(files, "config.json"));
        }
    }
}
