package dev.tercet.engine.generate;

import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Who may end decoding before its time and who watches it. Asked and told between steps, from whichever threads decode.
 *
 * @param cancelled whether to give up with a {@link CancellationException}; null for never
 * @param deadline in {@link System#nanoTime}, after which every hypothesis ends with the token that it has then; null
 *     for none
 * @param listener told after every step of a search; null for nobody
 */
public record Control(BooleanSupplier cancelled, Long deadline, Consumer<Search> listener) {
    /** Nobody watches. */
    public static final Control NONE = new Control(null, null, null);

    /** @throws CancellationException when nobody wants the result any more */
    void check() {
        if (cancelled != null && cancelled.getAsBoolean()) throw new CancellationException("translation was cancelled");
    }

    boolean expired() {
        return deadline != null && System.nanoTime() - deadline >= 0;
    }

    void stepped(Search search) {
        if (listener != null) listener.accept(search);
    }
}
