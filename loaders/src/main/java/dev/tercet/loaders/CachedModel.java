package dev.tercet.loaders;

import java.nio.file.Path;
import java.util.List;

/**
 * A model in the Hugging Face cache.
 *
 * @param commit the commit its revision stands for
 * @param folder the snapshot: a folder like that of any model
 * @param bytes the size of its files
 * @param missing what it lacks to be usable as a whole, each item as a message names it; empty when it is complete
 */
public record CachedModel(ModelId id, String commit, Path folder, long bytes, List<String> missing) {
    public CachedModel {
        missing = List.copyOf(missing);
    }

    /** Whether everything is there. */
    public boolean isComplete() {
        return missing.isEmpty();
    }
}
