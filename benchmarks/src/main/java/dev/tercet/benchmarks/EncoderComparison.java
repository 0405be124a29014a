package dev.tercet.benchmarks;

import dev.tercet.engine.bert.BertConfig;
import dev.tercet.engine.bert.BertEncoder;
import dev.tercet.engine.bert.BertRunner;
import dev.tercet.engine.bert.TokenizedTexts;
import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.kernel.PackedMatrix;
import dev.tercet.engine.layer.Packing;
import dev.tercet.engine.parallel.Workers;
import dev.tercet.loaders.Checkpoint;
import dev.tercet.loaders.JsonObject;
import dev.tercet.loaders.ModelFiles;
import dev.tercet.loaders.ModelLocator;
import dev.tercet.loaders.Weights;
import dev.tercet.tokenizer.Encoding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;

/**
 * all-MiniLM-L6-v2 on token ids, Tercet beside ONNX Runtime, in one process and in turn: A B A B …, so that both meet
 * the same machine. Prints for each shape and thread count the median and the spread of tokens per second, the ratio
 * round by round, and the percentage of the bound: the time of the multiply-adds at the FMA peak measured between the
 * rounds, or that of reading the weights once from memory, whichever is longer.
 *
 * <p>{@code java -cp benchmarks/target/benchmarks.jar dev.tercet.benchmarks.EncoderComparison [rounds] [threads …]},
 * with {@code -Dshapes="1x8 32x128" -Dweights=f32|bf16|int8} for other texts × tokens and formats of Tercet's weights.
 */
public final class EncoderComparison {
    private static final int[][] SHAPES =
            shapes(System.getProperty("shapes", "1x8 1x16 1x32 1x128 8x256 32x32 32x128"));
    private static final int HIDDEN = 384;
    private static final int WIDE = 1536;
    private static final int LAYERS = 6;
    /** Of Tercet's weights. */
    static final PackedMatrix.Format FORMAT =
            PackedMatrix.Format.valueOf(System.getProperty("weights", "f32").toUpperCase(Locale.ROOT));

    private static final double WEIGHT_BYTES =
            switch (FORMAT) {
                        case F32 -> 4.0;
                        case BF16 -> 2.0;
                        case INT8 -> 1.0;
                    }
                    * LAYERS
                    * (4 * HIDDEN * HIDDEN + 2 * HIDDEN * WIDE);

    private EncoderComparison() {}

    public static void main(String[] args) {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 7;
        int[] threads = args.length > 1
                ? Arrays.stream(args).skip(1).mapToInt(Integer::parseInt).toArray()
                : new int[] {1, 2};
        String model = System.getProperty("model", "sentence-transformers/all-MiniLM-L6-v2");
        for (int t : threads) compare(model, rounds, t);
    }

    private static int[][] shapes(String names) {
        return Arrays.stream(names.split(" "))
                .map(shape -> Arrays.stream(shape.split("x"))
                        .mapToInt(Integer::parseInt)
                        .toArray())
                .toArray(int[][]::new);
    }

    private static void compare(String model, int rounds, int threads) {
        try (ModelFiles files = ModelLocator.ofThisProcess().locate(model);
                Workers workers = Workers.of(threads);
                OnnxRuntimePeer peer = new OnnxRuntimePeer("/all-minilm-l6-v2.onnx", threads)) {
            Kernels kernels = Kernels.preferred();
            Weights weights = Checkpoint.open(files);
            BertConfig config = BertConfig.read(JsonObject.read(files, "config.json"));
            BertEncoder encoder = BertEncoder.load(new Packing(kernels, FORMAT), workers, weights, config);
            BertRunner runner = new BertRunner(kernels, workers);
            double bandwidth = MachineProbe.readBandwidth(threads, 1);
            System.out.printf(
                    Locale.ROOT,
                    "%n%d thread(s), %s weights, %s, memory read %.1f GB/s%n",
                    threads,
                    FORMAT,
                    kernels.description(),
                    bandwidth);
            System.out.println(
                    "shape     Tercet tokens/s (min-max)      ONNX Runtime (min-max)      ratio (min-max)   of bound");
            for (int[] shape : SHAPES) compare(rounds, threads, bandwidth, shape, encoder, runner, peer);
        }
    }

    private static void compare(
            int rounds,
            int threads,
            double bandwidth,
            int[] shape,
            BertEncoder encoder,
            BertRunner runner,
            OnnxRuntimePeer peer) {
        int[][] ids = randomIds(shape[0], shape[1]);
        TokenizedTexts texts = texts(ids);
        float[][] last = new float[shape[0]][];
        Runnable ours = () -> runner.run(texts, (run, batch, numbers) -> {
            var hidden = encoder.forward(run, batch);
            for (int s = 0; s < hidden.count(); s++) {
                var rows = hidden.sequence(s);
                last[numbers[s]] = Arrays.copyOfRange(rows.data(), rows.offset(), rows.offset() + HIDDEN);
            }
        });
        float[][][][] theirs = new float[1][][][];
        Runnable theirRun = () -> theirs[0] = peer.hidden(ids);
        ours.run();
        theirRun.run();
        if (FORMAT == PackedMatrix.Format.F32) {
            for (int s = 0; s < ids.length; s++) requireSame(last[s], theirs[0][s][0]);
        }

        int tokens = shape[0] * shape[1];
        warmUp(ours, 2.0);
        warmUp(theirRun, 0.7);
        double[] a = new double[rounds];
        double[] b = new double[rounds];
        double[] ratio = new double[rounds];
        double[] ofBound = new double[rounds];
        for (int r = 0; r < rounds; r++) {
            double peak = MachineProbe.fmaPeak(threads, 0.15);
            a[r] = rate(ours, tokens, 0.4);
            b[r] = rate(theirRun, tokens, 0.4);
            ratio[r] = a[r] / b[r];
            double bound = Math.max(tokens * flopPerToken(shape[1]) / peak, WEIGHT_BYTES / bandwidth) / 1e9;
            ofBound[r] = 100 * a[r] / tokens * bound;
        }
        System.out.printf(
                Locale.ROOT,
                "%-9s %9.0f (%.0f-%.0f) %20.0f (%.0f-%.0f) %14.2f (%.2f-%.2f) %8.1f %%%n",
                shape[0] + "x" + shape[1],
                median(a),
                min(a),
                max(a),
                median(b),
                min(b),
                max(b),
                median(ratio),
                min(ratio),
                max(ratio),
                median(ofBound));
    }

    /** Four products of the layer and the two of attention, an fma counting two. */
    static double flopPerToken(int length) {
        double products = 4.0 * HIDDEN * HIDDEN + 2.0 * HIDDEN * WIDE;
        return 2 * LAYERS * (products + 2.0 * length * HIDDEN);
    }

    private static int[][] randomIds(int texts, int length) {
        SplittableRandom random = new SplittableRandom(7);
        int[][] ids = new int[texts][length];
        for (int[] row : ids) Arrays.setAll(row, _ -> random.nextInt(1000, 30000));
        return ids;
    }

    static TokenizedTexts randomTexts(int texts, int length) {
        return texts(randomIds(texts, length));
    }

    private static TokenizedTexts texts(int[][] ids) {
        return TokenizedTexts.of(
                Arrays.stream(ids).map(EncoderComparison::encoding).toList());
    }

    private static Encoding encoding(int[] ids) {
        return new Encoding(ids, new int[ids.length], 0, () -> {
            throw new IllegalStateException("random ids come from no text");
        });
    }

    /** A time is only worth something when both computed the same thing. */
    private static void requireSame(float[] ours, float[] theirs) {
        for (int i = 0; i < ours.length; i++) {
            if (!(Math.abs(ours[i] - theirs[i]) <= 1e-4f * Math.max(1, Math.abs(theirs[i]))))
                throw new IllegalStateException("dimension " + i + ": " + ours[i] + " here, " + theirs[i] + " there");
        }
    }

    private static void warmUp(Runnable work, double seconds) {
        long end = System.nanoTime() + (long) (seconds * 1e9);
        while (System.nanoTime() < end) work.run();
    }

    /** The median rate over as many runs as fit. */
    private static double rate(Runnable work, int tokens, double seconds) {
        List<Double> times = new ArrayList<>();
        DoubleSupplier timed = () -> {
            long start = System.nanoTime();
            work.run();
            return (System.nanoTime() - start) / 1e9;
        };
        long end = System.nanoTime() + (long) (seconds * 1e9);
        while (System.nanoTime() < end || times.size() < 5) times.add(timed.getAsDouble());
        return tokens / median(times.stream().mapToDouble(Double::doubleValue).toArray());
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static double min(double[] values) {
        return Arrays.stream(values).min().orElseThrow();
    }

    private static double max(double[] values) {
        return Arrays.stream(values).max().orElseThrow();
    }
}
