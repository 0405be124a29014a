package dev.tercet.tokenizer;

import java.util.HashMap;
import java.util.Map;

/**
 * Finds added tokens in a text: leftmost first, the longest where several begin, none overlapping. Immutable once
 * filled.
 */
final class AddedTokens {
    /** Receives a text in pieces, in order. */
    interface Pieces {
        /** A stretch without added tokens, not empty. */
        void text(int from, int to);

        /** An added token and the white space it takes along. */
        void token(int id, int from, int to);
    }

    /** A tree of characters; few tokens, so maps will do. */
    private static final class Node {
        final Map<Character, Node> next = new HashMap<>();
        final int depth;
        AddedToken token;
        int id;

        Node(int depth) {
            this.depth = depth;
        }
    }

    private final UnicodeTables unicode = UnicodeTables.get();
    private final Node root = new Node(0);

    /** The character that all tokens begin with; -1 when they differ. */
    private int onlyFirst;

    /** @param form what to look for: the content, or its normalized form */
    void add(AddedToken token, int id, String form) {
        onlyFirst = isEmpty() || onlyFirst == form.charAt(0) ? form.charAt(0) : -1;
        Node node = root;
        for (int i = 0; i < form.length(); i++) {
            int depth = i + 1;
            node = node.next.computeIfAbsent(form.charAt(i), _ -> new Node(depth));
        }
        if (node.token != null)
            return; // two contents with one normalized form: the reference finds either, by chance; here the first
        node.token = token;
        node.id = id;
    }

    boolean isEmpty() {
        return root.next.isEmpty();
    }

    /** Cuts {@code text[0, length)} at the added tokens. */
    void split(char[] text, int length, Pieces pieces) {
        int done = 0;
        for (int at = 0; (at = candidate(text, at, length)) < length; ) {
            Node found = longest(text, at, length);
            if (found == null) {
                at++;
                continue;
            }
            int from = at;
            int to = at += found.depth;
            AddedToken token = found.token;
            if (token.singleWord() && !aloneBetween(text, from, to, length)) continue;
            if (token.lstrip()) while (from > done && is(text[from - 1], UnicodeTables.SPACE)) from--;
            if (token.rstrip()) while (to < length && is(text[to], UnicodeTables.SPACE)) to++;
            if (done < from) pieces.text(done, from);
            pieces.token(found.id, from, to);
            done = to;
        }
        if (done < length) pieces.text(done, length);
    }

    /** The first index from {@code at} on where a token may begin, or {@code length}. */
    private int candidate(char[] text, int at, int length) {
        int i = at;
        if (onlyFirst >= 0) while (i < length && text[i] != onlyFirst) i++;
        else while (i < length && !root.next.containsKey(text[i])) i++;
        return i;
    }

    private Node longest(char[] text, int at, int length) {
        Node longest = null;
        Node node = root;
        for (int i = at; i < length && (node = node.next.get(text[i])) != null; i++)
            if (node.token != null) longest = node;
        return longest;
    }

    private boolean aloneBetween(char[] text, int from, int to, int length) {
        return (from == 0 || !is(Character.codePointBefore(text, from), UnicodeTables.WORD))
                && (to == length || !is(Character.codePointAt(text, to, length), UnicodeTables.WORD));
    }

    /** All white space lies in the first plane, so a {@code char} is enough to ask about it. */
    private boolean is(int codePoint, int property) {
        return unicode.is(codePoint, property);
    }
}
