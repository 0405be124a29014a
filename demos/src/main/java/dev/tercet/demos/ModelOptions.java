package dev.tercet.demos;

import dev.tercet.CrossEncoder;
import dev.tercet.LoadOptions;
import dev.tercet.Translator;
import dev.tercet.loaders.ModelLocator;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which model, and how to run it. */
final class ModelOptions {
    /** The bundled models, which need no network. */
    static final String DUAL = "sentence-transformers/all-MiniLM-L6-v2";

    static final String CROSS = "cross-encoder/ms-marco-MiniLM-L12-v2";
    static final String TRANSLATION = "tercet/en-fr-tiny";

    @Option(
            names = "--model",
            paramLabel = "ID|FOLDER",
            description = "A model's folder, or its id: bundled, in the Hugging Face cache, or on the Hub.")
    private String model;

    @Option(names = "--offline", description = "Never ask the Hub.")
    private boolean offline;

    @Mixin
    final ComputeOptions compute = new ComputeOptions();

    /** The model asked for, or the standard one. */
    String model(String standard) {
        return model == null ? standard : model;
    }

    /** Several labels have no one score: the model sorts pairs into classes. */
    static void requireOneLabel(CrossEncoder cross) {
        if (cross.labels() != 1) {
            throw CommandException.wrongInput(cross.name() + " has " + cross.labels() + " labels ("
                    + String.join(", ", cross.labelNames()) + "), a score needs a model with one");
        }
    }

    static ModelLocator locator(boolean offline) {
        ModelLocator locator = ModelLocator.ofThisProcess();
        return offline ? locator.withHub(locator.hub().withOffline(true)) : locator;
    }

    /** Where these options look for models. */
    ModelLocator locator() {
        return locator(offline);
    }

    LoadOptions loadOptions(Command command) {
        return compute.loadOptions(command).withOffline(offline);
    }

    /** Loads the translation model; says which fields of its generation_config.json nobody follows. */
    Translator translator(Command command) {
        Translator translator = Translator.load(model(TRANSLATION), loadOptions(command));
        List<String> unknown = translator.generationConfig().unknownFields();
        if (!unknown.isEmpty() && !command.quiet) {
            command.streams
                    .err()
                    .println("generation_config.json: " + String.join(", ", unknown)
                            + ": not known to generate(), without effect");
        }
        return translator;
    }

    /** How to run a model. */
    static final class ComputeOptions {
        @Option(names = "--threads", paramLabel = "N", description = "Threads that share the work (all processors).")
        private Integer threads;

        @Option(
                names = "--weights",
                paramLabel = "f32|bf16|int8",
                defaultValue = "f32",
                description = {
                    "How the weights of dense layers are kept in memory (f32: exactly as in the checkpoint).",
                    "bf16 and int8 round them; short texts and translation run faster."
                })
        private String weights;

        LoadOptions loadOptions(Command command) {
            if (threads != null && threads < 1) {
                throw CommandException.wrongInput("--threads is " + threads + ", expected 1 or more");
            }
            LoadOptions options = LoadOptions.defaults()
                    .withWeights(precision())
                    .withProgress(new DownloadProgressLine(command.streams, command.quiet));
            return threads == null ? options : options.withThreads(threads);
        }

        private LoadOptions.WeightPrecision precision() {
            return switch (weights.toLowerCase(Locale.ROOT)) {
                case "f32" -> LoadOptions.WeightPrecision.F32;
                case "bf16" -> LoadOptions.WeightPrecision.BF16;
                case "int8" -> LoadOptions.WeightPrecision.INT8;
                default -> throw CommandException.wrongInput("--weights " + weights + ": expected f32, bf16 or int8");
            };
        }
    }
}
