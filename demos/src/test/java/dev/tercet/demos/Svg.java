package dev.tercet.demos;

import java.util.List;
import java.util.Locale;

/**
 * Drawings for the book: small, without fonts or scripts, readable on a light and on a dark page. A value is shown by
 * how opaque its cell is and, where there is room, as a number.
 */
final class Svg {
    private static final String STYLE = "<style>text{font:13px sans-serif;fill:#1a1a1a}.s{font-size:11px}"
            + ".m{fill:#595959}.c{fill:#0a5fb4}.l{stroke:#0a5fb4;fill:none;stroke-width:2}.a{stroke:#767676;fill:none}"
            + "@media(prefers-color-scheme:dark){text{fill:#e8e8e8}.m{fill:#a8a8a8}.c{fill:#6db3f2}"
            + ".l{stroke:#6db3f2}.a{stroke:#8a8a8a}}</style>\n";

    private final StringBuilder body = new StringBuilder();
    private double width;
    private double height;

    private void reach(double x, double y) {
        width = Math.max(width, x);
        height = Math.max(height, y);
    }

    static String number(double value) {
        String text = String.format(Locale.ROOT, "%.3f", value);
        return text.contains(".") ? text.replaceAll("0+$", "").replaceAll("\\.$", "") : text;
    }

    Svg text(double x, double y, String anchor, String kind, String text) {
        String escaped = text.replace("&", "&amp;").replace("<", "&lt;");
        body.append("<text x=\"%s\" y=\"%s\" text-anchor=\"%s\" class=\"%s\">%s</text>\n"
                .formatted(number(x), number(y), anchor, kind, escaped));
        double length = text.length() * 7.2;
        reach(anchor.equals("start") ? x + length : anchor.equals("middle") ? x + length / 2 : x, y + 6);
        return this;
    }

    Svg line(double x1, double y1, double x2, double y2, String kind) {
        body.append("<path d=\"M%s %sL%s %s\" class=\"%s\"/>\n"
                .formatted(number(x1), number(y1), number(x2), number(y2), kind));
        reach(Math.max(x1, x2), Math.max(y1, y2));
        return this;
    }

    Svg box(double x, double y, double width, double height) {
        body.append("<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" class=\"a\"/>\n"
                .formatted(number(x), number(y), number(width), number(height)));
        reach(x + width, y + height);
        return this;
    }

    /** Two strokes through a point. */
    Svg cross(double x, double y, double arm) {
        return line(x - arm, y - arm, x + arm, y + arm, "l").line(x - arm, y + arm, x + arm, y - arm, "l");
    }

    Svg cell(double x, double y, double size, double opacity) {
        if (opacity >= 0.005) {
            body.append("<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" class=\"c\" opacity=\"%s\"/>\n"
                    .formatted(
                            number(x),
                            number(y),
                            number(size - 1),
                            number(size - 1),
                            number(Math.round(opacity * 100) / 100.0)));
        }
        reach(x + size, y + size);
        return this;
    }

    /**
     * A matrix with the names of its rows on the left and of its columns, upright, above.
     *
     * @param x of its first cell
     * @param y of its first cell
     * @param full the value of a cell without transparency
     */
    Svg matrix(double x, double y, double size, Labels labels, double[][] values, double full) {
        for (int r = 0; r < values.length; r++) {
            text(x - 6, y + r * size + size / 2 + 4, "end", "s", labels.rows().get(r));
            for (int c = 0; c < values[r].length; c++) {
                cell(x + c * size, y + r * size, size, Math.clamp(values[r][c] / full, 0, 1));
            }
        }
        for (int c = 0; c < values[0].length; c++) {
            double cx = x + c * size + size / 2 + 4;
            body.append("<text transform=\"translate(%s %s) rotate(-90)\" class=\"s\">%s</text>\n"
                    .formatted(
                            number(cx),
                            number(y - 6),
                            labels.columns().get(c).replace("&", "&amp;").replace("<", "&lt;")));
        }
        body.append("<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" class=\"a\"/>\n"
                .formatted(
                        number(x - 1),
                        number(y - 1),
                        number(values[0].length * size + 1),
                        number(values.length * size + 1)));
        return this;
    }

    /** Names of rows and columns. */
    record Labels(List<String> rows, List<String> columns) {
        static Labels same(List<String> names) {
            return new Labels(names, names);
        }
    }

    String document(String title) {
        return ("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %s %s\" width=\"%s\" height=\"%s\""
                                + " role=\"img\"><title>%s</title>\n")
                        .formatted(number(width + 8), number(height + 8), number(width + 8), number(height + 8), title)
                + STYLE + body + "</svg>\n";
    }
}
