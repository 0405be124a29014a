package dev.tercet.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Each rule of the reference, on the bundled models' vocabulary or one small enough to see through. */
class WordPieceTokenizerTest {
    private final Tokenizer minilm = WordPieceTokenizer.load(WordPieceVariants.files("minilm"));

    private static String tokens(Tokenizer tokenizer, Encoding encoding) {
        return Arrays.stream(encoding.ids()).mapToObj(tokenizer::token).collect(Collectors.joining(" "));
    }

    private String tokens(String text) {
        return tokens(minilm, minilm.encode(text));
    }

    private static Tokenizer small(String... words) {
        return WordPieceTokenizer.load(
                new MemoryFiles().with("vocab.txt", "[UNK]\n[CLS]\n[SEP]\n" + String.join("\n", words)));
    }

    // ---- normalization

    @Test
    void cleaningDropsControlFormatAndPrivateUseCharacters() {
        assertEquals("[CLS] hello [SEP]", tokens("he\u0000l\u200Bl\uE000\uFFFDo"));
    }

    @Test
    void everyWhiteSpaceSeparatesWordsNoBreakSpaceToo() {
        assertEquals("[CLS] a b c d e f [SEP]", tokens("a\tb\u00A0c\u3000d\u2028e\nf"));
    }

    @Test
    void unassignedCodePointsStay() {
        assertEquals("[CLS] [UNK] [SEP]", tokens("a\u0378b"));
    }

    @Test
    void ideographsAreWordsByThemselves() {
        assertEquals("[CLS] a 中 文 b [SEP]", tokens("a中文b"));
    }

    @Test
    void accentsAreDropped() {
        assertEquals("[CLS] cafe naive [SEP]", tokens("Café nai\u0308ve"));
    }

    @Test
    void hangulBecomesJamo() {
        Tokenizer korean = small("\u1112\u1161\u11AB");
        assertEquals("[CLS] \u1112\u1161\u11AB [SEP]", tokens(korean, korean.encode("\uD55C")));
    }

    @Test
    void lowerCaseIgnoresNeighboursSoThereIsNoFinalSigma() {
        Tokenizer greek = small("σασ", "σας");
        assertEquals("[CLS] σασ [SEP]", tokens(greek, greek.encode("ΣΑΣ")));
    }

    @Test
    void dottedCapitalIKeepsItsDotWhenAccentsStay() {
        Tokenizer cased = WordPieceTokenizer.load(new MemoryFiles()
                .with("vocab.txt", "[UNK]\n[CLS]\n[SEP]\ni\u0307x")
                .with("tokenizer_config.json", "{\"strip_accents\": false}"));
        assertEquals("[CLS] i\u0307x [SEP]", tokens(cased, cased.encode("\u0130x")));
        Tokenizer stripped = small("ix");
        assertEquals("[CLS] ix [SEP]", tokens(stripped, stripped.encode("\u0130x")));
    }

    @Test
    void marksThatAreNotAccentsAreSortedByClass() {
        // U+1D165 (class 216) and U+1D16D (class 226) stay, because they are not nonspacing marks
        Tokenizer musical = small("a\uD834\uDD65\uD834\uDD6D");
        assertEquals(3, musical.encode("a\uD834\uDD65\uD834\uDD6D").ids()[1]);
        assertEquals(3, musical.encode("a\uD834\uDD6D\u0301\uD834\uDD65").ids()[1]);
    }

    @Test
    void aCasedModelKeepsCaseAndAccents() {
        Tokenizer cased = WordPieceTokenizer.load(new MemoryFiles()
                .with("vocab.txt", "[UNK]\n[CLS]\n[SEP]\nÉté")
                .with("tokenizer_config.json", "{\"do_lower_case\": false}"));
        assertEquals("[CLS] Été [UNK] [SEP]", tokens(cased, cased.encode("Été ete")));
    }

    // ---- words and pieces

    @Test
    void punctuationIsAWordByItself() {
        assertEquals("[CLS] don ' t $ 5 … « a » [SEP]", tokens("Don't$5…«a»"));
    }

    @Test
    void theLongestPieceIsTakenFirst() {
        assertEquals("[CLS] una ##ffa ##ble [SEP]", tokens("unaffable"));
    }

    @Test
    void anUnmatchedRestMakesTheWholeWordUnknown() {
        Tokenizer tokenizer = small("ab", "##c");
        assertEquals("[CLS] ab ##c [UNK] ab [SEP]", tokens(tokenizer, tokenizer.encode("abc abcd ab")));
    }

    @Test
    void aWordOfMoreThanAHundredCodePointsIsUnknown() {
        Tokenizer tokenizer = small("a", "##a", "\uD801\uDC28", "##\uD801\uDC28");
        assertEquals(102, tokenizer.encode("a".repeat(100)).size());
        assertEquals(102, tokenizer.encode("\uD801\uDC28".repeat(100)).size());
        assertEquals("[CLS] [UNK] [SEP]", tokens(tokenizer, tokenizer.encode("a".repeat(101))));
        assertEquals("[CLS] [UNK] [SEP]", tokens(tokenizer, tokenizer.encode("\uD801\uDC28".repeat(101))));
    }

    @Test
    void anUnknownLongWordSpansTheWholeWord() {
        Encoding encoding = minilm.encode("x" + "a\u0301".repeat(5000) + " b");
        assertEquals("[CLS] [UNK] b [SEP]", tokens(minilm, encoding));
        assertEquals(0, encoding.spans().starts()[1]);
        assertEquals(10000, encoding.spans().ends()[1], "the last accent is dropped, so the span ends before it");
    }

    @Test
    void emptyTextHasTheSpecialTokensOnly() {
        assertEquals("[CLS] [SEP]", tokens(""));
        assertEquals("[CLS] [SEP]", tokens(" \u0301\u0000 "));
        assertEquals("[CLS] [SEP] [SEP]", tokens(minilm, minilm.encodePair("", "", 10)));
    }

    @Test
    void loneSurrogatesAreReadAsReplacementCharacters() {
        assertArrayEquals(
                minilm.encode("a\uFFFDb c").ids(), minilm.encode("a\uD800b c").ids());
        assertEquals("[CLS] ab [SEP]", tokens("a\uDC00b"));
        assertEquals("[CLS] a [SEP]", tokens("a\uD83D"));
    }

    // ---- added tokens

    @Test
    void specialTokensInsideTheTextAreFoundAsThemselves() {
        assertEquals("[CLS] a [SEP] b [MASK] . [ cl ##s ] [SEP]", tokens("a[SEP]b [MASK]. [cls]"));
    }

    @Test
    void theLongestAddedTokenWins() {
        Tokenizer added = WordPieceTokenizer.load(WordPieceVariants.files("added"));
        assertEquals("[CLS] [SEP]] x ##y [SEP] [ [SEP]", tokens(added, added.encode("[SEP]]xy[SEP][")));
    }

    @Test
    void aSingleWordTokenNeedsNoLetterBesideIt() {
        Tokenizer added = WordPieceTokenizer.load(WordPieceVariants.files("added"));
        assertEquals(13749, added.encode("ing").ids()[1]);
        assertEquals(
                1,
                Arrays.stream(added.encode("-ing-").ids())
                        .filter(id -> id == 13749)
                        .count());
        assertEquals("[CLS] going [SEP]", tokens(added, added.encode("going")));
    }

    @Test
    void aStrippingTokenTakesWhiteSpaceAlong() {
        Tokenizer added = WordPieceTokenizer.load(WordPieceVariants.files("added"));
        Encoding encoding = added.encode("x \t1\u3000 y");
        assertEquals("[CLS] x 1 y [SEP]", tokens(added, encoding));
        assertArrayEquals(new int[] {0, 0, 1, 6, 0}, encoding.spans().starts());
        assertArrayEquals(new int[] {0, 1, 6, 7, 0}, encoding.spans().ends());
    }

    @Test
    void aNormalizedTokenIsFoundInTheNormalizedText() {
        Tokenizer added = WordPieceTokenizer.load(WordPieceVariants.files("added"));
        assertEquals(added.id("Ab c"), added.encode("x áb\tC").ids()[2]);
        assertEquals("ab c", added.token(added.id("Ab c")), "shown in its normalized form, as in the reference");
    }

    // ---- formats and limits

    @Test
    void aPairHasTwoTypes() {
        Encoding pair = minilm.encodePair("what is it ?", "a test", Integer.MAX_VALUE);
        assertEquals("[CLS] what is it ? [SEP] a test [SEP]", tokens(minilm, pair));
        assertArrayEquals(new int[] {0, 0, 0, 0, 0, 0, 1, 1, 1}, pair.typeIds());
        assertArrayEquals(
                new byte[] {-1, 0, 0, 0, 0, -1, 1, 1, -1}, pair.spans().texts());
    }

    @Test
    void truncationCountsWhatItDrops() {
        Encoding encoding = minilm.encode("one two three four five", 5);
        assertEquals("[CLS] one two three [SEP]", tokens(minilm, encoding));
        assertEquals(2, encoding.truncated());
        assertEquals(0, minilm.encode("one two three", 5).truncated());
    }

    @Test
    void longestFirstTruncatesTheLongerTextFirst() {
        assertEquals(2, WordPieceTokenizer.longestFirst(2, 8, 7));
        assertEquals(5, WordPieceTokenizer.longestFirst(8, 2, 7));
    }

    @Test
    void longestFirstHalvesWhenTwoOfTheShorterDoNotFit() {
        assertEquals(3, WordPieceTokenizer.longestFirst(4, 8, 7));
        assertEquals(4, WordPieceTokenizer.longestFirst(8, 4, 7));
        assertEquals(3, WordPieceTokenizer.longestFirst(8, 8, 7));
    }

    @Test
    void longestFirstKeepsWhatFits() {
        assertEquals(4, WordPieceTokenizer.longestFirst(4, 3, 7));
        assertEquals(0, WordPieceTokenizer.longestFirst(0, 9, 7));
        assertEquals(0, WordPieceTokenizer.longestFirst(3, 9, 0));
    }

    @Test
    void aLimitBelowTheSpecialTokensIsRefused() {
        assertEquals(2, minilm.encode("a", 2).size());
        assertEquals(3, minilm.encodePair("a", "b", 3).size());
        var single = assertThrows(IllegalArgumentException.class, () -> minilm.encode("a", 1));
        assertEquals("maxLength 1 leaves no room for the 2 special tokens of the model's format", single.getMessage());
        assertThrows(IllegalArgumentException.class, () -> minilm.encodePair("a", "b", 2));
    }

    @Test
    void modelMaxLengthIsTheConfiguredOne() {
        assertEquals(256, minilm.modelMaxLength());
        assertEquals(
                512, WordPieceTokenizer.load(WordPieceVariants.files("marco")).modelMaxLength());
        assertEquals(Integer.MAX_VALUE, small("a").modelMaxLength());
        Tokenizer unlimited = WordPieceTokenizer.load(new MemoryFiles()
                .with("vocab.txt", "[UNK]\n[CLS]\n[SEP]")
                .with("tokenizer_config.json", "{\"model_max_length\": 1000000000000000019884624838656}"));
        assertEquals(Integer.MAX_VALUE, unlimited.modelMaxLength());
    }

    // ---- offsets

    @Test
    void spansAreGivenInCharsAndInCodePoints() {
        Encoding.Spans spans = minilm.encode("\uD83D\uDE00 Éa!").spans();
        assertArrayEquals(new int[] {0, 0, 3, 5, 0}, spans.starts());
        assertArrayEquals(new int[] {0, 2, 5, 6, 0}, spans.ends());
        assertArrayEquals(new int[] {0, 0, 2, 4, 0}, spans.codePointStarts());
        assertArrayEquals(new int[] {0, 1, 4, 5, 0}, spans.codePointEnds());
        assertTrue(spans.added(0) && !spans.added(1) && spans.added(4));
    }

    @Test
    void allPiecesOfOneCharacterSpanIt() {
        Encoding.Spans spans = minilm.encode("x 각각").spans();
        assertEquals(List.of(2, 4), List.of(spans.starts()[2], spans.ends()[spans.ends().length - 2]));
    }

    // ---- decoding

    @Test
    void decodingJoinsPiecesAndCleansSpaces() {
        int[] ids = minilm.encode("Unaffable, isn't it?").ids();
        assertEquals("[CLS] unaffable, isn ' t it? [SEP]", minilm.decode(ids, false));
        assertEquals("unaffable, isn ' t it?", minilm.decode(ids, true));
    }

    @Test
    void theCleanUpOfTransformersLooksAtTheWholeText() {
        Tokenizer marco = WordPieceTokenizer.load(WordPieceVariants.files("marco"));
        assertEquals("it's john's.", marco.decode(marco.encode("it's John's.").ids(), true));
    }

    @Test
    void decodingRefusesAnIdThatIsNotThere() {
        var error = assertThrows(IllegalArgumentException.class, () -> minilm.decode(new int[] {30522}, true));
        assertEquals("id 30522 is not in the vocabulary, whose ids run from 0 to 30521", error.getMessage());
    }

    @Test
    void idsAndTokensAreInverse() {
        assertEquals(30522, minilm.vocabularySize());
        for (int id = 0; id < minilm.vocabularySize(); id++) assertEquals(id, minilm.id(minilm.token(id)));
        assertEquals(-1, minilm.id("no such token"));
    }
}
