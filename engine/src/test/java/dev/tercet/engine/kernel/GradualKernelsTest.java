package dev.tercet.engine.kernel;

import static dev.tercet.engine.kernel.Floats.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is compiled when is up to the JVM; here it is up to the test. */
class GradualKernelsTest {
    private static final int INPUTS = 384;
    private static final int OUTPUTS = 391; // the last panel is not full
    private static final long F32 = KernelParts.linear(PackedMatrix.Format.F32);
    private static final long GELU = KernelParts.activation(Activation.GELU);

    private final Random random = new Random(7);
    private final VectorKernels vector = VectorKernels.create("");
    private final Set<Long> compilable = new HashSet<>();
    private boolean anything;

    /** Compiles a part when a test lets it. */
    private final WarmUp warmUp = new WarmUp(this::compiled, () -> 0, (message, cause) -> {
        throw new AssertionError(message, cause);
    });

    private final GradualKernels gradual = new GradualKernels(vector, warmUp);
    private final PackedMatrix weight = gradual.pack(Floats.random(random, OUTPUTS * INPUTS), OUTPUTS, INPUTS);

    private synchronized List<Runnable> compiled(long part) {
        try {
            while (!anything && !compilable.contains(part)) {
                wait();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return List.of();
    }

    private synchronized void compileAnything() {
        anything = true;
        notifyAll();
    }

    private void compile(long part) {
        synchronized (this) {
            compilable.add(part);
            notifyAll();
        }
        warmUp.want(part);
        warmUp.begin();
        warmUp.await(part);
        assertTrue(warmUp.compiled(part));
    }

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
        for (; !warmUp.begun() && products < 10_000; products++) {
            product(gradual, x);
        }
        // half a billion multiply-adds at 8 · 384 · (7 panels of 64, 13 of 32, 25 of 16 or 49 of 8 outputs)
        assertTrue(products > 350 && products < 440, products + " products");
    }

    @Test
    void oneLargeProductBeginsTheWarmUp() {
        product(gradual, Floats.random(random, INPUTS));
        assertFalse(warmUp.begun());
        product(gradual, Floats.random(random, 200 * INPUTS));
        assertTrue(warmUp.begun());
        assertFalse(warmUp.compiled(F32), "and is not waited for");
    }

    @Test
    void aProductThatTakesLongerThanTheCompilerWaitsForIt() throws InterruptedException {
        float[] x = Floats.random(random, 700 * INPUTS);
        Thread run = Thread.ofPlatform().start(() -> product(gradual, x));
        while (run.getState() != Thread.State.WAITING && run.isAlive()) {
            Thread.onSpinWait();
        }
        assertTrue(run.isAlive(), "nothing was waited for");
        compileAnything();
        run.join();
        assertTrue(warmUp.compiled(F32 | GELU));
    }

    @Test
    void whatWaitedOnceWaitsForEveryPart() {
        compileAnything();
        product(gradual, Floats.random(random, 700 * INPUTS));
        float[] x = new float[INPUTS];
        gradual.softmax(x, 0, INPUTS);
        assertTrue(warmUp.compiled(KernelParts.SOFTMAX));
        assertFalse(warmUp.compiled(KernelParts.DOT));
    }

    @Test
    void theBitsAreTheSameBeforeAndAfter() {
        float[] x = Floats.random(random, 7 * INPUTS);
        float[] before = product(gradual, x);
        assertSameBits(product(vector, x), before, "scalar start");
        compile(F32);
        assertSameBits(before, product(gradual, x), "the product compiled, its activation not");
        compile(GELU);
        assertSameBits(before, product(gradual, x), "vectors after it");
    }

    @Test
    void aCompiledProductDoesOnlyThePanelsItIsAskedFor() {
        float[] x = Floats.random(random, 3 * INPUTS);
        float[] all = product(vector, x);
        compile(F32);
        float[] y = new float[3 * OUTPUTS];
        Rows rows = Rows.of(y, OUTPUTS, 3);
        for (int panel = 0; panel < weight.panels(); panel++) {
            gradual.linear(Rows.of(x, INPUTS, 3), weight, null, Activation.GELU, rows, panel, panel + 1);
        }
        assertSameBits(all, y, "panel by panel");
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
