package dev.tercet.loaders;

import java.util.Set;
import java.util.TreeSet;

/** Files that other files of a model name. */
final class ListedFiles {
    private ListedFiles() {}

    /**
     * The files that a weight index spreads the weights over, with the index's own folder in front.
     *
     * @param index its name inside the model, such as {@code model.safetensors.index.json}
     */
    static Set<String> shards(String index, JsonObject content) {
        String folder = index.substring(0, index.lastIndexOf('/') + 1);
        JsonObject weights = content.object("weight_map");
        Set<String> shards = new TreeSet<>();
        for (String weight : weights.fields()) {
            shards.add(folder + FileNames.check(content.describe(), weights.string(weight)));
        }
        if (shards.isEmpty()) {
            throw content.invalid("weight_map", "expected the file of each weight");
        }
        return shards;
    }

    /**
     * What {@code modules.json} of sentence-transformers says about files.
     *
     * @param folders the model's own ({@code ""}) and those of its modules, with a slash at the end
     * @param configurations the files without which a module cannot work
     */
    record Modules(Set<String> folders, Set<String> configurations) {
        /** A model without modules.json. */
        static final Modules NONE = new Modules(Set.of(""), Set.of());
    }

    static Modules modules(byte[] json, String file) {
        Set<String> folders = new TreeSet<>(Set.of(""));
        Set<String> configurations = new TreeSet<>();
        for (JsonObject module : JsonObject.parseObjects(json, file)) {
            String type = module.string("type", "");
            String path = module.string("path", "");
            if (path.isEmpty()) {
                continue;
            }
            folders.add(FileNames.check(file, path) + "/");
            // Normalize has nothing to configure, and its folder is usually empty.
            if (type.endsWith(".Pooling") || type.endsWith(".Dense")) {
                configurations.add(path + "/config.json");
            }
        }
        return new Modules(folders, configurations);
    }
}
