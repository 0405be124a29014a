package dev.tercet.demos;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;

/** What a command printed, and its exit code. */
record Outcome(int code, String out, String err) {
    static Outcome of(String... arguments) {
        return reading(new byte[0], arguments);
    }

    /** With these bytes as standard input. */
    static Outcome reading(byte[] input, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        return reading(new ByteArrayInputStream(input), out, out, arguments);
    }

    static Outcome reading(String input, String... arguments) {
        return reading(input.getBytes(UTF_8), arguments);
    }

    /** With another standard output. */
    static Outcome writing(OutputStream out, String... arguments) {
        return reading(InputStream.nullInputStream(), out, new ByteArrayOutputStream(), arguments);
    }

    private static Outcome reading(InputStream in, OutputStream out, ByteArrayOutputStream kept, String... arguments) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Streams streams = new Streams(in, out, new PrintStream(err, true, UTF_8), false, false, false);
        int code = Main.run(streams, arguments);
        return new Outcome(code, kept.toString(UTF_8), err.toString(UTF_8));
    }

    List<String> lines() {
        return out.lines().toList();
    }

    /** Done, with nothing on standard error. */
    Outcome done() {
        assertEquals("", err);
        assertEquals(0, code);
        return this;
    }

    /** Failed with this one line, or this one and the hint how to get help, and no result. */
    void failed(int expected, String message) {
        assertEquals(message, err.lines().findFirst().orElse("nothing"));
        assertEquals(expected, code);
        assertFalse(err.contains("\tat "), err);
        assertEquals("", out);
    }
}
