package dev.tercet.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LauncherTest {
    private static final String LINE =
            "WARNING: Using incubator modules: jdk.incubator.vector" + System.lineSeparator();

    /** Passes text through the filter in reads of at most {@code chunk} bytes. */
    private static String filtered(String text, int chunk) throws IOException {
        InputStream slow = new ByteArrayInputStream(text.getBytes(UTF_8)) {
            @Override
            public synchronized int read(byte[] bytes, int offset, int length) {
                return super.read(bytes, offset, Math.min(chunk, length));
            }
        };
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Launcher.copyWithoutIncubatorLine(slow, out);
        return out.toString(UTF_8);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 4096})
    void dropsTheLineAboutTheIncubatorModule(int chunk) throws IOException {
        assertEquals("an error\n", filtered(LINE + "an error\n", chunk));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 4096})
    void dropsItAfterOtherLines(int chunk) throws IOException {
        assertEquals("NOTE: options\nrest", filtered("NOTE: options\n" + LINE + "rest", chunk));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 4096})
    void dropsItOnlyOnce(int chunk) throws IOException {
        assertEquals("a\n" + LINE, filtered(LINE + "a\n" + LINE, chunk));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 4096})
    void keepsLinesThatOnlyBeginAlike(int chunk) throws IOException {
        String text = "WARNING: Using a sunhat\nWARNING: Using incubator modules: jdk.incubator.vector, other\nW";
        assertEquals(text, filtered(text, chunk));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 4096})
    void keepsTheLineInsideAnother(int chunk) throws IOException {
        assertEquals("see " + LINE, filtered("see " + LINE, chunk));
    }
}
