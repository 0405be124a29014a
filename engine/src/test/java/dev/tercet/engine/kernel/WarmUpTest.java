package dev.tercet.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** With exercises that say themselves what they allocate, as if they were compiled more and more. */
class WarmUpTest {
    private static final long FIRST = KernelParts.linear(PackedMatrix.Format.F32);
    private static final long SECOND = KernelParts.LAYER_NORM;
    private static final long THIRD = KernelParts.DOT;

    private final AtomicLong allocated = new AtomicLong();
    private final AtomicInteger runs = new AtomicInteger();
    private final List<String> warnings = Collections.synchronizedList(new ArrayList<>());

    /** Allocates so many bytes the first time it runs, the second …, and the last of them from then on. */
    private Runnable exercise(long... bytes) {
        AtomicInteger run = new AtomicInteger();
        return () -> {
            runs.incrementAndGet();
            allocated.addAndGet(bytes[Math.min(run.getAndIncrement(), bytes.length - 1)]);
        };
    }

    private WarmUp warmUp(Runnable... exercises) {
        return new WarmUp(_ -> List.of(exercises), allocated::get, this::warn);
    }

    private void warn(String message, Throwable cause) {
        warnings.add(message + " " + cause);
    }

    private static void compile(WarmUp warmUp, long parts) {
        warmUp.want(parts);
        warmUp.begin();
        warmUp.await(parts);
    }

    @Test
    void aPartIsCompiledWhenItsExercisesMakeNoMoreObjects() {
        WarmUp warmUp = warmUp(exercise(80_000, 80_000, 80_000, 80_000, 500), exercise(90_000, 90_000, 0));
        compile(warmUp, FIRST);
        assertTrue(warmUp.compiled(FIRST));
        assertFalse(warmUp.compiled(SECOND));
        assertEquals(2 * 5, runs.get());
    }

    @Test
    void theClassesThatTheFirstRunLoadsDoNotCount() {
        WarmUp warmUp = warmUp(exercise(800_000, 30_000, 30_000, 30_000, 30_000, 30_000, 0));
        compile(warmUp, FIRST);
        assertEquals(7, runs.get(), "30,000 bytes are not little beside those of the second run");
    }

    @Test
    void aFewObjectsForGoodAreTakenAfterManyRounds() {
        WarmUp warmUp = warmUp(exercise(80_000, 80_000, 80_000, 80_000, 9_000));
        compile(warmUp, FIRST);
        assertTrue(warmUp.compiled(FIRST));
        assertTrue(runs.get() > 1_000, runs + " runs");
    }

    @Test
    void nothingRunsBeforeItHasBegun() {
        WarmUp warmUp = warmUp(exercise(0));
        warmUp.want(FIRST);
        warmUp.await(FIRST); // not begun: nothing to wait for
        assertFalse(warmUp.compiled(FIRST));
        assertFalse(warmUp.done());
        assertEquals(0, runs.get());
        warmUp.begin();
        warmUp.await(FIRST);
        assertTrue(warmUp.compiled(FIRST));
        assertTrue(warmUp.done());
    }

    @Test
    void whatIsWantedLaterIsCompiledLater() {
        WarmUp warmUp = warmUp(exercise(80_000, 0));
        compile(warmUp, SECOND);
        double seconds = warmUp.seconds();
        assertFalse(warmUp.compiled(FIRST));
        warmUp.want(FIRST | THIRD);
        warmUp.await(FIRST | THIRD);
        assertTrue(warmUp.compiled(FIRST | SECOND | THIRD));
        assertTrue(warmUp.seconds() >= seconds);
    }

    @Test
    void theMostImportantPartComesFirst() {
        List<Long> order = Collections.synchronizedList(new ArrayList<>());
        WarmUp warmUp = new WarmUp(
                part -> {
                    order.add(part);
                    return List.of();
                },
                allocated::get,
                this::warn);
        compile(warmUp, THIRD | FIRST | SECOND);
        assertEquals(List.of(FIRST, SECOND, THIRD), order);
    }

    @Test
    void theThreadKeepsNoProgramAlive() {
        AtomicReference<Thread> thread = new AtomicReference<>();
        compile(warmUp(() -> thread.set(Thread.currentThread())), FIRST);
        assertTrue(thread.get().isDaemon());
    }

    @Test
    void whatIsNeverCompiledIsLeftToTheScalarKernelsAndSaid() {
        WarmUp warmUp = warmUp(exercise(80_000));
        compile(warmUp, SECOND);
        assertFalse(warmUp.compiled(SECOND));
        warmUp.begin();
        int before = runs.get();
        warmUp.want(SECOND);
        warmUp.await(SECOND);
        assertEquals(before, runs.get(), "it is not tried again");
        assertTrue(warmUp.done(), "nothing more is to come");
        assertEquals(1, warnings.size());
        assertTrue(
                warnings.getFirst().contains("the vector kernels for layer normalization could not be compiled"),
                warnings.getFirst());
    }

    @Test
    void aFailureEndsTheWarmUpAndNothingElse() {
        WarmUp warmUp = warmUp(() -> {
            throw new IllegalStateException("on purpose");
        });
        compile(warmUp, FIRST | SECOND);
        assertFalse(warmUp.compiled(FIRST));
        warmUp.want(THIRD);
        warmUp.await(THIRD);
        assertFalse(warmUp.compiled(THIRD));
        assertEquals(1, warnings.size());
        assertTrue(warnings.getFirst().contains("the vector kernels could not be compiled"), warnings.getFirst());
        assertTrue(warnings.getFirst().contains("on purpose"), warnings.getFirst());
    }

    @Test
    void anInterruptedThreadWaitsNoLongerAndStaysInterrupted() throws InterruptedException {
        CountDownLatch end = new CountDownLatch(1);
        WarmUp warmUp = warmUp(() -> {
            try {
                end.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        warmUp.want(FIRST);
        warmUp.begin();
        Thread.currentThread().interrupt();
        warmUp.await(FIRST);
        assertTrue(Thread.interrupted());
        assertFalse(warmUp.compiled(FIRST));
        end.countDown();
        warmUp.await(FIRST);
        assertTrue(warmUp.compiled(FIRST));
    }

    @Test
    void everyPartHasANameAndIsOneOfThree() {
        long parts = KernelParts.all();
        List<String> names = new ArrayList<>();
        for (long left = parts; left != 0; left &= left - 1) {
            long part = Long.lowestOneBit(left);
            names.add(KernelParts.name(part));
            if (KernelParts.format(part) != null) {
                assertEquals(part, KernelParts.linear(KernelParts.format(part)));
            } else if (KernelParts.activation(part) != null) {
                assertEquals(part, KernelParts.activation(KernelParts.activation(part)));
            }
        }
        assertEquals(names.stream().distinct().toList(), names);
        assertEquals(0, KernelParts.activation(Activation.IDENTITY));
        assertSame(null, KernelParts.activation(KernelParts.ZERO_POINTS));
    }
}
