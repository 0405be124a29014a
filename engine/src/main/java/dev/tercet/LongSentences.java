package dev.tercet;

import dev.tercet.tokenizer.Encoding;
import dev.tercet.tokenizer.MarianTokenizer;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts sentences that have more tokens than a model reads. The parts are about equally long, so that no stump is left,
 * and end at the best place near their ideal end: behind a full stop or semicolon, else behind a comma, else at white
 * space, and where there is none between two tokens.
 *
 * @param prefix what is put in front of every part before it is read: a language code, or nothing
 * @param most tokens of a part, special ones included
 */
record LongSentences(MarianTokenizer tokenizer, String prefix, int most) {
    /** A cut may come this part of the ideal length before it. */
    private static final int SLACK = 2;

    /** Places by how well a sentence can be cut there. */
    private static final int NOWHERE = 0;

    private static final int BETWEEN_TOKENS = 1;
    private static final int SPACE = 2;
    private static final int COMMA = 3;
    private static final int CLAUSE = 4;

    /**
     * A sentence or a part of one.
     *
     * @param ids its tokens with those of the prefix, special ones included
     */
    record Part(SentenceSplitter.Span span, int[] ids) {}

    /** The parts of a sentence: itself, if it is short enough. */
    List<Part> parts(String text, SentenceSplitter.Span sentence) {
        List<Part> parts = new ArrayList<>();
        cut(text, sentence, parts);
        return parts;
    }

    private void cut(String text, SentenceSplitter.Span span, List<Part> parts) {
        Encoding encoding = tokenizer.encode(prefix + span.of(text));
        int[] ends = encoding.size() <= most ? new int[0] : cuts(text, span, encoding);
        if (ends.length == 0) {
            parts.add(new Part(span, encoding.ids()));
            return;
        }
        int start = span.start();
        for (int end : ends) {
            // A part on its own may have some tokens more than inside its sentence.
            if (end > start) cutTrimmed(text, start, end, parts);
            start = end;
        }
        cutTrimmed(text, start, span.end(), parts);
    }

    private void cutTrimmed(String text, int from, int to, List<Part> parts) {
        int start = from;
        int end = to;
        while (start < end && SentenceSplitter.isSpace(text.charAt(start))) start++;
        while (end > start && SentenceSplitter.isSpace(text.charAt(end - 1))) end--;
        if (start < end) cut(text, new SentenceSplitter.Span(start, end), parts);
    }

    /** Where the parts end, but for the last: none if there is no place. */
    private int[] cuts(String text, SentenceSplitter.Span span, Encoding encoding) {
        int[] tokenEnds = encoding.spans().ends();
        int tokens = encoding.size() - 1; // without the end token
        int room = Math.max(1, most - 1);
        List<Integer> cuts = new ArrayList<>();
        int begun = 0;
        while (tokens - begun > room) {
            int parts = Math.ceilDiv(tokens - begun, room);
            int ideal = begun + Math.ceilDiv(tokens - begun, parts);
            int latest = Math.min(begun + room, tokens - 1);
            int best = -1;
            int bestRank = NOWHERE;
            for (int t = begun + Math.max(1, (ideal - begun) / SLACK); t <= latest; t++) {
                int at = tokenEnds[t - 1] - prefix.length() + span.start();
                int rank = rank(text, span, at);
                boolean better = rank > bestRank || rank == bestRank && Math.abs(t - ideal) < Math.abs(best - ideal);
                if (rank != NOWHERE && better) {
                    best = t;
                    bestRank = rank;
                }
            }
            if (best < 0) best = latest;
            int at = tokenEnds[best - 1] - prefix.length() + span.start();
            if (at > span.start() && at < span.end() && !splitsCharacter(text, at)) cuts.add(at);
            begun = best;
        }
        if (cuts.isEmpty()) {
            int middle = middle(text, span);
            return middle > span.start() ? new int[] {middle} : new int[0];
        }
        return cuts.stream().mapToInt(Integer::intValue).toArray();
    }

    /** For text of which one character is more tokens than there is room for: half of it; the start, if it is one. */
    private static int middle(String text, SentenceSplitter.Span span) {
        int points = text.codePointCount(span.start(), span.end());
        return text.offsetByCodePoints(span.start(), points / 2);
    }

    /** How good a place before an index is. */
    private static int rank(String text, SentenceSplitter.Span span, int at) {
        if (at <= span.start() || at >= span.end() || splitsCharacter(text, at)) return NOWHERE;
        char before = text.charAt(at - 1);
        boolean apart = SentenceSplitter.isSpace(text.charAt(at));
        if ("。！？；".indexOf(before) >= 0 || apart && ".!?…;:".indexOf(before) >= 0) return CLAUSE;
        if ("，、".indexOf(before) >= 0 || apart && ",)—–".indexOf(before) >= 0) return COMMA;
        return apart || SentenceSplitter.isSpace(before) ? SPACE : BETWEEN_TOKENS;
    }

    /** Whether a cut would leave half a surrogate pair, or a mark without its letter. */
    private static boolean splitsCharacter(String text, int at) {
        if (Character.isLowSurrogate(text.charAt(at)) && Character.isHighSurrogate(text.charAt(at - 1))) return true;
        int type = Character.getType(text.codePointAt(at));
        return type == Character.NON_SPACING_MARK
                || type == Character.ENCLOSING_MARK
                || type == Character.COMBINING_SPACING_MARK;
    }
}
