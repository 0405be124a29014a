package dev.tercet.engine.kernel;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;

/**
 * Has the JVM compile {@link KernelParts}, in a daemon thread that runs exercises of one part after the other, each
 * until it is compiled. One at a time, because what waits for the compiler runs thousands of times slower meanwhile,
 * and gives it the JDK's own code for that to compile as well.
 *
 * <p>How one knows: until C2 has compiled it, vector code makes an object of every vector; from then on it makes none.
 * So no clock is needed, and what else the machine does changes nothing.
 *
 * <p>Safe for use by many threads.
 */
final class WarmUp {
    /** What a compiled exercise may allocate, in bytes: a view of some rows, 32 partial sums, but no vectors. */
    private static final long FEW_BYTES = 2_000;

    /** The least that an exercise allocates in these is what it allocates before it is compiled. */
    private static final int FIRST_ROUNDS = 3;

    /**
     * Sometimes C2 does not inline something into a loop, and leaves one vector of many an object for good. When less
     * than half is left of what was allocated, the same in so many rounds, nothing more is to come.
     */
    private static final int STEADY_ROUNDS = 1_000;

    /** What is not compiled after so many rounds never will be: they take seconds. */
    private static final int MOST_ROUNDS = 20_000;

    /** Between two rounds: most of them wait for the compiler, which needs a processor. */
    private static final long PAUSE_NANOS = 100_000;

    private static final long ALL = -1;

    private final LongFunction<List<Runnable>> exercises;
    private final LongSupplier allocatedBytes;
    private final BiConsumer<String, Throwable> warning;

    private volatile long wanted;
    private volatile long compiled;
    private volatile boolean begun;
    private volatile long nanos;

    private long failed;
    private boolean running;
    private long started;

    /** Loaded by the thread that needs it. */
    private static final class Threads {
        static final ThreadMXBean BEAN = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    }

    /** @param exercises of a part */
    WarmUp(LongFunction<List<Runnable>> exercises) {
        this(exercises, () -> Threads.BEAN.getCurrentThreadAllocatedBytes(), WarmUp::log);
    }

    /**
     * @param allocatedBytes that the calling thread has allocated so far
     * @param warning is told what went wrong, and why if that is known
     */
    WarmUp(LongFunction<List<Runnable>> exercises, LongSupplier allocatedBytes, BiConsumer<String, Throwable> warning) {
        this.exercises = exercises;
        this.allocatedBytes = allocatedBytes;
        this.warning = warning;
    }

    private static void log(String message, Throwable cause) {
        System.getLogger("dev.tercet").log(System.Logger.Level.WARNING, message, cause);
    }

    /** Whether all these parts are compiled. */
    boolean compiled(long parts) {
        return (parts & ~compiled) == 0;
    }

    /** Notes that these parts are in use: they are compiled once the warm-up has begun. */
    void want(long parts) {
        if ((parts & ~wanted) != 0) {
            synchronized (this) {
                wanted |= parts;
                start();
            }
        }
    }

    /** From now on, what is wanted is compiled. */
    void begin() {
        if (!begun) {
            synchronized (this) {
                begun = true;
                start();
            }
        }
    }

    boolean begun() {
        return begun;
    }

    /**
     * Waits until these parts, wanted and begun, are compiled or cannot be. Returns at once when the thread is
     * interrupted, which it stays.
     */
    synchronized void await(long parts) {
        try {
            while (running && (parts & ~compiled & ~failed) != 0) {
                wait();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether everything wanted so far is compiled or cannot be. */
    synchronized boolean done() {
        return missing() == 0;
    }

    /** How long it has taken, in seconds; 0 before the first parts are done. */
    double seconds() {
        return nanos / 1e9;
    }

    /** Under the lock. */
    private long missing() {
        return wanted & ~compiled & ~failed;
    }

    /** Under the lock. */
    private void start() {
        if (!begun || running || missing() == 0) {
            return;
        }
        running = true;
        started = System.nanoTime();
        try {
            Thread.ofPlatform().daemon().name("tercet-warm-up").start(this::run);
        } catch (OutOfMemoryError e) { // the system gives no more threads
            fail(ALL, e);
        }
    }

    private void run() {
        try {
            for (long part = next(); part != 0; part = next()) {
                if (compile(part)) {
                    succeed(part);
                } else {
                    fail(part, null);
                }
            }
        } catch (Throwable e) { // whatever it is, the work itself goes on without
            fail(ALL, e);
        }
    }

    /** The most important part that is missing. 0 when none is: the thread ends, and the next part has another. */
    private synchronized long next() {
        long part = Long.lowestOneBit(missing());
        if (part == 0) {
            end();
        }
        return part;
    }

    /** Under the lock. */
    private void end() {
        running = false;
        nanos += System.nanoTime() - started;
        notifyAll();
    }

    private synchronized void succeed(long part) {
        compiled |= part;
        notifyAll();
    }

    /** Leaves parts to the scalar kernels for good. */
    private synchronized void fail(long parts, Throwable cause) {
        failed |= parts;
        if (parts == ALL) {
            end();
        }
        notifyAll();
        warning.accept(
                (parts == ALL ? "the vector kernels" : "the vector kernels for " + KernelParts.name(parts))
                        + " could not be compiled: the scalar kernels go on, several times slower;"
                        + " -Dtercet.kernels=vector does without them",
                cause);
    }

    private boolean compile(long part) {
        Course course = new Course(exercises.apply(part));
        for (int round = 0; round < MOST_ROUNDS; round++) {
            if (course.round()) {
                return true;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return false;
    }

    /** The exercises of a part and what they allocate. */
    private final class Course {
        private final List<Runnable> exercises;
        private final long[] first;
        private final long[] last;
        private int rounds;
        private int unchanged;

        Course(List<Runnable> exercises) {
            this.exercises = exercises;
            this.first = new long[exercises.size()];
            this.last = new long[exercises.size()];
        }

        /** Runs every exercise once; returns whether all are compiled, as well as they will ever be. */
        boolean round() {
            boolean few = true;
            boolean fewer = true;
            boolean same = true;
            for (int i = 0; i < last.length; i++) {
                long bytes = allocated(exercises.get(i));
                if (rounds < FIRST_ROUNDS) { // the very first run loads classes, too
                    first[i] = rounds == 0 ? bytes : Math.min(first[i], bytes);
                }
                few &= bytes <= FEW_BYTES;
                fewer &= bytes <= FEW_BYTES || bytes < first[i] / 2;
                same &= bytes == last[i];
                last[i] = bytes;
            }
            rounds++;
            unchanged = same ? unchanged + 1 : 0;
            return few || fewer && unchanged >= STEADY_ROUNDS;
        }

        private long allocated(Runnable exercise) {
            long before = allocatedBytes.getAsLong();
            exercise.run();
            return allocatedBytes.getAsLong() - before;
        }
    }
}
