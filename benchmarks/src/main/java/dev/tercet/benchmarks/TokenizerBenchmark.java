package dev.tercet.benchmarks;

import dev.tercet.loaders.ModelFiles;
import dev.tercet.loaders.ModelLocator;
import dev.tercet.tokenizer.Tokenizer;
import dev.tercet.tokenizer.TokenizerFiles;
import dev.tercet.tokenizer.Tokenizers;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Texts to ids on one thread, WordPiece and SentencePiece, on the tokenizers of the bundled models. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class TokenizerBenchmark {
    private static final String[] WORDS = {
        "the",
        "a",
        "of",
        "weather",
        "beautiful",
        "outside",
        "intelligence",
        "learning",
        "about",
        "artificial",
        "Machine",
        "computers",
        "experience",
        "without",
        "explicitly",
        "programmed",
        "don't",
        "unbelievable",
        "Zürich",
        "naïve",
        "2,048",
        "tokenization",
        "hello",
        "today",
        "I",
        "love",
        "translators",
        "state-of-the-art"
    };
    private static final String SAMPLE = "Hello, how are you today?";
    private static final int[] SAMPLE_OF_BERT = {101, 7592, 1010, 2129, 2024, 2017, 2651, 1029, 102};

    @Param({"sentence-transformers/all-MiniLM-L6-v2", "tercet/en-fr-tiny"})
    public String model;

    private ModelFiles files;
    private Tokenizer tokenizer;
    private String[] texts;

    /** Tokens are what is compared between tokenizers, texts what a user counts. */
    @AuxCounters
    @State(Scope.Thread)
    public static class Tokens {
        public long tokens;
    }

    @Setup(Level.Trial)
    public void prepare() {
        files = ModelLocator.ofThisProcess().locate(model);
        tokenizer = Tokenizers.load(new TokenizerFiles() {
            @Override
            public byte[] read(String name) {
                return files.has(name) ? files.read(name, 1 << 28) : null;
            }

            @Override
            public String describe(String name) {
                return model + "/" + name;
            }
        });
        requireKnownResult();
        SplittableRandom random = new SplittableRandom(1);
        texts = new String[1000];
        for (int t = 0; t < texts.length; t++) {
            StringBuilder text = new StringBuilder();
            for (int w = 4 + random.nextInt(20); w > 0; w--) {
                text.append(WORDS[random.nextInt(WORDS.length)]).append(w == 1 ? "." : w % 7 == 0 ? ", " : " ");
            }
            texts[t] = text.toString();
        }
    }

    private void requireKnownResult() {
        int[] ids = tokenizer.encode(SAMPLE).ids();
        boolean right = model.startsWith("sentence-transformers")
                ? java.util.Arrays.equals(ids, SAMPLE_OF_BERT)
                : tokenizer.decode(ids, true).equals(SAMPLE);
        if (!right) throw new IllegalStateException("wrong ids for " + SAMPLE + ": " + java.util.Arrays.toString(ids));
    }

    @TearDown
    public void close() {
        files.close();
    }

    @Benchmark
    public long thousandTexts(Tokens counter) {
        long tokens = 0;
        for (String text : texts) tokens += tokenizer.encode(text).size();
        counter.tokens += tokens;
        return tokens;
    }
}
