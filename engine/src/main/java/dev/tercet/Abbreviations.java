package dev.tercet;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Words that are written with a period which ends no sentence, in English, French, German, Spanish, Italian and
 * Portuguese. They are told apart by how they go on: a title always goes on, a number follows "No.", and after "Inc." a
 * sentence may end or not, which the next word tells. Where in doubt the text is kept together: a model translates two
 * sentences at once better than half of one.
 */
final class Abbreviations {
    /** A sentence goes on behind them, whatever follows. */
    private static final Set<String> INNER = words(
            // titles
            "Mr Mrs Ms Mx Messrs Dr Drs Prof Rev Hon Gen Col Capt Lt Maj Sgt Cpl Cmdr Adm Gov Sen Rep Pres Supt St Ste"
                    + " Mt Ft Mme Mmes Mlle Mgr Hr Fr Dipl Ing Sra Srta Dra Sig Dott Bros",
            // and words that lead on
            "e.g eg i.e ie cf vs viz approx ca resp bzw bspw vgl sog ggf evtl inkl z.B z.b d.h u.a p.ex p.e ex env av"
                    + " apr c.-à-d");

    /** A sentence goes on behind them if a number follows. */
    private static final Set<String> NUMBERED = words(
            "No Nos no Nr nr Art art Fig fig Figs Eq Sec Sect Ch Chap chap Vol vol p pp pg par Par Abs Abb Tab Kap Str"
                + " str núm Núm pág págs nº n° Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec janv févr juil déc");

    /** The next word tells whether a sentence ends; capital letters with periods (U.S., J. K.) are treated alike. */
    private static final Set<String> OPEN = words("Inc Ltd Co Corp LLC Jr Sr a.m p.m A.M P.M Ph.D M.D B.A M.A al");

    /** A German ordinal number is written with a period, and what follows in capitals like every noun. */
    private static final Pattern ORDINAL = Pattern.compile("\\d{1,2}");

    private static final Set<String> COUNTED = words(
            "Januar Jänner Februar März April Mai Juni Juli August September Oktober November Dezember",
            "Jahrhundert Jahrhunderts Weltkrieg Weltkriegs Klasse Liga Bundesliga Stock Auflage Kapitel Platz Mal");

    private static final Pattern CAPITALS = Pattern.compile("(?:\\p{Lu}\\.-?)*\\p{Lu}");

    /** Words that a sentence begins with much more often than a name or a noun does. */
    private static final Set<String> BEGINNINGS = words(
            "The This That These Those There He She It They We You I In On At But And Or So If As For From With When"
                    + " While After Before Since However Then Now A An His Her Its Their Our My What Who Why How Where"
                    + " Which No Not Yes",
            "Le La Les Il Elle Ils Elles On Un Une Des Ce Cet Cette Ces Mais Et Ou Dans En Je Tu Nous Vous Pour Avec"
                    + " Quand Si",
            "Der Die Das Ein Eine Er Sie Es Wir Ich Ihr Im Aber Und Am Auf Mit Nach Als Wenn Dann",
            "El Los Las Una Pero Y Ella Por Con Cuando Se Lo Gli Uno Ma E O Os As Um Uma Mas Ele Ela");

    private static final Pattern LETTERS = Pattern.compile("(?:\\p{L}\\.-?)+\\p{L}");
    private static final Set<String> LOWER_INNER = lower(INNER);
    private static final Set<String> LOWER_NUMBERED = lower(NUMBERED);
    private static final Set<String> LOWER_OPEN = lower(words(String.join(" ", OPEN), "etc"));

    /** Without those that lead on as often: "at 5 p.m. on Monday". */
    private static final Set<String> LOWER_BEGINNINGS = words(
            "the this that these those there then he she it they we you i a an his her its their our my what who why"
                    + " how",
            "le la les il elle ils elles un une des ce cet cette ces mais je tu nous vous",
            "der die das ein eine er sie es wir ich ihr el los las una ella gli uno ele ela");

    private Abbreviations() {}

    private static Set<String> lower(Set<String> words) {
        return words.stream().map(word -> word.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
    }

    private static Set<String> words(String... lists) {
        return Set.copyOf(Arrays.asList(String.join(" ", lists).split(" ")));
    }

    /**
     * Whether a sentence goes on behind a word with a period.
     *
     * @param word without its last period
     * @param next the word that follows
     */
    static boolean goesOn(String word, String next) {
        if (INNER.contains(word)) return true;
        if (NUMBERED.contains(word) || word.endsWith("str")) return startsWithNumber(next);
        if (ORDINAL.matcher(word).matches() && COUNTED.contains(next)) return true;
        return (OPEN.contains(word) || CAPITALS.matcher(word).matches()) && !BEGINNINGS.contains(next);
    }

    /** The same in a text whose sentences begin in lower case; there a single letter is taken for an initial. */
    static boolean goesOnInLowerCase(String word, String next) {
        String lower = word.toLowerCase(Locale.ROOT);
        if (LOWER_INNER.contains(lower) || lower.length() == 1 && Character.isLetter(lower.charAt(0))) return true;
        if (LOWER_NUMBERED.contains(lower)) return startsWithNumber(next);
        return (LOWER_OPEN.contains(lower) || LETTERS.matcher(lower).matches()) && !LOWER_BEGINNINGS.contains(next);
    }

    /** Whether a sentence begins with a word much more often than it goes on with it behind a period. */
    static boolean isBeginning(String word) {
        return BEGINNINGS.contains(word);
    }

    private static boolean startsWithNumber(String next) {
        return !next.isEmpty() && Character.isDigit(next.codePointAt(0)) || next.matches("[IVXLC]+");
    }
}
