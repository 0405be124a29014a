package dev.tercet.demos;

import java.util.Locale;

/** Numbers as the tour writes them, the same in every locale. */
final class Numbers {
    private Numbers() {}

    static String four(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }

    /** A time with three digits or so, in the unit that suits it. */
    static String time(double seconds) {
        return seconds < 1e-6
                ? digits(seconds * 1e9) + " ns"
                : seconds < 1e-3
                        ? digits(seconds * 1e6) + " µs"
                        : seconds < 1
                                ? digits(seconds * 1e3) + " ms"
                                : seconds < 120
                                        ? digits(seconds) + " s"
                                        : seconds < 7200
                                                ? digits(seconds / 60) + " minutes"
                                                : digits(seconds / 3600) + " hours";
    }

    /** A number of operations: 21.4 M, 1.2 G. */
    static String count(double number) {
        return number < 1e3
                ? digits(number)
                : number < 1e6
                        ? digits(number / 1e3) + " k"
                        : number < 1e9 ? digits(number / 1e6) + " M" : digits(number / 1e9) + " G";
    }

    static String bytes(double number) {
        return count(number).endsWith("k") || number < 1e3 ? count(number) + "B" : count(number) + "B";
    }

    private static String digits(double value) {
        return value >= 99.5
                ? String.format(Locale.ROOT, "%,.0f", value)
                : String.format(Locale.ROOT, value >= 9.95 ? "%.1f" : "%.2f", value);
    }
}
