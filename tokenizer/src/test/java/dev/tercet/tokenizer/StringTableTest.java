package dev.tercet.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class StringTableTest {
    /** Letters, U+2581, characters of two {@code char}s and halves of them: whatever JSON can write. */
    private static String text(SplittableRandom random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--)
            switch (random.nextInt(4)) {
                case 0 -> text.append('\u2581');
                case 1 -> text.appendCodePoint(0x1F600 + random.nextInt(3));
                case 2 -> text.append((char) (0xD800 + random.nextInt(2)));
                default -> text.append((char) ('a' + random.nextInt(3)));
            }
        return text.toString();
    }

    @Test
    void findsWhatAMapFinds() {
        for (int seed = 0; seed < 10; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            StringTable table = new StringTable("test");
            List<String> texts = new ArrayList<>();
            Map<String, Integer> first = new HashMap<>();
            for (int i = 0; i < 5000; i++) {
                String text = text(random);
                texts.add(text);
                first.putIfAbsent(text, i);
                assertEquals(first.get(text), table.add(text), "seed " + seed);
            }
            table.trim();
            for (int i = 0; i < texts.size(); i++) {
                assertEquals(texts.get(i), table.get(i), "seed " + seed);
                assertEquals(first.get(texts.get(i)), table.find(i), "seed " + seed);
            }
            for (int i = 0; i < 5000; i++) {
                String text = text(random) + text(random);
                assertEquals(first.getOrDefault(text, -1), table.find(text), "seed " + seed);
            }
        }
    }

    @Test
    void findsTheStringsOfAnotherTable() {
        StringTable table = new StringTable("test");
        StringTable other = new StringTable("test");
        table.add("cat");
        table.add("dog");
        other.add("bird");
        other.add("dog");
        assertEquals(-1, table.find(other, 0));
        assertEquals(1, table.find(other, 1));
    }

    @Test
    void findsThePreferredOneOfTwoEqualStrings() {
        StringTable table = new StringTable("test");
        table.add("a");
        table.add("b");
        assertEquals(0, table.add("a"));
        table.prefer(2);
        assertEquals(2, table.find("a"));
        assertEquals(2, table.find(0));
        assertEquals(1, table.find("b"));
    }

    @Test
    void comparesWithoutMakingStrings() {
        StringTable table = new StringTable("test");
        table.add(">>fra<<");
        table.add("");
        assertTrue(table.startsWith(0, ">>"));
        assertFalse(table.startsWith(0, ">>fra<<<"));
        assertFalse(table.startsWith(1, ">>"));
        assertTrue(table.equals(0, ">>fra<<"));
        assertFalse(table.equals(0, ">>fra"));
        assertEquals(7, table.length(0));
        assertEquals('f', table.charAt(0, 2));
    }

    /** "Aa" and "BB" have one hash, and so have all strings made of them. */
    @Test
    void refusesStringsThatWereMadeToCollide() {
        StringTable table = new StringTable("vocab.json");
        InvalidTokenizerException e = assertThrows(InvalidTokenizerException.class, () -> {
            for (int i = 0; i < 1 << 12; i++) {
                StringBuilder text = new StringBuilder();
                for (int bit = 0; bit < 12; bit++) text.append((i >> bit & 1) == 0 ? "Aa" : "BB");
                table.add(text.toString());
            }
        });
        assertTrue(e.getMessage().startsWith("vocab.json: "), e.getMessage());
    }
}
