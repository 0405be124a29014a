package dev.tercet;

import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.kernel.PackedMatrix;
import dev.tercet.engine.layer.Packing;
import dev.tercet.engine.parallel.Workers;
import dev.tercet.loaders.ModelFiles;
import dev.tercet.loaders.ModelLocator;
import java.util.concurrent.atomic.AtomicInteger;
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

    private OpenModel(ModelFiles files, LoadOptions options) {
        this.files = files;
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
        ModelFiles files = locator(options).locate(idOrFolder);
        OpenModel model = new OpenModel(files, options);
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
                workers);
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
