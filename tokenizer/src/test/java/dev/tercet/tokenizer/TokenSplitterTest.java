package dev.tercet.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the parts are was checked against transformers' {@code Trie.split}, quirks included. */
class TokenSplitterTest {
    private static List<String> split(String text, AddedToken... tokens) {
        return new TokenSplitter(List.of(tokens), "config")
                .split(text).stream()
                        .map(part -> text.substring(part.start(), part.end()))
                        .toList();
    }

    private static List<String> split(String text, String... tokens) {
        return split(text, Stream.of(tokens).map(AddedToken::special).toArray(AddedToken[]::new));
    }

    private static AddedToken token(String content, boolean singleWord, boolean lstrip, boolean rstrip) {
        return new AddedToken(content, singleWord, lstrip, rstrip, false, true);
    }

    @Test
    void aTextWithoutTokensIsOnePart() {
        assertEquals(List.of("a < b"), split("a < b", "</s>"));
        assertEquals(List.of(), split("", "</s>"));
    }

    @Test
    void cutsAtTokens() {
        assertEquals(List.of("a", "</s>", " b", "<pad>", "<pad>"), split("a</s> b<pad><pad>", "</s>", "<pad>"));
    }

    @Test
    void takesTheLongestToken() {
        assertEquals(List.of("extra_id_100", "0"), split("extra_id_1000", "extra_id_1", "extra_id_100"));
        assertEquals(List.of("extra_id_1", "x"), split("extra_id_1x", "extra_id_1", "extra_id_100"));
    }

    @Test
    void takesTheTokenThatBeginsFirst() {
        assertEquals(List.of("[CLS]"), split("[CLS]", "L", "[CLS]"));
        assertEquals(List.of("[C", "L", "x"), split("[CLx", "L", "[CLS]"));
    }

    @Test
    void beginsAnewInsideABrokenToken() {
        assertEquals(List.of("<un", "<unk>"), split("<un<unk>", "<unk>"));
    }

    /** A quirk of the reference: "abc" failed at "e", yet its "d" is found one further on. */
    @Test
    void skipsOneCharacterInTheLookAheadOfAFailedMatch() {
        assertEquals(List.of("abced"), split("abced", "abcd", "bc"));
        assertEquals(List.of("a", "bc", "ex"), split("abcex", "abcd", "bc"));
    }

    @Test
    void stripsWhiteSpaceBesideTokensThatAskForIt() {
        assertEquals(List.of("a", "<x>", " b"), split("a \u00a0<x> b", token("<x>", false, true, false)));
        assertEquals(List.of("a ", "<x>", "b"), split("a <x> \u3000b", token("<x>", false, false, true)));
        assertEquals(List.of("<x>", "<x>"), split(" <x> <x> ", token("<x>", false, true, true)));
    }

    @Test
    void leavesASingleWordInsideWordsAlone() {
        AddedToken the = token("the", true, false, false);
        assertEquals(List.of("in ", "the", " end"), split("in the end", the));
        assertEquals(List.of("bathe", " in"), split("bathe in", the));
        assertEquals(List.of("then"), split("then", the));
    }

    @Test
    void refusesATokenThatIsASingleWordAndStrips() {
        InvalidTokenizerException e = assertThrows(
                InvalidTokenizerException.class,
                () -> new TokenSplitter(List.of(token("<x>", true, true, false)), "tokenizer_config.json"));
        assertTrue(e.getMessage().startsWith("tokenizer_config.json: added token \"<x>\" is single_word"));
    }

    @Test
    void takesLinearTime() {
        for (String part : List.of("<", "<s", "</s>", ">><"))
            assertTimeout(Duration.ofSeconds(30), () -> split(part.repeat(300_000), "</s>", "<<<<<<<<<<<<a"));
    }
}
