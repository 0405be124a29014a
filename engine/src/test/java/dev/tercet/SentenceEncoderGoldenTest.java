package dev.tercet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** all-MiniLM-L6-v2 against sentence-transformers in fp32. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SentenceEncoderGoldenTest {
    /** Two fp32 implementations of the same sums; the last bit of a component of 0.1 is 7e-9. */
    private static final double BAR = 2e-6;

    private final Golden golden = Golden.of("minilm-embeddings");
    private SentenceEncoder encoder;

    @BeforeAll
    void load() {
        encoder = SentenceEncoder.load("sentence-transformers/all-MiniLM-L6-v2");
    }

    @AfterAll
    void close() {
        encoder.close();
    }

    @Test
    void embedsEveryTextAsTheReferenceDoes() {
        assertClose(golden.texts(), 0);
    }

    @Test
    @Tag("every-width")
    void embedsSomeShortTextsAsTheReferenceDoes() {
        assertClose(golden.texts().subList(0, 12), 0);
    }

    private void assertClose(List<String> texts, int from) {
        float[][] expected = golden.rows("embeddings");
        float[][] vectors = encoder.encode(texts);
        for (int i = 0; i < vectors.length; i++) {
            double distance = Golden.distance(expected[from + i], vectors[i]);
            assertTrue(distance <= BAR, "text " + (from + i) + " differs by " + distance + ": " + texts.get(i));
        }
    }

    @Test
    void countsTheTokensReadAndDropped() {
        List<Embedding> embeddings = encoder.embed(golden.texts());
        for (int i = 0; i < embeddings.size(); i++) {
            Embedding embedding = embeddings.get(i);
            assertEquals(golden.inputs().integers("tokens")[i], embedding.tokens(), "tokens of text " + i);
            assertEquals(golden.inputs().integers("truncated")[i], embedding.truncatedTokens(), "dropped of text " + i);
        }
    }

    @Test
    void readsAtMost256TokensThoughThreeFilesDisagree() {
        assertEquals(256, encoder.maxLength());
        assertEquals(384, encoder.dimension());
    }

    @Test
    void givesVectorsOfUnitLength() {
        for (float[] vector : encoder.encode(golden.texts().subList(0, 20))) {
            double squares = 0;
            for (float component : vector) squares += (double) component * component;
            // each of 384 components is rounded once, the norm a few times
            assertEquals(1, Math.sqrt(squares), 1e-6);
        }
    }
}
