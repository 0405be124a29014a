package dev.tercet.benchmarks;

import dev.tercet.LoadOptions;
import dev.tercet.SentenceEncoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One model shared by several callers: texts a second when 1 or N platform threads, or N virtual threads, take blocks
 * of {@value #BLOCK} texts from one list until it is done. Every caller's vectors are compared with those of a single
 * call, bit for bit, before a rate is believed.
 *
 * <p>{@code java --add-modules jdk.incubator.vector -cp benchmarks/target/benchmarks.jar
 * dev.tercet.benchmarks.SharedCallers TEXTS [callers] [rounds]}; TEXTS is a file of one text a line. The property
 * {@code threads} is the model's own number of threads: 1, so that the callers alone bring more; 0 for one a processor.
 */
public final class SharedCallers {
    private static final int BLOCK = 32;
    private static final int TEXTS = 1024;

    private final SentenceEncoder encoder;
    private final List<List<String>> blocks = new ArrayList<>();
    private final List<float[][]> expected = new ArrayList<>();

    private SharedCallers(SentenceEncoder encoder, List<String> texts) {
        this.encoder = encoder;
        for (int i = 0; i < texts.size(); i += BLOCK) blocks.add(texts.subList(i, Math.min(texts.size(), i + BLOCK)));
        for (List<String> block : blocks) expected.add(encoder.encode(block));
    }

    public static void main(String[] args) throws Exception {
        if (args.length == 0) {
            System.err.println("SharedCallers: which file of texts, one a line?");
            System.exit(2);
        }
        int callers = args.length > 1 ? Integer.parseInt(args[1]) : 2;
        int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 5;
        LoadOptions options = LoadOptions.defaults().withThreads(Integer.getInteger("threads", 1));
        String model = System.getProperty("model", "sentence-transformers/all-MiniLM-L6-v2");
        try (SentenceEncoder encoder = SentenceEncoder.load(model, options)) {
            new SharedCallers(encoder, texts(Path.of(args[0]))).compare(callers, rounds);
        }
    }

    private static List<String> texts(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        return lines.subList(0, Math.min(lines.size(), TEXTS));
    }

    private void compare(int callers, int rounds) throws InterruptedException {
        String[] names = {"1 platform thread", callers + " platform threads", callers + " virtual threads"};
        int[] counts = {1, callers, callers};
        ThreadFactory[] factories = {
            Thread.ofPlatform().factory(),
            Thread.ofPlatform().factory(),
            Thread.ofVirtual().factory()
        };
        double[][] rates = new double[names.length][rounds];
        for (int kind = 0; kind < names.length; kind++) rate(counts[kind], factories[kind]); // warm
        for (int round = 0; round < rounds; round++)
            for (int kind = 0; kind < names.length; kind++) rates[kind][round] = rate(counts[kind], factories[kind]);
        double single = EncoderComparison.median(rates[0]);
        for (int kind = 0; kind < names.length; kind++) {
            double median = EncoderComparison.median(rates[kind]);
            System.out.printf(
                    Locale.ROOT,
                    "%-20s %.1f texts/s (%.1f-%.1f), %.2f times the first%n",
                    names[kind],
                    median,
                    Arrays.stream(rates[kind]).min().orElseThrow(),
                    Arrays.stream(rates[kind]).max().orElseThrow(),
                    median / single);
        }
    }

    /** Texts a second; fails when a bit differs. */
    private double rate(int callers, ThreadFactory factory) throws InterruptedException {
        AtomicInteger next = new AtomicInteger();
        AtomicInteger wrong = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(callers);
        long start = System.nanoTime();
        for (int c = 0; c < callers; c++) {
            factory.newThread(() -> {
                        try {
                            for (int b = next.getAndIncrement(); b < blocks.size(); b = next.getAndIncrement())
                                if (!Arrays.deepEquals(expected.get(b), encoder.encode(blocks.get(b))))
                                    wrong.incrementAndGet();
                        } finally {
                            done.countDown();
                        }
                    })
                    .start();
        }
        done.await();
        double seconds = (System.nanoTime() - start) / 1e9;
        if (wrong.get() > 0 || next.get() < blocks.size())
            throw new IllegalStateException(
                    wrong.get() + " blocks of texts have other vectors with " + callers + " callers than with one");
        return blocks.stream().mapToInt(List::size).sum() / seconds;
    }
}
