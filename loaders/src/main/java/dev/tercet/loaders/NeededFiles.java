package dev.tercet.loaders;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Which files of a repository a model needs: its configuration, its tokenizer and its weights in one format. A
 * repository often holds the same weights several times (ONNX, OpenVINO, TensorFlow, Flax, Rust); those are left there.
 */
final class NeededFiles {
    /** The README carries the licence. */
    static final Set<String> SMALL = Set.of(
            "README.md",
            "config.json",
            "generation_config.json",
            "modules.json",
            "config_sentence_transformers.json",
            "sentence_bert_config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "vocab.txt",
            "vocab.json",
            "target_vocab.json",
            "source.spm",
            "target.spm");

    /** The best first. An index names the files that the weights are spread over. */
    private static final List<String> WEIGHTS = List.of(
            "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json");

    /** A file of a module of sentence-transformers: {@code 1_Pooling/config.json}. */
    private static final Pattern MODULE_FILE = Pattern.compile("(\\d+_\\w+/).+");

    private NeededFiles() {}

    /**
     * The files needed out of those there are. The parts that an index names are not among them: see
     * {@link ListedFiles}.
     *
     * @param folders the model's own ({@code ""}) and those of its modules, with a slash at the end
     */
    static SortedSet<String> of(Collection<String> offered, ModelPart part, Set<String> folders) {
        SortedSet<String> needed = new TreeSet<>();
        for (String folder : folders) {
            SMALL.stream().map(folder::concat).filter(offered::contains).forEach(needed::add);
            if (part == ModelPart.WHOLE) {
                weights(offered, folder).ifPresent(needed::add);
            }
        }
        return needed;
    }

    /** The folders that may be a model's, as long as its modules.json is not known. */
    static Set<String> possibleFolders(Collection<String> offered) {
        Set<String> folders = new TreeSet<>(Set.of(""));
        for (String file : offered) {
            var module = MODULE_FILE.matcher(file);
            if (module.matches()) {
                folders.add(module.group(1));
            }
        }
        return folders;
    }

    private static Optional<String> weights(Collection<String> offered, String folder) {
        return WEIGHTS.stream().map(folder::concat).filter(offered::contains).findFirst();
    }

    static boolean isIndex(String file) {
        return file.endsWith(".index.json");
    }

    /** What keeps these files from being a model, each item as a message names it; empty when nothing does. */
    static List<String> missing(Set<String> present, ModelPart part, Set<String> folders) {
        List<String> missing = new ArrayList<>();
        if (!present.contains("config.json")) {
            missing.add("config.json");
        }
        if (!present.contains("tokenizer.json") && !present.contains("vocab.txt")) {
            List<String> marian = List.of("source.spm", "target.spm", "vocab.json");
            if (present.contains("source.spm") || present.contains("target.spm")) {
                marian.stream().filter(file -> !present.contains(file)).forEach(missing::add);
            } else {
                missing.add("tokenizer (tokenizer.json, vocab.txt, or source.spm with target.spm and vocab.json)");
            }
        }
        boolean weights =
                folders.stream().anyMatch(folder -> weights(present, folder).isPresent());
        if (part == ModelPart.WHOLE && !weights) {
            missing.add("weights (model.safetensors or pytorch_model.bin)");
        }
        return missing;
    }
}
