package dev.tercet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * The Spearman correlation between the cosines of sentence pairs and people's judgement, on a file of the STS
 * benchmark: {@code StsSpearman MODEL STS_CSV}, with the columns sentence1, sentence2 and score. Not a test, since the
 * project does not carry that file; {@code oracle/sts_spearman.py} prints the reference's figure.
 */
final class StsSpearman {
    /** The field of the judgement; the two sentences follow it. */
    private static final int SCORE = 4;

    public static void main(String[] args) throws IOException {
        List<String[]> rows = Files.readAllLines(Path.of(args[1])).stream()
                .map(line -> line.split("\t"))
                .toList();
        List<String> texts = new ArrayList<>();
        for (String[] row : rows) texts.addAll(List.of(row[SCORE + 1], row[SCORE + 2]));
        double[] judged =
                rows.stream().mapToDouble(row -> Double.parseDouble(row[SCORE])).toArray();
        try (SentenceEncoder encoder = SentenceEncoder.load(args[0])) {
            long start = System.nanoTime();
            float[][] vectors = encoder.encode(texts);
            double seconds = (System.nanoTime() - start) / 1e9;
            double[] cosines = IntStream.range(0, rows.size())
                    .mapToDouble(i -> Similarity.cosine(vectors[2 * i], vectors[2 * i + 1]))
                    .toArray();
            System.out.printf(
                    Locale.ROOT,
                    "%d pairs, Spearman %.6f, %.1f texts/s%n",
                    rows.size(),
                    spearman(cosines, judged),
                    texts.size() / seconds);
        }
    }

    static double spearman(double[] x, double[] y) {
        return pearson(ranks(x), ranks(y));
    }

    /** Ranks from 1; equal values share the mean of theirs. */
    private static double[] ranks(double[] values) {
        Integer[] order = IntStream.range(0, values.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> values[i]))
                .toArray(Integer[]::new);
        double[] ranks = new double[values.length];
        for (int from = 0; from < order.length; ) {
            int to = from;
            while (to < order.length && values[order[to]] == values[order[from]]) to++;
            for (int i = from; i < to; i++) ranks[order[i]] = (from + 1 + to) / 2.0;
            from = to;
        }
        return ranks;
    }

    private static double pearson(double[] x, double[] y) {
        double meanX = Arrays.stream(x).average().orElseThrow();
        double meanY = Arrays.stream(y).average().orElseThrow();
        double xy = 0;
        double xx = 0;
        double yy = 0;
        for (int i = 0; i < x.length; i++) {
            xy += (x[i] - meanX) * (y[i] - meanY);
            xx += (x[i] - meanX) * (x[i] - meanX);
            yy += (y[i] - meanY) * (y[i] - meanY);
        }
        return xy / Math.sqrt(xx * yy);
    }
}
