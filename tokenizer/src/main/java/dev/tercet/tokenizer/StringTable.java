package dev.tercet.tokenizer;

import java.util.Arrays;

/**
 * Many short strings, numbered from 0 on: from a number to its string and back. The characters lie in one array, since
 * an object for each string, one for its bytes, one for its number and one in a map take several times the memory of a
 * vocabulary.
 *
 * <p>Once nothing is added any more, safe for use by many threads.
 */
final class StringTable {
    /** No two of 100,000 real tokens are further than a few dozen slots away from home; a file made to collide is. */
    private static final int FARTHEST = 1000;

    private final String source;
    private char[] characters;
    private int[] begins = new int[1 << 10];
    private int count;

    /** Open addressing: a number + 1, or 0 when free. A string that is there twice has one slot. */
    private int[] slots = new int[1 << 11];

    private int used;

    /** @param source the file's name in error messages */
    StringTable(String source) {
        this(source, 1 << 8);
    }

    /** @param expected characters of all strings together, more or less */
    StringTable(String source, int expected) {
        this.source = source;
        this.characters = new char[Math.max(16, expected)];
    }

    int size() {
        return count;
    }

    /**
     * Adds a string, whose number is {@link #size()} before. Where the same is there already, it stays the one that is
     * found.
     *
     * @return the number under which the string is found
     * @throws InvalidTokenizerException when thousands of strings have one hash
     */
    int add(String string) {
        if (count + 1 == begins.length) begins = Arrays.copyOf(begins, 2 * begins.length);
        int begin = begins[count];
        int end = Math.addExact(begin, string.length());
        if (end > characters.length)
            characters = Arrays.copyOf(
                    characters, (int) Math.min(Integer.MAX_VALUE - 8L, Math.max(end, begin + begin / 2L)));
        string.getChars(0, string.length(), characters, begin);
        begins[++count] = end;
        int hash = string.hashCode();
        int slot = slot(characters, begin, end, hash);
        if ((slot - home(hash) & slots.length - 1) > FARTHEST)
            throw new InvalidTokenizerException(
                    source + ": the vocabulary has thousands of entries with one hash, which only happens on purpose");
        if (slots[slot] == 0) {
            slots[slot] = count;
            if (++used * 2 > slots.length) rehash();
            return count - 1;
        }
        return slots[slot] - 1;
    }

    /** Gives back memory that was meant for more strings. */
    void trim() {
        if (begins[count] < characters.length / 4 * 3) characters = Arrays.copyOf(characters, begins[count]);
        begins = Arrays.copyOf(begins, count + 1);
    }

    /** From now on, a string that is there several times is found under this number. */
    void prefer(int number) {
        slots[slot(characters, begins[number], begins[number + 1], hash(number))] = number + 1;
    }

    /** The number of a string, or -1. */
    int find(String string) {
        return slots[slot(string.toCharArray(), 0, string.length(), string.hashCode())] - 1;
    }

    /** The number under which the string of this number is found. */
    int find(int number) {
        return slots[slot(characters, begins[number], begins[number + 1], hash(number))] - 1;
    }

    /** The number of a string of another table, or -1. */
    int find(StringTable other, int number) {
        int slot = slot(other.characters, other.begins[number], other.begins[number + 1], other.hash(number));
        return slots[slot] - 1;
    }

    String get(int number) {
        return new String(characters, begins[number], length(number));
    }

    /** In {@code char}s. */
    int length(int number) {
        return begins[number + 1] - begins[number];
    }

    /** A {@code char} of the string with that number. */
    char charAt(int number, int index) {
        return characters[begins[number] + index];
    }

    boolean startsWith(int number, String prefix) {
        int begin = begins[number];
        if (length(number) < prefix.length()) return false;
        for (int i = 0; i < prefix.length(); i++) if (characters[begin + i] != prefix.charAt(i)) return false;
        return true;
    }

    boolean equals(int number, String string) {
        return length(number) == string.length() && startsWith(number, string);
    }

    /** The code point that begins at a {@code char} of the string with that number. */
    int codePointAt(int number, int index) {
        return Character.codePointAt(characters, begins[number] + index, begins[number + 1]);
    }

    /** As of {@link String#hashCode}. */
    private int hash(int number) {
        int hash = 0;
        for (int i = begins[number]; i < begins[number + 1]; i++) hash = 31 * hash + characters[i];
        return hash;
    }

    /** Where a string is, or the free slot where it would be. */
    private int slot(char[] string, int from, int to, int hash) {
        int slot = home(hash);
        while (slots[slot] != 0) {
            int number = slots[slot] - 1;
            if (Arrays.equals(characters, begins[number], begins[number + 1], string, from, to)) break;
            slot = slot + 1 & slots.length - 1;
        }
        return slot;
    }

    /** The upper bits of a product mix all bits of the hash. */
    private int home(int hash) {
        return hash * 0x9E3779B1 >>> Integer.numberOfLeadingZeros(slots.length - 1);
    }

    private void rehash() {
        int[] before = slots;
        slots = new int[2 * before.length];
        for (int filled : before) {
            if (filled == 0) continue;
            int number = filled - 1;
            slots[slot(characters, begins[number], begins[number + 1], hash(number))] = filled;
        }
    }
}
