package dev.tercet.benchmarks;

import dev.tercet.SentenceEncoder;
import dev.tercet.Translator;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * How long each of the first queries of a JVM takes: the same short text again and again, from the start of the program
 * until the JVM has compiled what it will. A program that answers queries shows its users these times.
 *
 * <p>With the flags of the launcher's second JVM and the cache of classes and profiles beside the jar, which this class
 * path begins with:
 *
 * <pre>
 * K=dev.tercet.engine.kernel; S=CompileThresholdScaling
 * java -XX:-UsePerfData -XX:MaxRAMPercentage=50 -Dtercet.kernels=gradual -XX:+UseSerialGC -Xmn16m
 *   -XX:PretenureSizeThreshold=1000000 -XX:+UseCountedLoopSafepoints -XX:LoopStripMiningIter=1000
 *   -XX:Tier3DelayOn=1000 -XX:CompileCommand=quiet -XX:CompileCommand=$S,$K.WideTile::*,0.2
 *   -XX:CompileCommand=$S,$K.NarrowTile::*,0.2 -XX:CompileCommand=$S,$K.BlockAttention::*,0.2
 *   -XX:CompileCommand=$S,$K.Vector*::*,0.2 --add-modules jdk.incubator.vector
 *   -XX:AOTCache=demos/target/tercet.aot -cp $PWD/demos/target/tercet.jar:benchmarks/target/classes
 *   dev.tercet.benchmarks.QueryLatencyFromStart [encode|translate] [queries] [text]
 * </pre>
 *
 * <p>{@code -Dpause=MS} waits between two queries, as a user does; {@code -Deach=true} prints every query.
 */
public final class QueryLatencyFromStart {
    private final long began = System.nanoTime();
    private final double[] ends;
    private final double[] times;

    private QueryLatencyFromStart(int queries) {
        this.ends = new double[queries];
        this.times = new double[queries];
    }

    public static void main(String[] args) throws InterruptedException {
        String what = args.length > 0 ? args[0] : "encode";
        QueryLatencyFromStart run = new QueryLatencyFromStart(args.length > 1 ? Integer.parseInt(args[1]) : 300);
        String text = args.length > 2 ? args[2] : "How do I reset my password?";
        switch (what) {
            case "encode" -> {
                try (SentenceEncoder encoder = SentenceEncoder.load("sentence-transformers/all-MiniLM-L6-v2")) {
                    run.query(encoder::encode, text);
                }
            }
            case "translate" -> {
                try (Translator translator = Translator.load("tercet/en-fr-tiny")) {
                    run.query(translator::translate, text);
                }
            }
            default -> throw new IllegalArgumentException(what + " is neither encode nor translate");
        }
        run.print();
    }

    private void query(Consumer<String> model, String text) throws InterruptedException {
        int pause = Integer.getInteger("pause", 0);
        for (int i = 0; i < times.length; i++) {
            long start = System.nanoTime();
            model.accept(text);
            times[i] = (System.nanoTime() - start) / 1e6;
            ends[i] = (System.nanoTime() - began) / 1e6;
            if (pause > 0) Thread.sleep(pause);
        }
    }

    private void print() {
        if (Boolean.getBoolean("each"))
            for (int i = 0; i < times.length; i++)
                System.out.printf(Locale.ROOT, "%4d  at %6.0f ms  took %8.2f ms%n", i + 1, ends[i], times[i]);
        double[] last = Arrays.copyOfRange(times, times.length - times.length / 4, times.length);
        double steady = median(last);
        int settled = times.length;
        while (settled > 0 && times[settled - 1] <= 2 * steady) settled--;
        double[] rest = Arrays.copyOfRange(times, 1, times.length); // the first has classes to load
        Arrays.sort(rest);
        System.out.printf(
                Locale.ROOT,
                "first %.1f ms; the others: longest %.1f, p99 %.1f, p90 %.1f, median %.2f, the last quarter %.2f;"
                        + " all together %.0f; no query above twice the last after %.0f ms%n",
                times[0],
                rest[rest.length - 1],
                rest[(int) (rest.length * 0.99)],
                rest[(int) (rest.length * 0.90)],
                median(rest),
                steady,
                Arrays.stream(times).sum(),
                settled == 0 ? 0 : ends[settled - 1]);
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }
}
