package dev.tercet.engine.marian;

import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.layer.Packing;
import dev.tercet.engine.layer.Run;
import dev.tercet.engine.layer.Workspace;
import dev.tercet.engine.parallel.Workers;
import dev.tercet.engine.trace.Trace;
import dev.tercet.loaders.Checkpoint;
import dev.tercet.loaders.JsonObject;
import dev.tercet.loaders.ModelFiles;
import dev.tercet.loaders.ModelLocator;
import dev.tercet.loaders.Weights;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/** The golden files of {@code oracle/marian_goldens.py} and the models that they are of. */
public final class MarianGolden {
    public static final String TINY = "tercet/en-fr-tiny";
    public static final List<String> SMALL = List.of(
            "small-shared-f16",
            "small-separate-relu",
            "small-untied-bf16",
            "small-two-ends-bin",
            "small-untied-shared-f16-bin",
            "small-separate-sigmoid-sharded-bin",
            "small-shared-tanh");

    /** A model that is run with every activation function. */
    public static final String ACTIVATIONS = "small-activations";

    private MarianGolden() {}

    /** A folder of the golden files. */
    public static ModelFiles folder(String name) {
        try {
            return ModelFiles.folder(
                    Path.of(Objects.requireNonNull(MarianGolden.class.getResource("/marian/" + name), name)
                            .toURI()));
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The files of a model: en-fr-tiny or a small one. */
    public static ModelFiles model(String name) {
        return name.equals(TINY) ? ModelLocator.ofThisProcess().locate(name) : folder(name);
    }

    static MarianConfig config(ModelFiles files) {
        return MarianConfig.of(JsonObject.read(files, "config.json"));
    }

    public static MarianModel load(Kernels kernels, ModelFiles files) {
        return MarianModel.load(Packing.exact(kernels), Workers.serial(), Checkpoint.open(files), config(files));
    }

    /** The model as if its config.json had another activation function. */
    public static MarianModel load(Kernels kernels, ModelFiles files, String activation) {
        String json = new String(files.read("config.json", 1 << 20), StandardCharsets.UTF_8)
                .replaceFirst("(\"activation_function\": )\"[a-z]+\"", "$1\"" + activation + "\"");
        MarianConfig config = MarianConfig.of(JsonObject.parse(json.getBytes(StandardCharsets.UTF_8), "config.json"));
        return MarianModel.load(Packing.exact(kernels), Workers.serial(), Checkpoint.open(files), config);
    }

    static Run run(Kernels kernels, Trace trace) {
        return new Run(kernels, Workers.serial(), new Workspace(), trace);
    }

    /** The objects of a file with one per line, compressed. */
    public static List<JsonObject> lines(String name) {
        try (var reader = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(
                        Objects.requireNonNull(MarianGolden.class.getResourceAsStream("/marian/" + name), name)),
                StandardCharsets.UTF_8))) {
            return reader.lines()
                    .map(line -> JsonObject.parse(line.getBytes(StandardCharsets.UTF_8), name))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A list of numbers inside JSON. */
    public static int[] ints(Object list) {
        return ((List<?>) list).stream().mapToInt(n -> ((Long) n).intValue()).toArray();
    }

    static float[] all(Weights golden, String name) {
        return golden.floats(name, golden.shape(name));
    }

    static float largest(float[] values) {
        float largest = 0;
        for (float v : values) largest = Math.max(largest, Math.abs(v));
        return largest;
    }

    /**
     * What fp32 may differ in after some matrix products. A sum of K terms is rounded K times, each time by up to 2⁻²⁴
     * of it in a random direction, so its error grows like √K · 2⁻²⁴; the errors of products after one another are
     * independent too, and both sides have them: √(2 · products · K) · 2⁻²⁴ is the expected size. Four times that is
     * beyond chance, as long as no layer makes errors larger relative to its values: true of trained models, not of
     * small random ones, whose bounds the RoundingModel computes.
     *
     * @param products after one another
     * @param longest K, the most terms of a sum
     * @return relative to the largest value
     */
    static double bound(int products, int longest) {
        return 4 * Math.sqrt(2.0 * products * longest) * 0x1p-24;
    }
}
