package dev.tercet.demos;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tercet.loaders.Checkpoint;
import dev.tercet.loaders.JsonObject;
import dev.tercet.loaders.ModelFiles;
import dev.tercet.loaders.ModelLocator;
import dev.tercet.loaders.Weights;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The formulas of the tour against the checkpoints themselves. */
class CostTest {
    private static final ModelLocator LOCATOR = ModelOptions.locator(true);

    private static JsonObject config(String model) {
        try (ModelFiles files = LOCATOR.locate(model)) {
            return JsonObject.read(files, "config.json");
        }
    }

    private static double parameters(String model) {
        try (ModelFiles files = LOCATOR.locate(model)) {
            Weights weights = Checkpoint.open(files);
            return weights.names().stream()
                    .filter(name -> !name.startsWith("classifier") && !name.endsWith("position_ids"))
                    .mapToDouble(name ->
                            Arrays.stream(weights.shape(name)).asDoubleStream().reduce(1, (a, b) -> a * b))
                    .sum();
        }
    }

    @Test
    void bertHasAsManyParametersAsItsCheckpoint() {
        for (String model : new String[] {ModelOptions.DUAL, ModelOptions.CROSS}) {
            assertEquals(parameters(model), BertCost.of(config(model)).parameters(), model);
        }
    }

    @Test
    void marianHasAsManyParametersAsItsCheckpoint() {
        assertEquals(
                parameters(ModelOptions.TRANSLATION),
                MarianCost.of(config(ModelOptions.TRANSLATION)).parameters());
    }

    @Test
    void bertMultipliesOnceForEachWeightOfALayerAndToken() {
        BertCost cost = new BertCost(2, 1, 3, 5, 0);
        assertEquals(2 * (7 * (4 * 9 + 2 * 15) + 2 * 7 * 7 * 3), cost.macs(7));
    }

    @Test
    void marianMultipliesOnceForEachWeightStepAndBeam() {
        MarianCost cost = new MarianCost(1, 1, 1, 2, 3, 5, 11);
        double encoder = 4 * (4 * 4 + 2 * 2 * 3) + 2 * 4 * 4 * 2; // 4 source tokens
        double source = 2 * 4 * 4;
        // 3 steps, 2 beams; self-attention sees 1, 2, 3 tokens, cross-attention 4
        double decoder = 2 * (3 * (6 * 4 + 2 * 2 * 5 + 2 * 2 * 4 + 2 * 11) + 2 * 2 * (1 + 2 + 3));
        assertEquals(encoder + source + decoder, cost.macs(4, 3, 2));
    }

    @Test
    void cacheHoldsTheSourceOnceAndTheTargetForEachBeam() {
        MarianCost cost = new MarianCost(1, 2, 1, 8, 3, 5, 11);
        assertEquals(2 * 4 * 2 * 8 * (4 + 3 * 2), cost.cacheBytes(4, 3, 2));
    }
}
