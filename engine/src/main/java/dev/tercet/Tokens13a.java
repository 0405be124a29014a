package dev.tercet;

import java.util.List;
import java.util.regex.Pattern;

/**
 * The tokenization 13a, in which BLEU scores are comparable: that of NIST's mteval-v13a.pl, as sacreBLEU 2.6.0 has it.
 * ASCII punctuation is split off; periods and commas stay inside numbers, apostrophes and hyphens inside words.
 */
final class Tokens13a {
    /** A pattern and what takes its place, in the order in which they are applied. */
    private record Rule(Pattern pattern, String replacement) {
        static Rule of(String pattern, String replacement) {
            return new Rule(Pattern.compile(pattern), replacement);
        }
    }

    private static final List<Rule> RULES = List.of(
            // all of ASCII but letters, digits and ' , - .
            Rule.of("([{-~\\[-` -&(-+:-@/])", " $1 "),
            // a period or comma that no digit is before, then one that none is behind
            Rule.of("([^0-9])([.,])", "$1 $2 "),
            Rule.of("([.,])([^0-9])", " $1 $2"),
            // a hyphen behind a digit
            Rule.of("([0-9])(-)", "$1 $2 "));

    private Tokens13a() {}

    /** The tokens of a text. */
    static List<String> of(String text) {
        String line = unescaped(ReferenceTexts.stripTrailing(text)
                .replace("<skipped>", "")
                .replace("-\n", "")
                .replace('\n', ' '));
        line = " " + line + " ";
        for (Rule rule : RULES) line = rule.pattern.matcher(line).replaceAll(rule.replacement);
        return ReferenceTexts.words(line);
    }

    private static String unescaped(String text) {
        return text.replace("&quot;", "\"")
                .replace("&amp;", "&")
                .replace("&lt;", "<")
                .replace("&gt;", ">");
    }
}
