package dev.tercet.demos;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** A file of inputs. */
final class InputOptions {
    @Option(
            names = {"-i", "--input"},
            paramLabel = "FILE|-",
            description = "Read one text per line, in UTF-8; - is standard input.")
    private String file;

    @Option(
            names = "--input-format",
            paramLabel = "lines|jsonl",
            description = "jsonl: one JSON object per line, with the text in \"text\"; the default for *.jsonl.")
    private String format;

    /** A file whose name says what format it has. */
    static InputOptions of(String file) {
        InputOptions options = new InputOptions();
        options.file = file;
        return options;
    }

    boolean given() {
        return file != null;
    }

    /** The given texts, then those of the file. */
    Inputs<String> texts(List<String> given, Streams streams) {
        Lines lines = file == null ? null : Lines.open(file, streams.in());
        return new Inputs<>(given, lines, Inputs.isJson(file, format, "lines") ? Inputs::jsonText : Inputs::plainText);
    }

    /** The given texts, then the whole file as one, or the texts of a JSON Lines file. */
    Inputs<String> documents(List<String> given, Streams streams) throws IOException {
        if (file == null || Inputs.isJson(file, format, "lines")) {
            return texts(given, streams);
        }
        List<String> documents = new ArrayList<>(given);
        try (Lines lines = Lines.open(file, streams.in())) {
            documents.add(lines.rest());
        }
        return new Inputs<>(documents, null, Inputs::plainText);
    }

    /** The lists of ids of the file. */
    Inputs<Inputs.Ids> ids(Streams streams) {
        return new Inputs<>(List.of(), Lines.open(file, streams.in()), Inputs::jsonIds);
    }

    /** What the user says the format of pairs is; null: as the file's name says. */
    String pairFormat() {
        return format;
    }
}
