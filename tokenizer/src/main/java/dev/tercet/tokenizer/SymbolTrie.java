package dev.tercet.tokenizer;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntPredicate;

/**
 * A set of strings with a number each, laid out so that one step along a text costs one array read.
 *
 * <p>The characters (code points) that occur in the keys are numbered by how often they occur: these are the
 * <i>symbols</i>, from 1; 0 is every other character. The trie is a double array: node {@code n} with base {@code b}
 * has its child for symbol {@code s} at {@code b ^ s}, and no two nodes share a base, so that the child's own label is
 * proof enough that it is a child. One node is one {@code long}:
 *
 * <pre>
 *   63            40 39            16 15        0
 *  |   value + 1   |      base      |  label    |
 * </pre>
 *
 * SentencePiece's own trie (darts-clone) has the same shape over UTF-8 bytes. Symbols take one step where a
 * word-initial U+2581 takes three bytes and an accented letter two, and the frequent ones lie in the same cache lines.
 */
final class SymbolTrie {
    private static final int MAX_SYMBOL = 0xFFFE;
    private static final int MAX_UNITS = 1 << 24;
    private static final int MAX_VALUE = (1 << 24) - 2;
    private static final char EMPTY_LABEL = 0xFFFF;

    /** The base of nodes without children: no parent is ever given it, so nothing matches there. */
    private static final int BARREN_BASE = 1;

    private static final int ROOT = 0;

    private final char[] bmpSymbols = new char[1 << 16];
    private int[] astral = new int[0];
    private char[] astralSymbols = new char[0];
    private final long[] units;

    /**
     * @param strings of which some are the keys: not empty, each once
     * @param isKey whether the string with a number, 0 to 2<sup>24</sup> - 2, is a key; the number is its value
     * @param source the file's name in error messages
     */
    SymbolTrie(StringTable strings, IntPredicate isKey, String source) {
        int symbolCount = numberSymbols(strings, isKey, source);
        Builder builder = new Builder(strings, isKey);
        units = builder.layOut(symbolCount, source);
    }

    /** The symbols of the Basic Multilingual Plane by character, for loops that cannot afford a call. */
    char[] bmpSymbols() {
        return bmpSymbols;
    }

    long[] units() {
        return units;
    }

    char symbol(int codePoint) {
        if (codePoint < 1 << 16) return bmpSymbols[codePoint];
        int at = Arrays.binarySearch(astral, codePoint);
        return at < 0 ? 0 : astralSymbols[at];
    }

    static long root(long[] units) {
        return units[ROOT];
    }

    /** The child's unit, when {@link #label} of it is the symbol. */
    static long child(long[] units, long unit, int symbol) {
        return units[(int) (unit >>> 16) & 0xFFFFFF ^ symbol];
    }

    static int label(long unit) {
        return (int) unit & 0xFFFF;
    }

    /** The value of the key that ends here, or -1. */
    static int value(long unit) {
        return (int) (unit >>> 40) - 1;
    }

    private int numberSymbols(StringTable strings, IntPredicate isKey, String source) {
        int[] counts = new int[1 << 16];
        Map<Integer, Integer> astralCounts = new HashMap<>();
        for (int key = 0; key < strings.size(); key++) {
            if (!isKey.test(key)) continue;
            for (int i = 0, length = strings.length(key); i < length; i++) {
                char c = strings.charAt(key, i);
                if (!Character.isSurrogate(c)) counts[c]++;
                else if (Character.isHighSurrogate(c)) astralCounts.merge(strings.codePointAt(key, i), 1, Integer::sum);
            }
        }
        // ascending by (-count, code point)
        long[] order = new long[counts.length + astralCounts.size()];
        int distinct = 0;
        for (int c = 0; c < counts.length; c++) if (counts[c] > 0) order[distinct++] = (long) -counts[c] << 32 | c;
        for (Map.Entry<Integer, Integer> entry : astralCounts.entrySet())
            order[distinct++] = (long) -entry.getValue() << 32 | entry.getKey();
        if (distinct > MAX_SYMBOL)
            throw new InvalidTokenizerException(
                    source + ": " + distinct + " distinct characters in its pieces, at most " + MAX_SYMBOL
                            + " are read; use a model with a smaller alphabet");
        Arrays.sort(order, 0, distinct);
        int[] rare = new int[distinct];
        int rareCount = 0;
        for (int i = 0; i < distinct; i++) {
            int c = (int) order[i];
            if (c < 1 << 16) bmpSymbols[c] = (char) (i + 1);
            else rare[rareCount++] = c;
        }
        astral = Arrays.copyOf(rare, rareCount);
        Arrays.sort(astral);
        astralSymbols = new char[rareCount];
        for (int i = 0; i < distinct; i++) {
            int c = (int) order[i];
            if (c >= 1 << 16) astralSymbols[Arrays.binarySearch(astral, c)] = (char) (i + 1);
        }
        return distinct;
    }

    /** An ordinary linked trie first, because where a node fits depends on all of its children. */
    private final class Builder {
        /** Nodes to have room for at first; the vocabulary of a translation model takes somewhat more. */
        private static final int FIRST_NODES = 1 << 16;

        private int nodes = 1;
        private char[] labels = new char[0];
        private int[] parents = new int[0];
        private int[] values = new int[0];
        private int[] firstChild = new int[0];
        private int[] nextSibling = new int[0];
        private char[] childCounts = new char[0];
        private int[] hash;

        Builder(StringTable strings, IntPredicate isKey) {
            int most = 1;
            for (int key = 0; key < strings.size(); key++) if (isKey.test(key)) most += strings.length(key);
            resize(Math.min(most, FIRST_NODES));
            hash = new int[Integer.highestOneBit(labels.length) * 2];
            labels[ROOT] = EMPTY_LABEL; // so that symbol 0 matches nowhere
            for (int key = 0; key < strings.size(); key++) {
                if (!isKey.test(key)) continue;
                if (key > MAX_VALUE) throw new IllegalArgumentException("value " + key);
                int node = ROOT;
                for (int i = 0, c, length = strings.length(key); i < length; i += Character.charCount(c))
                    node = childOf(node, symbol(c = strings.codePointAt(key, i)));
                values[node] = key + 1;
            }
            parents = null; // no longer needed
            hash = null;
        }

        private int childOf(int parent, char label) {
            int mask = hash.length - 1;
            int slot = mix(parent, label) & mask;
            for (int node; (node = hash[slot]) != 0; slot = slot + 1 & mask)
                if (parents[node] == parent && labels[node] == label) return node;
            int node = nodes++;
            if (node == labels.length) resize(labels.length + labels.length / 2 + 1);
            labels[node] = label;
            parents[node] = parent;
            nextSibling[node] = firstChild[parent];
            firstChild[parent] = node;
            childCounts[parent]++;
            hash[slot] = node;
            if (nodes > hash.length / 4 * 3) rehash();
            return node;
        }

        private static int mix(int parent, char label) {
            int h = (parent * 0x9E3779B1 ^ label) * 0x85EBCA6B;
            return h ^ h >>> 15;
        }

        private void resize(int size) {
            labels = Arrays.copyOf(labels, size);
            parents = Arrays.copyOf(parents, size);
            values = Arrays.copyOf(values, size);
            firstChild = Arrays.copyOf(firstChild, size);
            nextSibling = Arrays.copyOf(nextSibling, size);
            childCounts = Arrays.copyOf(childCounts, size);
        }

        private void rehash() {
            hash = new int[hash.length * 2];
            int mask = hash.length - 1;
            for (int node = 1; node < nodes; node++) {
                int slot = mix(parents[node], labels[node]) & mask;
                while (hash[slot] != 0) slot = slot + 1 & mask;
                hash[slot] = node;
            }
        }

        /** Nodes with many children first: they need luck, and a single child fits any hole. */
        private long[] layOut(int symbolCount, String source) {
            int block = Math.max(2, Integer.highestOneBit(symbolCount) << 1);
            Layout layout = new Layout(block, nodes, source);
            int[] indexes = new int[nodes];
            int[] bases = new int[nodes];
            Arrays.fill(bases, BARREN_BASE);
            int[] symbols = new int[symbolCount];
            for (int parent : byChildren()) {
                if (childCounts[parent] == 0) break;
                int count = 0;
                for (int child = firstChild[parent]; child != 0; child = nextSibling[child])
                    symbols[count++] = labels[child];
                int base = bases[parent] = layout.place(symbols, count);
                for (int child = firstChild[parent]; child != 0; child = nextSibling[child])
                    indexes[child] = base ^ labels[child];
            }
            long[] laidOut = new long[layout.size()];
            Arrays.fill(laidOut, (long) BARREN_BASE << 16 | EMPTY_LABEL);
            for (int node = 0; node < nodes; node++)
                laidOut[indexes[node]] = (long) values[node] << 40 | (long) bases[node] << 16 | labels[node];
            return laidOut;
        }

        private int[] byChildren() {
            int most = 0;
            for (int node = 0; node < nodes; node++) most = Math.max(most, childCounts[node]);
            int[] starts = new int[most + 2];
            for (int node = 0; node < nodes; node++) starts[most - childCounts[node] + 1]++;
            for (int i = 1; i < starts.length; i++) starts[i] += starts[i - 1];
            int[] order = new int[nodes];
            for (int node = 0; node < nodes; node++) order[starts[most - childCounts[node]]++] = node;
            return order;
        }
    }

    /** Which places are taken. Sizes are whole blocks, so {@code base ^ symbol} never leaves the array. */
    private static final class Layout {
        private static final int TRIES = 32;

        private final int block;
        private final int limit;
        private final String source;
        private final BitSet taken = new BitSet();
        private final BitSet bases = new BitSet();
        private int size;
        private int firstFree = 1;
        private int firstRoomy = 1;

        Layout(int block, int nodes, String source) {
            this.block = block;
            this.source = source;
            this.limit = (int) Math.min(MAX_UNITS, 64L * nodes + 16L * block);
            this.size = block;
            taken.set(ROOT);
            bases.set(BARREN_BASE);
        }

        int size() {
            return size;
        }

        int place(int[] symbols, int count) {
            int base = count == 1 ? fitOne(symbols[0]) : fit(symbols, count);
            bases.set(base);
            for (int i = 0; i < count; i++) taken.set(base ^ symbols[i]);
            return base;
        }

        private int fitOne(int symbol) {
            firstFree = taken.nextClearBit(firstFree);
            for (int slot = firstFree; ; slot = taken.nextClearBit(slot + 1)) {
                if (slot >= size) extend();
                if (!bases.get(slot ^ symbol)) return slot ^ symbol;
            }
        }

        private int fit(int[] symbols, int count) {
            firstRoomy = taken.nextClearBit(firstRoomy);
            int slot = firstRoomy;
            for (int tries = 0; tries < TRIES && slot < size; tries++) {
                int base = slot ^ symbols[0];
                if (!bases.get(base) && free(base, symbols, count)) return base;
                slot = taken.nextClearBit(slot + 1);
            }
            firstRoomy = slot;
            return fresh(symbols, count);
        }

        /** Behind all that is taken, where the children's own spread (a power of two) leaves no two of them apart. */
        private int fresh(int[] symbols, int count) {
            int largest = 0;
            for (int i = 0; i < count; i++) largest = Math.max(largest, symbols[i]);
            int spread = Integer.highestOneBit(largest) << 1;
            int base = (taken.length() + spread - 1) / spread * spread;
            while (bases.get(base)) base += spread;
            while (base + spread > size) extend();
            return base;
        }

        private boolean free(int base, int[] symbols, int count) {
            for (int i = 1; i < count; i++) if (taken.get(base ^ symbols[i])) return false;
            return true;
        }

        private void extend() {
            size += block;
            if (size > limit)
                throw new InvalidTokenizerException(source + ": its pieces need a table of more than " + limit
                        + " entries, which no model trained on text does; use another model");
        }
    }
}
