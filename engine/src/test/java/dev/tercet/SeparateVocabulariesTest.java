package dev.tercet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tercet.engine.marian.MarianGolden;
import dev.tercet.loaders.JsonObject;
import dev.tercet.loaders.ModelFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Texts through a model whose source and target have vocabularies of their own, against transformers. */
class SeparateVocabulariesTest {
    /** Of scores and log-probabilities, as everywhere. */
    private static final double BAR = 1e-4;

    @TempDir
    static Path folder;

    private static JsonObject golden;
    private static Translator translator;

    @BeforeAll
    static void load() throws IOException {
        try (ModelFiles model = MarianGolden.folder("separate-vocabularies");
                ModelFiles tiny = MarianGolden.model(MarianGolden.TINY)) {
            for (String name : List.of(
                    "config.json",
                    "generation_config.json",
                    "model.safetensors",
                    "target_vocab.json",
                    "tokenizer_config.json",
                    "vocab.json")) Files.write(folder.resolve(name), model.read(name, 1 << 20));
            for (String name : List.of("source.spm", "target.spm"))
                Files.write(folder.resolve(name), tiny.read(name, 1 << 26));
            golden = JsonObject.read(model, "golden.json");
        }
        translator = Translator.load(folder.toString());
    }

    @AfterAll
    static void close() {
        translator.close();
    }

    @Test
    void readsTextsWithOneVocabularyAndWritesThemWithTheOther() {
        for (JsonObject expected : golden.objects("translations")) {
            String text = expected.string("text");
            assertArrayEquals(
                    expected.integers("source"),
                    translator.tokenizer().encode(text).ids(),
                    text);
            List<Hypothesis> found =
                    translator.translate(text, GenerationConfig.beams(4).nBest(3));
            assertEquals(
                    expected.strings("texts"),
                    found.stream().map(Hypothesis::text).toList(),
                    text);
            for (int h = 0; h < found.size(); h++) {
                assertArrayEquals(
                        expected.integerLists("ids").get(h), found.get(h).ids(), text);
                double score = ((Number) expected.list("scores").get(h)).doubleValue();
                assertEquals(score, found.get(h).score(), BAR, text);
            }
        }
    }

    @Test
    void readsGivenTranslationsWithTheVocabularyOfTheTarget() {
        JsonObject given = golden.object("given");
        TargetScore score = translator.score(given.string("source"), given.string("target"));
        assertArrayEquals(given.integers("ids"), score.ids());
        for (int i = 0; i < score.ids().length; i++) {
            double expected = ((Number) given.list("logProbabilities").get(i)).doubleValue();
            assertEquals(expected, score.logProbabilities()[i], BAR * Math.max(1, -expected), "token " + i);
        }
    }

    @Test
    void findsLanguageCodesInTheVocabularyOfTheSource() {
        assertEquals(List.of(">>deu_Latn<<", ">>fra<<"), translator.targetLanguages());
    }
}
