package dev.tercet.tokenizer;

import java.util.Arrays;

/**
 * The entries of a WordPiece model and the two searches it needs: the longest entry that begins a word, and the longest
 * that continues one. Both are open-addressing tables over one array of characters, so a search makes no garbage.
 */
final class WordPieceVocabulary {
    /** No two of 100,000 real entries are further than a few dozen slots away from home; a file made to collide is. */
    private static final int FARTHEST = 1000;

    private final char[] characters;
    private final int[] begins;
    private final int prefix;
    private final Table words;
    private final Table continuations;
    private final int longest;
    private final String file;

    /**
     * @param entries by id; {@code null} where an id has no entry
     * @param continuingPrefix marks an entry that continues a word ({@code ##})
     * @param file names the vocabulary in error messages
     * @throws InvalidTokenizerException when an entry is there twice or is not valid Unicode
     */
    WordPieceVocabulary(String[] entries, String continuingPrefix, String file) {
        this.prefix = continuingPrefix.length();
        this.file = file;
        begins = new int[entries.length + 1];
        int most = 0;
        for (int id = 0; id < entries.length; id++) {
            int length = entries[id] == null ? 0 : entries[id].length();
            begins[id + 1] = Math.addExact(begins[id], length);
            most = Math.max(most, length);
        }
        longest = most;
        characters = new char[begins[entries.length]];
        words = new Table(entries.length, 0);
        continuations = new Table(entries.length, prefix);
        for (int id = 0; id < entries.length; id++) {
            String entry = entries[id];
            if (entry == null) continue;
            entry.getChars(0, entry.length(), characters, begins[id]);
            words.put(id, entry.hashCode());
            if (entry.startsWith(continuingPrefix))
                continuations.put(id, entry.substring(prefix).hashCode());
        }
        requirePairs();
    }

    /** JSON can write half a surrogate pair; such an entry would match half of a character. */
    private void requirePairs() {
        for (int i = 0; i < characters.length; i++) {
            if (characters[i] < Character.MIN_SURROGATE || characters[i] > Character.MAX_SURROGATE) continue;
            int id = entryAt(i);
            if (i + 1 == begins[id + 1] || !Character.isSurrogatePair(characters[i], characters[i + 1]))
                throw new InvalidTokenizerException(
                        file + ": the token with id " + id + " has half a surrogate pair, which is not valid Unicode");
            i++;
        }
    }

    private int entryAt(int character) {
        int id = Arrays.binarySearch(begins, character);
        if (id < 0) return -id - 2;
        while (begins[id + 1] == character) id++; // entries without characters begin here too
        return id;
    }

    /** Length of the longest entry in characters: the number of hashes {@link #longest} needs room for. */
    int longest() {
        return longest;
    }

    int id(String entry) {
        return words.get(entry.toCharArray(), 0, entry.length(), entry.hashCode());
    }

    /**
     * The longest entry that {@code word[from, to)} begins with, where {@code from > 0} asks for continuations.
     *
     * @param hashes scratch, as long as {@link #longest()}
     * @return its length above bit 31, its id below; -1 when there is none
     */
    long longest(char[] word, int from, int to, int[] hashes) {
        Table table = from == 0 ? words : continuations;
        int most = Math.min(to - from, longest);
        int hash = 0;
        for (int i = 0; i < most; i++) {
            hash = step(hash, word[from + i]);
            hashes[i] = hash;
        }
        for (int length = most; length > 0; length--) {
            int id = table.get(word, from, length, hashes[length - 1]);
            if (id >= 0) return (long) length << 32 | id;
        }
        return -1;
    }

    /** The hash of {@link String#hashCode}, one character on. */
    private static int step(int hash, char c) {
        return 31 * hash + c;
    }

    /** Ids by the characters of their entries, without the first {@code skip}. */
    private final class Table {
        /** The hash above bit 31, below it the id + 1; 0 when free. */
        private final long[] slots;

        private final int shift;
        private final int skip;

        Table(int entries, int skip) {
            int bits = Math.max(4, 33 - Integer.numberOfLeadingZeros(entries));
            this.slots = new long[1 << bits];
            this.shift = 32 - bits;
            this.skip = skip;
        }

        void put(int id, int hash) {
            int from = begins[id] + skip;
            int length = begins[id + 1] - from;
            int slot = home(hash);
            for (int far = 0; slots[slot] != 0; far++) {
                int other = (int) slots[slot] - 1;
                if ((int) (slots[slot] >>> 32) == hash && equal(other, characters, from, length))
                    throw new InvalidTokenizerException(file + ": "
                            + JsonObject.show(new String(characters, from, length)) + " has the ids " + other + " and "
                            + id + "; a token has one");
                if (far == FARTHEST)
                    throw new InvalidTokenizerException(file
                            + ": the vocabulary has thousands of entries with one hash, which only happens on purpose");
                slot = slot + 1 & slots.length - 1;
            }
            slots[slot] = (long) hash << 32 | id + 1;
        }

        int get(char[] word, int from, int length, int hash) {
            for (int slot = home(hash); ; slot = slot + 1 & slots.length - 1) {
                long found = slots[slot];
                if (found == 0) return -1;
                if ((int) (found >>> 32) == hash && equal((int) found - 1, word, from, length)) return (int) found - 1;
            }
        }

        private boolean equal(int id, char[] word, int from, int length) {
            int begin = begins[id] + skip;
            return begins[id + 1] - begin == length
                    && Arrays.equals(characters, begin, begin + length, word, from, from + length);
        }

        /** The upper bits of a product mix all bits of the hash. */
        private int home(int hash) {
            return hash * 0x9E3779B1 >>> shift;
        }
    }
}
