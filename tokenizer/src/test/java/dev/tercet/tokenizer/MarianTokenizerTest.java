package dev.tercet.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Marian's rules one by one; {@link SentencePieceParityTest} holds all of them to transformers. */
class MarianTokenizerTest {
    private static final int END = 0;
    private static final int UNKNOWN = 1;

    private static final MarianTokenizer TINY = SentencePieceVariants.tokenizer("tiny");
    private static final MarianTokenizer OPUS = SentencePieceVariants.tokenizer("opus");

    private static List<String> tokens(MarianTokenizer tokenizer, Encoding encoding) {
        return Arrays.stream(encoding.ids()).mapToObj(tokenizer::token).toList();
    }

    private static List<String> tokens(String text) {
        return tokens(OPUS, OPUS.encode(text));
    }

    /** opus-mt-en-fr with a vocabulary that has language codes. */
    private static MarianTokenizer multilingual() {
        String vocabulary = new String(SentencePieceVariants.files("opus").read("vocab.json"), StandardCharsets.UTF_8)
                .replaceFirst("\\{", "{\">>fra<<\": 59514, \">>ell<<\": 59515,");
        return MarianTokenizer.load(with("vocab.json", vocabulary));
    }

    private static TokenizerFiles with(String file, String content) {
        Map<String, byte[]> changes = new HashMap<>();
        changes.put(file, content == null ? null : content.getBytes(StandardCharsets.UTF_8));
        return SentencePieceVariants.files(SentencePieceVariants.OPUS, changes);
    }

    // ---- encoding

    @Test
    void numbersPiecesByTheVocabularyAndEndsTheSequence() {
        assertArrayEquals(
                new int[] {10537, 2, 541, 52, 55, 1394, 54, END},
                OPUS.encode("Hello, how are you today?").ids());
        assertEquals(
                List.of("\u2581Hello", ",", "\u2581how", "\u2581are", "\u2581you", "\u2581today", "?", "</s>"),
                tokens("Hello, how are you today?"));
    }

    @Test
    void anEmptyTextIsTheEndAlone() {
        assertArrayEquals(new int[] {END}, OPUS.encode("").ids());
        assertArrayEquals(new int[] {END}, OPUS.encode(" \n ").ids());
    }

    @Test
    void splitsSpecialTokensOutOfTheText() {
        assertEquals(
                List.of("\u2581a", "</s>", "\u2581b", "<unk>", "<pad>", "</s>"),
                tokens(OPUS, OPUS.encode("a</s>b<unk><pad>")));
    }

    @Test
    void takesALanguageCodeAtTheStart() {
        MarianTokenizer tokenizer = multilingual();
        assertEquals(List.of(">>fra<<", "\u2581Hello", "</s>"), tokens(tokenizer, tokenizer.encode(">>fra<< Hello")));
        assertEquals(List.of(">>ell<<", "</s>"), tokens(tokenizer, tokenizer.encode(">>ell<<")));
    }

    @Test
    void takesALanguageCodeBehindASpecialToken() {
        MarianTokenizer tokenizer = multilingual();
        assertEquals(
                List.of("</s>", ">>fra<<", "\u2581Hello", "</s>"),
                tokens(tokenizer, tokenizer.encode("</s>>>fra<<Hello")));
    }

    @Test
    void anUnknownLanguageCodeIsUnknown() {
        assertEquals(UNKNOWN, OPUS.encode(">>xyz<< Hello").ids()[0]);
        assertEquals(UNKNOWN, OPUS.encode(">> all of this << Hello").ids()[0]);
    }

    @Test
    void aSpaceInFrontMakesALanguageCodePlainText() {
        MarianTokenizer tokenizer = multilingual();
        assertTrue(tokenizer.encode(" >>fra<< Hello").ids()[0] != 59514);
    }

    @Test
    void listsTheLanguageCodes() {
        assertEquals(List.of(">>ell<<", ">>fra<<"), multilingual().languageCodes());
        assertEquals(List.of(), OPUS.languageCodes());
    }

    @Test
    void whatNoPieceCoversIsLookedUpInTheVocabularyAsItStands() {
        // the English model lacks the character, the shared vocabulary has it from the French one
        assertEquals(0, TINY.sourceModel().encodeIds("\u0153")[1]);
        assertEquals(TINY.id("\u0153"), TINY.encode("\u0153").ids()[1]);
        assertEquals(UNKNOWN, TINY.encode("\u2603").ids()[1]);
    }

    @Test
    void encodesTheTargetLanguageWithItsOwnModel() {
        String text = "Bonjour, comment allez-vous ?";
        assertTrue(OPUS.encodeTarget(text).size() < OPUS.encode(text).size());
        assertEquals(
                text.replace(" ?", "?"), OPUS.decode(OPUS.encodeTarget(text).ids(), true));
    }

    @Test
    void truncationKeepsTheEnd() {
        int[] whole = OPUS.encode("Hello, how are you today?").ids();
        Encoding cut = OPUS.encode("Hello, how are you today?", 4);
        assertArrayEquals(new int[] {whole[0], whole[1], whole[2], END}, cut.ids());
        assertEquals(4, cut.truncated());
        assertEquals(4, cut.spans().starts().length);
        assertArrayEquals(new int[] {END}, OPUS.encode("Hello", 1).ids());
    }

    @Test
    void truncatesOnTheLeftWhereTheConfigurationSaysSo() {
        MarianTokenizer left = SentencePieceVariants.tokenizer("left");
        int[] whole = left.encode("Tom is here.").ids();
        Encoding cut = left.encode("Tom is here.", 3);
        assertArrayEquals(Arrays.copyOfRange(whole, whole.length - 3, whole.length), cut.ids());
        assertEquals(whole.length - 3, cut.truncated());
        assertEquals(12, cut.spans().ends()[1]);
    }

    @Test
    void refusesALimitWithoutRoomForTheEnd() {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> OPUS.encode("Hello", 0));
        assertEquals("maxLength 0 leaves no room for </s>", e.getMessage());
    }

    @Test
    void hasNoPairFormat() {
        assertThrows(IllegalArgumentException.class, () -> OPUS.encodePair("a", "b", 10));
    }

    @Test
    void spansAreThoseOfTheWholeText() {
        String text = "a</s> \ud83d\ude00 b";
        Encoding.Spans spans = OPUS.encode(text).spans();
        int count = OPUS.encode(text).size();
        assertArrayEquals(new int[] {0, 1}, Arrays.copyOf(spans.starts(), 2));
        assertArrayEquals(new int[] {1, 5}, Arrays.copyOf(spans.ends(), 2));
        assertEquals(10, spans.ends()[count - 2]);
        assertEquals(9, spans.codePointEnds()[count - 2]);
        assertTrue(spans.added(count - 1));
    }

    @Test
    void readsLoneSurrogatesAsReplacementCharacters() {
        assertArrayEquals(OPUS.encode("a\ufffdb").ids(), OPUS.encode("a\ud800b").ids());
        assertArrayEquals(
                TINY.encode(">>\ufffd<< \ufffd").ids(),
                TINY.encode(">>\udfff<< \udfff").ids());
    }

    // ---- decoding

    @Test
    void leavesSpecialTokensOutWhereAsked() {
        int[] ids = {59513, 10537, 2, UNKNOWN, 541, END};
        assertEquals("Hello, how", OPUS.decode(ids, true));
        assertEquals("<pad> Hello,<unk> how</s>", OPUS.decode(ids, false));
    }

    @Test
    void cleansUpSpacesWhereTheConfigurationSaysSo() {
        int[] ids = OPUS.encodeTarget("Bonjour !").ids();
        assertEquals("Bonjour!", OPUS.decode(ids, true));
        assertEquals("Bonjour !", TINY.decode(TINY.encodeTarget("Bonjour !").ids(), true));
    }

    @Test
    void decodesThroughTheSourceModelUnlessVocabulariesAreSeparate() {
        // "▁maison" is a piece of the French model only, so the English one leaves it as it stands
        int[] ids = TINY.encodeTarget("La maison").ids();
        assertEquals("La maison", TINY.decode(ids, true));
        assertEquals("La maison", TINY.decodeTarget(ids, true));
        MarianTokenizer separate = SentencePieceVariants.tokenizer("separate");
        int[] rotated = separate.encodeTarget("La maison").ids();
        assertEquals((ids[0] + 7) % TINY.vocabularySize(), rotated[0]);
        assertEquals("La maison", separate.decode(rotated, true));
        assertEquals(TINY.token(ids[0]), separate.targetToken(rotated[0]));
    }

    @Test
    void saysWhichIdIsNotInTheVocabulary() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> OPUS.decode(new int[] {59514}, true));
        assertEquals("id 59514 is not in the vocabulary, whose ids run from 0 to 59513", e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> OPUS.token(-1));
    }

    @Test
    void knowsTokensAndIds() {
        assertEquals(59514, OPUS.vocabularySize());
        assertEquals(512, OPUS.modelMaxLength());
        assertEquals(256, TINY.modelMaxLength());
        assertEquals(512, SentencePieceVariants.tokenizer("bare-files").modelMaxLength());
        assertEquals(Integer.MAX_VALUE, SentencePieceVariants.tokenizer("left").modelMaxLength());
        assertEquals("\u2581Hello", OPUS.token(10537));
        assertEquals(10537, OPUS.id("\u2581Hello"));
        assertEquals(-1, OPUS.id("no such token"));
    }

    @Test
    void isWhatTokenizersLoadsForItsFiles() {
        assertInstanceOf(MarianTokenizer.class, Tokenizers.load(TokenizerFiles.folder(SentencePieceVariants.TINY)));
    }

    // ---- long texts

    @Test
    void aLineOfAMegabyteTakesLinearTime() {
        for (String part : List.of("word ", "</s>", ">>x", ">>a<<", "</s>>>", "<", "\u2603")) {
            String text = part.repeat(1_000_000 / part.length());
            assertTimeout(
                    Duration.ofSeconds(30),
                    () -> {
                        Encoding encoding = OPUS.encode(text, 512);
                        encoding.spans();
                        OPUS.decode(OPUS.encode(text).ids(), true);
                    },
                    part);
        }
    }

    // ---- bad files

    private static void refuses(TokenizerFiles files, String why) {
        InvalidTokenizerException e = assertThrows(InvalidTokenizerException.class, () -> MarianTokenizer.load(files));
        assertTrue(e.getMessage().contains(why), e.getMessage());
        assertEquals(1, e.getMessage().lines().count(), e.getMessage());
    }

    @Test
    void namesTheFileThatIsMissing() {
        refuses(with("source.spm", null), "source.spm: no such file; a Marian tokenizer needs it");
        refuses(with("target.spm", null), "target.spm: no such file");
        refuses(with("vocab.json", null), "vocab.json: no such file");
        refuses(with("tokenizer_config.json", "{\"separate_vocabs\": true}"), "target_vocab.json: no such file");
    }

    @Test
    void namesTheModelThatIsDamaged() {
        refuses(with("target.spm", "not a model"), "target.spm: byte ");
    }

    @Test
    void refusesAVocabularyThatIsNoObjectOfIds() {
        refuses(with("vocab.json", "[]"), "vocab.json: not a JSON object");
        refuses(with("vocab.json", "{\"<unk>\": 1, \"</s>\""), "vocab.json line 1: not valid JSON");
        refuses(
                with("vocab.json", "{\"<unk>\": \"1\"}"),
                "vocab.json line 1: \"<unk>\" with \"1\", expected an id below 2^31");
        refuses(with("vocab.json", "{\"<unk>\": -1}"), "vocab.json: \"<unk>\" is -1, expected an id from 0 on");
        refuses(
                with("vocab.json", "{\"<unk>\": 2000000000}"),
                "vocab.json: \"<unk>\" is 2000000000, expected an id from 0 on, not far above the 1 tokens");
        refuses(with("vocab.json", "{\"<unk>\": 1.5}"), "vocab.json line 1: \"<unk>\" with \"1.5\", expected an id");
        refuses(with("vocab.json", "{\"two\\nlines\": -1}"), "vocab.json: \"two?lines\" is -1");
    }

    @Test
    void refusesAnIdThatTwoTokensHave() {
        refuses(
                with("vocab.json", "{\"<unk>\": 1, \"</s>\": 0, \"a\": 0}"),
                "vocab.json: \"a\" is 0, expected an id of its own: \"</s>\" has it already");
    }

    @Test
    void refusesATokenThatIsThereTwice() {
        refuses(
                with("vocab.json", "{\"<unk>\": 1, \"</s>\": 0, \"<unk>\": 2}"),
                "vocab.json: \"<unk>\" is there twice");
    }

    @Test
    void refusesAVocabularyWithoutTheUnknownToken() {
        refuses(
                with("vocab.json", "{\"</s>\": 0}"),
                "vocab.json: has no unknown token \"<unk>\"; add it, or name another one as unk_token");
    }

    @Test
    void aPieceThatTheVocabularyLacksIsUnknown() {
        MarianTokenizer tokenizer =
                MarianTokenizer.load(with("vocab.json", "{\"</s>\": 0, \"<unk>\": 1, \"<pad>\": 2, \",\": 3}"));
        // the added tokens of opus-mt-en-fr's configuration have ids of their own
        assertArrayEquals(
                new int[] {UNKNOWN, 3, END}, tokenizer.encode("Hello,").ids());
        assertEquals(59514, tokenizer.vocabularySize());
    }

    @Test
    void refusesAConfigurationItCannotFollow() {
        refuses(with("tokenizer_config.json", "{\"eos_token\": null}"), "eos_token is null, but Marian needs it");
        refuses(with("tokenizer_config.json", "{\"unk_token\": 3}"), "unk_token is 3, expected a token");
        refuses(with("tokenizer_config.json", "{\"model_max_length\": 0}"), "model_max_length is 0");
        refuses(with("tokenizer_config.json", "{\"truncation_side\": \"up\"}"), "truncation_side is \"up\"");
        refuses(
                with("tokenizer_config.json", "{\"sp_model_kwargs\": {\"enable_sampling\": true}}"),
                "sp_model_kwargs is an object, expected no options");
        refuses(
                with("tokenizer_config.json", "{\"added_tokens_decoder\": {\"x\": {\"content\": \"a\"}}}"),
                "added_tokens_decoder has the name \"x\", expected an id");
        refuses(
                with("tokenizer_config.json", "{\"added_tokens_decoder\": {\"5\": {}}}"),
                "added_tokens_decoder.5.content is missing");
        refuses(
                with("tokenizer_config.json", "{\"added_tokens_decoder\": {\"2147483647\": {\"content\": \"a\"}}}"),
                "an id of a vocabulary");
    }
}
