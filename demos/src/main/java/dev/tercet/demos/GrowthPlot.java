package dev.tercet.demos;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The time of a query as the corpus grows, both axes logarithmic: measured points, and the law fitted to them. */
final class GrowthPlot {
    private static final int WIDTH = 760;
    private static final int HEIGHT = 432;
    private static final int LEFT = 90;
    private static final int RIGHT = 150;
    private static final int TOP = 32;
    private static final int BOTTOM = 50;
    private static final int LINE = 18;

    /** Documents: 1 to a million. */
    private static final int DECADES = 6;

    /** Seconds: 100 µs to 10⁶ s. */
    private static final int FASTEST = -4;

    private static final int SLOWEST = 6;

    private GrowthPlot() {}

    static String svg(ArchitectureRun run) {
        StringBuilder svg = new StringBuilder();
        svg.append("<svg viewBox=\"0 0 " + WIDTH + " " + HEIGHT + "\" role=\"img\" aria-label=\"Seconds of one query by"
                + " the number of documents, for the dual encoder, the cross-encoder and both together\">\n");
        axes(svg);
        List<Curve> curves = List.of(
                new Curve("dual", "dual encoder", run.dual().query().points(), n -> run.dual()
                        .query()
                        .law()
                        .seconds(n)),
                new Curve("cross", "cross-encoder", run.cross().query().points(), n -> run.cross()
                        .query()
                        .law()
                        .seconds(n)),
                new Curve(
                        "both",
                        "both together",
                        List.of(),
                        n -> run.hybridSeconds(n, (int) Math.min(n, CompareCommand.RERANKED))));
        for (Curve curve : curves) {
            curve(svg, curve);
        }
        names(svg, curves);
        return svg.append("</svg>\n").toString();
    }

    private record Curve(String style, String name, List<CostLaw.Point> points, Law law) {
        /** Where it ends, at a million documents. */
        double end() {
            return y(law.seconds(Math.pow(10, DECADES)));
        }
    }

    /** The names at the ends of the curves, from the top, each a line below the one before where they end together. */
    private static void names(StringBuilder svg, List<Curve> curves) {
        double above = TOP;
        for (Curve curve :
                curves.stream().sorted(Comparator.comparing(Curve::end)).toList()) {
            above = Math.max(above + LINE, curve.end() + 5);
            text(svg, WIDTH - RIGHT + 8, above, "start", "name " + curve.style, curve.name);
        }
    }

    private static void axes(StringBuilder svg) {
        for (int decade = 0; decade <= DECADES; decade++) {
            double x = x(Math.pow(10, decade));
            line(svg, x, TOP, x, HEIGHT - BOTTOM);
            text(svg, x, HEIGHT - BOTTOM + 18, "middle", "tick", String.format(Locale.ROOT, "%,d", (int)
                    Math.pow(10, decade)));
        }
        for (int power = FASTEST; power <= SLOWEST; power++) {
            double y = y(Math.pow(10, power));
            line(svg, LEFT, y, WIDTH - RIGHT, y);
            text(svg, LEFT - 8, y + 4, "end", "tick", seconds(power));
        }
        text(svg, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 8, "middle", "tick", "documents");
        text(svg, 8, TOP - 10, "start", "tick", "time of one query");
    }

    /** A power of ten of seconds, in a unit that shows it as one. */
    private static String seconds(int power) {
        return power < -3
                ? "0.1 ms"
                : power < 0
                        ? String.format(Locale.ROOT, "%.0f ms", Math.pow(10, power + 3))
                        : String.format(Locale.ROOT, "%,.0f s", Math.pow(10, power));
    }

    private interface Law {
        double seconds(double documents);
    }

    private static void curve(StringBuilder svg, Curve curve) {
        svg.append("<polyline class=\"law " + curve.style + "\" points=\"");
        for (int i = 0; i <= 20 * DECADES; i++) {
            double documents = Math.pow(10, i / 20.0);
            svg.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(documents), y(curve.law.seconds(documents))));
        }
        svg.append("\"/>\n");
        for (CostLaw.Point point : curve.points) {
            svg.append(String.format(
                    Locale.ROOT,
                    "<circle class=\"point %s\" cx=\"%.1f\" cy=\"%.1f\" r=\"4.5\"><title>%s, %,d documents:"
                            + " %s</title></circle>\n",
                    curve.style,
                    x(point.documents()),
                    y(point.seconds()),
                    curve.name,
                    point.documents(),
                    Numbers.time(point.seconds())));
        }
    }

    private static void line(StringBuilder svg, double x1, double y1, double x2, double y2) {
        svg.append(String.format(
                Locale.ROOT,
                "<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
                x1,
                y1,
                x2,
                y2));
    }

    private static void text(StringBuilder svg, double x, double y, String anchor, String style, String text) {
        svg.append(String.format(
                Locale.ROOT,
                "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n",
                style,
                x,
                y,
                anchor,
                text));
    }

    private static double x(double documents) {
        return LEFT + (WIDTH - LEFT - RIGHT) * Math.log10(documents) / DECADES;
    }

    private static double y(double seconds) {
        double power = Math.clamp(Math.log10(seconds), FASTEST, SLOWEST);
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (power - FASTEST) / (SLOWEST - FASTEST);
    }
}
