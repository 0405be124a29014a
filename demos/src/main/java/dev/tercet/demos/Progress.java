package dev.tercet.demos;

import java.io.PrintStream;
import java.util.Locale;

/** One line that is rewritten in place while long work goes on, and gone when it ends. */
final class Progress implements AutoCloseable {
    /** Empties the line that the cursor is in. */
    static final String CLEAR = "\r\033[K";

    private static final long NANOS = 1_000_000_000L;
    private static final int WIDTH = 30;

    private final PrintStream out; // null: nobody watches
    private final String unit;
    private final long start = System.nanoTime();
    private long nextShow = start + 2 * NANOS; // shorter work needs no bar
    private long count;
    private boolean shown;

    Progress(PrintStream out, String unit) {
        this.out = out;
        this.unit = unit;
    }

    /**
     * More is done.
     *
     * @param fraction how much of everything, from 0 to 1, or -1 when that is not known
     */
    void done(int more, double fraction) {
        count += more;
        long now = System.nanoTime();
        if (out == null || now < nextShow) {
            return;
        }
        nextShow = now + NANOS / 5;
        double seconds = (now - start) / (double) NANOS;
        String rate = String.format(Locale.ROOT, "%,d %s, %,.0f a second", count, unit, count / seconds);
        show(fraction < 0 ? rate : bar(fraction) + rate);
    }

    /** Shows a line of another kind. */
    void show(String line) {
        if (out != null) {
            out.print(CLEAR + line);
            out.flush();
            shown = true;
        }
    }

    static String bar(double fraction) {
        int filled = (int) Math.round(fraction * WIDTH);
        return String.format(
                Locale.ROOT, "[%s%s] %3.0f %%  ", "=".repeat(filled), " ".repeat(WIDTH - filled), 100 * fraction);
    }

    @Override
    public void close() {
        if (shown) {
            out.print(CLEAR);
            out.flush();
        }
    }
}
