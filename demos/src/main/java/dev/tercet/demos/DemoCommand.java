package dev.tercet.demos;

import dev.tercet.LoadOptions;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The tour. */
@CommandLine.Command(
        name = "demo",
        sortOptions = false,
        description = "The tour: a dual encoder, a cross-encoder and an encoder-decoder at work, step by step.")
final class DemoCommand extends Command {
    @Option(names = "--only", paramLabel = "dual|cross|translate", description = "One part alone.")
    private Tour.Part only;

    @Option(names = "--bi-model", paramLabel = "ID|FOLDER", description = "Another dual encoder.")
    private String dual;

    @Option(names = "--cross-model", paramLabel = "ID|FOLDER", description = "Another cross-encoder.")
    private String cross;

    @Option(names = "--mt-model", paramLabel = "ID|FOLDER", description = "Another encoder-decoder.")
    private String translation;

    @Option(
            names = "--seed-models",
            description =
                    "Use all-MiniLM-L6-v2, ms-marco-MiniLM-L6-v2 and opus-mt-en-fr, from the Hugging Face cache or"
                            + " the Hub, instead of the bundled models.")
    private boolean seedModels;

    @Option(names = "--offline", description = "Never ask the Hub.")
    private boolean offline;

    @Mixin
    private ModelOptions.ComputeOptions compute = new ModelOptions.ComputeOptions();

    DemoCommand(Streams streams) {
        super(streams);
    }

    @Override
    void run() {
        LoadOptions options = compute.loadOptions(this).withOffline(offline);
        Tour.Models models = new Tour.Models(
                chosen(dual, ModelOptions.DUAL, ModelOptions.DUAL),
                chosen(cross, ModelOptions.CROSS, "cross-encoder/ms-marco-MiniLM-L6-v2"),
                chosen(translation, ModelOptions.TRANSLATION, "Helsinki-NLP/opus-mt-en-fr"));
        Tour tour = new Tour(models, options, new Page(streams.out(), streams.colours()));
        if (only == null) {
            tour.run();
        } else {
            tour.run(only);
        }
    }

    private String chosen(String given, String standard, String seed) {
        return given != null ? given : seedModels ? seed : standard;
    }
}
