package dev.tercet.tokenizer;

import static dev.tercet.tokenizer.SpmWriter.BYTE;
import static dev.tercet.tokenizer.SpmWriter.CONTROL;
import static dev.tercet.tokenizer.SpmWriter.NORMAL;
import static dev.tercet.tokenizer.SpmWriter.UNKNOWN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Damaged and hostile {@code .spm} files: each is refused in one line that names the file and what is wrong. */
class SentencePieceFileTest {
    private static void refuses(byte[] file, String why) {
        InvalidTokenizerException e = assertThrows(
                InvalidTokenizerException.class, () -> SentencePieceModel.parse(file, "folder/source.spm"));
        assertTrue(e.getMessage().startsWith("folder/source.spm: "), e.getMessage());
        assertTrue(e.getMessage().contains(why), e.getMessage());
        assertEquals(1, e.getMessage().lines().count(), e.getMessage());
        assertTrue(e.getMessage().length() < 300, e.getMessage());
    }

    private static void refuses(SpmWriter writer, String why) {
        refuses(writer.toBytes(), why);
    }

    private static SpmWriter plain() {
        return SpmWriter.plain().normal("a", -1);
    }

    @Test
    void refusesAnEmptyFile() {
        refuses(new byte[0], "has no pieces");
    }

    @Test
    void refusesAFileCutShortAnywhere() {
        byte[] whole = SentencePieceVariants.modelBytes("bytes");
        for (int length = 0; length < whole.length; length += 7) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThrows(InvalidTokenizerException.class, () -> SentencePieceModel.parse(cut, "cut"), "at " + length);
        }
    }

    /** Whatever a changed byte does, it is either refused or leaves a model that works. */
    @Test
    void survivesAnyChangedByte() {
        SplittableRandom random = new SplittableRandom(11);
        for (String name : new String[] {"spaces", "symbols", "bytes", "tiny-source"}) {
            byte[] whole = SentencePieceVariants.modelBytes(name);
            for (int i = 0; i < (name.startsWith("tiny") ? 40 : 500); i++) {
                byte[] changed = whole.clone();
                int at = random.nextInt(changed.length);
                changed[at] = (byte) random.nextInt(256);
                try {
                    SentencePieceModel model = SentencePieceModel.parse(changed, "changed");
                    model.decodeIds(model.encodeIds("Hello, \ufb01 x\u0301y \u2603 the world\u2026 AaB"));
                } catch (InvalidTokenizerException refused) {
                    assertEquals(1, refused.getMessage().lines().count());
                }
            }
        }
    }

    @Test
    void refusesALengthBeyondTheEnd() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(plain().toBytes());
        out.writeBytes(new byte[] {10, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 7});
        refuses(out.toByteArray(), "field 1 claims 2147483647 bytes, 0 are left");
    }

    @Test
    void refusesANegativeLength() {
        byte[] file = {10, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1};
        refuses(file, "field 1 claims 18446744073709551615 bytes");
    }

    @Test
    void refusesANumberThatNeverEnds() {
        byte[] file = new byte[40];
        Arrays.fill(file, (byte) 0x80);
        refuses(file, "longer than 10 bytes");
    }

    @Test
    void refusesTextThatIsNotUtf8() {
        refuses(plain().piece(new byte[] {'b', (byte) 0xC3}, -1, NORMAL), "is not UTF-8 text");
    }

    @Test
    void refusesAWrongWireType() {
        refuses(new byte[] {0x08, 1}, "field 1 has wire type 0 where 2 is expected");
        refuses(new byte[] {0x0B}, "field 1 has wire type 3 where 2 is expected");
        refuses(new byte[] {0x7B}, "field 15 has wire type 3, which no .spm file uses");
        refuses(new byte[] {0x00}, "field number 0 is not allowed");
    }

    @Test
    void passesOverFieldsItDoesNotKnow() {
        SentencePieceModel model = SentencePieceModel.parse(
                plain().field(4, new byte[] {1, 2, 3})
                        .field(300, new byte[] {9})
                        .trainer(7777, 1)
                        .toBytes(),
                "f");
        assertEquals(1, model.encodeIds("a")[0]);
    }

    @Test
    void refusesOtherModelTypes() {
        refuses(plain().trainer(3, 2), "model_type is BPE (2), Tercet reads UNIGRAM (1)");
        refuses(plain().trainer(3, 3), "model_type is WORD (3)");
        refuses(plain().trainer(3, 4), "model_type is CHAR (4)");
        refuses(plain().trainer(3, 9), "model_type is unknown (9)");
    }

    @Test
    void refusesAPieceTypeThatDoesNotExist() {
        refuses(plain().piece("b", -1, 7), "piece type 7 is not one of 1 to 6");
    }

    @Test
    void refusesScoresThatAreNoNumbers() {
        refuses(plain().normal("b", Float.NaN), "piece 2 has score NaN");
        refuses(plain().normal("b", Float.NEGATIVE_INFINITY), "piece 2 has score -Infinity");
        refuses(plain().normal("b", -3e38f), "piece 2 has score -3.0E38");
    }

    @Test
    void refusesPiecesThatCannotBe() {
        refuses(plain().normal("", -1), "piece 2 is empty");
        refuses(plain().normal("b\0", -1), "piece 2 contains a zero character");
        refuses(plain().normal("é".repeat(4000), -1), "piece 2 has 8000 bytes");
    }

    @Test
    void refusesAPieceThatIsThereTwice() {
        refuses(plain().normal("a", -2), "pieces 1 and 2 are both 'a'");
        refuses(plain().normal("x\ny", -2).normal("x\ny", -2), "are both 'x\\u000ay'");
        refuses(plain().piece("<s>", 0, CONTROL).piece("<s>", 0, CONTROL), "pieces 2 and 3 are both '<s>'");
    }

    /** The reserved one answers to the text, the ordinary one is found in it, as in SentencePiece. */
    @Test
    void letsAReservedPieceShareItsTextWithAnOrdinaryOne() {
        for (boolean reservedFirst : new boolean[] {true, false}) {
            SpmWriter writer = plain();
            if (reservedFirst) writer.piece("<s>", 0, CONTROL);
            writer.normal("<s>", -1);
            if (!reservedFirst) writer.piece("<s>", 0, CONTROL);
            SentencePieceModel model = writer.toModel();
            assertEquals(reservedFirst ? 2 : 3, model.id("<s>"));
            assertEquals(reservedFirst ? 3 : 2, model.encodeIds("<s>")[0]);
        }
    }

    @Test
    void refusesAModelWithoutOneUnknownPiece() {
        refuses(new SpmWriter().normal("a", -1), "has no unknown piece");
        refuses(plain().piece("<u>", 0, UNKNOWN), "pieces 0 and 2 are both unknown pieces");
    }

    @Test
    void refusesAModelThatMatchesNothing() {
        refuses(SpmWriter.plain().piece("<s>", 0, CONTROL), "has no piece that text could match");
    }

    @Test
    void refusesByteFallbackWithoutAllBytes() {
        refuses(plain().trainer(35, 1), "there is no byte piece <0x00>");
        refuses(plain().piece("<0x00>", 0, BYTE), "piece 2 is a byte piece, but byte_fallback is not set");
    }

    @Test
    void refusesACharsmapThatIsTooShort() {
        refuses(plain().charsmap(new byte[] {1, 2}), "precompiled_charsmap is only 2 bytes long");
        refuses(plain().charsmap(new byte[] {0, 4, 0, 0, 1}), "claims a trie of 1024 bytes, 1 are left");
        refuses(
                plain().charsmap(new byte[] {-1, -1, -1, -1, 0, 0}),
                "precompiled_charsmap claims a trie of 4294967295 bytes, 2 are left");
    }

    @Test
    void refusesACharsmapWhoseTrieIsNotWholeBlocks() {
        byte[] blob = SpmWriter.charsmap(new int[256], "y".repeat(50) + "\0");
        blob[0] = 8;
        refuses(plain().charsmap(blob), "claims a trie of 1032 bytes, not a multiple of 1024");
    }

    @Test
    void refusesACharsmapWithoutItsLastZero() {
        refuses(plain().charsmap(SpmWriter.charsmap(new int[256], "a")), "does not end with a zero byte");
    }

    @Test
    void refusesATrieThatPointsOutOfItself() {
        int[] units = SpmWriter.trie("x", 0);
        units[256 ^ 'x'] |= 0x7FFFFC00;
        refuses(plain().charsmap(SpmWriter.charsmap(units, "y\0")), "precompiled_charsmap points from unit");
    }

    @Test
    void refusesARuleWhoseReplacementIsNotThere() {
        int[] units = SpmWriter.trie("x", 5);
        refuses(plain().charsmap(SpmWriter.charsmap(units, "y\0")), "points to byte 5 of 2 bytes of replacements");
    }

    @Test
    void refusesAValueInsideACharacter() {
        int[] units = SpmWriter.trie("x", 1);
        refuses(plain().charsmap(SpmWriter.charsmap(units, "é\0")), "points into a character, at byte 1");
    }

    @Test
    void refusesARuleThatEndsInsideACharacter() {
        int[] units = SpmWriter.trie("\u00c3", 0);
        refuses(plain().charsmap(SpmWriter.charsmap(units, "y\0")), "has a rule that ends inside a character");
    }

    @Test
    void refusesATrieThatRunsInACircle() {
        int[] units = SpmWriter.trie("x", 0);
        int node = 256 ^ 'x';
        // its own child: the base it was reached from
        units[node] = (node ^ 256) << 10 | 'x';
        refuses(plain().charsmap(SpmWriter.charsmap(units, "y\0")), "has a trie that runs in a circle at unit 376");
    }

    @Test
    void refusesATrieWhoseRootIsItsOwnChild() {
        refuses(plain().charsmap(SpmWriter.charsmap(new int[256], "y\0")), "runs in a circle at unit 0");
    }

    @Test
    void refusesATrieThatIsTooDeep() {
        int[] units = chain(1030, "x");
        refuses(plain().charsmap(SpmWriter.charsmap(units, "y\0")), "has a rule for more than 1024 bytes");
    }

    /** Thirty levels of two characters each: 2^30 rules in sixty units, each visited once. */
    @Test
    void readsATrieThatSharesItsEnds() {
        int[] units = chain(30, "xy");
        SentencePieceModel model =
                plain().charsmap(SpmWriter.charsmap(units, "y\0")).toModel();
        assertEquals("xyx", model.normalize("xyx"));
    }

    /** Levels of the given characters, each leading to the next; the last leads nowhere. */
    private static int[] chain(int levels, String characters) {
        int[] units = new int[256 * (levels + 2)];
        for (int i = 0; i < units.length; i++) units[i] = i & 0xFF ^ 0xFF;
        units[0] = 256 << 10;
        for (int level = 1; level <= levels; level++)
            for (char c : characters.toCharArray()) {
                int node = 256 * level ^ c;
                units[node] = offset(node ^ 256 * (level + 1)) | c;
            }
        return units;
    }

    /** The larger form of an offset counts in units of 256. */
    private static int offset(int value) {
        return value < 1 << 21 && (value & 0xFF) != 0 ? value << 10 : value >> 8 << 10 | 1 << 9;
    }

    @Test
    void refusesAHugeReplacement() {
        byte[] blob = SpmWriter.charsmap(SpmWriter.trie("x", 0), "y".repeat(257) + "\0");
        refuses(plain().charsmap(blob), "has a replacement of more than 256 characters");
    }

    @Test
    void refusesReplacementsThatAreNotUtf8() {
        byte[] blob = SpmWriter.charsmap(SpmWriter.trie("x", 0), "yy\0");
        blob[blob.length - 2] = (byte) 0x80;
        refuses(plain().charsmap(blob), "has replacements that are not UTF-8 text");
    }
}
