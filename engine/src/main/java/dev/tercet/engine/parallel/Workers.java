package dev.tercet.engine.parallel;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
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

    /** All jobs there are, idle ones too: as many as callers have divided work at the same time. */
    private volatile Job[] jobs = {};

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
        Job job = idleJob();
        job.begin(tasks, task);
        wake(tasks - 1);
        job.help();
        job.end();
    }

    /** A job that nobody uses, from now on the caller's. */
    private Job idleJob() {
        for (Job job : jobs) if (job.claim()) return job;
        synchronized (this) {
            Job job = new Job();
            Job[] more = Arrays.copyOf(jobs, jobs.length + 1);
            more[jobs.length] = job;
            jobs = more;
            return job;
        }
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

    /**
     * The tasks of one call of {@link #run}, and of the next call afterwards: with a new job for every product of every
     * layer, a run of a model would leave more garbage than results.
     *
     * <p>Its state is one number, the tasks above bit 31 and how many of them have been begun below. Whoever moves it
     * on by one has begun a task of the call that it then belongs to, whichever call it was when he looked; all else is
     * read after that.
     */
    private static final class Job {
        /** Nobody's: no task to begin. */
        private static final long IDLE = 0;

        /** Somebody's who has not said yet what is to be done: one task begun of none. */
        private static final long CLAIMED = 1;

        private final AtomicLong state = new AtomicLong(CLAIMED);
        private final AtomicInteger unfinished = new AtomicInteger();
        private IntConsumer task;
        private Thread caller;
        private volatile boolean callerParked;
        private volatile Throwable failure;

        boolean claim() {
            return state.get() == IDLE && state.compareAndSet(IDLE, CLAIMED);
        }

        /** For the thread that claimed it. */
        void begin(int tasks, IntConsumer task) {
            this.task = task;
            caller = Thread.currentThread();
            unfinished.set(tasks);
            state.set((long) tasks << 32);
        }

        private static boolean hasTasks(long state) {
            return (int) state < (int) (state >>> 32);
        }

        boolean hasTasks() {
            return hasTasks(state.get());
        }

        /** Does tasks until all have been begun. */
        void help() {
            for (long now = state.get(); hasTasks(now); now = state.get()) {
                if (!state.compareAndSet(now, now + 1)) continue;
                try {
                    if (failure == null) task.accept((int) now);
                } catch (Throwable e) {
                    failure = e;
                } finally {
                    if (unfinished.decrementAndGet() == 0 && callerParked) LockSupport.unpark(caller);
                }
            }
        }

        /** Waits for the tasks that others have begun, gives the job back and passes on a failure. */
        void end() {
            await();
            Throwable failed = failure;
            failure = null;
            task = null;
            caller = null;
            state.set(IDLE);
            switch (failed) {
                case null -> {}
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                default -> throw new IllegalStateException(failed);
            }
        }

        private void await() {
            for (int spin = 0; spin < SPINS && unfinished.get() > 0; spin++) Thread.onSpinWait();
            if (unfinished.get() == 0) return;
            boolean interrupted = false;
            callerParked = true;
            while (unfinished.get() > 0) {
                LockSupport.park(this);
                interrupted |= Thread.interrupted();
            }
            callerParked = false;
            if (interrupted) caller.interrupt();
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
                Job job = unbegun();
                if (job != null) return job;
                Thread.onSpinWait();
            }
            return null;
        }

        private Job unbegun() {
            for (Job job : jobs) if (job.hasTasks()) return job;
            return null;
        }

        /** Says that it is about to park before it looks a last time, so that no job is missed. */
        private void sleep() {
            parked = true;
            if (unbegun() == null && !closed) LockSupport.park(Workers.this);
            parked = false;
        }
    }
}
