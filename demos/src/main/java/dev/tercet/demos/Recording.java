package dev.tercet.demos;

import dev.tercet.engine.trace.Trace;
import dev.tercet.loaders.SafetensorsWriter;
import dev.tercet.loaders.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Keeps every activation of a run, in the order in which they were computed, and writes them as a folder that
 * {@link RecordedRun} reads: the numbers as safetensors, what ran and the order as JSON.
 *
 * <p>The activations of a decoder come once for each step and row, so their names get both: {@code lm_head@3.1} is what
 * row 1 of step 3 gave, both counted from 0.
 */
final class Recording implements Trace {
    /** Opens every step of a decoder, row by row. */
    static final String STEP = "decoder.input_ids";

    private final Map<String, Tensor> activations = new LinkedHashMap<>();
    private int step = -1;

    @Override
    public void record(String name, int sequence, float[] data, int offset, int... shape) {
        if (name.equals(STEP) && sequence == 0) {
            step++;
        }
        // what a decoder computes of the source before its first step is computed once
        String key = step < 0 ? name : name + "@" + step + "." + sequence;
        add(key, Arrays.copyOfRange(data, offset, offset + size(shape)), shape);
    }

    private static int size(int... shape) {
        return Arrays.stream(shape).reduce(1, Math::multiplyExact);
    }

    /** Adds a result that no layer has: a vector, the text's token ids. */
    void add(String key, float[] values, int... shape) {
        if (activations.put(key, Tensor.of(key, values, shape)) != null) {
            throw new IllegalStateException(key + " was computed twice in one run");
        }
    }

    void add(String key, int[] ids) {
        float[] values = new float[ids.length]; // exact: no vocabulary comes near 2^24
        for (int i = 0; i < ids.length; i++) {
            values[i] = ids[i];
        }
        add(key, values, ids.length);
    }

    int count() {
        return activations.size();
    }

    long bytes() {
        return activations.values().stream()
                .mapToLong(tensor -> tensor.data().byteSize())
                .sum();
    }

    /**
     * Writes the folder, which appears with its index last: without it nobody takes the folder for a recorded run.
     *
     * @param run what ran: kind, model, texts, kernels
     */
    void write(Path folder, Map<String, String> run) throws IOException {
        Files.createDirectories(folder);
        Path index = folder.resolve(RecordedRun.INDEX);
        Files.deleteIfExists(index);
        SafetensorsWriter.write(folder.resolve(RecordedRun.NUMBERS), activations.values(), Map.of());
        try (Results results = Results.open(index.toString(), null)) {
            JsonLines json = new JsonLines(results.stream()).begin();
            for (Map.Entry<String, String> entry : run.entrySet()) {
                json.text(entry.getKey(), entry.getValue());
            }
            json.texts("activations", List.copyOf(activations.keySet())).end();
            json.flush();
            results.complete();
        }
    }
}
