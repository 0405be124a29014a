package dev.tercet.demos;

import dev.tercet.loaders.SafetensorsWriter;
import dev.tercet.loaders.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Writes the folder of a BERT with one layer, eight dimensions and random weights, which a test may then damage. */
final class TinyBert {
    private static final int HIDDEN = 8;
    private static final int INTERMEDIATE = 16;
    private static final int POSITIONS = 32;
    private static final List<String> VOCABULARY =
            List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "cat", "dog", "##s", "the", ".");

    private final SplittableRandom random = new SplittableRandom(11);
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    private TinyBert() {}

    /** A dual encoder. */
    static Path encoder(Path folder) throws IOException {
        TinyBert bert = new TinyBert();
        bert.addEncoder("");
        bert.write(folder, "BertModel", 1);
        return folder;
    }

    /** A cross-encoder with one label. */
    static Path crossEncoder(Path folder) throws IOException {
        return crossEncoder(folder, 1);
    }

    static Path crossEncoder(Path folder, int labels) throws IOException {
        TinyBert bert = new TinyBert();
        bert.addEncoder("bert.");
        bert.add("classifier.weight", labels, HIDDEN);
        bert.add("classifier.bias", labels);
        bert.write(folder, "BertForSequenceClassification", labels);
        return folder;
    }

    /** Only what a tokenizer needs. */
    static Path tokenizer(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.write(folder.resolve("vocab.txt"), VOCABULARY);
        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                "{\"tokenizer_class\": \"BertTokenizer\", \"do_lower_case\": true, \"model_max_length\": 6}");
        return folder;
    }

    /** The weights of the folder without one tensor, or with another in its place. */
    static void replace(Path folder, String name, Tensor replacement) throws IOException {
        TinyBert bert = new TinyBert();
        bert.addEncoder("");
        bert.tensors.remove(name);
        if (replacement != null) {
            bert.tensors.put(replacement.name(), replacement);
        }
        bert.writeWeights(folder);
    }

    private void addEncoder(String prefix) {
        add(prefix + "embeddings.word_embeddings.weight", VOCABULARY.size(), HIDDEN);
        add(prefix + "embeddings.position_embeddings.weight", POSITIONS, HIDDEN);
        add(prefix + "embeddings.token_type_embeddings.weight", 2, HIDDEN);
        addNorm(prefix + "embeddings.LayerNorm");
        String layer = prefix + "encoder.layer.0.";
        for (String name : List.of("attention.self.query", "attention.self.key", "attention.self.value")) {
            addLinear(layer + name, HIDDEN, HIDDEN);
        }
        addLinear(layer + "attention.output.dense", HIDDEN, HIDDEN);
        addNorm(layer + "attention.output.LayerNorm");
        addLinear(layer + "intermediate.dense", INTERMEDIATE, HIDDEN);
        addLinear(layer + "output.dense", HIDDEN, INTERMEDIATE);
        addNorm(layer + "output.LayerNorm");
        addLinear(prefix + "pooler.dense", HIDDEN, HIDDEN);
    }

    private void addLinear(String name, int outputs, int inputs) {
        add(name + ".weight", outputs, inputs);
        add(name + ".bias", outputs);
    }

    private void addNorm(String name) {
        add(name + ".weight", HIDDEN);
        add(name + ".bias", HIDDEN);
    }

    private void add(String name, int... shape) {
        int count = 1;
        for (int dimension : shape) {
            count *= dimension;
        }
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        tensors.put(name, Tensor.of(name, values, shape));
    }

    private void write(Path folder, String architecture, int labels) throws IOException {
        tokenizer(folder);
        Files.writeString(folder.resolve("config.json"), """
            {"architectures": ["%s"], "model_type": "bert", "hidden_act": "gelu", "hidden_size": %d,
             "intermediate_size": %d, "num_attention_heads": 2, "num_hidden_layers": 1,
             "max_position_embeddings": %d, "type_vocab_size": 2, "vocab_size": %d, "layer_norm_eps": 1e-12,
             "id2label": {%s}}
            """.formatted(
                        architecture,
                        HIDDEN,
                        INTERMEDIATE,
                        POSITIONS,
                        VOCABULARY.size(),
                        IntStream.range(0, labels)
                                .mapToObj(i -> "\"" + i + "\": \"LABEL_" + i + "\"")
                                .collect(Collectors.joining(", "))));
        writeWeights(folder);
    }

    private void writeWeights(Path folder) throws IOException {
        SafetensorsWriter.write(folder.resolve("model.safetensors"), new ArrayList<>(tensors.values()), Map.of());
    }
}
