package dev.tercet;

import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * A hand on a call while it runs: stops it, or sees translations as they grow.
 *
 * <pre>
 * AtomicBoolean stop = new AtomicBoolean();
 * translator.translate(
 *         texts,
 *         GenerationConfig.greedy(),
 *         TranslationControl.none().withCancellation(stop::get).withListener(part -&gt; show(part.text())));
 * </pre>
 *
 * A limit of time is a setting: {@link GenerationConfig#maxTime}, which returns what there is by then. Immutable.
 */
public final class TranslationControl {
    private static final TranslationControl NONE = new TranslationControl(null, null);

    private final BooleanSupplier cancelled;
    private final Consumer<PartialTranslation> listener;

    private TranslationControl(BooleanSupplier cancelled, Consumer<PartialTranslation> listener) {
        this.cancelled = cancelled;
        this.listener = listener;
    }

    /** Nobody stops or sees anything. */
    public static TranslationControl none() {
        return NONE;
    }

    /**
     * The call ends in a {@link CancellationException} and without results once this says true. It is asked before
     * every step, from the threads that decode: a step is one token of up to 64 hypotheses.
     */
    public TranslationControl withCancellation(BooleanSupplier cancelled) {
        return new TranslationControl(Objects.requireNonNull(cancelled, "the cancellation is null"), listener);
    }

    /**
     * Is told of every text whenever more of its best translation is certain, and once when it is finished. Greedy
     * search and sampling are certain of every token; beam search of those that all hypotheses share that might still
     * be returned. Calls come one at a time, from the threads that decode, and these wait: return soon. What the
     * listener throws ends the call.
     */
    public TranslationControl withListener(Consumer<PartialTranslation> listener) {
        return new TranslationControl(cancelled, Objects.requireNonNull(listener, "the listener is null"));
    }

    /** The same for texts of which the first has this number for the listener. */
    TranslationControl countingFrom(int first) {
        if (first == 0 || listener == null) return this;
        return withListener(part -> listener.accept(
                new PartialTranslation(first + part.index(), part.text(), part.ids(), part.finished())));
    }

    /** Null for nobody. */
    BooleanSupplier cancelled() {
        return cancelled;
    }

    /** Null for nobody. */
    Consumer<PartialTranslation> listener() {
        return listener;
    }
}
