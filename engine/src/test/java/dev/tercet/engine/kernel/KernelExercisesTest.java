package dev.tercet.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class KernelExercisesTest {
    private final KernelExercises exercises = new KernelExercises(VectorKernels.create(""));

    /** As long as the compiler takes. */
    @Test
    void fromThemEveryPartOfTheKernelsIsCompiled() {
        WarmUp warmUp = new WarmUp(exercises::of);
        warmUp.want(KernelParts.all());
        warmUp.begin();
        for (long left = KernelParts.all(); left != 0; left &= left - 1) {
            long part = Long.lowestOneBit(left);
            warmUp.await(part);
            assertTrue(warmUp.compiled(part), KernelParts.name(part));
        }
    }

    @Test
    @Tag("every-width")
    void theyRunAtEveryWidth() {
        for (long left = KernelParts.all(); left != 0; left &= left - 1) {
            long part = Long.lowestOneBit(left);
            List<Runnable> calls = exercises.of(part);
            assertFalse(calls.isEmpty(), KernelParts.name(part));
            calls.forEach(Runnable::run);
        }
    }
}
