package dev.tercet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tercet.engine.marian.MarianGolden;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class DocumentTranslationTest {
    private static final GenerationConfig GREEDY = GenerationConfig.greedy();
    private static Translator translator;

    @BeforeAll
    static void load() {
        translator = Translator.load(MarianGolden.TINY, LoadOptions.defaults().withOffline(true));
    }

    @AfterAll
    static void close() {
        translator.close();
    }

    /** The source, put together again from the sentences and what lies between them. */
    private static String source(String document, DocumentTranslation translated) {
        StringBuilder text = new StringBuilder();
        int end = 0;
        for (TranslatedSentence sentence : translated.sentences()) {
            text.append(document, end, sentence.start()).append(sentence.source());
            end = sentence.end();
        }
        return text.append(document.substring(end)).toString();
    }

    @Test
    void keepsParagraphsBlankLinesAndListMarks() {
        String document =
                "\n  The weather is beautiful outside. Why?\r\n\r\n\r\n-----\n1. I am tired.\n2. Thank you.\n";
        DocumentTranslation translated = translator.translateDocument(document, GREEDY);
        List<String> expected = translator
                .translate(List.of("The weather is beautiful outside.", "Why?", "I am tired.", "Thank you."), GREEDY)
                .stream()
                .map(Translation::text)
                .toList();
        assertEquals(
                "\n  " + expected.get(0) + " " + expected.get(1) + "\r\n\r\n\r\n-----\n1. " + expected.get(2) + "\n2. "
                        + expected.get(3) + "\n",
                translated.text());
        assertEquals(List.of(), translated.withIssues());
        assertEquals(document, source(document, translated));
    }

    @Test
    void translatesTextWithoutSentencesToItself() {
        for (String document : List.of("", "\n\n", " --- \r\n", "?")) {
            DocumentTranslation translated = translator.translateDocument(document);
            assertEquals(document, translated.text());
            assertEquals(List.of(), translated.sentences());
        }
    }

    @Test
    void cutsALongSentenceBehindItsClausesAndSaysSo() {
        try (Translator small = Translator.load(
                MarianGolden.TINY, LoadOptions.defaults().withOffline(true).withMaxLength(16))) {
            String document = "I am tired. He bought the car that was too expensive; she wanted to go there next year,"
                    + " but they never saw the house near the river.";
            DocumentTranslation translated = small.translateDocument(document, GREEDY);
            assertEquals(
                    List.of(
                            "I am tired.",
                            "He bought the car that was too expensive;",
                            "she wanted to go there next year,",
                            "but they never saw the house near the river."),
                    translated.sentences().stream()
                            .map(TranslatedSentence::source)
                            .toList());
            assertEquals(Set.of(), translated.sentences().getFirst().issues());
            for (TranslatedSentence part : translated.withIssues())
                assertEquals(Set.of(TranslationIssue.SPLIT), part.issues());
            assertEquals(3, translated.withIssues().size());
        }
    }

    /** Random sentences of many times the limit, some without any space. */
    @Test
    void losesNothingOfSentencesThatAreTooLong() {
        String[] pieces = {
            "word ",
            "cat ",
            "the ",
            "Haus ",
            "internationalization",
            "日本語",
            "👍",
            "e\u0301",
            ", ",
            "; ",
            "? ",
            "x",
            "\n",
            "…",
            "≈",
            " ",
            "supercalifragilistic",
            "Ω"
        };
        int most = 8;
        LongSentences sentences = new LongSentences(translator.tokenizer(), "", most);
        for (long seed = 1; seed <= 200; seed++) {
            Random random = new Random(seed);
            int kinds = 1 + random.nextInt(pieces.length);
            StringBuilder built = new StringBuilder("a");
            for (int n = random.nextInt(80); n > 0; n--) built.append(pieces[random.nextInt(kinds)]);
            String text = built.append('b').toString();
            int end = 0;
            StringBuilder outside = new StringBuilder();
            for (LongSentences.Part part : sentences.parts(text, new SentenceSplitter.Span(0, text.length()))) {
                assertTrue(part.ids().length <= most, "seed " + seed);
                assertArrayEquals(
                        translator.tokenizer().encode(part.span().of(text)).ids(), part.ids(), "seed " + seed);
                outside.append(text, end, part.span().start());
                end = part.span().end();
            }
            assertEquals("", outside.append(text.substring(end)).toString().strip(), "seed " + seed);
        }
    }

    @Test
    void saysWhereNotEvenOneCharacterFits() {
        try (Translator small = Translator.load(
                MarianGolden.TINY, LoadOptions.defaults().withOffline(true).withMaxLength(2))) {
            // the space symbol and a letter that is no piece of its own: two tokens and the end
            DocumentTranslation translated = small.translateDocument("Ω", GREEDY.maxLength(3));
            assertTrue(translated.sentences().getFirst().issues().contains(TranslationIssue.TRUNCATED));
        }
    }

    @Test
    void saysWhereATranslationReachedTheLengthLimit() {
        DocumentTranslation translated =
                translator.translateDocument("Why? The cat is sleeping under the table.", GREEDY.maxNewTokens(7));
        assertEquals(
                Set.of(TranslationIssue.UNFINISHED),
                translated.withIssues().getFirst().issues());
        assertEquals(1, translated.withIssues().size());
    }

    @Test
    void saysWhereNothingCameOut() {
        GenerationConfig endAtOnce = GREEDY.forcedFirstToken(0);
        DocumentTranslation translated = translator.translateDocument("Why?\nThank you.\n", endAtOnce);
        assertEquals("\n\n", translated.text());
        for (TranslatedSentence sentence : translated.sentences())
            assertTrue(sentence.issues().contains(TranslationIssue.EMPTY));
    }

    @Test
    void saysWhereATranslationRunsInCircles() {
        int again = translator.tokenizer().encodeTarget("chat").ids()[0];
        GenerationConfig circles = GREEDY.without("forced_eos_token_id")
                .suppressTokens(everythingBut(again))
                .maxNewTokens(20);
        TranslatedSentence sentence =
                translator.translateDocument("The cat.", circles).sentences().getFirst();
        assertTrue(sentence.issues().contains(TranslationIssue.LOOP), sentence.toString());
    }

    private static int[] everythingBut(int kept) {
        int[] ids = new int[translator.tokenizer().vocabularySize() - 1];
        for (int i = 0; i < ids.length; i++) ids[i] = i < kept ? i : i + 1;
        return ids;
    }

    @Test
    void knowsALoopByItsTokens() {
        int[] none = {1, 2, 3, 4, 5, 6, 7, 8, 9, 0};
        assertFalse(RepeatedTokens.loops(none, none));
        assertTrue(RepeatedTokens.loops(none, new int[] {9, 5, 5, 5, 5, 5, 5, 5, 5, 0}));
        assertTrue(RepeatedTokens.loops(none, new int[] {9, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 0}));
        // "no, no, no!" is no loop, nor is what the source says as often
        assertFalse(RepeatedTokens.loops(none, new int[] {1, 2, 1, 2, 1, 3, 0}));
        assertFalse(RepeatedTokens.loops(new int[] {7, 7, 7, 7, 7, 7, 7, 7, 0}, new int[] {5, 5, 5, 5, 5, 5, 5, 5, 0}));
    }

    @Test
    void tellsOfTheSentencesInTheirOrder() {
        String document = "Why? Yes. ".repeat(150);
        List<TranslatedSentence> heard = new ArrayList<>();
        DocumentTranslation translated = translator.translateDocument(document, GREEDY, heard::add);
        assertEquals(300, heard.size());
        assertEquals(translated.sentences(), heard);
        int[] first = heard.getFirst().translation().hypotheses().getFirst().ids();
        assertArrayEquals(
                first, heard.get(298).translation().hypotheses().getFirst().ids());
    }

    @Test
    void saysWhereTheTimeWasOver() {
        String document = "Why?\n\nThe cat is sleeping under the table.\n";
        DocumentTranslation translated = translator.translateDocument(document, GREEDY.maxTime(Duration.ZERO));
        assertEquals("\n\n\n", translated.text());
        assertEquals(2, translated.withIssues().size());
        for (TranslatedSentence sentence : translated.sentences())
            assertEquals(Set.of(TranslationIssue.UNFINISHED), sentence.issues());
    }

    @Test
    void countsTheTimeOfTheWholeDocument() {
        String document = "Why? Yes. ".repeat(600);
        Duration time = Duration.ofMillis(200);
        // the time is over while the first batch is shown, so the last one, which comes after it, never begins
        DocumentTranslation translated = translator.translateDocument(document, GREEDY.maxTime(time), sentence -> {
            if (sentence.start() == 0) sleep(time.plusMillis(10));
        });
        Hypothesis last =
                translated.sentences().getLast().translation().hypotheses().getFirst();
        assertEquals(Finish.MAX_TIME, last.finish());
        assertEquals(0, last.ids().length);
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void endsWhenItIsCancelledBetweenSentences() {
        AtomicInteger heard = new AtomicInteger();
        assertThrows(
                CancellationException.class,
                () -> translator.translateDocument(
                        "Why? Yes. ".repeat(600),
                        GREEDY,
                        TranslationControl.none().withCancellation(() -> heard.get() > 0),
                        _ -> heard.incrementAndGet()));
        assertTrue(heard.get() > 0 && heard.get() < 1200, heard.toString());
    }

    @Test
    void tellsWhichSentenceGrows() {
        Map<Integer, String> grown = new ConcurrentHashMap<>();
        DocumentTranslation translated = translator.translateDocument(
                "Why? Yes. Thank you. ".repeat(300),
                GREEDY,
                TranslationControl.none().withListener(part -> grown.put(part.index(), part.text())),
                _ -> {});
        assertEquals(translated.sentences().size(), grown.size());
        for (int i = 0; i < grown.size(); i++)
            assertEquals(translated.sentences().get(i).text(), grown.get(i), "sentence " + i);
    }

    @Test
    void refusesNull() {
        assertEquals(
                "the document is null",
                assertThrows(IllegalArgumentException.class, () -> translator.translateDocument(null))
                        .getMessage());
    }
}
