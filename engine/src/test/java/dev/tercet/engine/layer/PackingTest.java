package dev.tercet.engine.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tercet.engine.kernel.Activation;
import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.kernel.PackedMatrix.Format;
import dev.tercet.engine.kernel.Rows;
import dev.tercet.engine.parallel.Workers;
import dev.tercet.loaders.Checkpoint;
import dev.tercet.loaders.DType;
import dev.tercet.loaders.ModelFiles;
import dev.tercet.loaders.QuantizedTensor;
import dev.tercet.loaders.SafetensorsWriter;
import dev.tercet.loaders.Tensor;
import dev.tercet.loaders.Weights;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** How weights get from a checkpoint into each format. */
class PackingTest {
    private static final double U = 0x1p-24;
    private static final int OUTPUTS = 70;
    private static final int INPUTS = 50;

    private final Kernels kernels = Kernels.preferred();
    private final Random random = new Random(1);
    private final List<Tensor> tensors = new ArrayList<>();

    @TempDir
    Path folder;

    private float[] random(int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) values[i] = (float) random.nextGaussian();
        return values;
    }

    /** A layer as {@code models quantize} and other tools store it. */
    private void putInt8(String name, DType type, boolean perRow, boolean zeroPoint) {
        byte[] q = new byte[OUTPUTS * INPUTS];
        random.nextBytes(q);
        int scales = perRow ? OUTPUTS : 1;
        float[] scale = random(scales);
        long[] shape = perRow ? new long[] {scales, 1} : new long[] {1};
        tensors.add(new Tensor(name + ".weight", type, new long[] {OUTPUTS, INPUTS}, MemorySegment.ofArray(q)));
        Tensor stored = Tensor.of(name + ".weight_scale", scale, scales);
        tensors.add(new Tensor(stored.name(), DType.F32, shape, stored.data()));
        if (zeroPoint) {
            byte[] points = new byte[scales];
            random.nextBytes(points);
            tensors.add(new Tensor(name + ".weight_zero_point", type, shape, MemorySegment.ofArray(points)));
        }
        putBias(name);
    }

    private void putFloats(String name) {
        tensors.add(Tensor.of(name + ".weight", random(OUTPUTS * INPUTS), OUTPUTS, INPUTS));
        putBias(name);
    }

    private void putBias(String name) {
        tensors.add(Tensor.of(name + ".bias", random(OUTPUTS), OUTPUTS));
    }

    private void withWeights(Consumer<Weights> work) throws IOException {
        SafetensorsWriter.write(folder.resolve("model.safetensors"), tensors, Map.of());
        try (ModelFiles files = ModelFiles.folder(folder)) {
            work.accept(Checkpoint.open(files));
        }
    }

    private float[] forward(Linear linear, Rows x) {
        int outputs = linear.weight().outputs();
        Rows y = Rows.of(new float[x.count() * outputs], outputs, x.count());
        linear.forward(new Run(kernels, Workers.serial(), new Workspace(), null), x, y);
        return y.data();
    }

    @ParameterizedTest
    @CsvSource({"I8, false, false", "I8, true, false", "I8, true, true", "U8, false, true", "U8, true, true"})
    void anInt8CheckpointIsUsedAsItIs(DType type, boolean perRow, boolean zeroPoint) throws IOException {
        putInt8("dense", type, perRow, zeroPoint);
        withWeights(weights -> {
            Linear int8 = Linear.load(
                    new Packing(kernels, Format.INT8), weights.in("dense"), INPUTS, OUTPUTS, Activation.IDENTITY);
            assertEquals(Format.INT8, int8.weight().format());
            float[] w = weights.floats("dense.weight", OUTPUTS, INPUTS);
            float[] bias = weights.floats("dense.bias", OUTPUTS);
            Rows x = Rows.of(random(3 * INPUTS), INPUTS, 3);
            float[] y = forward(int8, x);
            for (int r = 0; r < 3; r++) {
                for (int o = 0; o < OUTPUTS; o++) {
                    double sum = bias[o];
                    double size = Math.abs(bias[o]);
                    for (int i = 0; i < INPUTS; i++) {
                        double product = (double) x.data()[r * INPUTS + i] * w[o * INPUTS + i];
                        sum += product;
                        size += Math.abs(product);
                    }
                    // the expanded weight is rounded once, each product once, the result once
                    double bound = (INPUTS + 2) * U * size * 1.01;
                    double error = Math.abs(sum - y[r * OUTPUTS + o]);
                    assertTrue(error <= bound, "y[" + r + ", " + o + "] is off by " + error + ", bound " + bound);
                }
            }
        });
    }

    @Test
    void aCheckpointQuantizedBeforehandGivesTheBitsOfOneQuantizedWhenLoaded() throws IOException {
        putFloats("a");
        putBias("b");
        float[] weight = tensors.getFirst().floats();
        QuantizedTensor quantized = QuantizedTensor.quantize("b.weight", weight, OUTPUTS, INPUTS);
        tensors.add(new Tensor("b.weight", DType.I8, new long[] {OUTPUTS, INPUTS}, quantized.q()));
        tensors.add(Tensor.of("b.weight_scale", quantized.scales(), OUTPUTS, 1));
        withWeights(weights -> {
            Packing packing = new Packing(kernels, Format.INT8);
            Rows x = Rows.of(random(3 * INPUTS), INPUTS, 3);
            float[] none = new float[OUTPUTS];
            float[][] results = new float[2][];
            for (int l = 0; l < 2; l++) {
                String name = (l == 0 ? "a" : "b") + ".weight";
                results[l] =
                        forward(new Linear(packing.pack(weights, name, OUTPUTS, INPUTS), none, Activation.IDENTITY), x);
            }
            assertArrayEquals(results[0], results[1]);
        });
    }

    @ParameterizedTest
    @EnumSource
    void layersSideBySideGiveTheBitsOfEachByItself(Format format) throws IOException {
        putInt8("q", DType.U8, false, true);
        putFloats("k");
        putInt8("v", DType.I8, true, false);
        withWeights(weights -> {
            Packing packing = new Packing(kernels, format);
            List<Weights> layers = List.of(weights.in("q"), weights.in("k"), weights.in("v"));
            Linear together = Linear.concatenated(packing, layers, INPUTS, OUTPUTS);
            Rows x = Rows.of(random(3 * INPUTS), INPUTS, 3);
            float[] y = forward(together, x);
            for (int l = 0; l < 3; l++) {
                float[] alone = forward(Linear.load(packing, layers.get(l), INPUTS, OUTPUTS, Activation.IDENTITY), x);
                for (int r = 0; r < 3; r++)
                    for (int o = 0; o < OUTPUTS; o++)
                        assertEquals(alone[r * OUTPUTS + o], y[(r * 3 + l) * OUTPUTS + o], "layer " + l);
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void manyThreadsPackWhatOneDoes(Format format) throws IOException {
        int outputs = 3001;
        int inputs = 1024; // several tasks
        tensors.add(Tensor.of("large.weight", random(outputs * inputs), outputs, inputs));
        tensors.add(Tensor.of("large.bias", random(outputs), outputs));
        withWeights(weights -> {
            Rows x = Rows.of(random(2 * inputs), inputs, 2);
            try (Workers workers = Workers.of(3)) {
                Linear many = Linear.load(
                        new Packing(kernels, format, workers, new LongAdder()),
                        weights.in("large"),
                        inputs,
                        outputs,
                        Activation.IDENTITY);
                Linear one = Linear.load(
                        new Packing(kernels, format), weights.in("large"), inputs, outputs, Activation.IDENTITY);
                assertArrayEquals(forward(one, x), forward(many, x));
            }
        });
    }
}
