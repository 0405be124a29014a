package dev.tercet;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;

/** Translations and what they are compared with, as {@link Bleu} and {@link Chrf} take them. */
final class ReferenceTexts {
    /** The version of sacreBLEU whose numbers these are. */
    static final String SACREBLEU = "2.6.0";

    private ReferenceTexts() {}

    /** @throws IllegalArgumentException when something is missing */
    static void check(List<String> hypotheses, List<List<String>> references) {
        if (hypotheses.isEmpty()) throw new IllegalArgumentException("there is no hypothesis to evaluate");
        if (references.isEmpty()) throw new IllegalArgumentException("there are no references");
        for (int r = 0; r < references.size(); r++)
            if (references.get(r).size() != hypotheses.size())
                throw new IllegalArgumentException("references " + (r + 1) + " of " + references.size() + " have "
                        + references.get(r).size() + " texts for " + hypotheses.size() + " hypotheses");
        for (int i = 0; i < hypotheses.size(); i++) {
            if (hypotheses.get(i) == null) throw new IllegalArgumentException("hypothesis " + i + " is null");
            if (of(references, i).contains(null)) throw new IllegalArgumentException("reference " + i + " is null");
        }
    }

    /** The references of one hypothesis. */
    static List<String> of(List<List<String>> references, int i) {
        List<String> texts = new ArrayList<>(references.size());
        for (List<String> list : references) texts.add(list.get(i));
        return texts;
    }

    /** The words of a text: what Python's {@code str.split()} gives. */
    static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        int start = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i < text.length() && !isSpace(text.charAt(i))) continue;
            if (i > start) words.add(text.substring(start, i));
            start = i + 1;
        }
        return words;
    }

    /** A text without white space at its end: what Python's {@code str.rstrip()} gives. */
    static String stripTrailing(String text) {
        int end = text.length();
        while (end > 0 && isSpace(text.charAt(end - 1))) end--;
        return text.substring(0, end);
    }

    /** A number with so many decimals, as Python writes it: of two equally near ones the even. */
    static String rounded(double value, int decimals) {
        return new BigDecimal(value).setScale(decimals, RoundingMode.HALF_EVEN).toPlainString();
    }

    /** What Python's {@code str.isspace()} says of one character; white space all lies in the first plane. */
    private static boolean isSpace(char c) {
        return switch (c) {
            case '\t', '\n', 0x0B, '\f', '\r', 0x1C, 0x1D, 0x1E, 0x1F, ' ', 0x85, 0xA0, 0x1680 -> true;
            case 0x2028, 0x2029, 0x202F, 0x205F, 0x3000 -> true;
            default -> c >= 0x2000 && c <= 0x200A;
        };
    }
}
