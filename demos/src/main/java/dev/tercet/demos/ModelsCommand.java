package dev.tercet.demos;

import dev.tercet.CrossEncoder;
import dev.tercet.LoadOptions;
import dev.tercet.LoadReport;
import dev.tercet.SentenceEncoder;
import dev.tercet.Translator;
import dev.tercet.loaders.CachedModel;
import dev.tercet.loaders.Checkpoint;
import dev.tercet.loaders.DType;
import dev.tercet.loaders.HubCache;
import dev.tercet.loaders.HubDownload;
import dev.tercet.loaders.HubSettings;
import dev.tercet.loaders.InvalidModelException;
import dev.tercet.loaders.JsonObject;
import dev.tercet.loaders.ModelFiles;
import dev.tercet.loaders.ModelId;
import dev.tercet.loaders.ModelLocator;
import dev.tercet.loaders.Weights;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The models of this machine. */
@CommandLine.Command(name = "models", description = "Show the models of this machine, or fetch one from the Hub.")
final class ModelsCommand extends Command {
    ModelsCommand(Streams streams) {
        super(streams);
    }

    @Override
    void run() throws IOException {
        new ListCommand(streams).run();
    }

    /** Bytes as people read them. */
    static String size(long bytes) {
        return bytes < 1_000_000
                ? String.format(Locale.ROOT, "%.1f kB", bytes / 1e3)
                : bytes < 1_000_000_000
                        ? String.format(Locale.ROOT, "%.1f MB", bytes / 1e6)
                        : String.format(Locale.ROOT, "%.2f GB", bytes / 1e9);
    }

    /** What a model does, by the class that config.json names. */
    static String kind(JsonObject config) {
        String architecture = config.has("architectures")
                ? String.valueOf(config.list("architectures").getFirst())
                : "unknown";
        return switch (architecture) {
            case "BertModel" -> "dual encoder";
            case "BertForSequenceClassification" -> "cross-encoder";
            case "MarianMTModel" -> "encoder-decoder";
            default -> architecture;
        };
    }

    private static String kind(ModelFiles files) {
        return kind(JsonObject.read(files, "config.json"));
    }

    /** The bundled models, then those of the Hugging Face cache. */
    @CommandLine.Command(name = "list", description = "Show which models are here and can be used offline.")
    static final class ListCommand extends Command {
        @Option(names = "--format", paramLabel = "text|jsonl", defaultValue = "text", description = "(text)")
        private String format = "text";

        ListCommand(Streams streams) {
            super(streams);
        }

        /** @param missing why it cannot be used, or empty */
        private record Row(String id, String kind, String size, String place, List<String> missing) {}

        @Override
        void run() throws IOException {
            if (!format.equals("text") && !format.equals("jsonl")) {
                throw wrongUsage("--format " + format + ": expected text or jsonl");
            }
            ModelLocator locator = ModelLocator.ofThisProcess();
            List<Row> rows = new ArrayList<>();
            for (String id : locator.bundled().ids()) {
                try (ModelFiles files = locator.bundled().find(id).orElseThrow()) {
                    rows.add(new Row(id, kind(files), "", "bundled", List.of()));
                }
            }
            for (CachedModel model : new HubCache(locator.hub().cache()).list()) {
                rows.add(row(model));
            }
            if (format.equals("jsonl")) {
                writeJson(rows);
            } else {
                writeTable(rows, locator.hub());
            }
        }

        private static Row row(CachedModel model) {
            String place = model.folder().toString();
            try (ModelFiles files = ModelFiles.folder(model.folder())) {
                String kind = files.has("config.json") ? kind(files) : "unknown";
                return new Row(model.id().toString(), kind, size(model.bytes()), place, model.missing());
            } catch (InvalidModelException e) {
                return new Row(
                        model.id().toString(), "unreadable", size(model.bytes()), place, List.of(e.getMessage()));
            }
        }

        private void writeJson(List<Row> rows) throws IOException {
            JsonLines json = new JsonLines(streams.out());
            for (Row row : rows) {
                json.begin()
                        .text("id", row.id())
                        .text("kind", row.kind())
                        .text("place", row.place())
                        .texts("missing", row.missing())
                        .end();
            }
            json.flush();
        }

        private void writeTable(List<Row> rows, HubSettings hub) throws IOException {
            int width = rows.stream().mapToInt(row -> row.id().length()).max().orElse(0);
            PrintStream out = new PrintStream(streams.out(), false, StandardCharsets.UTF_8);
            for (Row row : rows) {
                String note =
                        row.missing().isEmpty() ? "" : "   unusable, missing: " + String.join(", ", row.missing());
                String where = row.place().equals("bundled") ? "bundled" : "cache  " + row.size();
                out.printf("%-" + width + "s  %-15s  %s%s%n", row.id(), row.kind(), where, note);
            }
            out.flush();
            if (!quiet) {
                streams.err().println("cache: " + hub.cache());
            }
        }
    }

    /** One model. */
    @CommandLine.Command(name = "info", description = "Show what a model is: kind, sizes, weights, card.")
    static final class InfoCommand extends Command {
        @Parameters(paramLabel = "ID|FOLDER", description = "The model.")
        private String model;

        InfoCommand(Streams streams) {
            super(streams);
        }

        @Override
        void run() {
            PrintStream out = new PrintStream(streams.out(), false, StandardCharsets.UTF_8);
            // Offline: looking does not fetch.
            try (ModelFiles files = ModelOptions.locator(true).locate(model)) {
                JsonObject config = JsonObject.read(files, "config.json");
                out.println("model       " + files.name());
                out.println("kind        " + kind(config));
                out.println("config      " + files.describe("config.json"));
                for (String field : List.of(
                        "num_hidden_layers",
                        "hidden_size",
                        "num_attention_heads",
                        "intermediate_size",
                        "encoder_layers",
                        "decoder_layers",
                        "d_model",
                        "encoder_ffn_dim",
                        "max_position_embeddings",
                        "vocab_size")) {
                    if (config.has(field)) {
                        out.printf(Locale.ROOT, "  %-24s %,d%n", field, config.integer(field));
                    }
                }
                weights(Checkpoint.open(files), out);
                held(kind(config), out);
                card(files, out);
            }
            out.flush();
        }

        /** What the weights take in memory, in each precision: the model is loaded once in each. */
        private void held(String kind, PrintStream out) {
            for (LoadOptions.WeightPrecision precision : LoadOptions.WeightPrecision.values()) {
                LoadOptions options = LoadOptions.defaults().withOffline(true).withWeights(precision);
                LoadReport report = loadReport(kind, options);
                if (report == null) return; // none of the models that run here
                out.printf(
                        "%-12sdense layers as %s: %s%n",
                        precision == LoadOptions.WeightPrecision.F32 ? "in memory" : "",
                        precision.name().toLowerCase(Locale.ROOT),
                        size(report.weightBytes()));
            }
        }

        private LoadReport loadReport(String kind, LoadOptions options) {
            switch (kind) {
                case "dual encoder" -> {
                    try (SentenceEncoder encoder = SentenceEncoder.load(model, options)) {
                        return encoder.loadReport();
                    }
                }
                case "cross-encoder" -> {
                    try (CrossEncoder cross = CrossEncoder.load(model, options)) {
                        return cross.loadReport();
                    }
                }
                case "encoder-decoder" -> {
                    try (Translator translator = Translator.load(model, options)) {
                        return translator.loadReport();
                    }
                }
                default -> {
                    return null;
                }
            }
        }

        private static void weights(Weights weights, PrintStream out) {
            long count = 0;
            long bytes = 0;
            var types = new TreeSet<DType>();
            for (String name : weights.names()) {
                count += Arrays.stream(weights.shape(name)).asLongStream().reduce(1, (a, b) -> a * b);
                bytes += weights.tensor(name).data().byteSize();
                types.add(weights.tensor(name).dtype());
            }
            out.printf(
                    Locale.ROOT,
                    "weights     %d tensors, %,d parameters, %s as %s%n",
                    weights.names().size(),
                    count,
                    size(bytes),
                    String.join(", ", types.stream().map(DType::name).toList()));
        }

        private static void card(ModelFiles files, PrintStream out) {
            if (!files.has("README.md")) {
                return;
            }
            String card = new String(files.read("README.md", 1 << 20), StandardCharsets.UTF_8);
            card.lines()
                    .skip(1)
                    .takeWhile(line -> !line.equals("---"))
                    .filter(line -> line.startsWith("license:"))
                    .findFirst()
                    .ifPresent(line ->
                            out.println("licence     " + line.substring(8).strip()));
            out.println("card        " + files.describe("README.md"));
        }
    }

    /** From the Hub into the cache. */
    @CommandLine.Command(name = "pull", description = "Fetch a model from the Hub into the Hugging Face cache.")
    static final class PullCommand extends Command {
        @Parameters(paramLabel = "ID", description = "organisation/name, with @revision if need be.")
        private String model;

        @Option(names = "--offline", description = "Never ask the Hub: then nothing can be fetched.")
        private boolean offline;

        PullCommand(Streams streams) {
            super(streams);
        }

        @Override
        void run() {
            HubSettings hub = HubSettings.ofThisProcess();
            CachedModel pulled = new HubDownload(
                            offline ? hub.withOffline(true) : hub, new DownloadProgressLine(streams, quiet))
                    .pull(ModelId.parse(model));
            PrintStream out = new PrintStream(streams.out(), false, StandardCharsets.UTF_8);
            out.println(pulled.folder());
            out.flush();
            if (!quiet) {
                streams.err().println(pulled.id() + ": " + size(pulled.bytes()) + ", commit " + pulled.commit());
            }
        }
    }
}
