package dev.tercet.engine.textbook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tercet.Golden;
import dev.tercet.engine.bert.BertConfig;
import dev.tercet.engine.bert.BertEncoder;
import dev.tercet.engine.bert.ClassificationHead;
import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.kernel.PackedMatrix.Format;
import dev.tercet.engine.kernel.Rows;
import dev.tercet.engine.layer.Packing;
import dev.tercet.engine.layer.Run;
import dev.tercet.engine.layer.TokenBatch;
import dev.tercet.engine.layer.Workspace;
import dev.tercet.engine.parallel.Workers;
import dev.tercet.engine.trace.Trace;
import dev.tercet.loaders.Checkpoint;
import dev.tercet.loaders.JsonObject;
import dev.tercet.loaders.ModelFiles;
import dev.tercet.loaders.ModelLocator;
import dev.tercet.loaders.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every activation of the engine against the textbook in double precision, and hidden states and attention
 * probabilities against PyTorch (fp32, eager); the bounds are those of {@link RoundingModel}.
 */
class BertLayersTest {
    private static final String MINILM = "sentence-transformers/all-MiniLM-L6-v2";
    private static final String MS_MARCO = "cross-encoder/ms-marco-MiniLM-L12-v2";

    /** A model in the parts that the tests need. */
    private record Model(BertConfig config, Weights weights, Format format) {
        static Model of(ModelFiles files) {
            return of(files, Format.F32);
        }

        static Model of(ModelFiles files, Format format) {
            return new Model(BertConfig.read(JsonObject.read(files, "config.json")), Checkpoint.open(files), format);
        }

        /** Runs a text through the engine. */
        void trace(int[] ids, int[] typeIds, Trace trace) {
            Kernels kernels = Kernels.preferred();
            Run run = new Run(kernels, Workers.serial(), new Workspace(), trace);
            TokenBatch batch = new TokenBatch();
            batch.add(ids, typeIds, 0, ids.length);
            Packing packing = new Packing(kernels, format);
            Rows first =
                    BertEncoder.load(packing, Workers.serial(), weights, config).forwardFirst(run, batch);
            if (weights.has("classifier.weight"))
                ClassificationHead.load(packing, weights, config).forward(run, first);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void everyLayerOfMiniLmIsThatOfPyTorch(int text) {
        Golden golden = Golden.of("minilm-layers");
        int[] ids = golden.inputs().integerLists("ids").get(text);
        try (ModelFiles files = ModelLocator.ofThisProcess().locate(MINILM)) {
            assertEquals(1 + 2 * 6, compare(Model.of(files), golden, text, ids, new int[ids.length]));
        }
    }

    /** Its weights are int8, so they are the same numbers expanded to fp32 and widened in the kernel. */
    @ParameterizedTest
    @EnumSource(names = {"F32", "INT8"})
    void everyLayerOfTheRerankerIsThatOfPyTorch(Format format) {
        Golden golden = Golden.of("ms-marco-layers");
        int[] ids = golden.inputs().integerLists("ids").getFirst();
        int separator = 102;
        int[] typeIds = new int[ids.length];
        boolean second = false;
        for (int i = 0; i < ids.length; i++) {
            typeIds[i] = second ? 1 : 0;
            second |= ids[i] == separator;
        }
        try (ModelFiles files = ModelLocator.ofThisProcess().locate(MS_MARCO)) {
            assertEquals(2 + 2 * 12, compare(Model.of(files, format), golden, 0, ids, typeIds));
        }
    }

    /** Compares engine, textbook and golden; returns how many activations the golden has. */
    private static int compare(Model model, Golden golden, int text, int[] ids, int[] typeIds) {
        Map<String, RoundingModel.Expected> expected =
                RoundingModel.activations(model.config, model.weights, ids, typeIds);
        List<String> compared = new ArrayList<>();
        model.trace(ids, typeIds, (name, _, data, offset, shape) -> {
            RoundingModel.Expected exact = expected.get(name);
            double toTextbook = exact.distance(data, offset);
            assertTrue(toTextbook <= exact.bound(), name + " is " + toTextbook + " from exact, bound " + exact.bound());
            if (!golden.numbers().has(text + "." + name)) return;
            float[] reference = golden.numbers().floats(text + "." + name, shape);
            double toPyTorch = 0;
            for (int i = 0; i < reference.length; i++)
                toPyTorch = Math.max(toPyTorch, Math.abs((double) reference[i] - data[offset + i]));
            assertTrue(toPyTorch <= exact.bound(), name + " is " + toPyTorch + " from PyTorch, bound " + exact.bound());
            compared.add(name);
        });
        return compared.size();
    }

    /** Every activation function, head count and label count that the small models have. */
    @ParameterizedTest
    @CsvSource({
        "small-mean, 2",
        "small-cls-relu, 2",
        "small-max-gelu-new-f16, 2",
        "small-mean-bin, 1",
        "small-labels-bf16, 2",
        "small-sigmoid, 3"
    })
    @Tag("every-width")
    void everyActivationOfASmallModelIsThatOfTheTextbook(String name, int layers) {
        int[] ids = {2, 86, 17, 40, 88, 5, 60, 3, 87, 33, 3};
        int[] typeIds = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1};
        try (ModelFiles files = ModelFiles.folder(Golden.folder(name))) {
            Model model = Model.of(files);
            Map<String, RoundingModel.Expected> expected =
                    RoundingModel.activations(model.config, model.weights, ids, typeIds);
            List<String> seen = new ArrayList<>();
            model.trace(ids, typeIds, (activation, _, data, offset, _) -> {
                RoundingModel.Expected exact = expected.get(activation);
                double distance = exact.distance(data, offset);
                assertTrue(distance <= exact.bound(), activation + " is " + distance + ", bound " + exact.bound());
                seen.add(activation);
            });
            assertEquals(
                    new ArrayList<>(expected.keySet()).stream().sorted().toList(),
                    seen.stream().sorted().toList());
            assertEquals(4 + 8 * layers, seen.size() - (model.weights.has("classifier.weight") ? 2 : 0));
        }
    }

    @Test
    void theTextbookEmbedsAsTheReferenceDoes() {
        Golden golden = Golden.of("minilm-layers");
        Golden embeddings = Golden.of("minilm-embeddings");
        int text = embeddings.texts().indexOf(golden.texts().getFirst());
        try (ModelFiles files = ModelLocator.ofThisProcess().locate(MINILM)) {
            Model model = Model.of(files);
            double[] vector = new TextbookBert(model.config, model.weights, (_, _) -> {})
                    .embed(golden.inputs().integerLists("ids").getFirst());
            float[] rounded = new float[vector.length];
            for (int d = 0; d < vector.length; d++) rounded[d] = (float) vector[d];
            double distance = Golden.distance(embeddings.rows("embeddings")[text], rounded);
            assertTrue(distance <= 2e-6, "differs by " + distance);
        }
    }

    @Test
    void theTextbookErrorFunctionIsThatOfTables() {
        // Abramowitz and Stegun, table 7.1
        assertEquals(0.5204998778, TextbookActivation.erf(0.5), 5e-11);
        assertEquals(-0.8427007929, TextbookActivation.erf(-1), 5e-11);
        assertEquals(0.9953222650, TextbookActivation.erf(2), 5e-11);
        assertEquals(1, TextbookActivation.erf(6), 1e-15);
        assertEquals(0, TextbookActivation.erf(0));
    }
}
