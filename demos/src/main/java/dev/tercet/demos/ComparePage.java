package dev.tercet.demos;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A comparison as one HTML page that needs nothing else: no script, no network. */
record ComparePage(ArchitectureRun run) {
    /** Documents of each ranking that the page shows. */
    private static final int SHOWN = 10;

    /** What may be wider than a window scrolls, by the keyboard too. */
    private static final String WIDE = "<div class=\"wide\" tabindex=\"0\">";

    String html() {
        StringBuilder html = new StringBuilder();
        html.append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
                .append("<title>Tercet: the architectures compared</title>\n<style>\n")
                .append(style())
                .append("</style>\n</head>\n<body>\n");
        introduction(html);
        growth(html);
        cost(html);
        rankings(html);
        documents(html);
        return html.append("</body>\n</html>\n").toString();
    }

    static String style() {
        try (InputStream css = ComparePage.class.getResourceAsStream("compare/page.css")) {
            return new String(css.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void introduction(StringBuilder html) {
        html.append("<h1>Two ways to rank the same documents</h1>\n");
        paragraph(
                html,
                run.texts().queries().size() + " queries, "
                        + run.texts().documents().size() + " documents. The dual"
                        + " encoder, " + run.dual().model() + ", turns each text into a vector by itself and compares"
                        + " vectors. The cross-encoder, " + run.cross().model() + ", reads each query with each"
                        + " document. Both together: the first retrieves a short list, the second puts it in order.");
        html.append("<p class=\"faint\">Times were measured on the machine that wrote this page; multiplications and"
                + " bytes are counted.</p>\n");
    }

    private void growth(StringBuilder html) {
        html.append("<h2>What a query costs as the corpus grows</h2>\n<figure>\n" + WIDE)
                .append(GrowthPlot.svg(run))
                .append("</div>\n"
                        + "<figcaption>Circles are measured, lines are the law seconds = fixed + each × documents"
                        + " fitted to them. Both axes are logarithmic.</figcaption>\n"
                        + "</figure>\n");
        html.append(WIDE + "<table>\n<tr><th class=\"number\">documents</th><th class=\"number\">dual"
                + " encoder</th><th class=\"number\">cross-encoder</th><th class=\"number\">both</th></tr>\n");
        for (int documents : CompareReport.CORPORA) {
            row(
                    html,
                    String.format(Locale.ROOT, "%,d", documents),
                    Numbers.time(run.dual().query().law().seconds(documents)),
                    Numbers.time(run.cross().query().law().seconds(documents)),
                    Numbers.time(run.hybridSeconds(documents, Math.min(documents, CompareCommand.RERANKED))));
        }
        html.append("</table></div>\n");
    }

    private void cost(StringBuilder html) {
        html.append("<h2>What it costs</h2>\n" + WIDE + "<table>\n<tr><th></th><th>dual encoder</th>"
                + "<th>cross-encoder</th></tr>\n");
        plain(
                html,
                "these texts",
                Numbers.count(run.dual().macs()) + " multiplications",
                Numbers.count(run.cross().macs()) + " multiplications");
        plain(
                html,
                "preparing a document",
                Numbers.time(run.indexing().law().each()) + ", once",
                "nothing can be prepared");
        plain(html, "kept of a document", Numbers.bytes(run.dual().documentBytes()), "nothing");
        plain(
                html,
                "weights in memory",
                Numbers.bytes(run.dual().weightBytes()),
                Numbers.bytes(run.cross().weightBytes()));
        html.append("</table></div>\n");
    }

    private void rankings(StringBuilder html) {
        html.append("<h2>Rankings</h2>\n");
        int read = run.hybrid()[0].length;
        paragraph(
                html,
                "Best first. The last column is both together: the first " + read
                        + " by cosine, put in order by the cross-encoder, which reads only these.");
        for (int q = 0; q < run.texts().queries().size(); q++) {
            html.append("<h3>" + Samples.label('Q', q) + " "
                    + Html.escaped(run.texts().queries().get(q)) + "</h3>\n");
            RankAgreement agreement = run.agreement(q);
            paragraph(
                    html,
                    (agreement.sameBest() ? "The same best document" : "Another best document")
                            + String.format(Locale.ROOT, "; Kendall's τ %.2f.", agreement.tau()));
            html.append(WIDE + "<table>\n<tr><th></th><th>dual encoder</th><th class=\"number\">cosine</th>"
                    + "<th>cross-encoder</th><th class=\"number\">logit</th><th>both</th></tr>\n");
            ranking(html, q);
            html.append("</table></div>\n");
        }
    }

    private void documents(StringBuilder html) {
        html.append("<h2>Documents</h2>\n");
        for (int d = 0; d < run.texts().documents().size(); d++) {
            String label = Samples.label('D', d);
            html.append("<p id=\"" + label + "\">" + label + " "
                    + Html.escaped(run.texts().documents().get(d)) + "</p>\n");
        }
    }

    private void ranking(StringBuilder html, int q) {
        int[] dual = ArchitectureRun.best(run.cosines()[q], SHOWN);
        int[] cross = ArchitectureRun.best(run.scores()[q], SHOWN);
        int[] hybrid = run.hybrid()[q];
        for (int rank = 0; rank < dual.length; rank++) {
            html.append("<tr><td>" + (rank + 1) + "</td><td>" + link(dual[rank])
                    + "</td><td class=\"number\">" + Numbers.four(run.cosines()[q][dual[rank]]) + "</td><td>"
                    + link(cross[rank]) + "</td><td class=\"number\">"
                    + Numbers.four(run.scores()[q][cross[rank]]) + "</td><td>"
                    + (rank < hybrid.length ? link(hybrid[rank]) : "") + "</td></tr>\n");
        }
    }

    /** A document's label, which leads to its text and shows it. */
    private String link(int document) {
        String label = Samples.label('D', document);
        String text = Html.escaped(run.texts().documents().get(document));
        return "<a href=\"#" + label + "\" title=\"" + text + "\">" + label + "</a>";
    }

    private static void paragraph(StringBuilder html, String text) {
        html.append("<p>" + Html.escaped(text) + "</p>\n");
    }

    private static void row(StringBuilder html, String... cells) {
        html.append("<tr>");
        for (String cell : cells) {
            html.append("<td class=\"number\">" + Html.escaped(cell) + "</td>");
        }
        html.append("</tr>\n");
    }

    private static void plain(StringBuilder html, String... cells) {
        html.append("<tr>");
        for (String cell : cells) {
            html.append("<td>" + Html.escaped(cell) + "</td>");
        }
        html.append("</tr>\n");
    }
}
