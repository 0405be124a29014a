package dev.tercet.benchmarks;

import com.sun.management.ThreadMXBean;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.onnx.allminilml6v2.AllMiniLmL6V2EmbeddingModel;
import dev.tercet.LoadOptions;
import dev.tercet.SentenceEncoder;
import dev.tercet.tokenizer.Encoding;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/**
 * Text in, vectors out, all-MiniLM-L6-v2: Tercet in fp32 and with int8 weights beside ONNX Runtime in fp32 and int8 and
 * LangChain4j's in-process model, in one process and in turn. ONNX Runtime gets its token ids for nothing, from
 * Tercet's tokenizer, sorted by length and padded in batches of 32; its pooling is not counted. Its int8 model is the
 * one of the LangChain4j artifact, which quantizes activations too; how near both int8 come to fp32 is printed.
 * LangChain4j tokenizes with its own library, one text after another, on the threads that it chooses: its time stands
 * beside the last thread count. Vectors are compared before anything is timed.
 *
 * <p>{@code java --add-modules jdk.incubator.vector -cp benchmarks/target/benchmarks.jar
 * dev.tercet.benchmarks.TextThroughput TEXTS [rounds] [threads …]}; TEXTS is a file with one text a line.
 */
public final class TextThroughput {
    private static final int PEER_BATCH = 32;
    private static final String MODEL = "sentence-transformers/all-MiniLM-L6-v2";

    private final List<String> texts;
    private final int rounds;
    private int[][] ids;
    private double flop;
    private double oneThread;
    private double onePeak;

    private TextThroughput(List<String> texts, int rounds) {
        this.texts = texts;
        this.rounds = rounds;
    }

    public static void main(String[] args) throws IOException {
        if (args.length == 0) {
            System.err.println("TextThroughput: which file of texts, one a line?");
            System.exit(2);
        }
        List<String> texts = Files.readAllLines(Path.of(args[0]));
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 5;
        int[] threads = args.length > 2
                ? Arrays.stream(args).skip(2).mapToInt(Integer::parseInt).toArray()
                : new int[] {1, 2};
        TextThroughput benchmark = new TextThroughput(texts, rounds);
        for (int t : threads) benchmark.compare(t, t == threads[threads.length - 1]);
    }

    private void compare(int threads, boolean last) {
        try (SentenceEncoder encoder =
                        SentenceEncoder.load(MODEL, LoadOptions.defaults().withThreads(threads));
                SentenceEncoder compact = SentenceEncoder.load(
                        MODEL,
                        LoadOptions.defaults().withThreads(threads).withWeights(LoadOptions.WeightPrecision.INT8));
                OnnxRuntimePeer peer = new OnnxRuntimePeer("/all-minilm-l6-v2.onnx", threads);
                OnnxRuntimePeer compactPeer = new OnnxRuntimePeer("/all-minilm-l6-v2-q.onnx", threads)) {
            read(encoder);
            System.out.printf(
                    Locale.ROOT,
                    "%n%d texts, %d tokens, %d thread(s); texts/s, median (min-max)%n",
                    texts.size(),
                    Arrays.stream(ids).mapToInt(row -> row.length).sum(),
                    threads);
            AllMiniLmL6V2EmbeddingModel other = last ? new AllMiniLmL6V2EmbeddingModel() : null;
            List<TextSegment> segments = texts.stream().map(TextSegment::from).toList();
            int[][][] batches = batches();
            requireSame(encoder, other);
            nearness(encoder, compact, compactPeer);
            for (int i = 0; i < 3; i++) encoder.encode(texts);
            for (int i = 0; i < 3; i++) compact.encode(texts);
            double[] int8 = new double[rounds];
            double[] ortInt8 = new double[rounds];
            double[] ours = new double[rounds];
            double[] ort = new double[rounds];
            double[] langchain = new double[rounds];
            double[] ofBound = new double[rounds];
            double[] peaks = new double[rounds];
            for (int r = 0; r < rounds; r++) {
                peaks[r] = MachineProbe.fmaPeak(threads, 0.3);
                ours[r] = rate(() -> encoder.encode(texts));
                ort[r] = rate(() -> {
                    for (int[][] batch : batches) peer.hidden(batch);
                });
                int8[r] = rate(() -> compact.encode(texts));
                ortInt8[r] = rate(() -> {
                    for (int[][] batch : batches) compactPeer.hidden(batch);
                });
                if (last) langchain[r] = rate(() -> other.embedAll(segments));
                ofBound[r] = 100 * ours[r] / texts.size() * flop / (peaks[r] * 1e9);
            }
            line("Tercet", ours);
            line("Tercet, int8 weights", int8);
            line("ONNX Runtime, sorted and padded", ort);
            line("ONNX Runtime int8, the same", ortInt8);
            if (last) line("LangChain4j in-process", langchain);
            line("of the bound, %", ofBound);
            line("ratio to ONNX Runtime", ratio(ours, ort));
            line("ratio to ONNX Runtime int8", ratio(ours, ortInt8));
            if (last) line("ratio to LangChain4j", ratio(ours, langchain));
            scaling(threads, ours, peaks);
            callers(encoder, threads);
            allocation(encoder);
        }
    }

    private void read(SentenceEncoder encoder) {
        ids = new int[texts.size()][];
        flop = 0;
        for (int i = 0; i < ids.length; i++) {
            Encoding encoding = encoder.tokenizer().encode(texts.get(i), encoder.maxLength());
            ids[i] = encoding.ids();
            flop += ids[i].length * EncoderComparison.flopPerToken(ids[i].length);
        }
    }

    private int[][][] batches() {
        int[][] sorted = ids.clone();
        Arrays.sort(sorted, Comparator.comparing((int[] row) -> row.length).reversed());
        return IntStream.range(0, Math.ceilDiv(sorted.length, PEER_BATCH))
                .mapToObj(
                        b -> Arrays.copyOfRange(sorted, b * PEER_BATCH, Math.min(sorted.length, (b + 1) * PEER_BATCH)))
                .toArray(int[][][]::new);
    }

    private void requireSame(SentenceEncoder encoder, AllMiniLmL6V2EmbeddingModel other) {
        if (other == null) return;
        for (String text : texts.subList(0, Math.min(texts.size(), 20))) {
            float[] a = encoder.encode(text);
            float[] b = other.embed(text).content().vector();
            float dot = 0;
            for (int i = 0; i < a.length; i++) dot += a[i] * b[i];
            if (!(dot > 0.9999f)) throw new IllegalStateException("cosine " + dot + " between the vectors of " + text);
        }
    }

    /** Cosines of the int8 vectors to those of fp32. */
    private void nearness(SentenceEncoder encoder, SentenceEncoder compact, OnnxRuntimePeer compactPeer) {
        int count = Math.min(texts.size(), 100);
        double[] ours = new double[count];
        double[] theirs = new double[count];
        for (int i = 0; i < count; i++) {
            float[] exact = encoder.encode(texts.get(i));
            ours[i] = cosine(exact, compact.encode(texts.get(i)));
            theirs[i] = cosine(exact, mean(compactPeer.hidden(new int[][] {ids[i]})[0]));
        }
        line("cosine of Tercet int8 to fp32", ours);
        line("cosine of ONNX Runtime int8", theirs);
    }

    private static float[] mean(float[][] hidden) {
        float[] mean = new float[hidden[0].length];
        for (float[] row : hidden) for (int c = 0; c < mean.length; c++) mean[c] += row[c] / hidden.length;
        return mean;
    }

    private static double cosine(float[] a, float[] b) {
        double dot = 0, aa = 0, bb = 0;
        for (int i = 0; i < a.length; i++) {
            dot += a[i] * b[i];
            aa += a[i] * a[i];
            bb += b[i] * b[i];
        }
        return dot / Math.sqrt(aa * bb);
    }

    private double rate(Runnable all) {
        long start = System.nanoTime();
        all.run();
        return texts.size() / ((System.nanoTime() - start) / 1e9);
    }

    /** What more threads bring, beside what they bring to the probe. */
    private void scaling(int threads, double[] rates, double[] peaks) {
        double rate = EncoderComparison.median(rates);
        double peak = EncoderComparison.median(peaks);
        if (threads == 1) {
            oneThread = rate;
            onePeak = peak;
        } else if (oneThread > 0) {
            System.out.printf(
                    Locale.ROOT,
                    "%d threads against one: %.2f times, the FMA probe %.2f times%n",
                    threads,
                    rate / oneThread,
                    peak / onePeak);
        }
    }

    /** One model shared by callers of one text each, on platform threads and on virtual ones. */
    private void callers(SentenceEncoder encoder, int threads) {
        for (int callers = 1; callers <= 2 * threads; callers *= 2) {
            ExecutorService pool = Executors.newFixedThreadPool(callers);
            line(callers + " caller(s), text by text", shared(encoder, pool));
        }
        line("a virtual thread for every text", shared(encoder, Executors.newVirtualThreadPerTaskExecutor()));
    }

    private double[] shared(SentenceEncoder encoder, ExecutorService pool) {
        double[] rates = new double[3];
        try (pool) {
            for (int r = 0; r < rates.length; r++) {
                rates[r] = rate(() -> {
                    List<java.util.concurrent.Future<?>> calls = new ArrayList<>();
                    for (String text : texts) calls.add(pool.submit(() -> encoder.encode(text)));
                    for (var call : calls) await(call);
                });
            }
        }
        return rates;
    }

    private static void await(java.util.concurrent.Future<?> call) {
        try {
            call.get();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Bytes that the calling thread allocates for 32 texts, beyond the vectors that it returns. */
    private void allocation(SentenceEncoder encoder) {
        List<String> some = texts.subList(0, Math.min(texts.size(), 32));
        ThreadMXBean bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int i = 0; i < 50; i++) encoder.encode(some);
        long before = bean.getTotalThreadAllocatedBytes();
        for (int i = 0; i < 50; i++) encoder.encode(some);
        long each = (bean.getTotalThreadAllocatedBytes() - before) / 50;
        System.out.printf(
                Locale.ROOT,
                "encode of %d texts allocates %d bytes, %d of them its result%n",
                some.size(),
                each,
                some.size() * (16 + 4 * encoder.dimension()) + 16 + 4 * some.size());
    }

    private static double[] ratio(double[] a, double[] b) {
        double[] ratio = new double[a.length];
        Arrays.setAll(ratio, i -> a[i] / b[i]);
        return ratio;
    }

    private static void line(String name, double[] values) {
        System.out.printf(
                Locale.ROOT,
                "%-34s %9.4f (%.4f-%.4f)%n",
                name,
                EncoderComparison.median(values),
                Arrays.stream(values).min().orElseThrow(),
                Arrays.stream(values).max().orElseThrow());
    }
}
