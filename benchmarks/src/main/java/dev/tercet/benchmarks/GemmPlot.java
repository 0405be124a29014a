package dev.tercet.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Percent of the FMA peak over the number of rows, a line for each layer, as SVG. */
final class GemmPlot {
    /** Okabe and Ito's colours, which colour-blind people can tell apart; each line has its own dashes too. */
    private static final String[] COLOURS = {"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#000000", "#a07800"};

    private static final String[] DASHES = {"none", "7 3", "2 2", "9 3 2 3", "4 4", "12 4"};
    private static final int LEFT = 50;
    private static final int TOP = 16;
    private static final int WIDTH = 620;
    private static final int HEIGHT = 300;

    private GemmPlot() {}

    /**
     * The rows up to the first gap: what lies far beyond it would press all others together.
     *
     * @param percents [layers, rows]
     */
    static String svg(int[] rows, List<String> layers, double[][] percents) {
        int count = 1;
        while (count < rows.length && rows[count] == rows[count - 1] + 1) count++;
        int last = rows[count - 1];
        StringBuilder svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\" "
                        + "font-family=\"sans-serif\" font-size=\"12\">%n"
                        + "<title>Percent of the FMA peak for every number of rows</title>%n"
                        + "<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>%n",
                LEFT + WIDTH + 130,
                TOP + HEIGHT + 44));
        for (int percent = 0; percent <= 100; percent += 20) horizontal(svg, percent);
        for (int r = 0; r <= last; r += 8) vertical(svg, r == 0 ? 1 : r, last);
        for (int l = 0; l < percents.length; l++)
            line(svg, Arrays.copyOf(rows, count), last, layers.get(l), percents[l], l);
        text(svg, LEFT + WIDTH / 2.0, TOP + HEIGHT + 38, "middle", "rows of x");
        return svg.append("</svg>\n").toString();
    }

    private static double x(int row, int last) {
        return LEFT + (double) WIDTH * row / last;
    }

    private static double y(double percent) {
        return TOP + HEIGHT * (1 - percent / 100);
    }

    private static void horizontal(StringBuilder svg, int percent) {
        stroke(svg, LEFT, y(percent), LEFT + WIDTH, y(percent), "#cccccc", "none");
        text(svg, LEFT - 6, y(percent) + 4, "end", percent + " %");
    }

    private static void vertical(StringBuilder svg, int row, int last) {
        stroke(svg, x(row, last), TOP + HEIGHT, x(row, last), TOP + HEIGHT + 5, "#666666", "none");
        text(svg, x(row, last), TOP + HEIGHT + 19, "middle", "" + row);
    }

    private static void line(StringBuilder svg, int[] rows, int last, String layer, double[] percents, int number) {
        svg.append("<polyline fill=\"none\" stroke-width=\"1.6\" stroke=\"")
                .append(COLOURS[number % COLOURS.length])
                .append("\" stroke-dasharray=\"")
                .append(DASHES[number % DASHES.length])
                .append("\" points=\"");
        for (int r = 0; r < rows.length; r++)
            svg.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(rows[r], last), y(percents[r])));
        svg.append("\"/>\n");
        double at = TOP + 12 + 18.0 * number;
        stroke(
                svg,
                LEFT + WIDTH + 10,
                at - 4,
                LEFT + WIDTH + 40,
                at - 4,
                COLOURS[number % COLOURS.length],
                DASHES[number % DASHES.length]);
        text(svg, LEFT + WIDTH + 46, at, "start", layer);
    }

    private static void stroke(
            StringBuilder svg, double x1, double y1, double x2, double y2, String colour, String dashes) {
        svg.append(String.format(
                Locale.ROOT,
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-dasharray=\"%s\"/>%n",
                x1,
                y1,
                x2,
                y2,
                colour,
                dashes));
    }

    private static void text(StringBuilder svg, double x, double y, String anchor, String words) {
        svg.append(String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"#222222\">%s</text>%n",
                x,
                y,
                anchor,
                words));
    }
}
