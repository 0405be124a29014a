package dev.tercet.engine.parallel;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/**
 * Threads that divide the work of a run between them; the caller takes part. The threads are daemons, started once;
 * idle ones spin for some microseconds, because the next layer follows at once, and then park.
 *
 * <p>Safe for use by many callers at a time, virtual threads among them, and from within a task: a caller never waits
 * for work that nobody has begun, it does it itself.
 */
public final class Workers implements AutoCloseable {
    /** About 30 µs: longer than what is between two products of a layer, shorter than anybody notices. */
    private static final int SPINS = 1_000;

    private static final Workers SERIAL = new Workers(1);

    /** Started with the first model that asks for them; never closed. */
    private static final class Shared {
        static final Workers INSTANCE = new Workers(Runtime.getRuntime().availableProcessors());
    }

    private final Worker[] workers;
    private final ConcurrentLinkedQueue<Job> jobs = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;

    private Workers(int threads) {
        workers = new Worker[threads - 1];
        for (int i = 0; i < workers.length; i++) {
            workers[i] = new Worker("tercet-worker-" + (i + 1));
            workers[i].start();
        }
    }

    /**
     * Threads of one's own, until {@link #close()}.
     *
     * @param threads that work, the caller's included
     * @throws IllegalArgumentException when {@code threads} is below 1
     */
    public static Workers of(int threads) {
        if (threads < 1) throw new IllegalArgumentException("threads is " + threads + ", expected 1 or more");
        return threads == 1 ? SERIAL : new Workers(threads);
    }

    /** No threads but the caller's. */
    public static Workers serial() {
        return SERIAL;
    }

    /** One thread per processor that this JVM may use, shared by all models that ask for no number of their own. */
    public static Workers shared() {
        return Shared.INSTANCE;
    }

    /** Threads that work, the caller's included. */
    public int threads() {
        return workers.length + 1;
    }

    /**
     * Calls {@code task} with 0 … tasks − 1, in any order, and returns when all calls have returned. When one throws,
     * those not yet begun are left out and the caller gets what the first one threw.
     *
     * @throws IllegalStateException when these workers are closed
     */
    public void run(int tasks, IntConsumer task) {
        if (closed) throw new IllegalStateException("these workers are closed");
        if (tasks <= 1 || workers.length == 0) {
            for (int i = 0; i < tasks; i++) task.accept(i);
            return;
        }
        Job job = new Job(tasks, task);
        jobs.add(job);
        wake(tasks - 1);
        job.help();
        jobs.remove(job);
        job.await();
    }

    /** Unparks as many sleeping workers as there is work for; those that spin see the job by themselves. */
    private void wake(int most) {
        int woken = 0;
        for (int i = 0; i < workers.length && woken < most; i++) {
            if (workers[i].parked) LockSupport.unpark(workers[i]);
            woken++;
        }
    }

    /** Ends the threads once they are idle. Does nothing on {@link #serial()} and {@link #shared()}. */
    @Override
    public void close() {
        if (this == SERIAL || isShared()) return;
        closed = true;
        for (Worker worker : workers) LockSupport.unpark(worker);
    }

    private boolean isShared() {
        return workers.length > 0 && this == Shared.INSTANCE;
    }

    /** The tasks of one call of {@link #run}. */
    private static final class Job {
        private final int tasks;
        private final IntConsumer task;
        private final Thread caller = Thread.currentThread();
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger unfinished;
        private volatile boolean callerParked;
        private volatile Throwable failure;

        Job(int tasks, IntConsumer task) {
            this.tasks = tasks;
            this.task = task;
            this.unfinished = new AtomicInteger(tasks);
        }

        boolean begun() {
            return next.get() >= tasks;
        }

        /** Does tasks until all have been begun. */
        void help() {
            int i;
            while (next.get() < tasks && (i = next.getAndIncrement()) < tasks) {
                try {
                    if (failure == null) task.accept(i);
                } catch (Throwable e) {
                    failure = e;
                } finally {
                    if (unfinished.decrementAndGet() == 0 && callerParked) LockSupport.unpark(caller);
                }
            }
        }

        /** Waits for the tasks that others have begun, and passes on a failure. */
        void await() {
            for (int spin = 0; spin < SPINS && unfinished.get() > 0; spin++) Thread.onSpinWait();
            boolean interrupted = false;
            callerParked = true;
            while (unfinished.get() > 0) {
                LockSupport.park(this);
                interrupted |= Thread.interrupted();
            }
            if (interrupted) caller.interrupt();
            switch (failure) {
                case null -> {}
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                default -> throw new IllegalStateException(failure);
            }
        }
    }

    private final class Worker extends Thread {
        private volatile boolean parked;

        Worker(String name) {
            super(null, null, name, 0, false);
            setDaemon(true);
        }

        @Override
        public void run() {
            while (!closed) {
                Job job = poll();
                if (job != null) job.help();
                else sleep();
            }
        }

        /** A job with tasks that nobody has begun, or null after some spinning. */
        private Job poll() {
            for (int spin = 0; spin < SPINS; spin++) {
                for (Job job = jobs.peek(); job != null; job = jobs.peek()) {
                    if (!job.begun()) return job;
                    jobs.remove(job);
                }
                Thread.onSpinWait();
            }
            return null;
        }

        /** Says that it is about to park before it looks a last time, so that no job is missed. */
        private void sleep() {
            parked = true;
            if (jobs.isEmpty() && !closed) LockSupport.park(Workers.this);
            parked = false;
        }
    }
}
