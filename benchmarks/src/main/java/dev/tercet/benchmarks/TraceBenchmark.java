package dev.tercet.benchmarks;

import dev.tercet.GenerationConfig;
import dev.tercet.LoadOptions;
import dev.tercet.SentenceEncoder;
import dev.tercet.Translator;
import dev.tercet.engine.kernel.Rows;
import dev.tercet.engine.layer.Run;
import dev.tercet.engine.layer.Sequences;
import dev.tercet.engine.layer.Workspace;
import dev.tercet.engine.parallel.Workers;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.CompilerControl;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the places that a trace can listen at cost when none listens, in two ways.
 *
 * <p>{@link #run}: the engine as it is, and the same engine whose {@code Run.record} is empty and whose
 * {@code Run.traced} is false, so that the compiler leaves nothing of them. Both come from the same class files through
 * the same class loader, in JVMs of their own. Before anything is timed both must give the same bits, and only the
 * first may show an activation to a trace. JVMs of the same code differ by some percent, as it is compiled anew in
 * each.
 *
 * <p>{@link #calls}: only the calls of one run, as many as a trace would have seen, which is far below what the first
 * way can tell.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class TraceBenchmark {
    private static final String SENTENCE = "The weather is beautiful outside.";

    /** Encode so many tokens, or translate a sentence greedily: many small steps, and hooks in each of them. */
    @Param({"9", "128", "translate"})
    public String work;

    @Param({"as they are", "taken out"})
    public String hooks;

    private Supplier<float[]> task;
    private Run untraced;
    private Rows rows;
    private int[] starts;
    private int count;

    @Setup
    public void prepare() throws ReflectiveOperationException {
        boolean without = hooks.equals("taken out");
        Object made = new EngineLoader(without)
                .loadClass(Task.class.getName())
                .getConstructor(String.class)
                .newInstance(work);
        int seen = ((IntSupplier) made).getAsInt();
        if (without != (seen == 0)) throw new IllegalStateException("a trace saw " + seen + " activations");
        @SuppressWarnings("unchecked")
        Supplier<float[]> supplier = (Supplier<float[]>) made;
        task = supplier;
        Task plain = new Task(work);
        Numbers.requireSame(plain.get(), task.get());
        count = plain.getAsInt();
        untraced = new Run(Numbers.kernels("vector"), Workers.serial(), new Workspace(), null);
        rows = Rows.of(new float[384], 384, 1);
        starts = new int[] {0, 1};
    }

    /** A run of the model. */
    @Benchmark
    public float[] run() {
        return task.get();
    }

    /** The hooks of a run, and nothing else: the question whether anyone listens, what is shown, and the call. */
    @Benchmark
    public int calls() {
        int listening = 0;
        for (int i = 0; i < count; i++) {
            if (untraced.traced()) listening++;
            show(untraced, new Sequences(rows, starts));
        }
        return listening;
    }

    /** Not inlined: the worst case. */
    @CompilerControl(CompilerControl.Mode.DONT_INLINE)
    private static void show(Run run, Sequences x) {
        run.record("encoder.layer.0.output", x, 384);
    }

    /** A text through a model, one thread: its vector, or the log-probabilities of its translation. */
    public static final class Task implements Supplier<float[]>, IntSupplier {
        private final SentenceEncoder encoder;
        private final Translator translator;
        private final String text;

        public Task(String work) {
            LoadOptions options = LoadOptions.defaults().withThreads(1);
            boolean translate = work.equals("translate");
            encoder = translate ? null : SentenceEncoder.load("sentence-transformers/all-MiniLM-L6-v2", options);
            translator = translate ? Translator.load("tercet/en-fr-tiny", options) : null;
            // each of these words is a token; [CLS] and [SEP] are two more
            text = translate ? SENTENCE : "river ".repeat(Integer.parseInt(work) - 2);
        }

        @Override
        public float[] get() {
            return translator == null
                    ? encoder.encode(text)
                    : translator
                            .translate(text, GenerationConfig.greedy())
                            .getFirst()
                            .logProbabilities();
        }

        /** How many activations a trace sees. */
        @Override
        public int getAsInt() {
            List<String> names = new ArrayList<>();
            if (translator == null) encoder.embed(text, (name, _, _, _, _) -> names.add(name));
            else translator.translation(text, GenerationConfig.greedy(), (name, _, _, _, _) -> names.add(name));
            return names.size();
        }
    }

    /** Defines the classes of this project anew, without the hooks if wanted. */
    private static final class EngineLoader extends URLClassLoader {
        private static final String RUN = "dev.tercet.engine.layer.Run";

        private final boolean withoutHooks;

        EngineLoader(boolean withoutHooks) {
            super(classPath(), TraceBenchmark.class.getClassLoader());
            this.withoutHooks = withoutHooks;
        }

        private static URL[] classPath() {
            return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                    .map(entry -> {
                        try {
                            return Path.of(entry).toUri().toURL();
                        } catch (MalformedURLException e) {
                            throw new IllegalArgumentException(entry, e);
                        }
                    })
                    .toArray(URL[]::new);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("dev.tercet.")) return super.loadClass(name, resolve);
            synchronized (getClassLoadingLock(name)) {
                Class<?> known = findLoadedClass(name);
                return known != null ? known : findClass(name);
            }
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            if (!withoutHooks || !name.equals(RUN)) return super.findClass(name);
            try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] bytes = withoutHooks(in.readAllBytes());
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }

        private static byte[] withoutHooks(byte[] run) {
            ClassFile file = ClassFile.of();
            return file.transformClass(file.parse(run), (type, element) -> {
                String name = element instanceof MethodModel method
                        ? method.methodName().stringValue()
                        : "";
                switch (name) {
                    case "record" -> type.transformMethod((MethodModel) element, withBody(code -> code.return_()));
                    case "traced" ->
                        type.transformMethod((MethodModel) element, withBody(code -> code.iconst_0()
                                .ireturn()));
                    default -> type.with(element);
                }
            });
        }

        private static MethodTransform withBody(Consumer<CodeBuilder> body) {
            return (method, element) -> {
                if (element instanceof CodeModel) method.withCode(body);
                else method.with(element);
            };
        }
    }
}
