package dev.tercet;

import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts texts into sentences. What lies between them (white space, blank lines, the marks of lists, lines without a
 * letter or digit) belongs to none.
 *
 * <pre>
 * for (SentenceSplitter.Span span : SentenceSplitter.split(text)) IO.println(span.of(text));
 * </pre>
 *
 * {@link BreakIterator} finds most ends. It also cuts behind "Mr.", initials and quoted questions, and misses what ends
 * in an ellipsis or a footnote mark: that is mended here. A line break ends a sentence too, unless the line looks
 * wrapped: the next one goes on in lower case, or the line is as long as wrapped ones are. A blank line always does,
 * and so does the beginning of a list item.
 *
 * <p>In a text of which no sentence begins with a capital letter, a full stop in front of a small letter ends a
 * sentence too. There less can be told apart: an ellipsis, a closed quotation and a single letter with a period never
 * end one (so "vitamin c. the rest" stays together), an abbreviation that is not known does, and all lines of a
 * paragraph are taken for wrapped ones.
 *
 * <p>Knows the abbreviations of six European languages, and the full stops of Chinese, Japanese and Hindi. Safe for use
 * by many threads. Time grows linearly with the text.
 */
public final class SentenceSplitter {
    /**
     * A part of a text.
     *
     * @param start index of its first {@code char}
     * @param end index after its last {@code char}
     */
    public record Span(int start, int end) {
        /** This part of its text. */
        public String of(String text) {
            return text.substring(start, end);
        }
    }

    private static final String CLOSING = "[\\p{Pe}\\p{Pf}\"'’”»]";
    private static final String OPENING = "[\\p{Ps}\\p{Pi}\"'‘“«¿¡–—-]";

    private static final String SPACE = "[\\s\\u00a0\\u202f]";
    private static final String END = "[.!?…؟۔]" + CLOSING + "*(?: ?\\[\\d{1,4}]){0,8}(?:" + SPACE + "+[»”]" + CLOSING
            + "*[.!?…]?)?" + SPACE + "+";
    private static final String BEGIN = "(?:[«“]" + SPACE + "|" + OPENING + ")*";

    /** Ends that BreakIterator misses: an ellipsis, a footnote mark behind the full stop, letters without case. */
    private static final Pattern MISSED = Pattern.compile(END + "(?=" + BEGIN + "[\\p{Lu}\\p{Lt}\\p{Lo}\\p{Nd}])");

    /** And what it takes for the middle of a sentence. */
    private static final Pattern MISSED_IN_LOWER_CASE = Pattern.compile(END + "(?=" + BEGIN + "[\\p{L}\\p{Nd}])");

    private static final Pattern CAPITAL_BEGINNING =
            Pattern.compile("(?:^[^\\p{L}]*|" + END + BEGIN + ")[\\p{Lu}\\p{Lt}]");

    private static final Pattern LIST_MARK = Pattern.compile(
            "\\s*(?:[-*+•◦▪‣·–—>#]+\\s+|\\(?(?:\\d{1,3}|[a-zA-Z]|[ivx]{1,4})\\)\\s+|\\d{1,3}\\.\\s+){1,8}");

    private static final Pattern ONLY_MARK = Pattern.compile("\\(?(?:\\d{1,3}|[a-zA-Z]|[ivx]{1,4})[.)]\\s*");
    private static final Pattern FOOTNOTES = Pattern.compile("[.!?…]" + CLOSING + "*(?: ?\\[\\d{1,4}]){1,8}$");
    private static final int LONGEST_FOOTNOTES = 64;
    private static final String STOPS = ".!?…‽؟۔։।॥:;";
    private static final String WIDE_STOPS = "。！？｡．";

    /** Lines of wrapped text are about this long: shorter ones were ended on purpose, longer ones never wrapped. */
    private static final int SHORTEST_WRAPPED = 55;

    private static final int LONGEST_WRAPPED = 100;

    private final String text;
    private final boolean lowerCase; // whether no sentence begins with a capital letter
    private final List<Span> sentences = new ArrayList<>();

    private SentenceSplitter(String text) {
        this.text = text;
        this.lowerCase = !CAPITAL_BEGINNING.matcher(text).find();
    }

    /** The sentences of a text, in their order, without white space around them. */
    public static List<Span> split(String text) {
        SentenceSplitter splitter = new SentenceSplitter(text);
        splitter.splitBlocks();
        return List.copyOf(splitter.sentences);
    }

    /** A block is a line, or several that were one before they were wrapped. */
    private void splitBlocks() {
        int start = -1;
        Span before = null;
        for (int from = 0; from < text.length(); ) {
            int end = lineEnd(from);
            Span line = trimmed(from, end);
            if (line == null || before == null || !wrapped(before, line)) {
                if (start >= 0) splitBlock(start, before.end);
                start = line == null ? -1 : line.start;
            }
            before = line;
            from = afterLine(end);
        }
        if (start >= 0) splitBlock(start, before.end);
    }

    private int lineEnd(int from) {
        int end = from;
        while (end < text.length() && !isLineEnd(text.charAt(end))) end++;
        return end;
    }

    private int afterLine(int end) {
        return text.startsWith("\r\n", end) ? end + 2 : end + 1;
    }

    private static boolean isLineEnd(char c) {
        return c == '\n' || c == '\r' || c == '\u2028' || c == '\u2029' || c == '\f' || c == '\u0085';
    }

    /** Whether a sentence may go on from one line to the next. */
    private boolean wrapped(Span line, Span next) {
        if (LIST_MARK.matcher(text).region(next.start, next.end).lookingAt()) return false;
        // a rule, an ellipsis for what is left out
        if (!hasWord(line.start, line.end) || !hasWord(next.start, next.end)) return false;
        int first = text.codePointAt(next.start);
        if (Character.isLowerCase(first)) return true;
        int length = line.end - line.start;
        return length >= SHORTEST_WRAPPED && length <= LONGEST_WRAPPED;
    }

    private void splitBlock(int start, int end) {
        Matcher mark = LIST_MARK.matcher(text).region(start, end);
        int from = mark.lookingAt() ? mark.end() : start;
        int begun = from;
        boolean words = false; // between begun and last
        int last = from;
        for (int boundary : boundaries(from, end)) {
            // stray punctuation stays with its sentence
            boolean more = hasWord(last, boundary);
            if (words && more && !goesOn(begun, last, boundary)) {
                int behind = behindSymbols(last, boundary);
                sentences.add(trimmed(begun, behind));
                begun = behind;
            }
            words |= more;
            last = boundary;
        }
        if (words) sentences.add(trimmed(begun, last));
    }

    /** Emoji behind a full stop belong to what is before them. */
    private int behindSymbols(int at, int next) {
        int end = at;
        for (int i = at; i < next; ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            if (isSpace(text.charAt(i - 1))) end = i;
            else if (!isSymbol(c)) break;
        }
        return end;
    }

    private static boolean isSymbol(int c) {
        return switch (Character.getType(c)) {
            case Character.OTHER_SYMBOL, Character.MODIFIER_SYMBOL, Character.NON_SPACING_MARK, Character.FORMAT ->
                true;
            default -> false;
        };
    }

    /** Where a sentence might end, the end of the block included. */
    private SortedSet<Integer> boundaries(int start, int end) {
        String block = text.substring(start, end).replaceAll("[\\n\\r\\f\\u2028\\u2029\\u0085]", " ");
        SortedSet<Integer> boundaries = new TreeSet<>();
        BreakIterator breaks = BreakIterator.getSentenceInstance(Locale.ROOT);
        breaks.setText(block);
        for (int at = breaks.first(); at != BreakIterator.DONE; at = breaks.next())
            if (at > 0) boundaries.add(start + at);
        Matcher missed = (lowerCase ? MISSED_IN_LOWER_CASE : MISSED).matcher(block);
        while (missed.find()) boundaries.add(start + missed.end());
        return boundaries;
    }

    /**
     * Whether what might end a sentence does not.
     *
     * @param begun where the sentence begins
     * @param at the boundary: behind white space, where there is some
     * @param next the boundary after it
     */
    private boolean goesOn(int begun, int at, int next) {
        int end = at;
        while (end > begun && isSpace(text.charAt(end - 1))) end--;
        char last = text.charAt(end - 1);
        if (end == at) {
            if (last == '」' && text.startsWith("と", at)) return true; // 「はい。」と言った
            return WIDE_STOPS.indexOf(lastWithoutClosing(begun, end)) < 0; // inside a number or an address
        }
        if (ONLY_MARK.matcher(text).region(begun, at).matches()) return true; // "2." in front of its item

        String following = followingWord(at, next);
        boolean lower = !following.isEmpty() && Character.isLowerCase(following.codePointAt(0));
        boolean closed = last != '.' && STOPS.indexOf(last) < 0 && WIDE_STOPS.indexOf(last) < 0;
        char stop = closed ? lastWithoutClosing(begun, end) : last;
        if (STOPS.indexOf(stop) < 0 && WIDE_STOPS.indexOf(stop) < 0) return !isFootnote(begun, end);
        boolean ellipsis = stop == '…' || text.startsWith("..", end - 2);
        if (lower && (ellipsis || (lowerCase ? closed && stop != '.' : closed || stop == '.')))
            return true; // "Why?" he asked
        String word = last == '.' ? wordBefore(begun, end - 1) : "";
        if (!lowerCase && isSmallLetter(word)) {
            if (beginsWithAbbreviatedLetter(at, next)) return true; // "z. B."
            if (followsAbbreviatedLetter(begun, end - 2)) return !Abbreviations.isBeginning(following); // "u. a."
        }
        return lowerCase ? Abbreviations.goesOnInLowerCase(word, following) : Abbreviations.goesOn(word, following);
    }

    private static boolean isSmallLetter(String word) {
        return word.length() == 1 && Character.isLowerCase(word.charAt(0));
    }

    /** Whether there is a single letter with a period. */
    private boolean beginsWithAbbreviatedLetter(int from, int end) {
        return from + 1 < end && Character.isLetter(text.charAt(from)) && text.charAt(from + 1) == '.';
    }

    /** Whether there is a single letter with a period, and a space, in front of a place. */
    private boolean followsAbbreviatedLetter(int begun, int at) {
        int from = at - 3;
        return from >= begun
                && isSpace(text.charAt(at - 1))
                && text.charAt(at - 2) == '.'
                && Character.isLetter(text.charAt(from))
                && (from == begun || !Character.isLetterOrDigit(text.charAt(from - 1)));
    }

    private char lastWithoutClosing(int begun, int end) {
        int at = end;
        while (at > begun && (isClosing(text.charAt(at - 1)) || isSpace(text.charAt(at - 1)))) at--;
        return at > begun ? text.charAt(at - 1) : ' ';
    }

    private boolean isFootnote(int begun, int end) {
        int from = Math.max(begun, end - LONGEST_FOOTNOTES);
        return text.charAt(end - 1) == ']'
                && FOOTNOTES.matcher(text.substring(from, end)).find();
    }

    private static boolean isClosing(char c) {
        return switch (Character.getType(c)) {
            case Character.END_PUNCTUATION, Character.FINAL_QUOTE_PUNCTUATION -> true;
            default -> c == '"' || c == '\'';
        };
    }

    /** The word in front of a period, with periods inside. */
    private String wordBefore(int begun, int end) {
        int from = end;
        while (from > begun && !isSpace(text.charAt(from - 1)) && "([{\"'«“‘/".indexOf(text.charAt(from - 1)) < 0)
            from--;
        return text.substring(from, end);
    }

    /** The first word from a place on: letters and digits without what is in front of them. */
    private String followingWord(int from, int end) {
        int start = from;
        while (start < end && !Character.isLetterOrDigit(text.codePointAt(start))) start++;
        int to = start;
        while (to < end && Character.isLetterOrDigit(text.codePointAt(to)))
            to += Character.charCount(text.codePointAt(to));
        return text.substring(start, to);
    }

    private boolean hasWord(int from, int to) {
        for (int i = from; i < to; i += Character.charCount(text.codePointAt(i)))
            if (Character.isLetterOrDigit(text.codePointAt(i))) return true;
        return false;
    }

    private Span trimmed(int from, int to) {
        int start = from;
        int end = to;
        while (start < end && isSpace(text.charAt(start))) start++;
        while (end > start && isSpace(text.charAt(end - 1))) end--;
        return start == end ? null : new Span(start, end);
    }

    static boolean isSpace(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\uFEFF' || c == '\u0085';
    }
}
