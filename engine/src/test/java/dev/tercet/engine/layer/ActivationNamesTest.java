package dev.tercet.engine.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tercet.engine.kernel.Activation;
import dev.tercet.engine.kernel.Kernels;
import dev.tercet.loaders.InvalidModelException;
import dev.tercet.loaders.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every activation function that a config can name against transformers: {@code oracle/activation_goldens.py}. */
class ActivationNamesTest {
    /** A number of steps that each round in one way: these have the reference's bits in fp32. */
    private static final Set<Activation> SAME_BITS = EnumSet.of(
            Activation.IDENTITY,
            Activation.RELU,
            Activation.RELU6,
            Activation.RELU2,
            Activation.LEAKY_RELU,
            Activation.HARD_SWISH);

    static List<JsonObject> goldens() {
        try (var file = new GZIPInputStream(
                Objects.requireNonNull(ActivationNamesTest.class.getResourceAsStream("/activations.jsonl.gz")))) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .skip(1)
                    .map(line -> JsonObject.parse(line.getBytes(StandardCharsets.UTF_8), "activations"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<String> names() {
        return goldens().stream().skip(1).map(line -> line.string("name")).toList();
    }

    private static Activation named(String name) {
        byte[] config = ("{\"hidden_act\": \"" + name + "\"}").getBytes(StandardCharsets.UTF_8);
        return ActivationNames.read(JsonObject.parse(config, "config.json"), "hidden_act", "gelu");
    }

    private static double number(Object number) {
        return ((Number) number).doubleValue();
    }

    @ParameterizedTest
    @MethodSource("names")
    @Tag("every-width")
    void giveTheNumbersOfTransformersInDoublePrecision(String name) {
        List<JsonObject> goldens = goldens();
        List<?> inputs = goldens.getFirst().list("inputs");
        JsonObject golden = goldens.stream()
                .skip(1)
                .filter(line -> line.string("name").equals(name))
                .findFirst()
                .orElseThrow();
        Activation activation = named(name);
        float[] y = new float[inputs.size()];
        for (int i = 0; i < y.length; i++) y[i] = (float) number(inputs.get(i));
        Kernels.preferred().activate(activation, y, 0, y.length);
        for (int i = 0; i < y.length; i++) {
            double x = number(inputs.get(i));
            double expected = number(golden.list("double").get(i));
            double error = Math.abs(y[i] - expected);
            assertTrue(error <= bound(activation, x, expected), name + "(" + x + ") is off by " + error);
            if (SAME_BITS.contains(activation))
                assertEquals((float) number(golden.list("single").get(i)), y[i], name + "(" + x + ")");
        }
    }

    /** What {@code ElementaryFunctionsTest} finds over the whole range. */
    private static double bound(Activation activation, double x, double y) {
        double unit = 0x1p-24;
        double ulp = Math.ulp((float) y);
        return switch (activation) {
            case IDENTITY, RELU, RELU6 -> 0;
            case RELU2, LEAKY_RELU -> ulp; // the slope is rounded too
            case HARD_SWISH -> 4 * unit * Math.abs(x); // x + 3, and two more roundings
            case GELU, GELU_10 -> 3.5 * unit * Math.abs(x);
            case GELU_TANH -> 4 * unit * Math.abs(x);
            case QUICK_GELU -> 3 * unit * Math.abs(x);
            case SILU, SIGMOID -> 2.5 * ulp;
            case TANH -> 2 * ulp;
            case MISH -> 4 * ulp;
            case LAPLACE -> 5 * unit;
            case SQRT_SOFTPLUS -> 3 * ulp;
        };
    }

    @Test
    void coverEveryActivation() {
        Set<Activation> covered = EnumSet.noneOf(Activation.class);
        for (String name : names()) covered.add(named(name));
        assertEquals(EnumSet.allOf(Activation.class), covered);
    }

    @ParameterizedTest
    @ValueSource(strings = {"prelu", "xielu", "Gelu", ""})
    void refuseOtherNamesAndListThoseKnown(String name) {
        var e = assertThrows(InvalidModelException.class, () -> named(name));
        assertTrue(e.getMessage().contains("quick_gelu") && e.getMessage().contains("hidden_act"), e.getMessage());
    }
}
