package dev.tercet.loaders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelIdTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "gpt2",
                "sentence-transformers/all-MiniLM-L6-v2",
                "Foo-BAR_foo.bar123",
                "a/b",
                "org/name@v1.0",
                "org/name@refs/pr/3"
            })
    void acceptsWhatTheHubAccepts(String text) {
        assertEquals(text, ModelId.parse(text).toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "a/",
                "/a",
                "a/b/c",
                "..",
                "a/..",
                "../a",
                "a--b",
                "a..b",
                ".a",
                "-a",
                "a-",
                "a.",
                "a.git",
                "a b",
                "a/b\n",
                "ä/b",
                "a?b",
                "a%2e",
                "a\\b",
                "C:a",
                "a@",
                "@main",
                "a@..",
                "a@x/../y",
                "a@/x",
                "a@x/",
                "a@x//y",
                "a@x y",
                "a@-x",
                "a@b@c",
                "a@\0"
            })
    void refusesAnythingThatIsNoSafeName(String text) {
        String message = assertThrows(InvalidModelException.class, () -> ModelId.parse(text))
                .getMessage();
        assertTrue(message.contains("expected") && message.lines().count() == 1, message);
    }

    @Test
    void refusesNamesOver96Characters() {
        assertEquals(96, ModelId.parse("a".repeat(96)).repository().length());
        assertThrows(InvalidModelException.class, () -> ModelId.parse("a".repeat(97)));
    }

    @Test
    void meansMainWithoutARevision() {
        assertEquals(ModelId.parse("a/b@main"), ModelId.parse("a/b"));
        assertEquals("a/b", ModelId.parse("a/b@main").toString());
    }

    @Test
    void knowsACommit() {
        assertTrue(ModelId.parse("a/b@0123456789abcdef0123456789abcdef01234567").isCommit());
        assertFalse(ModelId.parse("a/b@0123456789").isCommit());
    }
}
