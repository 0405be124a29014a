package dev.tercet.engine.parallel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PoolTest {
    @Test
    void whatIsGivenIsTakenAgain() {
        Pool<String> pool = new Pool<>();
        assertNull(pool.take());
        pool.give("one");
        assertSame("one", pool.take());
        assertNull(pool.take());
    }

    @Test
    void anotherThreadFindsItToo() throws Exception {
        Pool<String> pool = new Pool<>();
        pool.give("one");
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 100; i++) {
                assertSame("one", threads.submit(pool::take).get());
                threads.submit(() -> pool.give("one")).get();
            }
        }
    }

    @Test
    void twoAtATimeAreTwo() {
        Pool<Object> pool = new Pool<>();
        pool.give(new Object());
        pool.give(new Object());
        Object one = pool.take();
        Object two = pool.take();
        assertNotNull(one);
        assertNotNull(two);
        assertNotSame(one, two);
    }

    @Test
    void aPoolKeepsABoundedNumber() {
        Pool<Integer> pool = new Pool<>();
        for (int i = 0; i < 100_000; i++) pool.give(i);
        int kept = 0;
        while (pool.take() != null) kept++;
        assertTrue(kept >= 64 && kept < 100_000, kept + " kept");
    }

    @Test
    void nothingIsInTwoHands() throws Exception {
        Pool<AtomicInteger> pool = new Pool<>();
        try (var threads = Executors.newFixedThreadPool(8)) {
            List<Future<Integer>> most = new ArrayList<>();
            for (int thread = 0; thread < 8; thread++) {
                most.add(threads.submit(() -> {
                    int users = 0;
                    for (int i = 0; i < 20_000; i++) {
                        AtomicInteger idle = pool.take();
                        AtomicInteger mine = idle == null ? new AtomicInteger() : idle;
                        users = Math.max(users, mine.incrementAndGet());
                        mine.decrementAndGet();
                        pool.give(mine);
                    }
                    return users;
                }));
            }
            for (Future<Integer> users : most) assertEquals(1, users.get());
        }
    }
}
