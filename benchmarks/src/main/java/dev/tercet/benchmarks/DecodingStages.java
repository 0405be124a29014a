package dev.tercet.benchmarks;

import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.kernel.PackedMatrix;
import dev.tercet.engine.marian.MarianConfig;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Kernels that note how long the stages of a Marian model take. A stage is known by the weight of its products, the
 * weight by the order in which the first translation comes upon them; what follows a product belongs to its stage,
 * until the next one. For one model, loaded and run by one thread.
 */
final class DecodingStages {
    /** The parts of a translation, in the order of a decoding step. */
    enum Stage {
        ENCODER("encoder"),
        CROSS_MEMORY("cross k and v"),
        SELF_ATTENTION("self-attention"),
        CROSS_ATTENTION("cross-attention"),
        FEED_FORWARD("feed-forward"),
        OUTPUT("lm_head"),
        CHOICE("softmax, top-k");

        final String label;

        Stage(String label) {
            this.label = label;
        }

        /** Weights of its products: each is read once in a step and costs every row of it one multiply-add. */
        double weights(MarianConfig config) {
            double hidden = config.hidden();
            MarianConfig.Stack encoder = config.encoder();
            MarianConfig.Stack decoder = config.decoder();
            return switch (this) {
                case ENCODER -> encoder.layers() * (4 * hidden * hidden + 2 * hidden * encoder.intermediate());
                case CROSS_MEMORY, CROSS_ATTENTION -> decoder.layers() * 2 * hidden * hidden;
                case SELF_ATTENTION -> decoder.layers() * 4 * hidden * hidden;
                case FEED_FORWARD -> decoder.layers() * 2 * hidden * decoder.intermediate();
                case OUTPUT -> hidden * config.targetVocabulary();
                case CHOICE -> 0;
            };
        }

        /** Whether it runs once for a sentence and its rows are source tokens, not in every step. */
        boolean beforeSteps() {
            return this == ENCODER || this == CROSS_MEMORY;
        }
    }

    private static final Stage[] DECODER_LAYER = {
        Stage.SELF_ATTENTION,
        Stage.SELF_ATTENTION,
        Stage.CROSS_ATTENTION,
        Stage.CROSS_ATTENTION,
        Stage.FEED_FORWARD,
        Stage.FEED_FORWARD
    };

    /** Products of an encoder layer. */
    private static final int ENCODER_LAYER = 4;

    private final Kernels measured;
    private final Kernels kernels;
    private final List<Stage> order = new ArrayList<>();
    private final Map<PackedMatrix, Stage> stages = new IdentityHashMap<>();
    private final long[] nanoseconds = new long[Stage.values().length];
    private Stage current = Stage.ENCODER;

    DecodingStages(Kernels measured, MarianConfig config) {
        this.measured = measured;
        order.addAll(Collections.nCopies(ENCODER_LAYER * config.encoder().layers(), Stage.ENCODER));
        order.addAll(Collections.nCopies(config.decoder().layers(), Stage.CROSS_MEMORY));
        for (int l = 0; l < config.decoder().layers(); l++) order.addAll(Arrays.asList(DECODER_LAYER));
        order.add(Stage.OUTPUT);
        kernels = (Kernels) Proxy.newProxyInstance(
                Kernels.class.getClassLoader(),
                new Class<?>[] {Kernels.class},
                (_, method, arguments) -> call(method, arguments));
    }

    /** What the model is to be loaded and run with. */
    Kernels kernels() {
        return kernels;
    }

    void reset() {
        Arrays.fill(nanoseconds, 0);
    }

    long nanoseconds(Stage stage) {
        return nanoseconds[stage.ordinal()];
    }

    private Object call(Method method, Object[] arguments) throws Throwable {
        PackedMatrix weight = weight(arguments);
        if (weight != null) current = stages.computeIfAbsent(weight, _ -> order.get(stages.size()));
        else if (current == Stage.OUTPUT) current = Stage.CHOICE;
        long start = System.nanoTime();
        Object result;
        try {
            result = method.invoke(measured, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
        nanoseconds[current.ordinal()] += System.nanoTime() - start;
        return result;
    }

    private static PackedMatrix weight(Object[] arguments) {
        if (arguments != null)
            for (Object argument : arguments) if (argument instanceof PackedMatrix weight) return weight;
        return null;
    }
}
