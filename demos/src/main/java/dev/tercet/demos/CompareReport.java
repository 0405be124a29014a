package dev.tercet.demos;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A comparison for a reader at a terminal. */
record CompareReport(ArchitectureRun run, Page page, int top) {
    /** Corpora for which the fitted law is asked. */
    static final int[] CORPORA = {100, 10_000, 1_000_000};

    private static final int CLIPPED = 84;
    private static final int COLUMN = 22;

    void show() {
        texts();
        rankings();
        agreement();
        cost();
        growth();
    }

    private void texts() {
        page.heading(
                "COMPARED",
                run.texts().queries().size() + " queries × "
                        + run.texts().documents().size() + " documents");
        page.item("dual encoder", run.dual().model(), 16);
        page.item("cross-encoder", run.cross().model(), 16);
    }

    private void rankings() {
        page.heading("RANKINGS", "best first");
        for (int q = 0; q < run.texts().queries().size(); q++) {
            page.step(
                    Samples.label('Q', q) + " " + clipped(run.texts().queries().get(q)));
            page.line(columns("", "dual encoder", "cross-encoder", "retrieved, re-ranked"));
            int[] dual = ArchitectureRun.best(run.cosines()[q], top);
            int[] cross = ArchitectureRun.best(run.scores()[q], top);
            int[] hybrid = run.hybrid()[q];
            for (int rank = 0; rank < dual.length; rank++) {
                page.line(columns(
                        (rank + 1) + ".",
                        cell(dual[rank], run.cosines()[q][dual[rank]]),
                        cell(cross[rank], run.scores()[q][cross[rank]]),
                        rank < hybrid.length ? cell(hybrid[rank], run.scores()[q][hybrid[rank]]) : ""));
            }
        }
        documents();
    }

    private static String columns(String first, String... others) {
        StringBuilder line = new StringBuilder(String.format("%-4s", first));
        for (String other : others) {
            line.append(String.format("%-" + COLUMN + "s", other));
        }
        return line.toString().stripTrailing();
    }

    private static String cell(int document, float score) {
        return String.format(Locale.ROOT, "%-5s %9.4f", Samples.label('D', document), score);
    }

    /** The documents that a ranking names. */
    private void documents() {
        page.step("Documents");
        for (int d = 0; d < run.texts().documents().size(); d++) {
            if (shown(d)) {
                page.item(
                        Samples.label('D', d),
                        clipped(run.texts().documents().get(d)),
                        Samples.label('D', d).length() + 2);
            }
        }
    }

    private boolean shown(int document) {
        for (int q = 0; q < run.texts().queries().size(); q++) {
            for (float[] scores : List.of(run.cosines()[q], run.scores()[q])) {
                for (int best : ArchitectureRun.best(scores, top)) {
                    if (best == document) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private static String clipped(String text) {
        String line = text.replaceAll("\\s+", " ");
        return line.codePointCount(0, line.length()) <= CLIPPED
                ? line
                : line.substring(0, line.offsetByCodePoints(0, CLIPPED - 1)) + "…";
    }

    private void agreement() {
        page.heading("AGREEMENT", "");
        int queries = run.texts().queries().size();
        int same = 0;
        int found = 0;
        double tau = 0;
        for (int q = 0; q < queries; q++) {
            RankAgreement agreement = run.agreement(q);
            same += agreement.sameBest() ? 1 : 0;
            found += run.hybridFindsTheBest(q) ? 1 : 0;
            tau += agreement.tau() / queries;
        }
        page.item("same best document", same + " of " + queries + " queries", 22);
        page.item(
                "order, Kendall's τ",
                String.format(Locale.ROOT, "%.2f in the mean: 1 is the same order, 0 no relation, -1 the reverse", tau),
                22);
        page.item(
                "the hybrid",
                "finds the cross-encoder's best for " + found + " of " + queries + ", having read "
                        + run.hybrid()[0].length + " of "
                        + run.texts().documents().size() + " documents",
                22);
        page.note("Where they disagree, nothing here says who is right: read the texts. On large test collections"
                + " cross-encoders rank clearly better.");
    }

    private void cost() {
        page.heading("COST", "measured here, and counted");
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("", "dual encoder", "cross-encoder"));
        rows.add(List.of(
                "these texts",
                Numbers.count(run.dual().macs()) + " multiplications",
                Numbers.count(run.cross().macs()) + " multiplications"));
        rows.add(List.of(
                "preparing a document",
                Numbers.time(run.indexing().law().each()) + ", once",
                "nothing can be prepared"));
        rows.add(List.of("kept of a document", Numbers.bytes(run.dual().documentBytes()), "nothing"));
        rows.add(List.of(
                "a new query",
                law(run.dual().query().law()),
                law(run.cross().query().law())));
        rows.add(List.of(
                "weights in memory",
                Numbers.bytes(run.dual().weightBytes()),
                Numbers.bytes(run.cross().weightBytes())));
        page.table(new int[] {21, 35, 35}, rows);
    }

    private static String law(CostLaw law) {
        return Numbers.time(law.fixed()) + " + " + Numbers.time(law.each()) + " a document";
    }

    private void growth() {
        page.heading("AS THE CORPUS GROWS", "one query; the law fitted to measured points");
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("documents", "dual encoder", "cross-encoder", "retrieved, re-ranked"));
        for (int documents : CORPORA) {
            rows.add(List.of(
                    String.format(Locale.ROOT, "%,d", documents),
                    Numbers.time(run.dual().query().law().seconds(documents)),
                    Numbers.time(run.cross().query().law().seconds(documents)),
                    Numbers.time(run.hybridSeconds(documents, Math.min(documents, CompareCommand.RERANKED)))));
        }
        page.table(new int[] {12, 24, 24, 24}, rows);
        page.note("Measured: dual encoder " + points(run.dual().query()) + "; cross-encoder "
                + points(run.cross().query()) + ". The law is off by "
                + percent(run.dual().query()) + " and " + percent(run.cross().query())
                + " at most. Re-ranked: the dual encoder's best " + CompareCommand.RERANKED + ".");
    }

    private static String points(ArchitectureRun.Growth growth) {
        CostLaw.Point first = growth.points().getFirst();
        CostLaw.Point last = growth.points().getLast();
        return Numbers.time(first.seconds()) + " for " + first.documents() + ", "
                + Numbers.time(last.seconds()) + " for "
                + String.format(Locale.ROOT, "%,d", last.documents());
    }

    private static String percent(ArchitectureRun.Growth growth) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * growth.law().worst(growth.points()));
    }
}
