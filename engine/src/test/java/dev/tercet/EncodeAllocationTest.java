package dev.tercet;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Text in, vectors out: what a call leaves behind besides its results, in all threads together. */
class EncodeAllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int TEXTS = 32;

    /**
     * The ids and type ids of each token, once as an encoding and once in a batch: 16 bytes. No number that a layer
     * computes is among it: those of one token are thousands.
     */
    private static final int TOKEN_BYTES = 16;

    /**
     * Headers of the arrays and objects around a text, and what a layer says about it: at most ten views of rows, of 32
     * bytes each, in each of 6 layers.
     */
    private static final int TEXT_BYTES = 400 + 6 * 10 * 32;

    /** Jobs for the workers, lists of chunks. */
    private static final int CALL_BYTES = 16_000;

    @ParameterizedTest
    @CsvSource({"1, 4, 150", "1, 120, 30", "2, 4, 150", "2, 120, 30"})
    void encodingAllocatesTheResultsAndTheTokens(int threads, int words, int warmUp) {
        LoadOptions options = LoadOptions.defaults().withThreads(threads);
        try (SentenceEncoder encoder = SentenceEncoder.load("sentence-transformers/all-MiniLM-L6-v2", options)) {
            List<String> texts = IntStream.range(0, TEXTS)
                    .mapToObj(i -> "text " + i + " the".repeat(words))
                    .toList();
            long tokens =
                    encoder.embed(texts).stream().mapToLong(Embedding::tokens).sum();
            for (int i = 0; i < warmUp; i++) encoder.encode(texts);
            long least = Long.MAX_VALUE;
            for (int i = 0; i < 10; i++) {
                long before = THREADS.getTotalThreadAllocatedBytes();
                encoder.encode(texts);
                least = Math.min(least, THREADS.getTotalThreadAllocatedBytes() - before);
            }
            long results = 16 + 4L * TEXTS + TEXTS * (16 + 4L * encoder.dimension());
            long bound = results + TOKEN_BYTES * tokens + TEXT_BYTES * TEXTS + CALL_BYTES;
            assertTrue(least <= bound, least + " bytes for " + tokens + " tokens, at most " + bound + " expected");
        }
    }
}
