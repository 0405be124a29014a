package dev.tercet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import dev.tercet.engine.kernel.ForkedJvm;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Text in, vectors or scores out: what a call leaves behind besides its results, in all threads together. Run in a JVM
 * of its own, where only these calls decide what C2 inlines: a kernel that other tests had run with other shapes may be
 * left with vectors that are objects, which {@code AllocationTest} is about.
 */
class EncodeAllocationTest {
    /** An object has a header of 12 bytes and ends at a multiple of 8, an array has 16 bytes before its elements. */
    private static final int ARRAY = 16;

    private static final int REFERENCE = 4;
    private static final int EMBEDDING = 24;
    private static final int SCORE = 32;

    /**
     * What a call may leave besides its results, whatever the texts: the lambdas that say what to do, a list around the
     * results. One more object for each of 32 texts would be 512 bytes, for each layer of each of the eight chunks that
     * the long texts make 768.
     */
    private static final int CALL = 500;

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aCallAllocatesItsResultsAndAFewObjectsHoweverManyTokensTextsAndLayers(int threads) throws Exception {
        ForkedJvm jvm = ForkedJvm.run(
                Calls.class, "--add-modules", "jdk.incubator.vector,jdk.management", "-Dthreads=" + threads, "-Xmx1g");
        assertEquals("", Calls.tooMany(jvm.output()), jvm.output());
        assertEquals(0, jvm.exit(), jvm.output());
    }

    /** The calls, each until it leaves no more than it may or has had a minute. */
    static final class Calls {
        private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        private static final long SEED = 17;
        private static final String TOO_MANY = " TOO MANY";
        private static final String[] SCRIPTS = {"Élan vital ", "한국어 텍스트 ", "😀 👩‍💻 ", "[MASK] ", "東京都 ", "unaffable "
        };

        public static void main(String[] args) {
            LoadOptions options = LoadOptions.defaults().withThreads(Integer.getInteger("threads"));
            try (SentenceEncoder encoder = SentenceEncoder.load("sentence-transformers/all-MiniLM-L6-v2", options)) {
                vectors(encoder);
            }
            try (CrossEncoder encoder = CrossEncoder.load("cross-encoder/ms-marco-MiniLM-L12-v2", options)) {
                scores(encoder);
            }
        }

        private static void vectors(SentenceEncoder encoder) {
            int vector = ARRAY + Float.BYTES * encoder.dimension();
            List<String> brief = texts(32, 4);
            List<String> lengthy = texts(32, 120);
            List<String> many = texts(256, 10);
            check("32 short texts", array(32, vector), () -> encoder.encode(brief));
            check("32 long texts", array(32, vector), () -> encoder.encode(lengthy));
            check("256 texts", array(256, vector), () -> encoder.encode(many));
            check("1 text", array(1, vector), () -> encoder.encode("Why is the sky blue?"));
            check("1 long text", array(1, vector), () -> encoder.encode(lengthy.getFirst()));
            check("embeddings", array(32, vector) + array(32, EMBEDDING), () -> encoder.embed(brief));
            Random random = new Random(SEED);
            List<List<String>> changing =
                    IntStream.range(0, 50).mapToObj(_ -> randomTexts(random)).toList();
            check(
                    "texts of other lengths at every call",
                    array(32, vector),
                    () -> encoder.encode(changing.get(random.nextInt(changing.size()))));
        }

        private static void scores(CrossEncoder encoder) {
            List<Pair> brief = pairs(texts(32, 4));
            List<Pair> lengthy = pairs(texts(32, 120));
            check("scores of 32 short pairs", array(32, SCORE), () -> encoder.scores(brief));
            check("scores of 32 long pairs", array(32, SCORE), () -> encoder.scores(lengthy));
            check("score of a pair", array(1, SCORE), () -> encoder.score("Why is the sky blue?", "Rayleigh."));
        }

        private static long array(int length, int element) {
            return (ARRAY + REFERENCE * length + 7) / 8 * 8 + (long) length * element;
        }

        private static List<String> texts(int count, int words) {
            return IntStream.range(0, count)
                    .mapToObj(i -> "text " + i + " the".repeat(words + i % 3))
                    .toList();
        }

        /** Words of several scripts, from none of them to more than the model reads. */
        private static List<String> randomTexts(Random random) {
            return IntStream.range(0, 32)
                    .mapToObj(_ -> SCRIPTS[random.nextInt(SCRIPTS.length)].repeat(random.nextInt(60)))
                    .toList();
        }

        private static List<Pair> pairs(List<String> documents) {
            return documents.stream()
                    .map(document -> new Pair("what is it", document))
                    .toList();
        }

        /** C2 takes as long as it takes, and the arrays that are used again must have grown. */
        private static void check(String what, long results, Runnable call) {
            LongSupplier bytes = () -> {
                long before = THREADS.getTotalThreadAllocatedBytes();
                call.run();
                return THREADS.getTotalThreadAllocatedBytes() - before;
            };
            long deadline = System.nanoTime() + 60_000_000_000L;
            long least = Long.MAX_VALUE;
            int calls = 0;
            while (least > results + CALL && System.nanoTime() < deadline) {
                least = Math.min(least, bytes.getAsLong());
                calls++;
            }
            System.out.printf(
                    Locale.ROOT,
                    "%s: results %,d bytes, %,d besides after %,d calls%s%n",
                    what,
                    results,
                    least - results,
                    calls,
                    least > results + CALL ? TOO_MANY : "");
        }

        static String tooMany(String output) {
            return String.join(
                    "\n", output.lines().filter(line -> line.endsWith(TOO_MANY)).toList());
        }
    }
}
