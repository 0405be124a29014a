package dev.tercet.loaders;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * Opens the weights of a model, in the first of the formats that it comes in: safetensors, the pickles of PyTorch (each
 * whole or in shards), ONNX. Names stay as they are in the file: the {@code bert.} in front of everything in a
 * {@code BertForSequenceClassification} is the caller's to step into with {@link Weights#in}.
 */
public final class Checkpoint {
    /** A format: the names of its file and of the index of its shards, and how a file becomes tensors. */
    private record Format(String file, String index, BiFunction<MemorySegment, String, Map<String, Tensor>> reader) {}

    private static final List<Format> FORMATS = List.of(
            new Format("model.safetensors", "model.safetensors.index.json", (file, name) -> Safetensors.read(file, name)
                    .tensors()),
            new Format("pytorch_model.bin", "pytorch_model.bin.index.json", TorchCheckpoint::read),
            new Format("onnx/model.onnx", null, OnnxModel::read),
            new Format("model.onnx", null, OnnxModel::read));

    private Checkpoint() {}

    /**
     * The weights of a model. They read the mappings of {@code files} and are valid until it is closed.
     *
     * @throws InvalidModelException when there is no checkpoint in a format that is read, or it is corrupt, or
     *     config.json says that it is quantized in another way than int8 weights
     */
    public static Weights open(ModelFiles files) {
        JsonObject.readIfPresent(files, "config.json").ifPresent(QuantizationConfig::check);
        List<String> tried = new ArrayList<>();
        for (Format format : FORMATS) {
            tried.add(format.file);
            if (files.has(format.file)) {
                return whole(files, format);
            }
            if (format.index == null) continue;
            tried.add(format.index);
            if (files.has(format.index)) {
                return sharded(files, format);
            }
        }
        throw new InvalidModelException(files.name() + ": no weights found; looked for " + String.join(", ", tried));
    }

    private static Weights whole(ModelFiles files, Format format) {
        Map<String, NamedTensors.Stored> tensors = new LinkedHashMap<>();
        String file = files.describe(format.file);
        format.reader
                .apply(files.map(format.file), file)
                .forEach((name, tensor) -> add(tensors, files, file, name, tensor));
        return new NamedTensors(tensors, file);
    }

    /** The index says which file each weight lies in; a tensor that it does not list is not part of the checkpoint. */
    private static Weights sharded(ModelFiles files, Format format) {
        JsonObject map = JsonObject.read(files, format.index).object("weight_map");
        Map<String, Map<String, Tensor>> shards = new LinkedHashMap<>();
        Map<String, NamedTensors.Stored> tensors = new LinkedHashMap<>();
        for (String name : map.fields()) {
            String file = map.string(name);
            if (!files.has(file)) {
                throw map.invalid(name, "but there is no such file; fetch the missing shard");
            }
            Tensor tensor = shards.computeIfAbsent(
                            file, shard -> format.reader.apply(files.map(shard), files.describe(shard)))
                    .get(name);
            if (tensor == null) {
                throw map.invalid(name, "but that file has no such tensor");
            }
            add(tensors, files, files.describe(file), name, tensor);
        }
        return new NamedTensors(tensors, files.describe(format.index));
    }

    /**
     * Checkpoints that came from TensorFlow call the two parameters of a LayerNorm gamma and beta; transformers reads
     * them under PyTorch's names, and so does every model here.
     */
    private static void add(
            Map<String, NamedTensors.Stored> tensors, ModelFiles files, String file, String name, Tensor tensor) {
        String today = name.endsWith("LayerNorm.gamma")
                ? name.substring(0, name.length() - "gamma".length()) + "weight"
                : name.endsWith("LayerNorm.beta") ? name.substring(0, name.length() - "beta".length()) + "bias" : name;
        if (tensors.put(today, new NamedTensors.Stored(file, tensor, files::copy)) != null) {
            throw new InvalidModelException(file + ": " + Messages.oneLine(name) + " and " + Messages.oneLine(today)
                    + " are both there and mean the same weight");
        }
    }
}
