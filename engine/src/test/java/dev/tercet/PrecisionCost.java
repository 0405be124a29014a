package dev.tercet;

import dev.tercet.LoadOptions.WeightPrecision;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * What weights in fewer bytes change, against fp32: {@code PrecisionCost STS_CSV CRANFIELD_FOLDER}. Cosines and the
 * Spearman correlation on a file of the STS benchmark, and the rankings of the Cranfield collection by all-MiniLM-L6-v2
 * (every query against every document) and by ms-marco-MiniLM-L12-v2 (the first {@value #RERANKED} queries against
 * their {@value #DEPTH} best documents). Not a test, since the project does not carry those files.
 */
final class PrecisionCost {
    private static final String DUAL = "sentence-transformers/all-MiniLM-L6-v2";
    private static final String CROSS = "cross-encoder/ms-marco-MiniLM-L12-v2";
    private static final int RERANKED = 50;
    private static final int DEPTH = 20;
    private static final int TOP = 10;
    private static final int SCORE = 4;

    public static void main(String[] args) throws IOException {
        sts(Path.of(args[0]));
        List<String> documents = cranfield(Path.of(args[1], "cran.all.1400"));
        List<String> queries = cranfield(Path.of(args[1], "cran.qry"));
        int[][] best = dual(documents, queries);
        cross(documents, queries.subList(0, RERANKED), best);
    }

    private static LoadOptions options(WeightPrecision precision) {
        return LoadOptions.defaults().withWeights(precision);
    }

    private static void sts(Path file) throws IOException {
        List<String[]> rows =
                Files.readAllLines(file).stream().map(line -> line.split("\t")).toList();
        List<String> texts = new ArrayList<>();
        for (String[] row : rows) texts.addAll(List.of(row[SCORE + 1], row[SCORE + 2]));
        double[] judged =
                rows.stream().mapToDouble(row -> Double.parseDouble(row[SCORE])).toArray();
        float[][] exact = null;
        for (WeightPrecision precision : WeightPrecision.values()) {
            float[][] vectors;
            try (SentenceEncoder encoder = SentenceEncoder.load(DUAL, options(precision))) {
                vectors = encoder.encode(texts);
            }
            if (exact == null) exact = vectors;
            float[][] reference = exact;
            double[] toExact = IntStream.range(0, vectors.length)
                    .mapToDouble(i -> Similarity.cosine(vectors[i], reference[i]))
                    .toArray();
            double[] cosines = IntStream.range(0, rows.size())
                    .mapToDouble(i -> Similarity.cosine(vectors[2 * i], vectors[2 * i + 1]))
                    .toArray();
            System.out.printf(
                    Locale.ROOT,
                    "%s: %d sentences, cosine to f32 mean %.6f, least %.6f; %d pairs, Spearman %.6f%n",
                    precision,
                    texts.size(),
                    Arrays.stream(toExact).average().orElseThrow(),
                    Arrays.stream(toExact).min().orElseThrow(),
                    rows.size(),
                    StsSpearman.spearman(cosines, judged));
        }
    }

    /** The texts, field .W, of a file of the collection. */
    private static List<String> cranfield(Path file) throws IOException {
        List<String> texts = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        boolean inText = false;
        for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
            if (line.startsWith(".I ") && inText) {
                texts.add(text.toString().strip());
                text.setLength(0);
            }
            if (line.matches("\\.[ITABW]( .*)?")) inText = line.equals(".W");
            else if (inText) text.append(line).append(' ');
        }
        texts.add(text.toString().strip());
        return texts;
    }

    /** Returns the {@value #DEPTH} best documents of every query in fp32. */
    private static int[][] dual(List<String> documents, List<String> queries) {
        int[][] exact = null;
        for (WeightPrecision precision : WeightPrecision.values()) {
            try (SentenceEncoder encoder = SentenceEncoder.load(DUAL, options(precision))) {
                float[][] d = encoder.encode(documents);
                float[][] q = encoder.encode(queries);
                int[][] rankings = new int[q.length][];
                for (int i = 0; i < q.length; i++) {
                    float[] query = q[i];
                    rankings[i] = order(IntStream.range(0, d.length)
                            .mapToDouble(j -> Similarity.cosine(query, d[j]))
                            .toArray());
                }
                if (exact == null) exact = rankings;
                report("all-MiniLM-L6-v2, " + documents.size() + " documents", precision, exact, rankings);
            }
        }
        int[][] best = new int[exact.length][];
        for (int i = 0; i < best.length; i++) best[i] = Arrays.copyOf(exact[i], DEPTH);
        return best;
    }

    private static void cross(List<String> documents, List<String> queries, int[][] best) {
        List<Pair> pairs = new ArrayList<>();
        for (int q = 0; q < queries.size(); q++)
            for (int document : best[q]) pairs.add(new Pair(queries.get(q), documents.get(document)));
        int[][] exact = null;
        double[] exactLogits = null;
        for (WeightPrecision precision : WeightPrecision.values()) {
            try (CrossEncoder cross = CrossEncoder.load(CROSS, options(precision))) {
                double[] logits =
                        cross.scores(pairs).stream().mapToDouble(Score::logit).toArray();
                if (exactLogits == null) exactLogits = logits;
                double[] reference = exactLogits;
                int[][] rankings = new int[queries.size()][];
                for (int q = 0; q < rankings.length; q++)
                    rankings[q] = order(Arrays.copyOfRange(logits, q * DEPTH, (q + 1) * DEPTH));
                if (exact == null) exact = rankings;
                System.out.printf(
                        Locale.ROOT,
                        "%s: logits of %d pairs differ by %.6f at most%n",
                        precision,
                        logits.length,
                        IntStream.range(0, logits.length)
                                .mapToDouble(i -> Math.abs(logits[i] - reference[i]))
                                .max()
                                .orElseThrow());
                report("ms-marco-MiniLM-L12-v2, " + DEPTH + " documents", precision, exact, rankings);
            }
        }
    }

    /** Numbers of the scores, the largest first; of equal ones the first. */
    private static int[] order(double[] scores) {
        return IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(i -> -scores[i]))
                .mapToInt(i -> i)
                .toArray();
    }

    private static void report(String what, WeightPrecision precision, int[][] exact, int[][] rankings) {
        int sameFirst = 0;
        int sameTop = 0;
        long kept = 0;
        for (int q = 0; q < rankings.length; q++) {
            int[] a = Arrays.copyOf(exact[q], TOP);
            int[] b = Arrays.copyOf(rankings[q], TOP);
            if (a[0] == b[0]) sameFirst++;
            if (Arrays.equals(a, b)) sameTop++;
            kept += Arrays.stream(a)
                    .filter(d -> Arrays.stream(b).anyMatch(other -> other == d))
                    .count();
        }
        System.out.printf(
                Locale.ROOT,
                "%s: %s, %d queries: first document the same for %d, first %d in the same order for %d, of their"
                        + " documents %.2f %% kept%n",
                precision,
                what,
                rankings.length,
                sameFirst,
                TOP,
                sameTop,
                100.0 * kept / (TOP * rankings.length));
    }
}
