package dev.tercet.engine.parallel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class WorkersTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8})
    void everyTaskRunsExactlyOnce(int threads) {
        try (Workers workers = Workers.of(threads)) {
            for (int tasks = 0; tasks < 200; tasks++) {
                AtomicIntegerArray calls = new AtomicIntegerArray(tasks);
                workers.run(tasks, calls::incrementAndGet);
                for (int i = 0; i < tasks; i++) assertEquals(1, calls.get(i), "task " + i + " of " + tasks);
            }
        }
    }

    @Test
    void twoTasksThatWaitForEachOtherBothRun() {
        try (Workers workers = Workers.of(2)) {
            CountDownLatch both = new CountDownLatch(2);
            workers.run(2, _ -> {
                both.countDown();
                await(both);
            });
        }
    }

    @Test
    void theCallerTakesPart() {
        try (Workers workers = Workers.of(2)) {
            Set<Thread> seen = ConcurrentHashMap.newKeySet();
            CountDownLatch both = new CountDownLatch(2);
            workers.run(2, _ -> {
                seen.add(Thread.currentThread());
                both.countDown();
                await(both);
            });
            assertTrue(seen.contains(Thread.currentThread()), seen::toString);
            assertEquals(2, seen.size());
        }
    }

    @Test
    void parkedWorkersWakeUpForLaterWork() throws InterruptedException {
        try (Workers workers = Workers.of(2)) {
            for (int round = 0; round < 20; round++) {
                Thread.sleep(3); // longer than they spin
                CountDownLatch both = new CountDownLatch(2);
                workers.run(2, _ -> {
                    both.countDown();
                    await(both);
                });
            }
        }
    }

    @Test
    void aTaskMayDivideItsOwnWork() {
        try (Workers workers = Workers.of(3)) {
            AtomicLong sum = new AtomicLong();
            workers.run(10, i -> workers.run(10, j -> sum.addAndGet(10 * i + j)));
            assertEquals(99 * 100 / 2, sum.get());
        }
    }

    @Test
    void manyCallersAtATimeEachGetTheirOwnWorkDone() throws Exception {
        try (Workers workers = Workers.of(2);
                var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Long>> sums = new ArrayList<>();
            for (int c = 0; c < 50; c++) {
                sums.add(callers.submit(() -> {
                    AtomicLong sum = new AtomicLong();
                    for (int round = 0; round < 100; round++) workers.run(7, sum::addAndGet);
                    return sum.get();
                }));
            }
            for (Future<Long> sum : sums) assertEquals(100L * 21, sum.get());
        }
    }

    @Test
    void theCallerGetsWhatATaskThrewAndTheWorkersGoOn() {
        try (Workers workers = Workers.of(2)) {
            IllegalArgumentException thrown = new IllegalArgumentException("task 3");
            for (int round = 0; round < 100; round++) {
                assertSame(
                        thrown,
                        assertThrows(
                                IllegalArgumentException.class,
                                () -> workers.run(5, i -> {
                                    if (i == 3) throw thrown;
                                })));
            }
            AtomicLong sum = new AtomicLong();
            workers.run(5, sum::addAndGet);
            assertEquals(10, sum.get());
        }
    }

    @Test
    void anInterruptedCallerFinishesItsWorkAndStaysInterrupted() {
        try (Workers workers = Workers.of(2)) {
            Thread.currentThread().interrupt();
            AtomicLong sum = new AtomicLong();
            workers.run(100, sum::addAndGet);
            assertTrue(Thread.interrupted());
            assertEquals(4950, sum.get());
        }
    }

    @Test
    void closedWorkersRefuseWork() {
        Workers workers = Workers.of(2);
        workers.close();
        assertThrows(IllegalStateException.class, () -> workers.run(2, _ -> {}));
    }

    @Test
    void theSharedWorkersSurviveClose() {
        Workers.shared().close();
        Workers.serial().close();
        AtomicLong sum = new AtomicLong();
        Workers.shared().run(4, sum::addAndGet);
        Workers.serial().run(4, sum::addAndGet);
        assertEquals(12, sum.get());
    }

    @Test
    void lessThanOneThreadIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> Workers.of(0));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Runs of a model divide work some dozen times each: an object for each time would be more than their results. */
    @Test
    void dividingWorkLeavesNoGarbage() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (Workers workers = Workers.of(2)) {
            AtomicLong sum = new AtomicLong();
            IntConsumer task = sum::addAndGet;
            long least = Long.MAX_VALUE;
            for (int round = 0; round < 20; round++) {
                long before = threads.getTotalThreadAllocatedBytes();
                for (int i = 0; i < 1000; i++) workers.run(5, task);
                least = Math.min(least, threads.getTotalThreadAllocatedBytes() - before);
            }
            assertEquals(20_000 * 10, sum.get());
            assertTrue(least < 8_000, least + " bytes for 1,000 times");
        }
    }
}
