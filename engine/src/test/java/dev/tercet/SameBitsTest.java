package dev.tercet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tercet.engine.kernel.ForkedJvm;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A text's vector and a pair's score do not depend on what else runs, where, when or on how many threads. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SameBitsTest {
    private static final long SEED = 7;
    private static final String MODEL = "sentence-transformers/all-MiniLM-L6-v2";

    /** About 3,000 tokens: several chunks for each of a few threads. */
    private final List<String> texts = Golden.of("minilm-embeddings").texts().subList(0, 100);

    private float[][] alone;

    @BeforeAll
    void embedOneByOneOnOneThread() {
        try (SentenceEncoder encoder = SentenceEncoder.load(MODEL, threads(1))) {
            alone = texts.stream().map(encoder::encode).toArray(float[][]::new);
        }
    }

    private static LoadOptions threads(int count) {
        return LoadOptions.defaults().withThreads(count);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void aBatchGivesTheVectorsOfSingleTexts(int threads) {
        try (SentenceEncoder encoder = SentenceEncoder.load(MODEL, threads(threads))) {
            assertSame(alone, encoder.encode(texts));
        }
    }

    @Test
    void theOrderOfTheTextsDoesNotMatter() {
        List<Integer> order =
                new ArrayList<>(IntStream.range(0, texts.size()).boxed().toList());
        Collections.shuffle(order, new Random(SEED));
        try (SentenceEncoder encoder = SentenceEncoder.load(MODEL, threads(2))) {
            float[][] vectors = encoder.encode(order.stream().map(texts::get).toList());
            for (int i = 0; i < vectors.length; i++)
                assertArrayEquals(alone[order.get(i)], vectors[i], "text " + order.get(i));
        }
    }

    @Test
    void aSingleTextDividedAmongThreadsGivesTheSameVector() {
        try (SentenceEncoder encoder = SentenceEncoder.load(MODEL, threads(4))) {
            for (int i = 80; i < texts.size(); i++) assertArrayEquals(alone[i], encoder.encode(texts.get(i)));
        }
    }

    @Test
    void manyCallersOfOneEncoderGetTheSameVectors() throws Exception {
        try (SentenceEncoder encoder = SentenceEncoder.load(MODEL, threads(2));
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<float[][]>> calls = new ArrayList<>();
            for (int caller = 0; caller < 8; caller++) {
                int from = caller * 5;
                calls.add(() -> encoder.encode(texts.subList(from, from + 40)));
            }
            List<Future<float[][]>> results = callers.invokeAll(calls);
            for (int caller = 0; caller < 8; caller++) {
                float[][] vectors = results.get(caller).get();
                for (int i = 0; i < 40; i++) assertArrayEquals(alone[caller * 5 + i], vectors[i]);
            }
        }
    }

    @Test
    void aTracedRunGivesTheSameVector() {
        try (SentenceEncoder encoder = SentenceEncoder.load(MODEL, threads(2))) {
            for (int i = 0; i < 10; i++) {
                List<String> names = new ArrayList<>();
                Embedding traced = encoder.embed(texts.get(i), (name, _, _, _, _) -> names.add(name));
                assertArrayEquals(alone[i], traced.vector());
                assertEquals(4 + 6 * 8 + 1, names.size(), names.toString());
            }
        }
    }

    @Test
    @Tag("every-width")
    void aBatchOfPairsGivesTheScoresOfSinglePairsTracedOrNot() {
        String folder = Golden.folder("small-sigmoid").toString();
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < 40; i++)
            pairs.add(new Pair("river ".repeat(i % 7), "the stone " + "and the river ".repeat(i * i % 11)));
        try (CrossEncoder one = CrossEncoder.load(folder, threads(1));
                CrossEncoder four = CrossEncoder.load(folder, threads(4))) {
            List<Score> together = four.scores(pairs);
            for (int i = 0; i < pairs.size(); i++) {
                Pair pair = pairs.get(i);
                assertEquals(one.score(pair.query(), pair.document()), together.get(i));
                assertEquals(one.score(pair.query(), pair.document(), (_, _, _, _, _) -> {}), together.get(i));
            }
        }
    }

    @Test
    void theInterpreterGivesTheBitsOfCompiledCode() throws Exception {
        String[] vectors = {"--add-modules=jdk.incubator.vector", "-Dtercet.kernels=vector"};
        ForkedJvm interpreted = ForkedJvm.run(Digest.class, vectors[0], vectors[1], "-Xint", "-Drounds=1");
        ForkedJvm compiled = ForkedJvm.run(Digest.class, vectors[0], vectors[1], "-Drounds=300");
        assertEquals(0, interpreted.exit(), interpreted.output());
        assertEquals(0, compiled.exit(), compiled.output());
        assertEquals(digest(interpreted), digest(compiled));
    }

    private static String digest(ForkedJvm jvm) {
        return jvm.output().substring(jvm.output().indexOf("digest"));
    }

    /** Embeds a few texts with a small model, as often as asked for, and prints a digest of the last vectors. */
    static final class Digest {
        public static void main(String[] args) {
            Golden golden = Golden.of("small-mean/golden");
            CRC32 digest = new CRC32();
            try (SentenceEncoder encoder =
                    SentenceEncoder.load(Golden.folder("small-mean").toString(), threads(1))) {
                for (int round = 0; round < Integer.getInteger("rounds"); round++) {
                    digest.reset();
                    for (float[] vector : encoder.encode(golden.texts()))
                        for (float component : vector)
                            for (int shift = 0; shift < 32; shift += 8)
                                digest.update(Float.floatToRawIntBits(component) >> shift);
                }
            }
            System.out.println("digest " + Long.toHexString(digest.getValue()));
        }
    }

    private static void assertSame(float[][] expected, float[][] actual) {
        assertEquals(expected.length, actual.length);
        for (int i = 0; i < expected.length; i++) assertArrayEquals(expected[i], actual[i], "text " + i);
    }
}
