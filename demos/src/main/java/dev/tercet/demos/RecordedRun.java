package dev.tercet.demos;

import dev.tercet.loaders.InvalidModelException;
import dev.tercet.loaders.JsonObject;
import dev.tercet.loaders.ModelFiles;
import dev.tercet.loaders.Safetensors;
import dev.tercet.loaders.Tensor;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/**
 * A folder that {@link Recording} wrote, or a program that writes the same: {@value #INDEX} with what ran and the names
 * of the activations in the order of their computation, {@value #NUMBERS} with the numbers.
 *
 * @param run what ran
 * @param order names, in the order of computation
 * @param activations by name; valid until this is closed
 */
record RecordedRun(ModelFiles files, JsonObject run, List<String> order, Map<String, Tensor> activations)
        implements AutoCloseable {
    static final String INDEX = "trace.json";
    static final String NUMBERS = "activations.safetensors";

    /** About a million names. */
    private static final long MOST_INDEX_BYTES = 64 << 20;

    /**
     * Opens a folder.
     *
     * @throws InvalidModelException when it is no recorded run, or index and numbers do not belong together
     */
    static RecordedRun open(Path folder) {
        ModelFiles files = ModelFiles.folder(folder);
        try {
            if (!files.has(INDEX)) {
                throw new InvalidModelException(
                        folder + " has no " + INDEX + "; expected a folder that tercet trace or trace_dump.py wrote");
            }
            JsonObject run = JsonObject.parse(files.read(INDEX, MOST_INDEX_BYTES), files.describe(INDEX));
            List<String> order = run.strings("activations");
            Map<String, Tensor> activations = Safetensors.read(files.map(NUMBERS), files.describe(NUMBERS))
                    .tensors();
            if (order.size() != activations.size() || !new HashSet<>(order).equals(activations.keySet())) {
                throw run.invalid("activations", "expected the names in " + files.describe(NUMBERS) + ", each once");
            }
            return new RecordedRun(files, run, order, activations);
        } catch (Throwable e) {
            files.close();
            throw e;
        }
    }

    String name() {
        return files.name();
    }

    @Override
    public void close() {
        files.close();
    }
}
