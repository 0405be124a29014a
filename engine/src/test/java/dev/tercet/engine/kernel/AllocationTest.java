package dev.tercet.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.management.ManagementFactory;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Compiled kernels keep their vectors in registers. A vector that becomes an object, because something was not inlined,
 * makes a kernel many times slower and shows here as garbage.
 */
class AllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final Kernels KERNELS = VectorKernels.create("");
    private static final int CALLS = 200;

    private final float[] numbers = Floats.random(new Random(1), 32 * 1152);
    private final float[] results = new float[32 * 1152];

    @Test
    void linearAllocatesNothing() {
        PackedMatrix packed = KERNELS.pack(numbers, 128, 96);
        for (Activation activation : Activation.values()) {
            assertNoGarbage(
                    "linear with " + activation,
                    () -> KERNELS.linear(
                            Rows.of(numbers, 96, 17), packed, numbers, activation, Rows.of(results, 128, 17)));
        }
    }

    @Test
    void linearOnCompactWeightsAllocatesNothing() {
        byte[] q = new byte[128 * 96];
        PackedMatrix int8 = KERNELS.packInt8(new PackedMatrix.Int8(q, numbers, null), 128, 96);
        PackedMatrix bf16 = KERNELS.packBf16(numbers, 128, 96);
        for (int rows : new int[] {1, 2, 3, 4, 5, 6, 7, 24}) {
            for (PackedMatrix packed : new PackedMatrix[] {int8, bf16}) {
                assertNoGarbage(
                        "linear on " + packed.format() + " with " + rows + " rows",
                        () -> KERNELS.linear(
                                Rows.of(numbers, 96, rows),
                                packed,
                                numbers,
                                Activation.IDENTITY,
                                Rows.of(results, 128, rows)));
            }
        }
    }

    @Test
    void attentionAllocatesNothing() {
        float[] scratch = new float[KERNELS.attentionScratch(32, 32, 32)];
        float[] scratchOfOne = new float[KERNELS.attentionScratch(1, 32, 64)];
        Rows rows = Rows.of(numbers, 1152, 32);
        assertNoGarbage(
                "attention",
                () -> KERNELS.attention(
                        rows, rows, rows, 32, 0.2f, false, Rows.of(results, 384, 32), null, scratch, 0, 12));
        assertNoGarbage(
                "attention of one query",
                () -> KERNELS.attention(
                        rows.slice(0, 1),
                        rows,
                        rows,
                        64,
                        0.2f,
                        false,
                        Rows.of(results, 512, 1),
                        null,
                        scratchOfOne,
                        0,
                        8));
    }

    /**
     * A function of vectors that C2 leaves out makes objects of them, and it leaves out more the more it inlines into
     * one method. That a caller never gets the whole of attention inlined is what the length is for: FreqInlineSize.
     */
    @Test
    void attentionIsTooLongToBeInlined() throws IOException {
        for (Class<?> kernel : new Class<?>[] {VectorAttention.class, BlockAttention.class}) {
            try (InputStream in = kernel.getResourceAsStream(kernel.getSimpleName() + ".class")) {
                CodeAttribute run = ClassFile.of().parse(in.readAllBytes()).methods().stream()
                        .filter(method -> method.methodName().equalsString("run"))
                        .findAny()
                        .flatMap(method -> method.findAttribute(Attributes.code()))
                        .orElseThrow();
                assertTrue(run.codeLength() > 325, kernel.getSimpleName() + " has " + run.codeLength() + " bytecodes");
            }
        }
    }

    @Test
    void attentionOfAStepAllocatesNothing() {
        KeyValueCache cache = KERNELS.cache(512, 32);
        for (int slot = 0; slot < 32; slot++) {
            cache.put(slot, numbers, slot * 1024);
        }
        float[] scratch = new float[KERNELS.attentionScratch(cache)];
        int[] tokens = {4, 3, 7, 31, 12};
        int[][] seen = {tokens, tokens, tokens, tokens};
        Rows queries = Rows.of(numbers, 512, 4);
        Rows context = Rows.of(results, 512, 4);
        assertNoGarbage(
                "attention of a step", () -> KERNELS.attention(queries, cache, seen, 64, 0.2f, context, null, scratch));
    }

    @Test
    void searchingTheVocabularyAllocatesNothing() {
        LogNormalizer normalizer = new LogNormalizer(2f, 3f, 0f, 0f);
        assertNoGarbage("first above", () -> KERNELS.firstAbove(1e30f, 1f, normalizer, numbers, 0, 0, 30_001));
        Rows row = Rows.of(numbers, 30_001, 1);
        Rows largest = Rows.of(new float[59], 59, 1);
        Rows sums = Rows.of(new float[59], 59, 1);
        assertNoGarbage("blocks", () -> KERNELS.blockExponentials(row, 30_001, largest, sums));
        assertNoGarbage("all blocks", () -> KERNELS.logNormalizer(largest, sums, normalizer));
    }

    @Test
    void layerNormAllocatesNothing() {
        assertNoGarbage(
                "layer norm",
                () -> KERNELS.layerNorm(
                        Rows.of(numbers, 384, 17),
                        new Rows(numbers, 384, 384, 17),
                        384,
                        numbers,
                        numbers,
                        1e-12f,
                        Rows.of(results, 384, 17)));
    }

    @Test
    void softmaxAllocatesNothingThatGrowsWithTheRow() {
        assertNoGarbage("softmax", () -> KERNELS.softmax(results, 0, 30_001));
        assertNoGarbage("log softmax", () -> KERNELS.logSoftmax(results, 0, 30_001));
    }

    /**
     * Runs until C2 has done its work, which takes as long as it takes; what is left are a few hundred bytes a call.
     */
    private static void assertNoGarbage(String what, Runnable kernel) {
        long deadline = System.nanoTime() + 120_000_000_000L;
        long perCall = Long.MAX_VALUE;
        while (System.nanoTime() < deadline) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < CALLS; i++) {
                kernel.run();
            }
            perCall = (THREADS.getCurrentThreadAllocatedBytes() - before) / CALLS;
            if (perCall <= 2_000) {
                return;
            }
        }
        fail(what + " allocates " + perCall + " bytes a call");
    }
}
