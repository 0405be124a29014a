package dev.tercet.benchmarks;

import dev.tercet.CrossEncoder;
import dev.tercet.LoadOptions;
import dev.tercet.Pair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * 100 pairs of about 128 tokens through a cross-encoder, text in, scores out. {@code benchmarks/peers.py} times
 * sentence-transformers' CrossEncoder on the same pairs.
 *
 * <p>{@code java --add-modules jdk.incubator.vector -cp benchmarks/target/benchmarks.jar
 * dev.tercet.benchmarks.CrossEncoderThroughput TEXTS [rounds] [threads …]}; a pair is a line of the file TEXTS as its
 * query, and the lines after it as its document, up to {@value #WORDS} words.
 */
public final class CrossEncoderThroughput {
    private static final int PAIRS = 100;
    private static final int WORDS = 96;

    private CrossEncoderThroughput() {}

    public static void main(String[] args) throws IOException {
        if (args.length == 0) {
            System.err.println("CrossEncoderThroughput: which file of texts, one a line?");
            System.exit(2);
        }
        List<Pair> pairs = pairs(Files.readAllLines(Path.of(args[0])));
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 5;
        int[] threads = args.length > 2
                ? Arrays.stream(args).skip(2).mapToInt(Integer::parseInt).toArray()
                : new int[] {1, 2};
        String model = System.getProperty("model", "cross-encoder/ms-marco-MiniLM-L12-v2");
        for (int t : threads) {
            try (CrossEncoder cross =
                    CrossEncoder.load(model, LoadOptions.defaults().withThreads(t))) {
                measure(cross, pairs, rounds, t);
            }
        }
    }

    private static void measure(CrossEncoder cross, List<Pair> pairs, int rounds, int threads) {
        double tokens = 0;
        for (var score : cross.scores(pairs)) tokens += score.tokens();
        cross.scores(pairs);
        double[] rates = new double[rounds];
        for (int r = 0; r < rounds; r++) {
            long start = System.nanoTime();
            cross.scores(pairs);
            rates[r] = pairs.size() / ((System.nanoTime() - start) / 1e9);
        }
        System.out.printf(
                Locale.ROOT,
                "%d pairs, %.0f tokens each, %d thread(s): %.1f pairs/s (%.1f-%.1f)%n",
                pairs.size(),
                tokens / pairs.size(),
                threads,
                EncoderComparison.median(rates),
                Arrays.stream(rates).min().orElseThrow(),
                Arrays.stream(rates).max().orElseThrow());
    }

    private static List<Pair> pairs(List<String> lines) {
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; pairs.size() < PAIRS; i++) {
            List<String> words = new ArrayList<>();
            for (int next = i + 1; words.size() < WORDS; next++)
                words.addAll(Arrays.asList(lines.get(next % lines.size()).split(" ")));
            pairs.add(new Pair(lines.get(i % lines.size()), String.join(" ", words.subList(0, WORDS))));
        }
        return pairs;
    }
}
