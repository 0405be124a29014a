package dev.tercet.demos;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonLinesTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Test
    void writesFloatsThatRoundTrip() throws IOException {
        JsonLines json = new JsonLines(out);
        json.begin()
                .numbers("v", new float[] {0.1f, 1e-10f, -3.4028235e38f, 1f, 0.0017f})
                .number("s", 9.140289f)
                .end();
        json.flush();
        assertEquals("{\"v\":[0.1,1.0E-10,-3.4028235E38,1.0,0.0017],\"s\":9.140289}\n", out.toString(UTF_8));
    }

    @Test
    void writesOneLineForEachObject() throws IOException {
        JsonLines json = new JsonLines(out);
        json.begin().text("text", "a\n\"é\u0001𝄞\u2028").end();
        json.begin()
                .texts("tokens", List.of("x"))
                .spans("o", new int[] {0}, new int[] {2})
                .end();
        json.flush();
        assertEquals(
                "{\"text\":\"a\\n\\\"é\\u0001𝄞\u2028\"}\n{\"tokens\":[\"x\"],\"o\":[[0,2]]}\n", out.toString(UTF_8));
    }

    @Test
    void escapesHalfASurrogatePair() throws IOException {
        JsonLines json = new JsonLines(out);
        json.begin().text("text", "a\uD834b\"\\\n").end();
        json.flush();
        assertEquals("{\"text\":\"a\\ud834b\\u0022\\u005c\\u000a\"}\n", out.toString(UTF_8));
    }
}
