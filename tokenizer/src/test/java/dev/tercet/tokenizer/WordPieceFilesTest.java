package dev.tercet.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the files may say, and that everything else is refused with one line that names file, field and value. */
class WordPieceFilesTest {
    private static final String VOCABULARY = "\"[UNK]\": 0, \"[CLS]\": 1, \"[SEP]\": 2, \"a\": 3, \"##b\": 4";

    /** A complete tokenizer.json, in which a test replaces what it is about. */
    private static final String JSON = """
        {"version": "1.0", "truncation": {"max_length": 2}, "padding": {"strategy": "BatchLongest"},
         "added_tokens": [{"id": 2, "content": "[SEP]", "single_word": false, "lstrip": false, "rstrip": false,
                           "normalized": false, "special": true}],
         "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
                        "strip_accents": null, "lowercase": true},
         "pre_tokenizer": {"type": "BertPreTokenizer"},
         "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 2], "cls": ["[CLS]", 1]},
         "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
         "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                   "max_input_chars_per_word": 100, "vocab": {VOCABULARY}}}
        """.replace("VOCABULARY", VOCABULARY);

    private static Tokenizer load(String json) {
        return Tokenizers.load(new MemoryFiles().with("tokenizer.json", json));
    }

    private static void refuses(String expected, String json) {
        refuses(expected, new MemoryFiles().with("tokenizer.json", json));
    }

    private static void refuses(String expected, TokenizerFiles files) {
        String message = assertThrows(InvalidTokenizerException.class, () -> Tokenizers.load(files))
                .getMessage();
        assertEquals(expected, message);
        assertFalse(message.contains("\n"), message);
    }

    private static String changed(String from, String to) {
        assertTrue(JSON.contains(from), from);
        return JSON.replace(from, to);
    }

    // ---- what is read

    @Test
    void truncationAndPaddingOfTokenizerJsonAreIgnored() {
        Encoding encoding = load(JSON).encode("ab ab ab");
        assertArrayEquals(new int[] {1, 3, 4, 3, 4, 3, 4, 2}, encoding.ids());
    }

    @Test
    void bertProcessingGivesThePairFormat() {
        Encoding pair = load(JSON).encodePair("a", "a", 10);
        assertArrayEquals(new int[] {1, 3, 2, 3, 2}, pair.ids());
        assertArrayEquals(new int[] {0, 0, 0, 1, 1}, pair.typeIds());
    }

    @Test
    void aTemplateMayHaveAnySpecialTokensAndTypes() {
        String template = """
            {"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A", "type_id": 3}}],
             "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "two", "type_id": 5}},
                      {"Sequence": {"id": "B", "type_id": 1}}],
             "special_tokens": {"two": {"id": "two", "ids": [2, 1], "tokens": ["[SEP]", "[CLS]"]}}}\
            """;
        Tokenizer tokenizer =
                load(JSON.replaceFirst("(?s)\"post_processor\": \\{.*?\\}", "\"post_processor\": " + template));
        assertArrayEquals(new int[] {3}, tokenizer.encode("a").typeIds());
        assertArrayEquals(
                new int[] {3, 2, 1, 3}, tokenizer.encodePair("a", "a", 9).ids());
        assertArrayEquals(
                new int[] {0, 5, 5, 1}, tokenizer.encodePair("a", "a", 9).typeIds());
    }

    @Test
    void sectionsThatAreNullAreLeftOut() {
        Tokenizer tokenizer = load(JSON.replaceFirst("(?s)\"normalizer\": \\{.*?\\}", "\"normalizer\": null")
                .replaceFirst("(?s)\"post_processor\": \\{.*?\\}", "\"post_processor\": null")
                .replaceFirst("(?s)\"decoder\": \\{.*?\\}", "\"decoder\": null"));
        assertArrayEquals(new int[] {3, 4, 0}, tokenizer.encode("ab Ab").ids());
        assertEquals("a ##b", tokenizer.decode(new int[] {3, 4}, false));
    }

    @Test
    void vocabTxtTakesItsOptionsFromTokenizerConfig() {
        Tokenizer tokenizer = Tokenizers.load(new MemoryFiles()
                .with("vocab.txt", "[UNK]\r\n<s>\n</s>\nÀ  \n##b\n中a")
                .with("tokenizer_config.json", """
                    {"do_lower_case": false, "tokenize_chinese_chars": false, "cls_token": "<s>",
                     "sep_token": {"content": "</s>", "lstrip": true, "normalized": false},
                     "additional_special_tokens": ["<new>"], "clean_up_tokenization_spaces": true}\
                    """));
        assertArrayEquals(new int[] {1, 3, 4, 2, 5, 6, 2}, ids(tokenizer, "Àb </s>中a<new>"));
        assertEquals("Àb 中a", tokenizer.decode(new int[] {1, 3, 4, 2, 5, 6, 2}, true));
    }

    private static int[] ids(Tokenizer tokenizer, String text) {
        Encoding encoding = tokenizer.encode(text);
        // [PAD] and [MASK] are not in the vocabulary, so they come before <new>
        return java.util.Arrays.stream(encoding.ids())
                .map(id -> id == tokenizer.id("<new>") ? 6 : id)
                .toArray();
    }

    @Test
    void tokenizerJsonIsPreferredToVocabTxt() {
        Tokenizer tokenizer =
                Tokenizers.load(new MemoryFiles().with("tokenizer.json", JSON).with("vocab.txt", "nothing of use"));
        assertEquals(5, tokenizer.vocabularySize());
    }

    // ---- what is refused

    @Test
    void noFilesAtAll() {
        refuses(
                "no tokenizer that Tercet reads: there is no model/tokenizer.json or vocab.txt (WordPiece) and no"
                        + " source.spm (Marian)",
                new MemoryFiles());
        refuses(
                "no tokenizer that Tercet reads: there is no model/tokenizer.json or vocab.txt (WordPiece) and no"
                        + " source.spm (Marian); tokenizer_config.json asks for \"T5Tokenizer\"",
                new MemoryFiles().with("tokenizer_config.json", "{\"tokenizer_class\": \"T5Tokenizer\"}"));
    }

    @Test
    void aFolderInPlaceOfAFile(@TempDir Path folder) throws IOException {
        Files.createDirectory(folder.resolve("tokenizer.json"));
        refuses(folder.resolve("tokenizer.json") + ": is a folder, expected a file", TokenizerFiles.folder(folder));
    }

    @Test
    void everyTruncationOfTheFileIsRefused() {
        for (int length = 0; length < JSON.stripTrailing().length(); length++) {
            String cut = JSON.substring(0, length);
            String message = assertThrows(InvalidTokenizerException.class, () -> load(cut), cut)
                    .getMessage();
            assertTrue(message.startsWith("model/tokenizer.json") && !message.contains("\n"), message);
        }
    }

    @Test
    void randomDamageIsRefusedOrHarmlessButNeverAnotherError() {
        Random random = new Random(7);
        for (int i = 0; i < 2000; i++) {
            byte[] damaged = JSON.getBytes(java.nio.charset.StandardCharsets.UTF_8);
            for (int n = 1 + random.nextInt(3); n > 0; n--)
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            try {
                Tokenizers.load(new MemoryFiles().with("tokenizer.json", damaged))
                        .encodePair("a ab", "b", 9);
            } catch (InvalidTokenizerException e) {
                assertTrue(e.getMessage().startsWith("model/tokenizer.json"), e.getMessage());
                assertFalse(e.getMessage().contains("\n"), e.getMessage());
            } catch (RuntimeException e) {
                throw new AssertionError("seed 7, damage " + i, e);
            }
        }
    }

    @Test
    void notUtf8() {
        refuses(
                "model/tokenizer.json: not valid UTF-8 at byte 2",
                new MemoryFiles().with("tokenizer.json", new byte[] {'{', '"', (byte) 0xFF, '"'}));
        refuses(
                "model/vocab.txt: not valid UTF-8 at byte 1",
                new MemoryFiles().with("vocab.txt", new byte[] {'a', (byte) 0xC3, '\n'}));
    }

    @Test
    void nestingWithoutEnd() {
        String message = assertThrows(InvalidTokenizerException.class, () -> load("{\"a\":" + "[".repeat(1_000_000)))
                .getMessage();
        assertTrue(message.contains("not valid JSON") && message.length() < 300, message);
    }

    @Test
    void contentAfterTheEnd() {
        refuses("model/tokenizer.json line 1: more content after the end of the JSON object", "{} {}");
    }

    @Test
    void anArrayInPlaceOfTheObject() {
        refuses(
                "model/tokenizer.json: not a JSON object; expected the file as the tokenizers library or transformers"
                        + " saved it",
                "[1]");
    }

    @Test
    void aNameThatIsThereTwice() {
        refuses("model/tokenizer.json line 1: decoder is there twice", "{\"decoder\": 1, \"decoder\": 2}");
    }

    @Test
    void anotherModel() {
        refuses(
                "model/tokenizer.json: model.type is \"Unigram\", expected \"WordPiece\", the only model of a"
                        + " tokenizer.json that Tercet reads",
                changed("{\"type\": \"WordPiece\", \"unk_token\"", "{\"type\": \"Unigram\", \"unk_token\""));
    }

    @Test
    void anotherNormalizer() {
        refuses(
                "model/tokenizer.json: normalizer is \"NFKC\", expected \"BertNormalizer\" or null, the only ones"
                        + " Tercet reads",
                changed("BertNormalizer", "NFKC"));
    }

    @Test
    void anotherPreTokenizer() {
        refuses(
                "model/tokenizer.json: pre_tokenizer is \"Whitespace\", expected \"BertPreTokenizer\", the only one"
                        + " Tercet reads",
                changed("BertPreTokenizer", "Whitespace"));
    }

    @Test
    void anotherPostProcessor() {
        refuses(
                "model/tokenizer.json: post_processor is \"RobertaProcessing\", expected \"TemplateProcessing\","
                        + " \"BertProcessing\" or null, the only ones Tercet reads",
                changed("BertProcessing", "RobertaProcessing"));
    }

    @Test
    void anotherDecoder() {
        refuses(
                "model/tokenizer.json: decoder is \"ByteLevel\", expected \"WordPiece\" or null, the only ones"
                        + " Tercet reads",
                changed("{\"type\": \"WordPiece\", \"prefix\"", "{\"type\": \"ByteLevel\", \"prefix\""));
    }

    @Test
    void anOptionOfTheWrongType() {
        refuses(
                "model/tokenizer.json: normalizer.lowercase is \"yes\", expected true or false",
                changed("\"lowercase\": true", "\"lowercase\": \"yes\""));
    }

    @Test
    void anIdThatIsNoNumber() {
        refuses(
                "model/tokenizer.json line 10: model.vocab has \"a\" with \"3.5\", expected an id below 2^31",
                changed("\"a\": 3", "\"a\": 3.5"));
    }

    @Test
    void anIdBeyondTheVocabulary() {
        refuses(
                "model/tokenizer.json: token \"##b\" has id 40, but with 6 tokens ids run from 0 to 5",
                changed("\"##b\": 4", "\"##b\": 40"));
        refuses(
                "model/tokenizer.json: token \"##b\" has id -1, but with 6 tokens ids run from 0 to 5",
                changed("\"##b\": 4", "\"##b\": -1"));
        refuses(
                "model/tokenizer.json: token \"##b\" has id 5, but with 5 tokens ids run from 0 to 4",
                changed("\"##b\": 4", "\"##b\": 5"));
    }

    @Test
    void twoTokensOfOneId() {
        refuses(
                "model/tokenizer.json: token \"##b\" has id 3, which is the id of \"a\" too",
                changed("\"##b\": 4", "\"##b\": 3"));
    }

    @Test
    void aTokenOfTwoIds() {
        refuses("model/tokenizer.json: \"a\" has the ids 3 and 4; a token has one", changed("\"##b\": 4", "\"a\": 4"));
        refuses(
                "model/vocab.txt: \"a\" has the ids 3 and 5; a token has one",
                new MemoryFiles().with("vocab.txt", "[UNK]\n[CLS]\n[SEP]\na\nb\na\n"));
    }

    @Test
    void halfASurrogatePair() {
        refuses(
                "model/tokenizer.json: the token with id 4 has half a surrogate pair, which is not valid Unicode",
                changed("\"##b\": 4", "\"x\\ud83d\": 4"));
    }

    @Test
    void noUnknownToken() {
        refuses(
                "model/tokenizer.json: the vocabulary has no \"<unk>\", the token for what it does not know",
                changed("\"unk_token\": \"[UNK]\"", "\"unk_token\": \"<unk>\""));
        refuses(
                "model/vocab.txt: the vocabulary has no \"[UNK]\", the token for what it does not know",
                new MemoryFiles().with("vocab.txt", "[CLS]\n[SEP]\na\n"));
    }

    @Test
    void noSeparatorInVocabTxt() {
        refuses(
                "model/vocab.txt: no line is \"[SEP]\", the sep_token of the tokenizer",
                new MemoryFiles().with("vocab.txt", "[CLS]\n[UNK]\na\n"));
    }

    @Test
    void noVocabulary() {
        refuses(
                "model/tokenizer.json: model.vocab is missing, expected an object of tokens and ids",
                changed("\"vocab\"", "\"words\""));
        refuses("model/tokenizer.json: model is missing, expected the section of a WordPiece model", "{}");
    }

    @Test
    void anAddedTokenThatContradictsTheVocabulary() {
        refuses(
                "model/tokenizer.json: added_tokens[0].id is 1, expected 2, as in the model's vocabulary",
                changed("[{\"id\": 2", "[{\"id\": 1"));
    }

    @Test
    void anAddedTokenThatNormalizesToNothing() {
        refuses(
                "model/tokenizer.json: added token \"?\" is nothing once normalized, so it can never be found; expected"
                        + " \"normalized\": false",
                changed(
                        "\"added_tokens\": [",
                        "\"added_tokens\": [{\"id\": 5, \"content\": \"\\u0007\", \"normalized\": true},"));
    }

    @Test
    void anEmptyAddedToken() {
        refuses(
                "model/tokenizer.json: added token \"\" has 0 characters, expected 1 to 1000",
                changed("\"added_tokens\": [", "\"added_tokens\": [{\"id\": 5, \"content\": \"\"},"));
    }

    @Test
    void aFormatWithoutItsText() {
        String template = "\"post_processor\": {\"type\": \"TemplateProcessing\", \"single\": [], \"pair\": [],"
                + " \"special_tokens\": {}}";
        refuses(
                "model/tokenizer.json: post_processor.single is an array of 0, expected the sequence A once",
                JSON.replaceFirst("(?s)\"post_processor\": \\{.*?\\}", template));
    }

    @Test
    void aFormatWithATokenThatIsNotThere() {
        refuses(
                "model/tokenizer.json: post_processor.sep is an array of 2, expected a token and its id below 5",
                changed("[\"[SEP]\", 2]", "[\"[SEP]\", 5]"));
    }

    @Test
    void aMaximumLengthThatIsNone() {
        for (String value : new String[] {"0", "-5", "\"512\""})
            refuses(
                    "model/tokenizer_config.json: model_max_length is " + value
                            + ", expected a number of tokens, at least 1",
                    new MemoryFiles()
                            .with("tokenizer.json", JSON)
                            .with("tokenizer_config.json", "{\"model_max_length\": " + value + "}"));
    }

    @Test
    void aVocabularyMadeToCollide() {
        // "Aa" and "BB" have one hash under 31, and so have all words of such pairs
        StringBuilder lines = new StringBuilder("[UNK]\n[CLS]\n[SEP]\n");
        for (int i = 0; i < 1 << 14; i++) {
            for (int bit = 0; bit < 14; bit++) lines.append((i >> bit & 1) == 0 ? "Aa" : "BB");
            lines.append('\n');
        }
        refuses(
                "model/vocab.txt: the vocabulary has thousands of entries with one hash, which only happens on purpose",
                new MemoryFiles().with("vocab.txt", lines.toString()));
    }
}
