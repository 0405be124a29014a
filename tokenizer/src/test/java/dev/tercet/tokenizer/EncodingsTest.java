package dev.tercet.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts that share arrays are the texts that each had arrays of its own. */
class EncodingsTest {
    private static List<String> texts(long seed, int count) {
        GeneratedTexts texts = new GeneratedTexts(WordPieceVariants.vocabulary(), seed);
        return IntStream.range(0, count).mapToObj(_ -> texts.next()).toList();
    }

    private static void assertText(Encoding alone, Encodings together, int text, String message) {
        int start = together.start(text);
        int end = start + together.length(text);
        assertArrayEquals(alone.ids(), Arrays.copyOfRange(together.ids(), start, end), message);
        assertArrayEquals(alone.typeIds(), Arrays.copyOfRange(together.typeIds(), start, end), message);
        assertEquals(alone.truncated(), together.truncated(text), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"minilm", "marco", "added", "bare"})
    void textsAndPairsAddedToOthersHaveTheTokensThatTheyHaveAlone(String variant) {
        Tokenizer tokenizer = WordPieceTokenizer.load(WordPieceVariants.files(variant));
        Random random = new Random(21);
        List<String> texts = texts(21, 400);
        Encodings together = new Encodings();
        for (int round = 0; round < 4; round++) {
            together.clear();
            int limit = round == 0 ? Integer.MAX_VALUE : 3 + random.nextInt(40);
            for (int i = 0; i < texts.size(); i++) {
                if (i % 2 == 0) tokenizer.encode("", texts.get(i), limit, together);
                else tokenizer.encodePair(texts.get(i), texts.get(i - 1), limit, together);
            }
            assertEquals(texts.size(), together.count());
            for (int i = 0; i < texts.size(); i++) {
                Encoding alone = i % 2 == 0
                        ? tokenizer.encode(texts.get(i), limit)
                        : tokenizer.encodePair(texts.get(i), texts.get(i - 1), limit);
                assertText(alone, together, i, "seed 21, text " + i + ", limit " + limit);
            }
        }
    }

    @Test
    void aPromptIsReadAsTheBeginningOfTheText() {
        Tokenizer tokenizer = WordPieceTokenizer.load(WordPieceVariants.files("minilm"));
        List<String> texts = texts(22, 400);
        BiFunction<String, String, Encodings> prompted = (prompt, text) -> {
            Encodings one = new Encodings();
            tokenizer.encode(prompt, text, 24, one);
            return one;
        };
        for (int i = 1; i < texts.size(); i++) {
            String prompt = texts.get(i - 1);
            String text = texts.get(i);
            assertText(tokenizer.encode(prompt + text, 24), prompted.apply(prompt, text), 0, "seed 22, text " + i);
        }
        // half a character at the end of the prompt
        assertText(tokenizer.encode("\uD83D\uDE00"), prompted.apply("\uD83D", "\uDE00"), 0, "surrogates");
    }

    @Test
    void anEncodingIsAddedAsACopy() {
        Encodings together = new Encodings();
        int[] ids = {5, 6, 7};
        together.add(new Encoding(ids, new int[] {0, 0, 1}, 4, null));
        ids[0] = 9;
        assertEquals(5, together.ids()[0]);
        assertEquals(3, together.tokens());
        assertEquals(4, together.truncated(0));
    }

    @Test
    void clearedArraysAreUsedAgain() {
        Encodings together = new Encodings();
        Encoding text = new Encoding(new int[100], new int[100], 0, null);
        together.add(text);
        int[] ids = together.ids();
        together.clear();
        assertEquals(0, together.count());
        assertEquals(0, together.tokens());
        together.add(text);
        assertSame(ids, together.ids());
    }

    @Test
    void aTextThatIsNotThereIsRefused() {
        Encodings none = new Encodings();
        assertThrows(IndexOutOfBoundsException.class, () -> none.start(0));
        assertThrows(IndexOutOfBoundsException.class, () -> none.length(0));
        assertThrows(IndexOutOfBoundsException.class, () -> none.truncated(-1));
    }
}
