package dev.tercet.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Cuts a text at added tokens as the tokenizers do that transformers runs in Python ({@code Trie.split} and
 * {@code tokenize} of its {@code PythonBackend}, 5.23): leftmost match, and there the longest. Immutable.
 */
final class TokenSplitter {
    /** A part of a text: {@code text.substring(start, end)}. */
    record Part(int start, int end) {
        boolean isEmpty() {
            return start == end;
        }
    }

    private static final class Node {
        final Map<Character, Node> children = new HashMap<>();
        boolean complete;
    }

    private final Map<String, AddedToken> tokens = new HashMap<>();
    private final Node root = new Node();
    private final boolean[] latinStarts = new boolean[256];
    private boolean otherStarts;
    private boolean flags;
    private int longest;

    /**
     * @param source the file's name in error messages
     * @throws InvalidTokenizerException when a token both takes white space along and must be a word by itself
     */
    TokenSplitter(Collection<AddedToken> added, String source) {
        for (AddedToken token : added) {
            String content = token.content();
            if (content.isEmpty()) continue;
            if (token.singleWord() && (token.lstrip() || token.rstrip()))
                throw new InvalidTokenizerException(source + ": added token " + JsonObject.show(content)
                        + " is single_word and strips white space, Tercet reads only one of both; set one to false");
            tokens.put(content, token);
            flags |= token.singleWord() || token.lstrip() || token.rstrip();
            longest = Math.max(longest, content.length());
            char first = content.charAt(0);
            if (first < 256) latinStarts[first] = true;
            else otherStarts = true;
            Node node = root;
            for (int i = 0; i < content.length(); i++)
                node = node.children.computeIfAbsent(content.charAt(i), _ -> new Node());
            node.complete = true;
        }
    }

    /** Whether a part is an added token. */
    boolean isToken(String text, Part part) {
        return part.end() - part.start() <= longest && tokens.containsKey(text.substring(part.start(), part.end()));
    }

    /** The parts of a text, in order; what tokens stripped is in none of them. */
    List<Part> split(String text) {
        int first = firstStart(text);
        if (first == text.length()) return text.isEmpty() ? List.of() : List.of(new Part(0, first));
        List<Part> parts = cut(text, first);
        return flags ? applyFlags(text, parts) : parts;
    }

    private int firstStart(String text) {
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (c < 256 ? latinStarts[c] : otherStarts && root.children.containsKey(c)) break;
            i++;
        }
        return i;
    }

    /** A match under way: where it began, and how far into the tree it has come. */
    private final class Candidates extends LinkedHashMap<Integer, Node> {
        private static final long serialVersionUID = 1;
    }

    private List<Part> cut(String text, int from) {
        List<Part> parts = new ArrayList<>();
        Candidates candidates = new Candidates();
        int done = 0;
        int resume = from;
        for (int at = from; at < text.length(); at++) {
            if (at < resume) continue;
            char c = text.charAt(at);
            Part match = advance(text, candidates, at);
            if (match != null) {
                done = add(parts, done, match);
                resume = match.end();
                candidates.clear();
            }
            Node begun = at >= resume ? root.children.get(c) : null;
            if (begun != null) candidates.put(at, begun);
        }
        for (Map.Entry<Integer, Node> candidate : candidates.entrySet()) {
            if (!candidate.getValue().complete) continue;
            done = add(parts, done, new Part(candidate.getKey(), text.length()));
            break;
        }
        if (done < text.length()) parts.add(new Part(done, text.length()));
        return parts;
    }

    private static int add(List<Part> parts, int done, Part match) {
        if (done < match.start()) parts.add(new Part(done, match.start()));
        parts.add(match);
        return match.end();
    }

    /** Takes every candidate one character on, unless one is complete: then the match it leads to. */
    private static Part advance(String text, Candidates candidates, int at) {
        char c = text.charAt(at);
        List<Integer> failed = new ArrayList<>(0);
        for (Map.Entry<Integer, Node> candidate : candidates.entrySet()) {
            if (candidate.getValue().complete) return longestMatch(text, candidates, candidate.getKey(), at);
            Node next = candidate.getValue().children.get(c);
            if (next == null) failed.add(candidate.getKey());
            else candidate.setValue(next);
        }
        failed.forEach(candidates.keySet()::remove);
        return null;
    }

    /**
     * The candidate that began first and comes to a complete token, as far as it comes. Candidates before {@code start}
     * have already taken the character at {@code at}; one that failed on it goes on behind it all the same, which is
     * what the reference does.
     */
    private static Part longestMatch(String text, Candidates candidates, int start, int at) {
        Iterator<Map.Entry<Integer, Node>> earlier = candidates.entrySet().iterator();
        while (true) {
            Map.Entry<Integer, Node> candidate = earlier.next();
            int begun = candidate.getKey();
            int end = begun < start ? at + 1 : at;
            Node node = candidate.getValue();
            int found = node.complete ? end : -1;
            while (end < text.length() && (node = node.children.get(text.charAt(end))) != null) {
                end++;
                if (node.complete) found = end;
            }
            if (found >= 0) return new Part(begun, found);
        }
    }

    private List<Part> applyFlags(String text, List<Part> cut) {
        Part[] parts = cut.toArray(Part[]::new);
        for (int i = 0; i < parts.length; i++) {
            if (!isToken(text, parts[i])) continue;
            AddedToken token = tokens.get(text.substring(parts[i].start(), parts[i].end()));
            Part left = i > 0 && !parts[i - 1].isEmpty() ? parts[i - 1] : null;
            Part right = i + 1 < parts.length && !parts[i + 1].isEmpty() ? parts[i + 1] : null;
            if (token.rstrip() && right != null) parts[i + 1] = stripStart(text, right);
            if (token.lstrip() && left != null) parts[i - 1] = stripEnd(text, left);
            if (!token.singleWord()) continue;
            if (left != null && text.charAt(left.end() - 1) != ' ') {
                parts[i - 1] = new Part(left.start(), parts[i].end());
                parts[i] = new Part(parts[i].end(), parts[i].end());
            } else if (right != null && text.charAt(right.start()) != ' ') {
                parts[i + 1] = new Part(parts[i].start(), right.end());
                parts[i] = new Part(parts[i].start(), parts[i].start());
            }
        }
        return Arrays.stream(parts).filter(part -> !part.isEmpty()).toList();
    }

    private static Part stripStart(String text, Part part) {
        int start = part.start();
        while (start < part.end() && PythonText.isSpace(text.charAt(start))) start++;
        return new Part(start, part.end());
    }

    private static Part stripEnd(String text, Part part) {
        int end = part.end();
        while (end > part.start() && PythonText.isSpace(text.charAt(end - 1))) end--;
        return new Part(part.start(), end);
    }
}
