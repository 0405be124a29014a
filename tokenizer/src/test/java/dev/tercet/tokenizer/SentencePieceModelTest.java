package dev.tercet.tokenizer;

import static dev.tercet.tokenizer.SpmWriter.CONTROL;
import static dev.tercet.tokenizer.SpmWriter.UNUSED;
import static dev.tercet.tokenizer.SpmWriter.USER_DEFINED;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** The rules of SentencePiece one by one; {@link SentencePieceParityTest} holds all of them to the reference. */
class SentencePieceModelTest {
    private static List<String> pieces(SentencePieceModel model, String text) {
        return List.of(model.encode(text).pieces());
    }

    private static SentencePieceModel tiny() {
        return SentencePieceVariants.model("tiny-source");
    }

    // ---- normalization

    @Test
    void putsASpaceSymbolInFront() {
        assertEquals("\u2581a", SpmWriter.usual().normal("a", -1).toModel().normalize("a"));
    }

    @Test
    void putsTheSpaceSymbolBehindWhereWhiteSpaceIsASuffix() {
        SentencePieceModel model =
                SpmWriter.usual().normal("a", -1).trainer(24, 1).toModel();
        assertEquals("a\u2581a\u2581", model.normalize("a a"));
    }

    @Test
    void collapsesSpacesAndDropsThemAtTheEnds() {
        assertEquals(
                "\u2581a\u2581b", SpmWriter.usual().normal("a", -1).toModel().normalize("  a   b  "));
    }

    @Test
    void dropsASpaceSymbolAtTheEndThatTheTextSpelled() {
        assertEquals("\u2581a", SpmWriter.usual().normal("a", -1).toModel().normalize("a\u2581\u2581 "));
    }

    @Test
    void keepsSpacesWhereTheModelDoes() {
        SentencePieceModel model =
                SpmWriter.usual().normal("a", -1).removeExtraWhitespaces(false).toModel();
        assertEquals("\u2581\u2581a\u2581\u2581\u2581", model.normalize(" a  \u2581"));
    }

    @Test
    void leavesSpacesUnescapedWhereTheModelDoes() {
        SentencePieceModel model =
                SpmWriter.usual().normal("a", -1).escapeWhitespaces(false).toModel();
        assertEquals(" a b", model.normalize("a  b "));
    }

    @Test
    void whiteSpaceAloneGivesNothing() {
        SentencePieceModel model =
                SpmWriter.usual().normal("a", -1).trainer(24, 1).toModel();
        assertEquals("", model.normalize("   "));
        assertEquals(0, model.encodeIds("   ").length);
        assertEquals(0, model.encodeIds("").length);
    }

    @Test
    void appliesTheCharsmap() {
        // TAB becomes a space, 'x' vanishes, 'y' becomes two words
        byte[] charsmap = SpmWriter.charsmap(SpmWriter.trie("\txy", 0, 2, 3), " \0\0 v w\0");
        SentencePieceModel model =
                SpmWriter.usual().normal("a", -1).charsmap(charsmap).toModel();
        assertEquals("\u2581a\u2581b", model.normalize("\t\tax\t \tb\t"));
        assertEquals("\u2581v\u2581w\u2581v\u2581wa", model.normalize("yya"));
    }

    @Test
    void takesUserDefinedSymbolsBeforeTheCharsmap() {
        byte[] charsmap = SpmWriter.charsmap(SpmWriter.trie("x", 0), "y\0");
        SentencePieceModel model = SpmWriter.usual()
                .normal("a", -1)
                .piece("ax", 0, USER_DEFINED)
                .charsmap(charsmap)
                .toModel();
        assertEquals("\u2581yaxy", model.normalize("xaxx"));
    }

    @Test
    void composesCharactersByTheLongestRule() {
        assertEquals("\u2581\u00e1b", tiny().normalize("a\u0301b"));
        assertEquals("\u2581a", tiny().normalize("a"));
    }

    @Test
    void readsALoneSurrogateAsTheReplacementCharacter() {
        SentencePieceModel model = SpmWriter.plain().normal("a", -1).toModel();
        assertEquals("a\ufffd\ufffdb", model.normalize("a\udc00\ud800b"));
        assertEquals(tiny().normalize("a\ufffd\ufffdb\ufffd"), tiny().normalize("a\udc00\ud800b\ud834"));
        assertArrayEquals(tiny().encodeIds("a\ufffd b"), tiny().encodeIds("a\ud834 b"));
    }

    // ---- segmentation

    @Test
    void findsTheSegmentationWithTheLargestSum() {
        SentencePieceModel model = SpmWriter.plain()
                .normal("a", -1)
                .normal("b", -1)
                .normal("ab", -1.5f)
                .normal("bab", -1.4f)
                .toModel();
        assertEquals(List.of("a", "bab"), pieces(model, "abab"));
    }

    @Test
    void keepsTheSegmentationFoundFirst() {
        SentencePieceModel model =
                SpmWriter.plain().normal("a", -1).normal("aa", -1.7f).toModel();
        assertEquals(List.of("a", "aa"), pieces(model, "aaa"));
    }

    @Test
    void mergesRunsOfUnknownCharacters() {
        SentencePieceModel model = SpmWriter.plain().normal("a", -1).toModel();
        SentencePieceModel.Segmentation found = model.encode("a\u2603\ud834\udd65a");
        assertArrayEquals(new String[] {"a", "\u2603\ud834\udd65", "a"}, found.pieces());
        assertArrayEquals(new int[] {1, 0, 1}, found.ids());
        assertArrayEquals(new int[] {0, 1, 4}, found.starts());
        assertArrayEquals(new int[] {1, 4, 5}, found.ends());
    }

    @Test
    void anUnknownCharacterScoresTenLessThanTheWorstPiece() {
        // unknown "a" is worth -1 - 10; with "b" it must beat the 0 of "ab"
        for (float b : new float[] {10.9f, 11.1f}) {
            SentencePieceModel model = SpmWriter.plain()
                    .normal("worst", -1)
                    .normal("ab", 0)
                    .normal("b", b)
                    .toModel();
            assertEquals(b < 11 ? List.of("ab") : List.of("a", "b"), pieces(model, "ab"));
        }
    }

    @Test
    void spellsUnknownCharactersInBytes() {
        SentencePieceModel model =
                SpmWriter.plain().byteFallback().normal("a", -1).toModel();
        SentencePieceModel.Segmentation found = model.encode("a\u00e9\ud834\udd65");
        assertArrayEquals(
                new String[] {"a", "<0xC3>", "<0xA9>", "<0xF0>", "<0x9D>", "<0x85>", "<0xA5>"}, found.pieces());
        assertArrayEquals(new int[] {0, 1, 1, 2, 2, 2, 2}, found.starts());
        assertArrayEquals(new int[] {1, 1, 2, 2, 2, 2, 4}, found.ends());
    }

    @Test
    void aUserDefinedPieceIsWorthItsLengthInBytes() {
        // (0.1 * (6 - 1)) of "éaé" minus 1 of "x", against the score of the whole
        SentencePieceModel less = SpmWriter.plain()
                .normal("x", -1)
                .piece("éaé", -9, USER_DEFINED)
                .normal("éaéx", -0.61f)
                .toModel();
        assertEquals(List.of("éaé", "x"), pieces(less, "éaéx"));
        SentencePieceModel more = SpmWriter.plain()
                .normal("x", -1)
                .piece("éaé", -9, USER_DEFINED)
                .normal("éaéx", -0.59f)
                .toModel();
        assertEquals(List.of("éaéx"), pieces(more, "éaéx"));
    }

    @Test
    void neverChoosesUnusedOrControlPieces() {
        SentencePieceModel model = SpmWriter.plain()
                .normal("a", -5)
                .piece("aa", 0, UNUSED)
                .piece("<s>", 0, CONTROL)
                .toModel();
        assertEquals(List.of("a", "a", "<s>"), pieces(model, "aa<s>"));
        assertEquals(model.unknownId(), model.encodeIds("<s>")[0]);
    }

    /** Without re-centring, sums beyond 2^24 / 10 would no longer tell -1.7 from -1.6. */
    @Test
    void tellsSegmentationsApartInLongTexts() {
        SentencePieceModel model = SpmWriter.plain()
                .normal("a", -0.9f)
                .normal("aa", -1.7f)
                .normal("b", -10_000)
                .toModel();
        String text = "b".repeat(5000) + "aab";
        int[] ids = model.encodeIds(text);
        assertEquals(List.of("aa", "b"), List.of(model.piece(ids[5000]), model.piece(ids[5001])));
    }

    @Test
    void equalsBruteForceOnShortTexts() {
        for (long seed = 0; seed < 60; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            List<String> pieces = new ArrayList<>();
            List<Float> scores = new ArrayList<>();
            SpmWriter writer = SpmWriter.plain();
            for (int i = 0; i < 12; i++) {
                String piece = text(random, 1 + random.nextInt(4));
                if (pieces.contains(piece)) continue;
                // multiples of 1/8 have exact sums, so ties are ties in any order
                float score = -random.nextInt(64) / 8f;
                pieces.add(piece);
                scores.add(score);
                writer.normal(piece, score);
            }
            SentencePieceModel model = writer.toModel();
            float unknown = scores.stream().min(Float::compare).orElseThrow() - 10;
            for (int k = 0; k < 30; k++) {
                String text = text(random, random.nextInt(9));
                float sum = 0;
                SentencePieceModel.Segmentation found = model.encode(text);
                for (int i = 0; i < found.ids().length; i++) {
                    int id = found.ids()[i];
                    sum += id == 0 ? unknown * (found.ends()[i] - found.starts()[i]) : model.score(id);
                }
                assertEquals(best(text, pieces, scores, unknown), sum, "seed " + seed + " text " + text);
            }
        }
    }

    private static String text(SplittableRandom random, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) text.append("abé".charAt(random.nextInt(3)));
        return text.toString();
    }

    /** The best sum over all ways to cut a text, each tried. */
    private static float best(String text, List<String> pieces, List<Float> scores, float unknown) {
        if (text.isEmpty()) return 0;
        float best = Float.NEGATIVE_INFINITY;
        if (!pieces.contains(text.substring(0, 1))) best = unknown + best(text.substring(1), pieces, scores, unknown);
        for (int i = 0; i < pieces.size(); i++) {
            if (!text.startsWith(pieces.get(i))) continue;
            String rest = text.substring(pieces.get(i).length());
            best = Math.max(best, scores.get(i) + best(rest, pieces, scores, unknown));
        }
        return best;
    }

    // ---- spans

    @Test
    void spansTileTheText() {
        SentencePieceTexts texts = new SentencePieceTexts(5);
        SentencePieceModel model = SentencePieceVariants.model("opus-source");
        for (int i = 0; i < 500; i++) {
            String text = texts.next();
            SentencePieceModel.Segmentation found = model.encode(text);
            int count = found.ids().length;
            for (int k = 0; k < count; k++) {
                assertTrue(found.starts()[k] <= found.ends()[k], text);
                if (k > 0) assertEquals(found.ends()[k - 1], found.starts()[k], text);
            }
            if (count > 0) assertTrue(found.ends()[count - 1] <= text.length(), text);
        }
    }

    @Test
    void spansLeaveOutWhiteSpaceAtTheEnds() {
        SentencePieceModel.Segmentation found = tiny().encode("  Hello  ");
        assertEquals(2, found.starts()[0]);
        assertEquals(7, found.ends()[found.ends().length - 1]);
    }

    @Test
    void piecesOfOneCharacterHaveEmptySpansButTheLast() {
        SentencePieceModel.Segmentation found =
                SentencePieceVariants.model("opus-source").encode("\ufdfa");
        int last = found.ids().length - 1;
        assertTrue(last > 3);
        for (int i = 0; i < last; i++) assertEquals(0, found.ends()[i]);
        assertEquals(1, found.ends()[last]);
    }

    // ---- decoding

    @Test
    void decodingGivesTheNormalizedText() {
        SentencePieceTexts texts = new SentencePieceTexts(6);
        SentencePieceModel model = SentencePieceVariants.model("opus-target");
        for (int i = 0; i < 500; i++) {
            String text = texts.next();
            String normalized = model.normalize(text).replace('\u2581', ' ');
            String expected = normalized.isEmpty() ? "" : normalized.substring(1);
            // a text that spells U+2581 at its start keeps none of them
            if (text.indexOf('\u2581') >= 0) continue;
            assertEquals(expected, model.decode(List.of(model.encode(text).pieces())), text);
        }
    }

    @Test
    void decodesTheUnknownPieceToItsSurface() {
        SentencePieceModel model = SpmWriter.usual().normal("\u2581a", -1).toModel();
        assertEquals("a \u2047 a", model.decodeIds(new int[] {1, 0, 1}).replace("  ", " "));
        assertEquals("a \u2047  a", model.decodeIds(new int[] {1, 0, 1}));
        SentencePieceModel named =
                SpmWriter.usual().normal("a", -1).unknownSurface("?").toModel();
        assertEquals("a?", named.decodeIds(new int[] {1, 0}));
    }

    @Test
    void decodesStringsThatAreNoPiecesAsTheyStand() {
        SentencePieceModel model = SpmWriter.usual().normal("\u2581a", -1).toModel();
        assertEquals("\u2581b a", model.decode(List.of("\u2581b", "\u2581a")));
    }

    @Test
    void decodesControlPiecesToNothing() {
        SentencePieceModel model = SpmWriter.usual()
                .piece("</s>", 0, CONTROL)
                .normal("\u2581a", -1)
                .toModel();
        assertEquals("a a", model.decodeIds(new int[] {1, 2, 1, 2, 1}));
    }

    @Test
    void dropsOneDummySpaceOrAllAtTheStart() {
        SentencePieceModel all =
                SpmWriter.usual().normal("\u2581", -1).normal("a", -1).toModel();
        assertEquals("a", all.decodeIds(new int[] {1, 1, 2}));
        SentencePieceModel one = SpmWriter.usual()
                .normal("\u2581", -1)
                .normal("a", -1)
                .removeExtraWhitespaces(false)
                .toModel();
        assertEquals(" a", one.decodeIds(new int[] {1, 1, 2}));
        SentencePieceModel none =
                SpmWriter.plain().normal("\u2581", -1).normal("a", -1).toModel();
        assertEquals("  a", none.decodeIds(new int[] {1, 1, 2}));
    }

    @Test
    void decodesBytesToCharactersAndEachBrokenByteToAReplacementCharacter() {
        SentencePieceModel model =
                SpmWriter.plain().byteFallback().normal("a", -1).toModel();
        assertEquals("\u00e9a", model.decode(List.of("<0xC3>", "<0xA9>", "a")));
        assertEquals("\ufffd\ufffd\ufffda", model.decode(List.of("<0xF0>", "<0x9D>", "<0x85>", "a")));
        assertEquals("\ufffd\ufffd", model.decode(List.of("<0xC0>", "<0x80>")));
        assertEquals("\ufffd\ufffd\ufffd", model.decode(List.of("<0xED>", "<0xA0>", "<0x80>")));
    }

    @Test
    void saysWhichIdIsNotInTheVocabulary() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> tiny().decodeIds(new int[] {6000}));
        assertEquals("id 6000 is not in the vocabulary, ids run from 0 to 5999", e.getMessage());
    }

    // ---- long texts, many threads

    /** The limit is generous: it tells linear from quadratic, which would take hours. */
    @Test
    void aTextOfMillionsOfCharactersTakesLinearTime() {
        SentencePieceModel model = SentencePieceVariants.model("opus-source");
        for (String part : List.of("a", "\u2603", " ", "e\u0301", "</s>", "\ud800", "\u2581", "\ufdfa")) {
            String text = part.repeat(2_000_000 / part.length());
            assertTimeout(Duration.ofSeconds(30), () -> model.encodeIds(text), part);
        }
    }

    @Test
    void manyThreadsGetTheSame() throws Exception {
        SentencePieceModel model = tiny();
        SentencePieceTexts texts = new SentencePieceTexts(7);
        List<String> list = new ArrayList<>();
        for (int i = 0; i < 300; i++) list.add(texts.next());
        List<int[]> alone = list.stream().map(model::encodeIds).toList();
        try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
            List<Callable<Boolean>> tasks = new ArrayList<>();
            for (int t = 0; t < 8; t++)
                tasks.add(() -> {
                    for (int i = 0; i < list.size(); i++)
                        if (!Arrays.equals(alone.get(i), model.encodeIds(list.get(i)))) return false;
                    return true;
                });
            for (Future<Boolean> same : pool.invokeAll(tasks)) assertTrue(same.get());
        }
    }
}
