package dev.tercet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tercet.engine.marian.MarianGolden;
import dev.tercet.loaders.ModelFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bundled model with two entries of its vocabulary renamed to language codes. */
class MultilingualTest {
    private static final int FRENCH = 12000;
    private static final GenerationConfig SHORT = GenerationConfig.greedy().maxNewTokens(4);

    @TempDir
    static Path folder;

    private static Translator translator;

    @BeforeAll
    static void load() throws IOException {
        try (ModelFiles files = MarianGolden.model(MarianGolden.TINY)) {
            for (String name : List.of(
                    "config.json",
                    "generation_config.json",
                    "model.safetensors",
                    "source.spm",
                    "target.spm",
                    "tokenizer_config.json")) Files.write(folder.resolve(name), files.read(name, 1 << 26));
            String vocabulary = new String(files.read("vocab.json", 1 << 26), StandardCharsets.UTF_8)
                    .replaceFirst("\"▁Joignez\": 12000,", "\">>fra<<\": 12000,")
                    .replaceFirst("\"compatible\": 12001,", "\">>deu_Latn<<\": 12001,");
            Files.writeString(folder.resolve("vocab.json"), vocabulary);
        }
        translator = Translator.load(folder.toString());
    }

    @AfterAll
    static void close() {
        translator.close();
    }

    @Test
    void listsItsTargetLanguages() {
        assertEquals(List.of(">>deu_Latn<<", ">>fra<<"), translator.targetLanguages());
    }

    @Test
    void readsTheCodeAsOneToken() {
        int[] ids = translator.tokenizer().encode(">>fra<< Why?").ids();
        assertEquals(FRENCH, ids[0]);
        assertEquals(ids.length, translator.translation(">>fra<< Why?", SHORT).tokens());
    }

    @Test
    void refusesALanguageThatItDoesNotHaveAndListsThoseThatItHas() {
        List<String> texts = List.of(">>fra<< Why?", ">>xyz<< Why?");
        assertEquals(
                "text 1 begins with >>xyz<<, but " + folder
                        + " has no such target language; it has >>deu_Latn<<, >>fra<<",
                assertThrows(IllegalArgumentException.class, () -> translator.translate(texts, SHORT))
                        .getMessage());
    }

    @Test
    void putsTheTargetLanguageInFrontOfEveryText() {
        List<String> texts = List.of("Why?", "Thank you.");
        List<Translation> expected = translator.translate(
                texts.stream().map(text -> ">>fra<< " + text).toList(), SHORT);
        for (String language : List.of("fra", ">>fra<<")) {
            List<Translation> found = translator.translate(texts, SHORT.targetLanguage(language));
            for (int i = 0; i < 2; i++) {
                assertArrayEquals(
                        expected.get(i).hypotheses().getFirst().ids(),
                        found.get(i).hypotheses().getFirst().ids());
                assertEquals(expected.get(i).tokens(), found.get(i).tokens());
            }
        }
    }

    @Test
    void refusesATargetLanguageThatItDoesNotHaveAndListsThoseThatItHas() {
        assertEquals(
                "target language xyz: " + folder + " has no such target language; it has >>deu_Latn<<, >>fra<<",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> translator.translation("Why?", SHORT.targetLanguage("xyz")))
                        .getMessage());
    }

    @Test
    void refusesTwoTargetLanguagesOfOneText() {
        GenerationConfig german = SHORT.targetLanguage("deu_Latn");
        String expected =
                " begins with >>fra<<, but the target language is given as >>deu_Latn<<; leave one of the two" + " out";
        assertEquals(
                "text 0" + expected,
                assertThrows(IllegalArgumentException.class, () -> translator.translation(">>fra<< Why?", german))
                        .getMessage());
        assertEquals(
                "the document" + expected,
                assertThrows(IllegalArgumentException.class, () -> translator.translateDocument(">>fra<< Why?", german))
                        .getMessage());
    }

    @Test
    void translatesADocumentIntoTheTargetLanguage() {
        DocumentTranslation coded = translator.translateDocument(">>fra<< Why?\n\nThank you.\n", SHORT);
        DocumentTranslation given = translator.translateDocument("Why?\n\nThank you.\n", SHORT.targetLanguage("fra"));
        assertEquals(coded.text(), given.text());
        assertEquals(0, given.sentences().getFirst().start());
    }

    @Test
    void takesTextThatOnlyLooksLikeACode() {
        assertEquals(
                2,
                translator.translate(List.of(">> he wrote << no", ">>"), SHORT).size());
    }

    @Test
    void givesTheCodeOfADocumentToEverySentence() {
        DocumentTranslation translated = translator.translateDocument(">>fra<< Why?\n\nThank you.\n", SHORT);
        List<Translation> expected = translator.translate(List.of(">>fra<< Why?", ">>fra<< Thank you."), SHORT);
        assertEquals(expected.get(0).text() + "\n\n" + expected.get(1).text() + "\n", translated.text());
        for (int s = 0; s < 2; s++)
            assertArrayEquals(
                    expected.get(s).hypotheses().getFirst().ids(),
                    translated
                            .sentences()
                            .get(s)
                            .translation()
                            .hypotheses()
                            .getFirst()
                            .ids());
        assertEquals("Why?", translated.sentences().getFirst().source());
    }
}
