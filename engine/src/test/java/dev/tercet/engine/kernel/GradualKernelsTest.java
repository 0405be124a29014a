package dev.tercet.engine.kernel;

import static dev.tercet.engine.kernel.Floats.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class GradualKernelsTest {
    private static final int INPUTS = 384;
    private static final int OUTPUTS = 391; // the last panel is not full

    private final Random random = new Random(7);
    private final Kernels vector = VectorKernels.create("");
    private final GradualKernels gradual = new GradualKernels(vector);
    private final PackedMatrix weight = gradual.pack(Floats.random(random, OUTPUTS * INPUTS), OUTPUTS, INPUTS);

    private float[] product(Kernels kernels, float[] x) {
        int rows = x.length / INPUTS;
        float[] y = new float[rows * OUTPUTS];
        kernels.linear(Rows.of(x, INPUTS, rows), weight, null, Activation.GELU, Rows.of(y, OUTPUTS, rows));
        return y;
    }

    @Test
    void smallProductsStayScalarUntilTheyAddUp() {
        float[] x = Floats.random(random, 8 * INPUTS);
        int products = 0;
        for (; !gradual.pastTheStart() && products < 10_000; products++) {
            product(gradual, x);
        }
        // half a billion multiply-adds at 8 · 384 · (7 panels of 64, 13 of 32, 25 of 16 or 49 of 8 outputs)
        assertTrue(products > 350 && products < 440, products + " products");
    }

    @Test
    void oneLargeProductEndsTheStart() {
        product(gradual, Floats.random(random, INPUTS));
        assertFalse(gradual.pastTheStart());
        product(gradual, Floats.random(random, 200 * INPUTS));
        assertTrue(gradual.pastTheStart());
    }

    @Test
    void theBitsAreTheSameBeforeAndAfter() {
        float[] x = Floats.random(random, 7 * INPUTS);
        float[] before = product(gradual, x);
        assertFalse(gradual.pastTheStart());
        assertSameBits(product(vector, x), before, "scalar start");
        product(gradual, Floats.random(random, 200 * INPUTS));
        assertSameBits(before, product(gradual, x), "vectors after it");
    }

    @Test
    void theScratchOfAttentionServesBoth() {
        for (int length : new int[] {1, 9, 40, 300}) {
            int scratch = gradual.attentionScratch(length, length, 32);
            assertTrue(scratch >= vector.attentionScratch(length, length, 32), "vector, " + length);
            assertTrue(scratch >= Kernels.scalar().attentionScratch(length, length, 32), "scalar, " + length);
        }
    }
}
