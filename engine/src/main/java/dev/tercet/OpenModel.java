package dev.tercet;

import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.kernel.PackedMatrix;
import dev.tercet.engine.layer.Packing;
import dev.tercet.engine.parallel.Workers;
import dev.tercet.loaders.Checkpoint;
import dev.tercet.loaders.ModelFiles;
import dev.tercet.loaders.ModelLocator;
import dev.tercet.loaders.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * The mapped files and the threads of a model while calls use them. After {@link #close} no new call begins; what is
 * running ends as usual, and the last one releases everything.
 */
final class OpenModel implements AutoCloseable {
    /** Added to the number of running calls when the model is closed, so that both change in one step. */
    private static final int CLOSED = Integer.MIN_VALUE;

    private final ModelFiles files;
    private final LoadOptions.WeightPrecision weights;
    private final Workers workers;
    private final AtomicInteger running = new AtomicInteger();
    private final LongAdder packedBytes = new LongAdder();
    private final List<LoadReport.Phase> phases = new ArrayList<>();
    private final long started;

    /** @param started when loading began, as {@link System#nanoTime} */
    private OpenModel(ModelFiles files, LoadOptions options, long started) {
        this.files = files;
        this.started = started;
        this.weights = options.weights();
        this.workers = workers(options);
    }

    /** Makes a model out of its open files. */
    @FunctionalInterface
    interface Assembly<T> {
        T assemble(OpenModel model, ModelFiles files);
    }

    /** Finds and opens a model; when assembling it fails, everything is closed again. */
    static <T> T load(String idOrFolder, LoadOptions options, Assembly<T> assembly) {
        if (idOrFolder == null) throw new IllegalArgumentException("the model's id or folder is null");
        long started = System.nanoTime();
        ModelFiles files = locator(options).locate(idOrFolder);
        OpenModel model = new OpenModel(files, options, started);
        model.phaseEnded("find", started);
        try {
            return assembly.assemble(model, files);
        } catch (Throwable e) {
            model.close();
            throw e;
        }
    }

    private static Workers workers(LoadOptions options) {
        return options.threads() == 0 ? Workers.shared() : Workers.of(options.threads());
    }

    private static ModelLocator locator(LoadOptions options) {
        ModelLocator locator = ModelLocator.ofThisProcess().withListener(options.progress());
        return options.offline() ? locator.withHub(locator.hub().withOffline(true)) : locator;
    }

    Kernels kernels() {
        return Kernels.preferred();
    }

    /** How the weights of dense layers are kept. */
    Packing packing() {
        return new Packing(
                kernels(),
                switch (weights) {
                    case F32 -> PackedMatrix.Format.F32;
                    case BF16 -> PackedMatrix.Format.BF16;
                    case INT8 -> PackedMatrix.Format.INT8;
                },
                workers,
                packedBytes);
    }

    /** Two things that are read at the same time. */
    record Both<A, B>(A tokenizer, B weights) {}

    /** The header of the checkpoint. */
    Weights checkpoint() {
        return phase("checkpoint", () -> Checkpoint.open(files));
    }

    /**
     * Reads the tokenizer, which one thread does, while the others pack the weights.
     *
     * @throws RuntimeException what the first of them threw, whichever failed earlier
     */
    <A, B> Both<A, B> read(Supplier<A> tokenizer, Supplier<B> weights) {
        FutureTask<A> first = new FutureTask<>(() -> phase("tokenizer", tokenizer));
        FutureTask<B> second = new FutureTask<>(() -> phase("weights", weights));
        workers.run(2, task -> (task == 0 ? first : second).run());
        return new Both<>(result(first), result(second));
    }

    private static <T> T result(FutureTask<T> task) {
        switch (task.state()) {
            case SUCCESS -> {
                return task.resultNow();
            }
            case FAILED -> {
                if (task.exceptionNow() instanceof RuntimeException e) throw e;
                if (task.exceptionNow() instanceof Error e) throw e;
                throw new IllegalStateException(task.exceptionNow());
            }
            default -> throw new IllegalStateException("a part of loading has not run");
        }
    }

    private <T> T phase(String name, Supplier<T> work) {
        long from = System.nanoTime();
        T result = work.get();
        phaseEnded(name, from);
        return result;
    }

    /** One at a time, so that they are listed in the order in which they ended. */
    private synchronized void phaseEnded(String name, long from) {
        phases.add(new LoadReport.Phase(name, from - started, System.nanoTime() - started));
    }

    synchronized LoadReport report() {
        return new LoadReport(weights, packedBytes.sum(), phases);
    }

    Workers workers() {
        return workers;
    }

    /** The model's id or folder. */
    String name() {
        return files.name();
    }

    /**
     * Runs a call.
     *
     * @throws IllegalStateException when the model is closed
     */
    <T> T call(Supplier<T> work) {
        if (running.getAndUpdate(count -> count < 0 ? count : count + 1) < 0)
            throw new IllegalStateException(name() + " is closed");
        try {
            return work.get();
        } finally {
            leave();
        }
    }

    private void leave() {
        if (running.decrementAndGet() == CLOSED) release();
    }

    @Override
    public void close() {
        int calls = running.getAndUpdate(count -> count < 0 ? count : count + CLOSED);
        if (calls == 0) release();
    }

    private void release() {
        workers.close();
        files.close();
    }
}
