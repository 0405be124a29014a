package dev.tercet.loaders;

import static dev.tercet.loaders.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonObjectTest {
    private final JsonObject config = parse("""
        {
          "name": "bert", "flag": true, "size": 384, "whole": 4.0, "eps": 1e-12, "nothing": null,
          "huge": 1000000000000000019884624838656, "long": 4294967296, "nan": NaN, "down": -Infinity,
          "inner": {"list": [{"deep": "x"}, {"deep": 2}]}, "names": ["a", "b"], "ids": [3, 1], "id": 7,
          "bad_words_ids": [[1, 2], []], "mixed": [1, "a"]
        }\
        """);

    private static JsonObject parse(String json) {
        return JsonObject.parse(json.getBytes(StandardCharsets.UTF_8), "config.json");
    }

    @Test
    void readsValuesOfEveryType() {
        assertEquals("bert", config.string("name"));
        assertTrue(config.bool("flag"));
        assertEquals(384, config.positive("size"));
        assertEquals(4, config.integer("whole"));
        assertEquals(1e-12, config.number("eps"));
        assertEquals(384.0, config.number("size"));
        assertEquals(List.of("a", "b"), config.strings("names"));
        assertEquals("x", config.object("inner").objects("list").getFirst().string("deep"));
        assertArrayEquals(new int[] {3, 1}, config.integers("ids"));
        assertArrayEquals(new int[] {1, 2}, config.integerLists("bad_words_ids").getFirst());
    }

    @Test
    void takesASingleNumberForAListOfOne() {
        assertArrayEquals(new int[] {7}, config.integers("id"));
    }

    @Test
    void countsNullAsAbsent() {
        assertFalse(config.has("nothing"));
        assertTrue(config.fields().contains("nothing"));
        assertNull(config.value("nothing"));
        assertEquals("none", config.string("nothing", "none"));
        assertEquals(5, config.integer("absent", 5));
    }

    @Test
    void keepsNumbersThatNoLongHolds() {
        assertEquals(new BigInteger("1000000000000000019884624838656"), config.value("huge"));
    }

    @Test
    void namesFileFieldAndValueThatIsWrong() {
        assertRefused(() -> config.string("absent"), "config.json: absent is missing");
        assertRefused(() -> config.string("nothing"), "config.json: nothing is null");
        assertRefused(() -> config.integer("name"), "config.json: name is \"bert\", expected a whole number");
        assertEquals(
                "config.json: name is \"bert\", expected gpt",
                config.invalid("name", "expected gpt").getMessage());
    }

    @Test
    void refusesValuesOfAnotherType() {
        List<Executable> wrong = List.of(
                () -> config.string("size"),
                () -> config.bool("name"),
                () -> config.bool("size"),
                () -> config.integer("eps"),
                () -> config.integer("long"),
                () -> config.integer("huge"),
                () -> config.integer("nan"),
                () -> config.number("name"),
                () -> config.number("nan"),
                () -> config.number("down"),
                () -> config.object("names"),
                () -> config.list("inner"),
                () -> config.strings("mixed"),
                () -> config.objects("names"),
                () -> config.integers("names"),
                () -> config.integerLists("ids"));
        wrong.forEach(getter -> assertRefused(getter, "config.json: ", "expected"));
    }

    @Test
    void refusesNumbersBelowOneWhereASizeIsMeant() {
        assertRefused(() -> parse("{\"layers\":0}").positive("layers"), "layers is 0", "at least 1");
        assertRefused(() -> parse("{\"layers\":-3}").positive("layers", 6), "layers is -3");
    }

    @Test
    void namesThePlaceInsideTheFile() {
        JsonObject second = config.object("inner").objects("list").get(1);

        assertRefused(() -> second.string("deep"), "config.json: inner.list[1].deep is 2, expected a string");
        assertEquals("config.json: inner.list[1]", second.describe());
    }

    @Test
    void refusesAFieldThatIsThereTwice() {
        assertRefused(() -> parse("{\"a\":{\"b\":1,\n\"b\":1}}"), "config.json: line 2", "a.b is there twice");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", "[]", "1", "{", "{}}", "{} {}", "{\"a\":}", "{a:1}", "{\"a\":01}", "{\"a\":1,}", "nul"})
    void refusesWhatIsNoJsonObject(String json) {
        assertRefused(() -> parse(json), "config.json: ");
    }

    @Test
    void refusesBytesThatAreNotUtf8() {
        byte[] bytes = {'{', '"', (byte) 0xc3, '"', ':', '1', '}'};

        assertRefused(() -> JsonObject.parse(bytes, "config.json"), "config.json: not valid UTF-8");
    }

    @Test
    void refusesDeepNesting() {
        assertRefused(() -> parse("{\"a\":" + "[".repeat(100_000)), "config.json: ");
    }

    @Test
    void shortensAHostileValueToOneLine() {
        JsonObject hostile = parse("{\"a\":\"" + "x\\n\\u001b".repeat(10_000) + "\"}");

        assertRefused(() -> hostile.integer("a"), "x\\n\\u001b", "…");
    }

    @Test
    void readsAnArrayOfObjects() {
        byte[] modules = "[{\"idx\":0},{\"idx\":1}]".getBytes(StandardCharsets.UTF_8);

        assertEquals(1, JsonObject.parseObjects(modules, "modules.json").get(1).integer("idx"));
        assertRefused(
                () -> JsonObject.parseObjects("[1]".getBytes(StandardCharsets.UTF_8), "modules.json"), "modules.json");
        assertRefused(
                () -> JsonObject.parseObjects("{}".getBytes(StandardCharsets.UTF_8), "modules.json"), "modules.json");
    }

    @Test
    void readsAFileOfAModelOrDoesWithout() {
        var files = new MemoryFiles().with("config.json", "{\"a\":1}");

        assertEquals(1, JsonObject.read(files, "config.json").integer("a"));
        assertTrue(JsonObject.readIfPresent(files, "generation_config.json").isEmpty());
    }
}
