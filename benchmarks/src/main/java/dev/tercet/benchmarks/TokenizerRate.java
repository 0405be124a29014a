package dev.tercet.benchmarks;

import dev.tercet.loaders.ModelFiles;
import dev.tercet.loaders.ModelLocator;
import dev.tercet.tokenizer.Tokenizer;
import dev.tercet.tokenizer.TokenizerFiles;
import dev.tercet.tokenizer.Tokenizers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Tokens a second on one thread, on a text of one's own; {@code oracle/tokenizer_speed.py} measures the references on
 * the same. Usage: {@code TokenizerRate MODEL TEXTS}.
 */
public final class TokenizerRate {
    private static final int ROUNDS = 20;
    private static final double SECONDS = 0.1;

    private TokenizerRate() {}

    /** Prints the median of the rounds, the smallest and the largest. */
    public static void main(String[] args) throws IOException {
        try (ModelFiles files = ModelLocator.ofThisProcess().locate(args[0])) {
            Tokenizer tokenizer = Tokenizers.load(new TokenizerFiles() {
                @Override
                public byte[] read(String name) {
                    return files.has(name) ? files.read(name, 1 << 28) : null;
                }

                @Override
                public String describe(String name) {
                    return files.describe(name);
                }
            });
            List<String> texts = Files.readAllLines(Path.of(args[1]));
            double[] rates = new double[ROUNDS];
            for (int round = -ROUNDS; round < ROUNDS; round++) {
                double rate = rate(tokenizer, texts);
                if (round >= 0) rates[round] = rate;
            }
            Arrays.sort(rates);
            System.out.printf(
                    "%.2f M tokens/s (%.2f–%.2f)%n", rates[ROUNDS / 2] / 1e6, rates[0] / 1e6, rates[ROUNDS - 1] / 1e6);
        }
    }

    private static double rate(Tokenizer tokenizer, List<String> texts) {
        long tokens = 0;
        long start = System.nanoTime();
        double seconds = 0;
        while (seconds < SECONDS) {
            for (String text : texts) tokens += tokenizer.encode(text).size();
            seconds = (System.nanoTime() - start) / 1e9;
        }
        return tokens / seconds;
    }
}
