package dev.tercet.demos;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinesTest {
    private static List<String> all(InputStream in) throws IOException {
        List<String> all = new ArrayList<>();
        Lines lines = Lines.of("input", in);
        for (String line = lines.next(); line != null; line = lines.next()) {
            all.add(line);
        }
        return all;
    }

    private static List<String> all(String text) throws IOException {
        return all(new ByteArrayInputStream(text.getBytes(UTF_8)));
    }

    @Test
    void readsNothingFromNothing() throws IOException {
        assertEquals(List.of(), all(""));
    }

    @Test
    void keepsBlankLines() throws IOException {
        assertEquals(List.of("", "a", "", "", "b"), all("\na\n\n\nb\n"));
    }

    @Test
    void readsALastLineWithoutItsEnd() throws IOException {
        assertEquals(List.of("a", "b"), all("a\nb"));
    }

    @Test
    void takesCarriageReturnAndLineFeedAsOneEnd() throws IOException {
        assertEquals(List.of("a", "", "b\rc", "d"), all("a\r\n\r\nb\rc\r\nd"));
    }

    @Test
    void skipsAByteOrderMarkAtTheStartOnly() throws IOException {
        assertEquals(List.of("a", "\uFEFFb"), all("\uFEFFa\n\uFEFFb"));
    }

    @Test
    void breaksAtNoOtherCharacter() throws IOException {
        String text = "a\u0085b\u2028c\u2029d\u000Be\fg\0h";
        assertEquals(List.of(text), all(text));
    }

    @Test
    void readsALineOfAMegabyte() throws IOException {
        String line = "word ".repeat(200_000);
        assertEquals(List.of(line, "next"), all(line + "\nnext\n"));
    }

    @Test
    void readsTheSameHoweverTheBytesArrive() throws IOException {
        Random random = new Random(7);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 3000; i++) {
            text.append("é日𝄞 x".repeat(random.nextInt(20))).append(random.nextInt(4) == 0 ? "\r\n" : "\n");
        }
        byte[] bytes = text.toString().getBytes(UTF_8);
        InputStream slow = new ByteArrayInputStream(bytes) {
            @Override
            public synchronized int read(byte[] buffer, int offset, int length) {
                return super.read(buffer, offset, Math.min(length, 1 + random.nextInt(50)));
            }
        };
        assertEquals(text.toString().lines().toList(), all(slow));
    }

    @Test
    void namesLineAndOffsetOfAByteThatIsNotUtf8() {
        byte[] bytes = "good\r\ncaf\u00e9 au lait\n".getBytes(ISO_8859_1);
        CommandException e = assertThrows(CommandException.class, () -> all(new ByteArrayInputStream(bytes)));
        assertEquals(2, e.exitCode());
        assertEquals(
                "input, line 2: byte 0xE9 at offset 9 is not UTF-8; convert the input to UTF-8 first", e.getMessage());
    }

    @Test
    void refusesACharacterCutOffAtTheEnd() {
        byte[] bytes = {'a', '\n', 'b', (byte) 0xE2, (byte) 0x82};
        CommandException e = assertThrows(CommandException.class, () -> all(new ByteArrayInputStream(bytes)));
        assertTrue(e.getMessage().startsWith("input, line 2: byte 0xE2 at offset 3 "), e.getMessage());
    }

    @Test
    void refusesSurrogatesEncodedAsUtf8() {
        byte[] bytes = {(byte) 0xED, (byte) 0xA0, (byte) 0x80};
        assertThrows(CommandException.class, () -> all(new ByteArrayInputStream(bytes)));
    }

    @Test
    void saysThatAFileIsMissing(@TempDir Path folder) {
        String file = folder.resolve("none.txt").toString();
        CommandException e =
                assertThrows(CommandException.class, () -> Lines.open(file, InputStream.nullInputStream()));
        assertEquals(2, e.exitCode());
        assertEquals(file + ": no such file", e.getMessage());
    }

    @Test
    void saysThatAFolderIsNoFile(@TempDir Path folder) {
        CommandException e = assertThrows(
                CommandException.class, () -> Lines.open(folder.toString(), InputStream.nullInputStream()));
        assertEquals(2, e.exitCode());
        assertEquals(folder + " is a folder, expected a file of texts", e.getMessage());
    }

    @Test
    void isReadyOnlyWhenALineIsThere() throws IOException {
        try (PipedOutputStream writer = new PipedOutputStream();
                Lines lines = Lines.of("input", new PipedInputStream(writer))) {
            writer.write("a\nb\n".getBytes(UTF_8));
            lines.next();
            assertTrue(lines.ready());
            lines.next();
            assertFalse(lines.ready());
        }
    }
}
