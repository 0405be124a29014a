package dev.tercet.benchmarks;

import dev.tercet.engine.bert.BertConfig;
import dev.tercet.engine.bert.BertEncoder;
import dev.tercet.engine.bert.BertRunner;
import dev.tercet.engine.bert.TokenizedTexts;
import dev.tercet.engine.kernel.Activation;
import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.kernel.PackedMatrix;
import dev.tercet.engine.layer.Packing;
import dev.tercet.engine.parallel.Workers;
import dev.tercet.loaders.Checkpoint;
import dev.tercet.loaders.JsonObject;
import dev.tercet.loaders.ModelFiles;
import dev.tercet.loaders.ModelLocator;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where the time of a BERT encoder goes: microseconds per token of each stage on one thread, beside the time that its
 * multiply-adds would take at the FMA peak measured in the same round. GELU runs inside the product before it; its time
 * is what that product takes less when the activation is left out.
 *
 * <p>{@code java --add-modules jdk.incubator.vector -cp benchmarks/target/benchmarks.jar
 * dev.tercet.benchmarks.StageTimes [rounds] [TEXTSxTOKENS …]}, with {@code -Dweights=f32|bf16|int8} for another format
 * of the weights.
 */
public final class StageTimes {
    private static final String EMBEDDINGS = "embeddings";
    private static final String GELU = "gelu";
    private static final String REST = "between the kernels";
    private static final String ALL = "all";
    private static final String[] SHAPES = {"1x8", "1x16", "1x32", "1x128", "8x256", "32x32", "32x128"};
    private static final double SECONDS = 0.4;

    private final BertConfig config;
    private final Clock clock;
    private final BertEncoder encoder;
    private final BertRunner runner;

    private StageTimes(ModelFiles files) {
        clock = new Clock(Kernels.preferred());
        config = BertConfig.read(JsonObject.read(files, "config.json"));
        Packing packing = new Packing(clock.kernels(), EncoderComparison.FORMAT);
        encoder = BertEncoder.load(packing, Workers.serial(), Checkpoint.open(files), config);
        runner = new BertRunner(clock.kernels(), Workers.serial());
    }

    public static void main(String[] args) {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 5;
        String[] shapes = args.length > 1 ? Arrays.copyOfRange(args, 1, args.length) : SHAPES;
        String model = System.getProperty("model", "sentence-transformers/all-MiniLM-L6-v2");
        try (ModelFiles files = ModelLocator.ofThisProcess().locate(model)) {
            StageTimes stages = new StageTimes(files);
            System.out.printf(
                    "%s, %s weights, %s, one thread%n",
                    model, EncoderComparison.FORMAT, Kernels.preferred().description());
            for (String shape : shapes) {
                int by = shape.indexOf('x');
                stages.measure(rounds, Integer.parseInt(shape, 0, by, 10), Integer.parseInt(shape.substring(by + 1)));
            }
        }
    }

    private void measure(int rounds, int texts, int length) {
        TokenizedTexts batch = EncoderComparison.randomTexts(texts, length);
        int tokens = texts * length;
        round(batch, 2.0, false);
        round(batch, 0.5, true);
        Map<String, double[]> micros = new TreeMap<>();
        double[] peaks = new double[rounds];
        for (int r = 0; r < rounds; r++) {
            peaks[r] = MachineProbe.fmaPeak(1, 0.15);
            Map<String, Double> with = round(batch, SECONDS, false);
            Map<String, Double> without = round(batch, SECONDS, true);
            String widened = wideProduct();
            double gelu = with.get(widened) - without.get(widened);
            with.merge(widened, -gelu, Double::sum);
            with.put(GELU, gelu);
            for (var stage : with.entrySet())
                micros.computeIfAbsent(stage.getKey(), _ -> new double[rounds])[r] = stage.getValue() / 1e3 / tokens;
        }
        print(texts, length, micros, EncoderComparison.median(peaks));
    }

    private void print(int texts, int length, Map<String, double[]> micros, double peak) {
        System.out.printf(
                Locale.ROOT,
                "%n%d x %d, FMA peak %.1f GFLOP/s%n%-24s %10s %18s %10s %10s%n",
                texts,
                length,
                peak,
                "stage",
                "µs/token",
                "(min-max)",
                "at peak",
                "of all");
        double all = EncoderComparison.median(micros.get(ALL));
        for (var stage : micros.entrySet()) {
            double[] times = stage.getValue();
            double median = EncoderComparison.median(times);
            double bound = flop(stage.getKey(), length) / peak / 1e3;
            System.out.printf(
                    Locale.ROOT,
                    "%-24s %10.2f %18s %10s %8.1f %%%n",
                    stage.getKey(),
                    median,
                    String.format(
                            Locale.ROOT,
                            "%.2f-%.2f",
                            Arrays.stream(times).min().orElseThrow(),
                            Arrays.stream(times).max().orElseThrow()),
                    bound == 0 ? "" : String.format(Locale.ROOT, "%.1f %%", 100 * bound / median),
                    100 * median / all);
        }
    }

    /** Floating-point operations of a stage per token, an fma counting two; 0 where they are not what bounds it. */
    private double flop(String stage, int length) {
        double hidden = config.hiddenSize();
        double attention = 4.0 * length * hidden * config.layers();
        if (stage.equals("attention")) return attention;
        double products = 0;
        double all = 0;
        for (int[] layer : new int[][] {
            {config.hiddenSize(), 3 * config.hiddenSize()},
            {config.hiddenSize(), config.hiddenSize()},
            {config.hiddenSize(), config.intermediateSize()},
            {config.intermediateSize(), config.hiddenSize()}
        }) {
            double flop = 2.0 * layer[0] * layer[1] * config.layers();
            if (stage.equals(product(layer[0], layer[1]))) products = flop;
            all += flop;
        }
        return stage.equals(ALL) ? all + attention : products;
    }

    private String wideProduct() {
        return product(config.hiddenSize(), config.intermediateSize());
    }

    private static String product(int inputs, int outputs) {
        return "linear " + inputs + " to " + outputs;
    }

    /** The median time of every stage in nanoseconds, over as many runs as fit. */
    private Map<String, Double> round(TokenizedTexts batch, double seconds, boolean withoutActivation) {
        clock.withoutActivation = withoutActivation;
        Map<String, double[]> runs = new TreeMap<>();
        int run = 0;
        for (long end = System.nanoTime() + (long) (seconds * 1e9); System.nanoTime() < end || run < 3; run++) {
            clock.begin();
            runner.run(batch, (r, tokens, _) -> encoder.forward(r, tokens));
            for (var stage : clock.end().entrySet()) {
                double[] times = runs.computeIfAbsent(stage.getKey(), _ -> new double[0]);
                times = Arrays.copyOf(times, run + 1);
                times[run] = stage.getValue();
                runs.put(stage.getKey(), times);
            }
        }
        return medians(runs);
    }

    private static Map<String, Double> medians(Map<String, double[]> runs) {
        Map<String, Double> medians = new TreeMap<>();
        runs.forEach((stage, times) -> medians.put(stage, EncoderComparison.median(times)));
        return medians;
    }

    /** Kernels that note how long each call took. A proxy, so that it need not change with the interface. */
    private static final class Clock {
        private final Kernels timed;
        private final Map<String, Long> nanos = new TreeMap<>();
        private boolean withoutActivation;
        private boolean embedding;
        private long start;

        Clock(Kernels kernels) {
            timed = (Kernels) Proxy.newProxyInstance(
                    Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class}, (_, m, a) -> call(kernels, m, a));
        }

        Kernels kernels() {
            return timed;
        }

        private Object call(Kernels kernels, Method method, Object[] arguments) throws Throwable {
            String stage = stage(method.getName(), arguments);
            if (stage == null) return method.invoke(kernels, arguments);
            long from = System.nanoTime();
            // what precedes the first product of a chunk are the embeddings
            if (embedding && stage.startsWith("linear")) {
                nanos.merge(EMBEDDINGS, from - start, Long::sum);
                embedding = false;
            }
            try {
                return method.invoke(kernels, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            } finally {
                if (!embedding) nanos.merge(stage, System.nanoTime() - from, Long::sum);
            }
        }

        private String stage(String method, Object[] arguments) {
            return switch (method) {
                case "linear" -> {
                    for (int i = 0; withoutActivation && i < arguments.length; i++)
                        if (arguments[i] instanceof Activation) arguments[i] = Activation.IDENTITY;
                    PackedMatrix w = (PackedMatrix) arguments[1];
                    yield product(w.inputs(), w.outputs());
                }
                case "attention", "layerNorm" -> method;
                default -> null;
            };
        }

        void begin() {
            nanos.clear();
            embedding = true;
            start = System.nanoTime();
        }

        Map<String, Long> end() {
            long all = System.nanoTime() - start;
            long known = nanos.values().stream().mapToLong(Long::longValue).sum();
            nanos.put(REST, all - known);
            nanos.put(ALL, all);
            return nanos;
        }
    }
}
