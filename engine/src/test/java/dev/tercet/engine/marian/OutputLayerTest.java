package dev.tercet.engine.marian;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.tercet.engine.generate.Logits;
import dev.tercet.engine.kernel.Activation;
import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.kernel.Rows;
import dev.tercet.engine.layer.Linear;
import dev.tercet.engine.layer.Run;
import dev.tercet.engine.layer.Workspace;
import dev.tercet.engine.parallel.Workers;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class OutputLayerTest {
    private static final int HIDDEN = 24;

    /** However the work is divided: into blocks by the number of rows, into parts by that of threads. */
    @Test
    @Tag("every-width")
    void givesTheLogitsOfADenseLayerAndSumsThemUp() {
        Kernels kernels = Kernels.preferred();
        for (int seed = 0; seed < 12; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int vocabulary = random.nextInt(1, 12_000);
            int rows = new int[] {1, 4, 40, 150}[seed % 4];
            Linear dense = new Linear(
                    kernels.pack(numbers(random, vocabulary * HIDDEN), vocabulary, HIDDEN),
                    numbers(random, vocabulary),
                    Activation.IDENTITY);
            Rows x = Rows.of(numbers(random, rows * HIDDEN), HIDDEN, rows);
            Rows expected = Rows.of(new float[rows * vocabulary], vocabulary, rows);
            kernels.linear(x, dense.weight(), dense.bias(), dense.activation(), expected);

            int blocks = Logits.blocks(vocabulary);
            Logits logits = new Logits(
                    Rows.of(new float[rows * vocabulary], vocabulary, rows),
                    Rows.of(new float[rows * blocks], blocks, rows),
                    Rows.of(new float[rows * blocks], blocks, rows));
            try (Workers workers = Workers.of(1 + seed % 3)) {
                new OutputLayer(dense).forward(new Run(kernels, workers, new Workspace(), null), x, logits);
            }
            assertArrayEquals(expected.data(), logits.rows().data(), "seed " + seed);
            Logits all = Logits.of(kernels, expected);
            assertArrayEquals(all.largest().data(), logits.largest().data(), "seed " + seed);
            assertArrayEquals(all.sums().data(), logits.sums().data(), "seed " + seed);
        }
    }

    private static float[] numbers(SplittableRandom random, int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) numbers[i] = (float) random.nextGaussian();
        return numbers;
    }
}
