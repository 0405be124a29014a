package dev.tercet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tercet.engine.marian.MarianGolden;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Prefixes, scores, streaming and stopping, as a caller of {@link Translator} meets them. */
class TranslatorControlsTest {
    private static final String HELLO = "Hello, how are you today?";
    private static final List<String> TEXTS = List.of(
            HELLO, "Why?", "The cat is sleeping under the table.", "I don't know what to say.", "Thank you very much.");
    private static final String CANNOT_END = "</s>";

    private static Translator translator;

    @BeforeAll
    static void load() {
        translator = Translator.load(MarianGolden.TINY, LoadOptions.defaults().withOffline(true));
    }

    @AfterAll
    static void close() {
        translator.close();
    }

    private static Hypothesis best(String text, GenerationConfig generation) {
        return translator.translate(text, generation).getFirst();
    }

    // Prefix

    @Test
    void beginsATranslationWithAPrefix() {
        Hypothesis hypothesis = best(HELLO, GenerationConfig.beams(4).prefix("Bonjour"));
        assertTrue(hypothesis.text().startsWith("Bonjour"), hypothesis.text());
        assertEquals("▁Bonjour", String.join("", hypothesis.tokens().subList(0, hypothesis.prefixLength())));
        double sum = 0;
        for (int t = 0; t < hypothesis.ids().length; t++) {
            float log = hypothesis.logProbabilities()[t];
            if (t < hypothesis.prefixLength()) assertEquals(0f, log);
            sum += log;
        }
        assertEquals(sum / (hypothesis.ids().length - hypothesis.prefixLength()), hypothesis.score(), 1e-6);
    }

    @Test
    void findsTheSameWithThePrefixThatItWouldHaveChosen() {
        for (String text : TEXTS) {
            Hypothesis free = best(text, GenerationConfig.greedy());
            int[] half = Arrays.copyOf(free.ids(), free.ids().length / 2);
            Hypothesis led = best(text, GenerationConfig.greedy().prefix(half));
            assertArrayEquals(free.ids(), led.ids());
            for (int t = half.length; t < free.ids().length; t++)
                assertEquals(free.logProbabilities()[t], led.logProbabilities()[t], text);
        }
    }

    @Test
    void takesAPrefixForEachText() {
        List<String> prefixes = List.of("Bonjour,", "", "Un chat", "", "Je");
        GenerationConfig generation = GenerationConfig.beams(3);
        List<Translation> found = translator.translate(TEXTS, prefixes, generation);
        for (int i = 0; i < TEXTS.size(); i++)
            assertEquals(
                    best(TEXTS.get(i), generation.prefix(prefixes.get(i))).text(),
                    found.get(i).text());
        assertThrows(
                IllegalArgumentException.class, () -> translator.translate(TEXTS, prefixes.subList(1, 3), generation));
    }

    @Test
    void refusesAPrefixThatIsTooLongOrNamesNoToken() {
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> best(
                                HELLO, GenerationConfig.greedy().prefix(5, 6, 7).maxLength(4)))
                .getMessage();
        assertEquals(
                "max_length is 4, but the start token and the prefix are 4 tokens; allow more or shorten the prefix",
                message);
        assertThrows(
                IllegalArgumentException.class,
                () -> best(HELLO, GenerationConfig.greedy().prefix(99_999)));
    }

    // Scores and alignments

    @Test
    void scoresATranslationOfItsOwnAsItDidWhenItMadeIt() {
        GenerationConfig plain =
                GenerationConfig.greedy().without("bad_words_ids").without("renormalize_logits");
        for (String text : TEXTS) {
            Hypothesis hypothesis = best(text, plain);
            TargetScore score = translator.score(text, hypothesis.text());
            assertArrayEquals(hypothesis.ids(), score.ids(), text);
            assertArrayEquals(hypothesis.logProbabilities(), score.logProbabilities(), text);
        }
    }

    @Test
    void scoresPairsTheSameInAnyCompany() {
        List<String> targets = TEXTS.stream().map(translator::translate).toList();
        List<TargetScore> together = translator.score(TEXTS, targets);
        for (int i = 0; i < TEXTS.size(); i++) {
            TargetScore alone = translator.score(TEXTS.get(i), targets.get(i));
            assertArrayEquals(alone.logProbabilities(), together.get(i).logProbabilities());
            assertTrue(Arrays.deepEquals(
                    alone.alignment().weights(), together.get(i).alignment().weights()));
        }
    }

    @Test
    void findsARightTranslationLikelierThanAWrongOne() {
        assertTrue(translator.score("Why?", "Pourquoi ?").score()
                > translator.score("Why?", "Le chat dort sous la table.").score());
    }

    @Test
    void alignsEveryTokenOfEveryHypothesisWhereAsked() {
        GenerationConfig generation = GenerationConfig.beams(3).nBest(2);
        assertNull(best(HELLO, generation).alignment());
        for (Translation translation : translator.translate(TEXTS, generation.alignments(true))) {
            for (Hypothesis hypothesis : translation.hypotheses()) {
                Alignment alignment = hypothesis.alignment();
                assertEquals(hypothesis.tokens(), alignment.target());
                assertEquals(translation.tokens(), alignment.source().size());
                assertEquals(hypothesis.ids().length, alignment.weights().length);
                for (float[] row : alignment.weights()) {
                    double sum = 0;
                    for (float weight : row) sum += weight;
                    assertEquals(1, sum, 1e-5);
                }
            }
        }
    }

    @Test
    void refusesHeadsThatThereAreNot() {
        GenerationConfig layer = GenerationConfig.greedy().alignments(new AlignmentHeads(2));
        assertEquals(
                "alignments are wanted of layer 2, but the decoder has 2 layers",
                assertThrows(IllegalArgumentException.class, () -> best(HELLO, layer))
                        .getMessage());
        GenerationConfig head = GenerationConfig.greedy().alignments(new AlignmentHeads(-1, 8));
        assertThrows(IllegalArgumentException.class, () -> best(HELLO, head));
    }

    // Streaming

    @Test
    void tellsAListenerEveryTokenOfGreedySearch() {
        List<PartialTranslation> parts = new ArrayList<>();
        Translation whole = translator
                .translate(
                        List.of(HELLO),
                        GenerationConfig.greedy(),
                        TranslationControl.none().withListener(parts::add))
                .getFirst();
        int[] ids = whole.hypotheses().getFirst().ids();
        assertEquals(ids.length, parts.size());
        for (int p = 0; p < parts.size(); p++) {
            assertArrayEquals(Arrays.copyOf(ids, p + 1), parts.get(p).ids());
            assertTrue(whole.text().startsWith(parts.get(p).text()));
        }
        assertTrue(parts.getLast().finished());
    }

    @Test
    void tellsAListenerOnlyWhatStaysOfBeamSearch() {
        for (GenerationConfig generation : List.of(
                GenerationConfig.beams(4),
                GenerationConfig.beams(5).nBest(5),
                GenerationConfig.beams(3).prefix("Il"),
                GenerationConfig.beams(2).sample(true))) {
            List<PartialTranslation> parts = new ArrayList<>();
            List<Translation> found = translator.translate(
                    TEXTS, generation, TranslationControl.none().withListener(parts::add));
            for (int i = 0; i < TEXTS.size(); i++) {
                int known = 0;
                int finished = 0;
                for (PartialTranslation part : parts) {
                    if (part.index() != i) continue;
                    int[] ids = part.ids();
                    int[] best = found.get(i).hypotheses().getFirst().ids();
                    assertArrayEquals(Arrays.copyOf(best, ids.length), ids);
                    assertTrue(ids.length > known || part.finished());
                    known = ids.length;
                    if (part.finished()) finished++;
                }
                assertEquals(1, finished);
            }
            assertTrue(parts.size() > TEXTS.size(), "nothing was certain before the end");
        }
    }

    @Test
    void seesTheSameTranslationsWithAListenerAsWithout() {
        List<Translation> watched = translator.translate(
                TEXTS, GenerationConfig.beams(3), TranslationControl.none().withListener(_ -> {}));
        List<Translation> alone = translator.translate(TEXTS, GenerationConfig.beams(3));
        for (int i = 0; i < TEXTS.size(); i++)
            assertEquals(alone.get(i).text(), watched.get(i).text());
    }

    // Stopping

    @Test
    void endsACallWithinOneStepOfItsCancellation() {
        for (int beams : new int[] {1, 4}) {
            AtomicInteger steps = new AtomicInteger();
            AtomicInteger told = new AtomicInteger();
            TranslationControl control = TranslationControl.none()
                    .withCancellation(() -> steps.incrementAndGet() > 3)
                    .withListener(_ -> told.set(steps.get()));
            GenerationConfig generation = GenerationConfig.beams(beams);
            assertThrows(CancellationException.class, () -> translator.translate(List.of(HELLO), generation, control));
            assertEquals(4, steps.get());
            assertTrue(told.get() <= 3);
        }
    }

    @Test
    void endsACallOnAllThreadsWhenItIsCancelled() {
        List<String> many = new ArrayList<>();
        for (int i = 0; i < 300; i++) many.add("The cat number " + i + " is sleeping.");
        AtomicBoolean cancelled = new AtomicBoolean();
        TranslationControl control =
                TranslationControl.none().withCancellation(cancelled::get).withListener(_ -> cancelled.set(true));
        assertThrows(CancellationException.class, () -> translator.translate(many, GenerationConfig.greedy(), control));
        assertEquals(2, translator.translate(List.of(HELLO, "Why?")).size());
    }

    @Test
    void returnsWhatThereIsWhenTheTimeIsOver() {
        // a translation that cannot end by itself within the time
        GenerationConfig endless = GenerationConfig.greedy().minLength(250);
        Hypothesis hypothesis = best(HELLO, endless.maxTime(Duration.ofMillis(1)));
        assertEquals(Finish.MAX_TIME, hypothesis.finish());
        assertTrue(hypothesis.ids().length < 200);
    }

    @Test
    void givesTextsThatHaveNotBegunNoTokens() {
        List<PartialTranslation> parts = new ArrayList<>();
        for (int beams : new int[] {1, 3}) {
            List<Translation> found = translator.translate(
                    TEXTS,
                    GenerationConfig.beams(beams).maxTime(Duration.ZERO).alignments(true),
                    TranslationControl.none().withListener(parts::add));
            for (Translation translation : found) {
                Hypothesis hypothesis = translation.hypotheses().getFirst();
                assertEquals(Finish.MAX_TIME, hypothesis.finish());
                assertEquals("", hypothesis.text());
            }
        }
        assertEquals(2 * TEXTS.size(), parts.size());
    }

    @Test
    void endsWithTheTokenThatCompletesAStopString() {
        for (int beams : new int[] {1, 4}) {
            Hypothesis hypothesis = best(HELLO, GenerationConfig.beams(beams).stopStrings("xyz", ", comm"));
            assertEquals("Salut, comment", hypothesis.text());
            assertEquals(Finish.STOP_STRING, hypothesis.finish());
        }
    }

    @Test
    void saysWhyATranslationHasNoMoreTokens() {
        assertEquals(Finish.END, best(HELLO, GenerationConfig.greedy()).finish());
        Hypothesis cut = best(HELLO, GenerationConfig.beams(2).maxLength(5));
        assertEquals(CANNOT_END, cut.tokens().getLast());
        assertEquals(Finish.MAX_LENGTH, cut.finish());
    }

    // Sampling

    @Test
    void drawsTheSameTranslationOfATextForTheSameSeed() {
        GenerationConfig sampling = GenerationConfig.sampling(42).nBest(3).temperature(1.2);
        List<Translation> together = translator.translate(TEXTS, sampling);
        for (int i = 0; i < TEXTS.size(); i++) {
            List<Hypothesis> alone = translator.translate(TEXTS.get(i), sampling);
            assertEquals(3, alone.size());
            for (int h = 0; h < 3; h++)
                assertArrayEquals(
                        alone.get(h).ids(), together.get(i).hypotheses().get(h).ids());
        }
        assertTrue(together.stream()
                .anyMatch(translation -> translation.hypotheses().stream()
                                .map(Hypothesis::text)
                                .distinct()
                                .count()
                        > 1));
    }

    @Test
    void drawsTheLikeliestTokenWhereOnlyOneIsLeft() {
        for (String text : TEXTS)
            assertEquals(
                    best(text, GenerationConfig.greedy()).text(),
                    best(text, GenerationConfig.sampling(1).topK(1)).text());
    }
}
