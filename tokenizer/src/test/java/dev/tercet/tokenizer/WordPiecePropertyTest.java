package dev.tercet.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for every text, on generated ones. */
class WordPiecePropertyTest {
    private static final int TEXTS = 2000;

    private final Tokenizer tokenizer = WordPieceTokenizer.load(WordPieceVariants.files("minilm"));
    private final List<String> vocabulary = WordPieceVariants.vocabulary();

    private List<String> texts(long seed) {
        GeneratedTexts texts = new GeneratedTexts(vocabulary, seed);
        return IntStream.range(0, TEXTS).mapToObj(_ -> texts.next()).toList();
    }

    @Test
    void aTruncatedTextKeepsTheFirstTokensAndCountsTheRest() {
        Random random = new Random(11);
        for (String text : texts(11)) {
            int[] all = tokenizer.encode(text).ids();
            int limit = 2 + random.nextInt(40);
            Encoding cut = tokenizer.encode(text, limit);
            int kept = Math.min(all.length, limit) - 1;
            assertArrayEquals(Arrays.copyOf(all, kept), Arrays.copyOf(cut.ids(), kept), text);
            assertEquals(102, cut.ids()[kept], text);
            assertEquals(all.length - cut.size(), cut.truncated(), text);
        }
    }

    @Test
    void aTruncatedPairFillsTheLimitWithTheBeginningsOfBoth() {
        Random random = new Random(12);
        String first = "";
        for (String second : texts(12)) {
            int limit = 3 + random.nextInt(40);
            int[] a = tokenizer.encode(first).ids();
            int[] b = tokenizer.encode(second).ids();
            Encoding pair = tokenizer.encodePair(first, second, limit);
            assertEquals(Math.min(limit, a.length + b.length - 1), pair.size());
            assertEquals(a.length + b.length - 1 - pair.size(), pair.truncated());
            int inFirst = (int) Arrays.stream(pair.typeIds())
                            .filter(type -> type == 0)
                            .count()
                    - 1;
            assertArrayEquals(Arrays.copyOf(a, inFirst), Arrays.copyOf(pair.ids(), inFirst));
            int inSecond = pair.size() - inFirst - 2;
            assertArrayEquals(
                    Arrays.copyOfRange(b, 1, 1 + inSecond),
                    Arrays.copyOfRange(pair.ids(), inFirst + 1, inFirst + 1 + inSecond));
            first = second;
        }
    }

    @Test
    void spansLieInTheTextInOrder() {
        for (String text : texts(13)) {
            Encoding encoding = tokenizer.encode(text);
            Encoding.Spans spans = encoding.spans();
            int before = 0;
            for (int i = 1; i < encoding.size() - 1; i++) {
                assertTrue(before <= spans.starts()[i] && spans.starts()[i] < spans.ends()[i], text);
                assertTrue(spans.ends()[i] <= text.length(), text);
                assertEquals(text.codePointCount(0, spans.starts()[i]), spans.codePointStarts()[i], text);
                assertEquals(text.codePointCount(0, spans.ends()[i]), spans.codePointEnds()[i], text);
                before = spans.starts()[i];
            }
        }
    }

    @Test
    void loneSurrogatesAnywhereAreReadAsReplacementCharacters() {
        Random random = new Random(14);
        for (String text : texts(14)) {
            int at = text.offsetByCodePoints(0, random.nextInt(text.codePointCount(0, text.length()) + 1));
            String half = random.nextBoolean() ? "\uD800" : "\uDFFF";
            assertArrayEquals(
                    tokenizer
                            .encode(text.substring(0, at) + '\uFFFD' + text.substring(at))
                            .ids(),
                    tokenizer
                            .encode(text.substring(0, at) + half + text.substring(at))
                            .ids(),
                    "seed 14, text " + text);
        }
    }

    @Test
    void manyThreadsGetTheSameIds() {
        List<String> texts = texts(15);
        List<int[]> alone =
                texts.stream().map(text -> tokenizer.encode(text).ids()).toList();
        Tokenizer fresh = WordPieceTokenizer.load(WordPieceVariants.files("minilm"));
        IntStream.range(0, 4 * TEXTS)
                .parallel()
                .forEach(i -> assertArrayEquals(
                        alone.get(i % TEXTS), fresh.encode(texts.get(i % TEXTS)).ids()));
    }

    /** A megabyte of each takes some milliseconds; anything quadratic takes minutes. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "the ",
                "[",
                "[SEP]",
                "[SEP] ",
                "\u0301",
                "\uD834\uDD6D\uD834\uDD65",
                "a\u0301",
                "\u0000",
                " ",
                "!",
                "中",
                "각",
                "\uD83D\uDE00",
                "\uD800",
                "É"
            })
    void aVeryLongTextTakesTimeInProportion(String unit) {
        String text = unit.repeat(1_000_000 / unit.length());
        assertTimeout(Duration.ofSeconds(20), () -> {
            Encoding all = tokenizer.encode(text);
            Encoding cut = tokenizer.encode(text, 128);
            assertEquals(all.size() - cut.size(), cut.truncated());
            assertEquals(all.size(), all.spans().starts().length);
        });
    }

    @Test
    void decodingAndEncodingAgainGivesTheSameIdsForWordsOfTheVocabulary() {
        Random random = new Random(16);
        for (int i = 0; i < TEXTS; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(12); n > 0; n--) {
                String word = vocabulary.get(1996 + random.nextInt(20000));
                if (word.chars().allMatch(c -> c >= 'a' && c <= 'z'))
                    text.append(word).append(' ');
            }
            int[] ids = tokenizer.encode(text.toString()).ids();
            assertArrayEquals(ids, tokenizer.encode(tokenizer.decode(ids, true)).ids(), "seed 16, text " + text);
        }
    }
}
