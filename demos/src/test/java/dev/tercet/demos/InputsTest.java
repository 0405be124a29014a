package dev.tercet.demos;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tercet.Pair;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InputsTest {
    private static <T> T first(Inputs.LineFormat<T> format, String line) throws IOException {
        Lines lines = Lines.of("in.jsonl", new ByteArrayInputStream((line + "\n").getBytes(UTF_8)));
        return new Inputs<>(List.of(), lines, format).next();
    }

    @Test
    void readsGivenTextsBeforeTheFile() throws IOException {
        Lines lines = Lines.of("input", new ByteArrayInputStream("c\nd\n".getBytes(UTF_8)));
        Inputs<String> inputs = new Inputs<>(List.of("a", "b"), lines, Inputs::plainText);
        assertEquals(List.of("a", "b", "c"), inputs.nextBatch(3));
        assertEquals(List.of("d"), inputs.nextBatch(3));
        assertEquals(List.of(), inputs.nextBatch(3));
    }

    @Test
    void readsTextsThatHoldLineBreaks() throws IOException {
        assertEquals(
                "a\nb\u0000\"é", first(Inputs::jsonText, "{\"n\":[1,{}],\"text\":\"a\\nb\\u0000\\\"é\",\"x\":null}"));
    }

    @Test
    void readsPairs() throws IOException {
        assertEquals(new Pair("a b", "c"), first(Inputs::tabbedPair, "a b\tc"));
        assertEquals(new Pair("", ""), first(Inputs::tabbedPair, ""));
        assertEquals(new Pair("q", "d\t"), first(Inputs::jsonPair, "{\"document\":\"d\\t\",\"query\":\"q\"}"));
    }

    @Test
    void readsIds() throws IOException {
        assertArrayEquals(
                new int[] {1, -2, 3},
                first(Inputs::jsonIds, "{\"text\":\"x\",\"ids\":[1,-2,3]}").values());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'text':5} | in.jsonl, line 1: 'text' is a number, expected a string",
                "{'text':null} | in.jsonl, line 1: 'text' is null, expected a string",
                "{'txt':'a'} | in.jsonl, line 1: no field 'text'",
                "{'text':'a','text':'b'} | in.jsonl, line 1: 'text' is given twice",
                "['a'] | in.jsonl, line 1: an array, expected a JSON object on each line",
                "{'text':'a'} {'text':'b'} | in.jsonl, line 1: more than one JSON value on a line",
            })
    void saysWhatIsWrongWithAText(String line, String message) {
        assertWrong(message.replace('\'', '"'), Inputs::jsonText, line.replace('\'', '"'));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'ids':7} | in.jsonl, line 1: 'ids' is a number, expected an array of integers",
                "{'ids':[1,2.5]} | in.jsonl, line 1: 'ids' contains a number, expected integers only",
                "{'ids':[99999999999]} | in.jsonl, line 1: 'ids' contains a number, expected integers only",
                "{} | in.jsonl, line 1: no field 'ids'",
            })
    void saysWhatIsWrongWithIds(String line, String message) {
        assertWrong(message.replace('\'', '"'), Inputs::jsonIds, line.replace('\'', '"'));
    }

    @Test
    void saysThatABlankLineIsNoJson() {
        assertWrong("in.jsonl, line 1: blank, expected a JSON object on each line", Inputs::jsonText, "");
    }

    @Test
    void countsTabs() {
        assertWrong(
                "in.jsonl, line 1: 0 tabs, expected one between query and document"
                        + " (texts with tabs: give JSON Lines with \"query\" and \"document\")",
                Inputs::tabbedPair,
                "no tab here");
    }

    @Test
    void namesTheColumnWhereJsonEnds() {
        CommandException e =
                assertThrows(CommandException.class, () -> first(Inputs::jsonText, "{\"text\": \"a\" oops}"));
        assertEquals(2, e.exitCode());
        assertEquals("in.jsonl, line 1, column 14: not JSON:", e.getMessage().substring(0, 38));
    }

    private static void assertWrong(String message, Inputs.LineFormat<?> format, String line) {
        CommandException e = assertThrows(CommandException.class, () -> first(format, line));
        assertEquals(2, e.exitCode());
        assertEquals(message, e.getMessage());
    }
}
