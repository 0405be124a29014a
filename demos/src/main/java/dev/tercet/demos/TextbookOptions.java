package dev.tercet.demos;

import dev.tercet.LoadOptions;
import dev.tercet.loaders.ModelFiles;
import picocli.CommandLine.Option;

/** Which model the textbook reads. */
final class TextbookOptions {
    @Option(
            names = "--model",
            paramLabel = "ID|FOLDER",
            description = "A model's folder, or its id: bundled, in the Hugging Face cache, or on the Hub.")
    private String model;

    @Option(names = "--offline", description = "Never ask the Hub.")
    private boolean offline;

    ModelFiles open(String standard) {
        return ModelOptions.locator(offline).locate(model == null ? standard : model);
    }

    LoadOptions loadOptions() {
        return LoadOptions.defaults().withOffline(offline);
    }
}
