package dev.tercet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Unusual and wrong inputs of the public API. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InputsTest {
    private static final String FOLDER = Golden.folder("small-mean").toString();
    private static final String CROSS_FOLDER = Golden.folder("small-sigmoid").toString();

    private SentenceEncoder encoder;
    private CrossEncoder cross;

    @BeforeAll
    void load() {
        encoder = SentenceEncoder.load(FOLDER, LoadOptions.defaults().withThreads(2));
        cross = CrossEncoder.load(CROSS_FOLDER);
    }

    @AfterAll
    void close() {
        encoder.close();
        cross.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t\n\r", "\u0000", "\u00a0\u2003"})
    void readsABlankTextAsItsTwoSpecialTokens(String text) {
        Embedding embedding = encoder.embed(text);
        assertEquals(2, embedding.tokens());
        assertEquals(0, embedding.truncatedTokens());
        assertArrayEquals(encoder.encode(""), embedding.vector());
    }

    @Test
    void truncatesAMegabyteAndCountsWhatItDrops() {
        String text = "a ".repeat(500_000);
        Embedding embedding = encoder.embed(text);
        assertEquals(64, embedding.tokens());
        assertEquals(500_000 - 62, embedding.truncatedTokens());
        assertArrayEquals(encoder.encode("a ".repeat(62)), embedding.vector());
    }

    @Test
    void readsAMegabyteWithoutASpaceAsOneUnknownWord() {
        assertEquals(3, encoder.embed("z".repeat(1 << 20)).tokens());
    }

    @Test
    void truncatesLoneSurrogatesAndAstralCharactersLikeAnyText() {
        Embedding embedding = encoder.embed("\ud800 \udc00 \ud83d\ude00 ".repeat(100));
        assertEquals(64, embedding.tokens());
    }

    @Test
    void encodesNoTextsToNoVectors() {
        assertEquals(0, encoder.encode(List.of()).length);
        assertEquals(List.of(), encoder.embed(List.of()));
        assertEquals(List.of(), cross.scores(List.of()));
        assertEquals(List.of(), cross.rank("query", List.of()));
    }

    @Test
    void namesTheTextThatIsNull() {
        var e = assertThrows(IllegalArgumentException.class, () -> encoder.encode(Arrays.asList("a", null)));
        assertEquals("text 1 is null", e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> encoder.embed((String) null, (_, _, _, _, _) -> {}));
    }

    @Test
    void namesTheHalfOfAPairThatIsNull() {
        var e = assertThrows(IllegalArgumentException.class, () -> cross.score("a", null));
        assertTrue(e.getMessage().contains("document is null"), e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> cross.classify(Arrays.asList((Pair) null)));
    }

    @Test
    void refusesANegativeNumberOfDocuments() {
        assertThrows(IllegalArgumentException.class, () -> cross.rank("query", List.of("document"), -1));
    }

    @Test
    void limitsTheLengthAsAsked() {
        try (SentenceEncoder shorter =
                SentenceEncoder.load(FOLDER, LoadOptions.defaults().withMaxLength(5))) {
            Embedding embedding = shorter.embed("a a a a a a");
            assertEquals(5, embedding.tokens());
            assertEquals(3, embedding.truncatedTokens());
            assertArrayEquals(encoder.encode("a a a"), embedding.vector());
        }
    }

    @Test
    void refusesALengthBeyondThePositionsOfTheModel() {
        LoadOptions options = LoadOptions.defaults().withMaxLength(65);
        var e = assertThrows(IllegalArgumentException.class, () -> SentenceEncoder.load(FOLDER, options));
        assertTrue(e.getMessage().contains("65") && e.getMessage().contains("64"), e.getMessage());
    }

    @Test
    void refusesOptionsThatMakeNoSense() {
        LoadOptions options = LoadOptions.defaults();
        assertThrows(IllegalArgumentException.class, () -> options.withThreads(-1));
        assertThrows(IllegalArgumentException.class, () -> options.withMaxLength(-1));
    }

    @Test
    void refusesToWorkWhenClosedAndClosesTwice() {
        SentenceEncoder closed = SentenceEncoder.load(FOLDER);
        closed.close();
        closed.close();
        var e = assertThrows(IllegalStateException.class, () -> closed.encode("text"));
        assertTrue(e.getMessage().endsWith("is closed"), e.getMessage());
    }

    @Test
    void finishesACallThatRunsWhileTheModelIsClosed() {
        SentenceEncoder closing = SentenceEncoder.load(FOLDER);
        Embedding embedding = closing.embed("the river", (_, _, _, _, _) -> closing.close());
        assertArrayEquals(encoder.encode("the river"), embedding.vector());
        assertThrows(IllegalStateException.class, () -> closing.encode("the river"));
    }
}
