package dev.tercet.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SymbolTrieTest {
    private static SymbolTrie trie(List<String> keys, String source) {
        StringTable table = new StringTable(source);
        for (String key : keys) table.add(key);
        return new SymbolTrie(table, _ -> true, source);
    }

    private static int find(SymbolTrie trie, String text) {
        long unit = SymbolTrie.root(trie.units());
        for (int i = 0, c; i < text.length(); i += Character.charCount(c)) {
            int symbol = trie.symbol(c = text.codePointAt(i));
            unit = SymbolTrie.child(trie.units(), unit, symbol);
            if (SymbolTrie.label(unit) != symbol) return -1;
        }
        return SymbolTrie.value(unit);
    }

    @Test
    void findsItsKeysAndNothingElse() {
        for (int alphabet : new int[] {1, 2, 3, 7, 26, 300, 5000}) {
            SplittableRandom random = new SplittableRandom(alphabet);
            Map<String, Integer> expected = new HashMap<>();
            List<String> keys = new ArrayList<>();
            for (int i = 0; i < 3000; i++) {
                String key = text(random, alphabet, 1 + random.nextInt(8));
                if (expected.putIfAbsent(key, keys.size()) == null) keys.add(key);
            }
            SymbolTrie trie = trie(keys, "test");
            keys.forEach(key -> assertEquals(expected.get(key), find(trie, key), key));
            for (int i = 0; i < 5000; i++) {
                String key = text(random, alphabet + 2, 1 + random.nextInt(9));
                assertEquals(expected.getOrDefault(key, -1), find(trie, key), "alphabet " + alphabet + " " + key);
            }
        }
    }

    private static String text(SplittableRandom random, int alphabet, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            int c = random.nextInt(alphabet);
            text.appendCodePoint(c % 5 == 4 ? 0x1D000 + c : 0x30 + c);
        }
        return text.toString();
    }

    @Test
    void givesFrequentCharactersSmallSymbols() {
        SymbolTrie trie = trie(List.of("ab", "b", "bb", "c"), "test");
        assertEquals(1, trie.symbol('b'));
        assertEquals(0, trie.symbol('d'));
        assertEquals(0, trie.symbol(0x1F600));
    }

    @Test
    void refusesMoreCharactersThanItHasSymbolsFor() {
        List<String> keys = new ArrayList<>();
        for (int c = 0x20; keys.size() < 0xFFFF; c++)
            if (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE) keys.add(Character.toString(c));
        InvalidTokenizerException e = assertThrows(InvalidTokenizerException.class, () -> trie(keys, "source.spm"));
        assertTrue(e.getMessage().startsWith("source.spm: 65535 distinct characters"), e.getMessage());
    }

    /** Pairs of characters that are far apart leave holes that nothing fits; the table must not grow without bound. */
    @Test
    void boundsItsMemoryWhateverTheKeysAre() {
        SplittableRandom random = new SplittableRandom(3);
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < 40_000; i++) {
            String first = Character.toString(0x4E00 + i % 20_000);
            keys.add(first + Character.toString(0x100 + random.nextInt(0x4000)) + (i / 20_000));
        }
        List<String> distinct = keys.stream().distinct().toList();
        try {
            SymbolTrie trie = trie(distinct, "test");
            assertTrue(trie.units().length <= 1 << 24);
            for (int i = 0; i < distinct.size(); i += 97) assertEquals(i, find(trie, distinct.get(i)));
        } catch (InvalidTokenizerException refused) {
            assertTrue(refused.getMessage().contains("entries"), refused.getMessage());
        }
    }
}
