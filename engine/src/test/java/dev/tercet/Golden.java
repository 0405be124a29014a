package dev.tercet;

import dev.tercet.loaders.Checkpoint;
import dev.tercet.loaders.JsonObject;
import dev.tercet.loaders.ModelFiles;
import dev.tercet.loaders.Weights;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a reference implementation computed: a folder below {@code src/test/resources/bert}, made by
 * {@code oracle/bert_goldens.py}.
 *
 * @param inputs texts, ids and counts
 * @param numbers the results
 */
public record Golden(JsonObject inputs, Weights numbers) {
    public static Golden of(String name) {
        ModelFiles files = ModelFiles.folder(folder(name));
        return new Golden(JsonObject.read(files, "golden.json"), Checkpoint.open(files));
    }

    /** A folder below the resources. */
    public static Path folder(String name) {
        URL resource = Golden.class.getResource("/bert/" + name);
        if (resource == null) throw new IllegalArgumentException("no golden /bert/" + name);
        try {
            return Path.of(resource.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    public List<String> texts() {
        return inputs.strings("texts");
    }

    public List<Pair> pairs() {
        List<Pair> pairs = new ArrayList<>();
        for (Object pair : inputs.list("pairs")) {
            List<?> texts = (List<?>) pair;
            pairs.add(new Pair((String) texts.get(0), (String) texts.get(1)));
        }
        return pairs;
    }

    /** A matrix by its rows. */
    public float[][] rows(String name) {
        int[] shape = numbers.shape(name);
        int columns = shape.length == 1 ? 1 : shape[1];
        float[] dense = numbers.floats(name, shape);
        float[][] rows = new float[shape[0]][columns];
        for (int r = 0; r < rows.length; r++) System.arraycopy(dense, r * columns, rows[r], 0, columns);
        return rows;
    }

    /** The largest difference of two vectors; infinite when one is not a number. */
    public static double distance(float[] a, float[] b) {
        if (a.length != b.length) throw new IllegalArgumentException(a.length + " and " + b.length + " components");
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            double difference = Math.abs((double) a[i] - b[i]);
            if (Double.isNaN(difference)) return Double.POSITIVE_INFINITY;
            largest = Math.max(largest, difference);
        }
        return largest;
    }
}
