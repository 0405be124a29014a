package dev.tercet.benchmarks;

import dev.tercet.EarlyStopping;
import dev.tercet.engine.generate.ForcedLastToken;
import dev.tercet.engine.generate.LogitsProcessor;
import dev.tercet.engine.generate.MinLength;
import dev.tercet.engine.generate.Renormalize;
import dev.tercet.engine.generate.SearchSettings;
import dev.tercet.engine.generate.SequenceBias;
import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.kernel.PackedMatrix;
import dev.tercet.engine.layer.Packing;
import dev.tercet.engine.marian.MarianConfig;
import dev.tercet.engine.marian.MarianModel;
import dev.tercet.engine.marian.MarianRunner;
import dev.tercet.engine.parallel.Workers;
import dev.tercet.loaders.Checkpoint;
import dev.tercet.loaders.JsonObject;
import dev.tercet.loaders.ModelFiles;
import dev.tercet.loaders.ModelLocator;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * A Marian model that translates random sources of 24 tokens into exactly 24 tokens: milliseconds, tokens per second,
 * what a translation reads and computes, what part of the bound that is, and where the time goes. The shapes take turns
 * in every round; the bound is that of the memory bandwidth and the FMA peak measured between the rounds.
 *
 * <p>{@code java -cp benchmarks/target/benchmarks.jar dev.tercet.benchmarks.TranslationProfile MODEL [rounds] [threads
 * …]}, with {@code -Dbatches=1,8,32 -Dbeams=1,4 -Dweights=f32|bf16|int8 -Drenormalize=true}. The peers of the same
 * shapes: {@code oracle/translation_speed.py}.
 */
public final class TranslationProfile {
    private static final int LENGTH = 24;

    /** Translated before anything is timed, in seconds for each shape: C2 needs them. */
    private static final double WARM_UP = 1.5;

    private static final PackedMatrix.Format FORMAT =
            PackedMatrix.Format.valueOf(System.getProperty("weights", "f32").toUpperCase(Locale.ROOT));

    /**
     * Whether to search as the generation_config.json of opus-mt says: one token forbidden, then a second log-softmax.
     */
    private static final boolean RENORMALIZE = Boolean.getBoolean("renormalize");

    /** A token to forbid that the random sources have not either. */
    private static final int UNUSED = 9_000;

    private TranslationProfile() {}

    /** A number of sources decoded with a number of beams. */
    private record Shape(int batch, int beams) {
        int tokens() {
            return batch * LENGTH;
        }

        @Override
        public String toString() {
            return batch + " x " + beams;
        }
    }

    public static void main(String[] args) {
        if (args.length == 0) {
            System.err.println("usage: TranslationProfile MODEL [rounds] [threads …]");
            System.exit(2);
        }
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 5;
        int[] threads = args.length > 2
                ? Arrays.stream(args).skip(2).mapToInt(Integer::parseInt).toArray()
                : new int[] {1, 2};
        List<Shape> shapes = new ArrayList<>();
        for (int batch : numbers("batches", "1,8,32"))
            for (int beams : numbers("beams", "1,4")) shapes.add(new Shape(batch, beams));
        try (ModelFiles files = ModelLocator.ofThisProcess().locate(args[0])) {
            for (int t : threads) time(files, shapes, rounds, t);
            shares(files, shapes);
        }
    }

    private static int[] numbers(String property, String absent) {
        return Arrays.stream(System.getProperty(property, absent).split(","))
                .mapToInt(Integer::parseInt)
                .toArray();
    }

    private static void time(ModelFiles files, List<Shape> shapes, int rounds, int threads) {
        try (Workers workers = Workers.of(threads)) {
            Kernels kernels = Kernels.preferred();
            MarianModel model = load(files, kernels, workers);
            MarianRunner runner = new MarianRunner(kernels, workers, model);
            double[] bandwidth = new double[rounds];
            double[] peak = new double[rounds];
            double[][] seconds = new double[shapes.size()][rounds];
            for (Shape shape : shapes) warmUp(runner, shape);
            MachineProbe.fmaPeak(threads, WARM_UP);
            for (int r = 0; r < rounds; r++) {
                peak[r] = MachineProbe.fmaPeak(threads, 0.2);
                bandwidth[r] = MachineProbe.readBandwidth(threads, 0.3);
                for (int s = 0; s < shapes.size(); s++) seconds[s][r] = time(runner, shapes.get(s));
            }
            double gflops = EncoderComparison.median(peak);
            double gbytes = EncoderComparison.median(bandwidth);
            System.out.printf(
                    Locale.ROOT,
                    "%n%d thread(s), %s weights, %s; FMA peak %.1f GFLOP/s, memory read %.1f GB/s%n",
                    threads,
                    FORMAT,
                    kernels.description(),
                    gflops,
                    gbytes);
            System.out.println("batch x beams      ms (min-max)              tokens/s    GB read   GFLOP   of the bound"
                    + "   MB allocated");
            for (int s = 0; s < shapes.size(); s++) {
                Work work = Work.of(model.config(), shapes.get(s));
                print(shapes.get(s), seconds[s], work, gbytes, gflops, allocated(runner, shapes.get(s)));
            }
        }
    }

    private static MarianModel load(ModelFiles files, Kernels kernels, Workers workers) {
        return MarianModel.load(
                new Packing(kernels, FORMAT),
                workers,
                Checkpoint.open(files),
                MarianConfig.of(JsonObject.read(files, "config.json")));
    }

    private static void warmUp(MarianRunner runner, Shape shape) {
        long end = System.nanoTime() + (long) (WARM_UP * 1e9);
        do translate(runner, shape);
        while (System.nanoTime() < end);
    }

    /** Seconds of one translation, the median of a few where they are short. */
    private static double time(MarianRunner runner, Shape shape) {
        List<Double> times = new ArrayList<>();
        long end = System.nanoTime() + 500_000_000;
        do {
            long start = System.nanoTime();
            translate(runner, shape);
            times.add((System.nanoTime() - start) / 1e9);
        } while (System.nanoTime() < end);
        return EncoderComparison.median(
                times.stream().mapToDouble(Double::doubleValue).toArray());
    }

    private static void translate(MarianRunner runner, Shape shape) {
        for (var hypotheses : runner.run(sources(shape.batch), settings(shape.beams), null)) {
            if (hypotheses.getFirst().ids().length != LENGTH)
                throw new IllegalStateException("a translation has not " + LENGTH + " tokens");
        }
    }

    /** Ids that every vocabulary has, the end token last. */
    private static List<int[]> sources(int batch) {
        SplittableRandom random = new SplittableRandom(7);
        return IntStream.range(0, batch)
                .mapToObj(_ -> {
                    int[] ids = random.ints(LENGTH, 2, 8_000).toArray();
                    ids[LENGTH - 1] = 0;
                    return ids;
                })
                .toList();
    }

    /** Exactly so many tokens: no end before the last, and then nothing else. The start token is that of no word. */
    private static SearchSettings settings(int beams) {
        return new SearchSettings(beams, 1, 1, new int[] {0}, LENGTH + 1, 1, EarlyStopping.FALSE, processors());
    }

    private static List<LogitsProcessor> processors() {
        List<LogitsProcessor> processors = new ArrayList<>();
        if (RENORMALIZE) processors.add(SequenceBias.badWords(List.of(new int[] {UNUSED}), 0));
        processors.add(new MinLength(LENGTH + 1, 0));
        processors.add(new ForcedLastToken(LENGTH + 1, 0));
        if (RENORMALIZE) processors.add(new Renormalize());
        return processors;
    }

    /** Bytes that one translation allocates on the calling thread. */
    private static long allocated(MarianRunner runner, Shape shape) {
        var bean = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = bean.getCurrentThreadAllocatedBytes();
        translate(runner, shape);
        return bean.getCurrentThreadAllocatedBytes() - before;
    }

    private static void print(Shape shape, double[] seconds, Work work, double gbytes, double gflops, long allocated) {
        double median = EncoderComparison.median(seconds);
        System.out.printf(
                Locale.ROOT,
                "%-13s %8.1f (%.1f-%.1f) %18.1f %10.2f %8.1f %11.1f %% %12.1f%n",
                shape,
                1e3 * median,
                1e3 * Arrays.stream(seconds).min().orElseThrow(),
                1e3 * Arrays.stream(seconds).max().orElseThrow(),
                shape.tokens() / median,
                work.bytes() / 1e9,
                work.flop() / 1e9,
                100 * work.least(gbytes, gflops) / median,
                allocated / 1e6);
    }

    /**
     * What a translation cannot do without: reading the weights once for the encoder and once for every step, and the
     * multiply-adds of its products and of attention, an fma counting two. Each part takes as long as the slower of the
     * two; parts follow one another.
     */
    private record Work(List<Part> parts) {
        private static final int WEIGHT_BYTES =
                switch (FORMAT) {
                    case F32 -> 4;
                    case BF16 -> 2;
                    case INT8 -> 1;
                };

        private record Part(double bytes, double flop) {}

        static Work of(MarianConfig config, Shape shape) {
            double hidden = config.hidden();
            MarianConfig.Stack encoder = config.encoder();
            MarianConfig.Stack decoder = config.decoder();
            double encoderWeights = 0;
            double stepWeights = 0;
            for (DecodingStages.Stage stage : DecodingStages.Stage.values()) {
                if (stage.beforeSteps()) encoderWeights += stage.weights(config);
                else stepWeights += stage.weights(config);
            }
            List<Part> parts = new ArrayList<>();
            double tokens = (double) shape.batch * LENGTH;
            parts.add(new Part(
                    WEIGHT_BYTES * encoderWeights,
                    2 * tokens * encoderWeights + 4 * tokens * LENGTH * hidden * encoder.layers()));
            for (int step = 0; step < LENGTH; step++) {
                double rows = (double) shape.batch * (step == 0 ? 1 : shape.beams);
                double attention = 4 * rows * (LENGTH + step + 1) * hidden * decoder.layers();
                parts.add(new Part(WEIGHT_BYTES * stepWeights, 2 * rows * stepWeights + attention));
            }
            return new Work(parts);
        }

        double bytes() {
            return parts.stream().mapToDouble(Part::bytes).sum();
        }

        double flop() {
            return parts.stream().mapToDouble(Part::flop).sum();
        }

        double least(double gbytes, double gflops) {
            return parts.stream()
                    .mapToDouble(p -> Math.max(p.bytes / gbytes, p.flop / gflops) / 1e9)
                    .sum();
        }
    }

    /** What the products of every stage compute for a row (before the steps: a source token), or read in a step. */
    private static void print(String what, MarianConfig config, double ofWeight) {
        System.out.printf("%-13s", what);
        for (DecodingStages.Stage stage : DecodingStages.Stage.values())
            System.out.printf(Locale.ROOT, "%17.2f", ofWeight * stage.weights(config));
        System.out.println();
    }

    /** Where the time of one thread goes. */
    private static void shares(ModelFiles files, List<Shape> shapes) {
        MarianConfig config = MarianConfig.of(JsonObject.read(files, "config.json"));
        DecodingStages stages = new DecodingStages(Kernels.preferred(), config);
        MarianModel model = load(files, stages.kernels(), Workers.serial());
        MarianRunner runner = new MarianRunner(stages.kernels(), Workers.serial(), model);
        System.out.printf("%n1 thread, percent of the time%n%-13s", "batch x beams");
        for (DecodingStages.Stage stage : DecodingStages.Stage.values()) System.out.printf("%17s", stage.label);
        System.out.printf("%17s%n", "rest");
        print("MFLOP a row", config, 2e-6);
        print("MB weights", config, Work.WEIGHT_BYTES * 1e-6);
        for (Shape shape : shapes) {
            warmUp(runner, shape);
            stages.reset();
            long start = System.nanoTime();
            int runs = 0;
            for (; runs == 0 || System.nanoTime() - start < 1_000_000_000; runs++) translate(runner, shape);
            double total = System.nanoTime() - start;
            System.out.printf("%-13s", shape);
            double rest = total;
            for (DecodingStages.Stage stage : DecodingStages.Stage.values()) {
                System.out.printf(Locale.ROOT, "%17.1f", 100 * stages.nanoseconds(stage) / total);
                rest -= stages.nanoseconds(stage);
            }
            System.out.printf(Locale.ROOT, "%17.1f   (%.1f ms)%n", 100 * rest / total, total / runs / 1e6);
        }
    }
}
