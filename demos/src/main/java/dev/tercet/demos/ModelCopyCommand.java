package dev.tercet.demos;

import dev.tercet.loaders.DType;
import dev.tercet.loaders.ModelCopy;
import dev.tercet.loaders.ModelFiles;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes a model once more, into a new folder. */
abstract class ModelCopyCommand extends Command {
    @Parameters(paramLabel = "ID|FOLDER", description = "The model.")
    private String model;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FOLDER",
            required = true,
            description = "The folder to make; it appears once it is complete.")
    private String output;

    @Option(names = "--offline", description = "Never ask the Hub.")
    private boolean offline;

    ModelCopyCommand(Streams streams) {
        super(streams);
    }

    abstract ModelCopy.Report copy(ModelFiles files, Path folder) throws IOException;

    @Override
    void run() throws IOException {
        try (ModelFiles files = ModelOptions.locator(offline)
                .withListener(new DownloadProgressLine(streams, quiet))
                .locate(model)) {
            ModelCopy.Report report = copy(files, Path.of(output));
            PrintStream out = new PrintStream(streams.out(), false, StandardCharsets.UTF_8);
            out.println(output);
            out.flush();
            if (!quiet) {
                remark(report);
            }
        }
    }

    private void remark(ModelCopy.Report report) {
        streams.err()
                .printf(
                        Locale.ROOT,
                        "%d tensors, %s of weights (before: %s)%s%n",
                        report.tensors(),
                        ModelsCommand.size(report.bytes()),
                        ModelsCommand.size(report.bytesBefore()),
                        report.quantized() == 0 ? "" : ", " + report.quantized() + " of them int8 with their scales");
        if (!report.tied().isEmpty()) {
            streams.err().println("the same data as another tensor, left out: " + String.join(", ", report.tied()));
        }
    }

    /** Any checkpoint to safetensors. */
    @CommandLine.Command(
            name = "convert",
            sortOptions = false,
            description = "Write a model as safetensors into a new folder, in another type if asked for.",
            footer = {
                "",
                "Reads safetensors, pytorch_model.bin and ONNX weights, whole or in shards. f16 and bf16 round to",
                "nearest; f32 also expands int8 weights. Configuration, tokenizer and card come along."
            })
    static final class Convert extends ModelCopyCommand {
        @Option(names = "--dtype", paramLabel = "f32|f16|bf16", description = "(as each weight is stored)")
        private String dtype;

        Convert(Streams streams) {
            super(streams);
        }

        @Override
        ModelCopy.Report copy(ModelFiles files, Path folder) throws IOException {
            return ModelCopy.convert(files, type(), folder);
        }

        private DType type() {
            return switch (dtype == null ? "" : dtype.toLowerCase(Locale.ROOT)) {
                case "" -> null;
                case "f32" -> DType.F32;
                case "f16" -> DType.F16;
                case "bf16" -> DType.BF16;
                default -> throw wrongUsage("--dtype " + dtype + ": expected f32, f16 or bf16");
            };
        }
    }

    /** Dense layers to int8. */
    @CommandLine.Command(
            name = "quantize",
            sortOptions = false,
            description = "Write a model with its dense layers in int8, a scale for each output, into a new folder.",
            footer = {
                "",
                "A quarter of the bytes on disk, with a small loss of precision. transformers with compressed-tensors",
                "loads it too. Use --weights int8 to keep it so in memory; otherwise it is expanded to f32."
            })
    static final class Quantize extends ModelCopyCommand {
        Quantize(Streams streams) {
            super(streams);
        }

        @Override
        ModelCopy.Report copy(ModelFiles files, Path folder) throws IOException {
            return ModelCopy.quantize(files, folder);
        }
    }
}
