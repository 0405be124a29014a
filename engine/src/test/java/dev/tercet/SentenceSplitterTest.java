package dev.tercet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SentenceSplitterTest {
    private static List<String> split(String text) {
        return SentenceSplitter.split(text).stream().map(span -> span.of(text)).toList();
    }

    /** The sentences of each text are written with | between them, where the text has a space. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                // plain
                "One.|Two!|Three?|Four",
                "Really?!|Yes!!!|No.",
                // abbreviations, initials, acronyms
                "Mr. Smith met Dr. Jones and Mrs. Brown.|They talked.",
                "He lives in St. Louis with Prof. Miller.",
                "J. K. Rowling and J.R.R. Tolkien wrote books.|Everyone read them.",
                "George W. Bush was president.",
                "It is made of vitamin C.|The rest is water.",
                "He joined the U.S. Army in 1990.|He left the U.S.|Then he came back.",
                "Apple Inc. CEO Tim Cook spoke.|It was bought by Apple Inc.|The price is secret.",
                "We met at 5 p.m. Monday.|We met at 5 p.m.|The door was closed.",
                "Use fruit, e.g. Granny Smith apples, i.e. Sour ones.",
                "See Fig. 3 and No. 7 on pp. 12 of Vol. II here.|He said no.|Then he left.",
                "Bring apples, pears, etc.|Then wash them.",
                "Smith et al. Found it first.|Smith et al.|The end.",
                // other languages
                "M. Dupont et Mme. Durand arrivent.|Ils sont en retard.",
                "Das ist z.B. Wasser bzw. Eis.|Es ist kalt.",
                "Man kann z. B. Wasser trinken, d. h. Eis schmelzen.|Es gibt u. a. Brot.|Das Brot u. a.|Die Milch ist"
                        + " alt.",
                "Am 3. Oktober ist frei.|Er wohnt in der Hauptstr. 5 im 2. Stock.|Es waren 3.|Er kam im 20."
                        + " Jahrhundert.",
                "It was made of vitamin c.|The rest is water.",
                "¿Qué tal?|¡Muy bien!|El Sr. García vive en el núm. 5 aquí.",
                // quotes and brackets
                "\"Why?\" he asked.|\"Stop!\" she said.|\"Stop.\"|Then he left.",
                "He said “It is late.”|She agreed.",
                "« Bonjour. »|Il part.",
                "« Bonjour ! »|« Il est tard », dit-il.|« Bon. »|Il y vivait 50 ans av. J.-C. environ.",
                "Il dit : « Il\u00a0est\u00a0tard.\u00a0»|«\u00a0Non\u00a0!\u00a0»|Fin.",
                "He ate (a lot.)|Then he slept.",
                "He came (really?) and left (at once!).|Good.",
                "She asked: \"Do you know Mr. Smith?\"|\"No.\"",
                // ellipses
                "Wait... what?|No...|Yes.",
                "He paused…|Then he left.",
                "He paused… then he left.",
                // numbers, addresses, footnotes
                "It costs 3.14 dollars, or 1.000,50 in Rome.|Fine.",
                "Visit www.example.com/Foo.Bar or mail A.Name@example.org.|Thanks.",
                "Version 2.0 is here.|It needs Java 25.|Enjoy.",
                "The road ends.[12]|Then comes the sea.[3][4]|Ships go on.",
                "Hello.World is one name.",
                // stray punctuation
                "Stop.|Go on . . . please.",
                "Well done! 👍|Next one.",
                "No way.|Sure. --",
                // all in lower case
                "i saw it.|then he left.|was it good?|yes!",
                "mr. smith met dr. jones and mrs. brown.|they talked.",
                "we met Tom on monday.|he had e.g. apples, i.e. ripe ones.|see no. 7 and fig. 3 on pp. 12 here.|he said"
                        + " no.|then he left.",
                "at 5 p.m. on monday we ate fish, rice etc. and drank.|we met at 5 p.m.|the door was closed.",
                "j. k. rowling wrote books.|everyone read them.",
                "well... i don't know.|he paused… then he left.",
                "\"why?\" he asked.|\"it is late.\"|she agreed.|see www.example.com.|it costs 3.14 dollars.|fine",
                "he joined the u.s. army in 1990.|he left the u.s.|then he came back.",
                "il pleut.|on reste ici.|m. dupont arrive.",
                // one capital letter behind a full stop: small letters go on
                "he left.|He came at 5 approximat. for lunch."
            })
    void findsTheSentencesOf(String marked) {
        assertEquals(Arrays.asList(marked.split("\\|")), split(marked.replace('|', ' ')));
    }

    @Test
    void splitsTextWithoutSpaces() {
        assertEquals(List.of("你好。", "我很好！", "真的吗？", "「是。」", "好"), split("你好。我很好！真的吗？「是。」好"));
        assertEquals(List.of("日本語は話せません。", "3.5は数です。"), split("日本語は話せません。3.5は数です。"));
        assertEquals(List.of("「はい。」と言った。", "「いいえ。」", "終わり。"), split("「はい。」と言った。「いいえ。」終わり。"));
        assertEquals(List.of("नमस्ते।", "आप कैसे हैं।"), split("नमस्ते। आप कैसे हैं।"));
        assertEquals(List.of("مرحبا.", "كيف حالك؟", "أنا بخير."), split("مرحبا. كيف حالك؟ أنا بخير."));
    }

    @Test
    void keepsListMarksOutOfTheSentences() {
        assertEquals(
                List.of("Milk", "Bread.", "Fresh.", "Open the box.", "Close it.", "Title", "Sub", "quoted"),
                split("- Milk\n* Bread. Fresh.\n\n1. Open the box.\n 2) Close it.\n## Title\n• (a) Sub\n> quoted"));
    }

    @Test
    void joinsNumbersInALineWithTheirItems() {
        assertEquals(List.of("Buy milk.", "2. Sell it.", "3. Rest."), split("1. Buy milk. 2. Sell it. 3. Rest."));
    }

    @Test
    void leavesLinesWithoutWordsAlone() {
        assertEquals(List.of("Before", "after"), split("Before\n\n-----\n* * *\n…\n\n   \nafter"));
        assertEquals(List.of(), split(" \n\t\n--- ... !?\n"));
        assertEquals(List.of(), split(""));
    }

    @Test
    void endsASentenceAtALineBreakUnlessTheLineIsWrapped() {
        assertEquals(List.of("A headline", "The text under it."), split("A headline\r\nThe text under it."));
        assertEquals(List.of("a short line\nthat goes on"), split("a short line\nthat goes on"));
        assertEquals(
                List.of(
                        "This line is as long as a line of wrapped text is, says Mr.\nSmith, who never ends it.",
                        "So\nit goes on."),
                split("This line is as long as a line of wrapped text is, says Mr.\n"
                        + "Smith, who never ends it. So\n"
                        + "it goes on."));
        assertEquals(
                List.of("This line is as long as a line of wrapped text is, followed by", "an item"),
                split("This line is as long as a line of wrapped text is, followed by\n- an item"));
        assertEquals(List.of("one", "two"), split("one\n\ntwo"));
        assertEquals(
                List.of("This line is as long as a line of wrapped text is, followed by", "what was left out"),
                split("This line is as long as a line of wrapped text is, followed by\n....\nwhat was left out"));
    }

    /** Whatever the text: spans in order, no white space around them, no word outside but in list marks. */
    @Test
    void losesNothingOfRandomText() {
        String[] pieces = {
            "word",
            "Word",
            "Mr",
            "e.g",
            "3",
            "14",
            ".",
            ".",
            ".",
            "!",
            "?",
            "…",
            "\"",
            "“",
            "”",
            "(",
            ")",
            " ",
            " ",
            " ",
            " ",
            " ",
            "\n",
            "\n\n",
            "\r\n",
            "\u2028",
            "\u00a0",
            "。",
            "日本",
            "👍",
            "é",
            "e\u0301",
            "- ",
            "1. ",
            "a) ",
            ">>",
            "<<",
            "[1]",
            ",",
            "\ud800",
            "U.S.",
            "http://a.b/C.D",
            "\t"
        };
        for (long seed = 1; seed <= 2000; seed++) {
            Random random = new Random(seed);
            StringBuilder built = new StringBuilder();
            for (int n = random.nextInt(60); n > 0; n--) built.append(pieces[random.nextInt(pieces.length)]);
            String text = built.toString();
            int end = 0;
            StringBuilder outside = new StringBuilder();
            for (SentenceSplitter.Span span : SentenceSplitter.split(text)) {
                assertTrue(span.start() >= end && span.end() > span.start(), "seed " + seed);
                assertFalse(SentenceSplitter.isSpace(text.charAt(span.start())), "seed " + seed);
                assertFalse(SentenceSplitter.isSpace(text.charAt(span.end() - 1)), "seed " + seed);
                assertTrue(span.of(text).codePoints().anyMatch(Character::isLetterOrDigit), "seed " + seed);
                outside.append(text, end, span.start()).append('\n');
                end = span.end();
            }
            outside.append(text.substring(end));
            for (String word : List.of("word", "Word", "Mr", "日本", "http", "é"))
                assertFalse(outside.toString().contains(word), "seed " + seed + ": " + outside);
        }
    }

    @Test
    void takesTimeThatGrowsLinearlyWithHostileText() {
        for (String unit :
                List.of("- ", ". ", "? ", "A. ", "a! ", "\" ", ".[1]", ".\"", ") ", "x\n", "1) ", "。", ".[1] "))
            assertTimeoutPreemptively(
                    Duration.ofSeconds(10), () -> SentenceSplitter.split(unit.repeat(50_000)), "of " + unit);
    }
}
