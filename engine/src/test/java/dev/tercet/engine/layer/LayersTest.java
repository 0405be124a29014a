package dev.tercet.engine.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tercet.engine.kernel.Activation;
import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.kernel.Rows;
import dev.tercet.engine.parallel.Workers;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LayersTest {
    private final Kernels kernels = Kernels.preferred();

    private Run run(Workers workers) {
        return new Run(kernels, workers, new Workspace(), null);
    }

    private static float[] random(long seed, int length) {
        Random random = new Random(seed);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) values[i] = (float) random.nextGaussian();
        return values;
    }

    @ParameterizedTest
    @CsvSource({"1, 700, 900", "7, 384, 1152", "50, 120, 90", "200, 64, 33", "3, 1000, 1000"})
    @Tag("every-width")
    void aDividedProductHasTheBitsOfTheWhole(int rows, int inputs, int outputs) {
        Linear linear = new Linear(
                kernels.pack(random(1, outputs * inputs), outputs, inputs), random(2, outputs), Activation.GELU);
        Rows x = Rows.of(random(3, rows * inputs), inputs, rows);
        Rows whole = Rows.of(new float[rows * outputs], outputs, rows);
        linear.forward(run(Workers.serial()), x, whole);
        for (int threads : new int[] {2, 3, 4}) {
            try (Workers workers = Workers.of(threads)) {
                Rows divided = Rows.of(new float[rows * outputs], outputs, rows);
                linear.forward(run(workers), x, divided);
                assertArrayEquals(whole.data(), divided.data(), threads + " threads");
            }
        }
    }

    @Test
    void dividedAttentionAndNormalizationHaveTheBitsOfTheWhole() {
        int[] starts = {0, 90, 91, 240};
        Attention attention = new Attention(5, 24);
        Sequences x = new Sequences(Rows.of(random(4, 240 * 360), 360, 240), starts);
        LayerNorm norm = new LayerNorm(random(5, 120), random(6, 120), 1e-12f);
        float[][] results = new float[2][];
        for (int threads = 1; threads <= 2; threads++) {
            try (Workers workers = Workers.of(threads)) {
                Rows context = Rows.of(new float[240 * 120], 120, 240);
                attention.forward(run(workers), "p", x, x.column(120), x.column(240), new Sequences(context, starts));
                norm.forward(run(workers), context, x.rows(), context);
                results[threads - 1] = context.data();
            }
        }
        assertArrayEquals(results[0], results[1]);
    }

    @Test
    void aWorkspaceHandsOutTheSameMemoryOnceItIsLargeEnough() {
        Workspace workspace = new Workspace();
        for (int round = 0; round < 2; round++) {
            workspace.rows(10, 20);
            workspace.rows(3, 7);
            workspace.release(0);
        }
        Rows first = workspace.rows(10, 20);
        Rows second = workspace.rows(3, 7);
        assertSame(first.data(), second.data());
        assertTrue(second.offset() >= first.offset() + 200, "rows overlap");
        float[] memory = first.data();
        workspace.release(0);
        assertSame(memory, workspace.rows(5, 5).data());
    }

    @Test
    void aWorkspaceThatIsTooSmallStillHandsOutDistinctRows() {
        Workspace workspace = new Workspace();
        assertNotSame(workspace.rows(10, 20).data(), workspace.rows(10, 20).data());
    }

    @Test
    void aWorkspaceRefusesMoreThanAnArrayHolds() {
        Workspace workspace = new Workspace();
        assertThrows(IllegalArgumentException.class, () -> workspace.rows(1 << 20, 1 << 12));
    }

    @Test
    void anEmbeddingTableRefusesAnIdOutsideIt() {
        EmbeddingTable table = EmbeddingTable.of(new float[] {1, 2, 3, 4}, 2, 2);
        float[] y = new float[2];
        table.copy(1, y, 0);
        assertArrayEquals(new float[] {3, 4}, y);
        assertThrows(IllegalArgumentException.class, () -> table.copy(2, y, 0));
        assertThrows(IllegalArgumentException.class, () -> table.copy(-1, y, 0));
    }

    @Test
    void aBatchKnowsItsSequences() {
        TokenBatch batch = TokenBatch.of(List.of(new int[] {5, 6}, new int[] {7}));
        assertEquals(2, batch.sequences());
        assertEquals(3, batch.tokens());
        assertEquals(1, batch.length(1));
    }

    @Test
    void aBatchRefusesASequenceThatIsNotThere() {
        int[] ids = {1, 2, 3};
        TokenBatch batch = TokenBatch.of(ids);
        assertThrows(IllegalArgumentException.class, () -> batch.add(ids, ids, 0, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> batch.add(ids, ids, 1, 3));
        assertThrows(IndexOutOfBoundsException.class, () -> batch.add(ids, new int[2], 0, 3));
        assertEquals(1, batch.sequences());
        assertEquals(3, batch.tokens());
    }
}
