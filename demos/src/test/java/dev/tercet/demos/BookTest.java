package dev.tercet.demos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The book says what the code is and does: quotes are the sources, commands print what stands below them, figures are
 * drawn from this engine's numbers. With {@code -Dbook=apply} quotes, figures and outputs without an ellipsis are
 * written instead; look at what changed before you commit.
 */
class BookTest {
    private static final boolean APPLY = "apply".equals(System.getProperty("book"));
    private static final String ANY = "…";
    private static final Map<String, String> PRINTED = new HashMap<>();
    private static final Pattern LINK = Pattern.compile("]\\(([^)#]*)(#[^)]*)?\\)");

    @TestFactory
    Stream<DynamicContainer> quotesAreTheSources() {
        return Book.chapters().stream()
                .map(chapter -> dynamicContainer(
                        chapter.name(),
                        chapter.quotes().reversed().stream()
                                .map(block -> dynamicTest(block.quote(), () -> {
                                    List<String> source = Book.source(block.quote());
                                    if (APPLY) {
                                        replace(chapter, block.line(), block.end(), source);
                                    } else {
                                        assertEquals(
                                                String.join("\n", source),
                                                String.join("\n", block.text()),
                                                () -> where(chapter, block.line()));
                                    }
                                }))));
    }

    @TestFactory
    Stream<DynamicContainer> commandsPrintWhatTheBookSays() {
        return Book.chapters().stream().map(chapter -> dynamicContainer(chapter.name(), examples(chapter)));
    }

    private static Stream<DynamicTest> examples(Book.Chapter chapter) {
        return Book.chapter(chapter.file()).examples().reversed().stream()
                .map(example -> dynamicTest(example.command(), () -> {
                    List<String> printed =
                            trimmed(run(example.command()).lines().toList());
                    if (matches(trimmed(example.output()), printed)) {
                        return;
                    }
                    if (APPLY && !String.join("", example.output()).contains(ANY)) {
                        replace(chapter, example.line(), example.end(), printed);
                    } else {
                        assertEquals(
                                String.join("\n", trimmed(example.output())),
                                String.join("\n", printed),
                                () -> where(chapter, example.line()));
                    }
                }));
    }

    private static String where(Book.Chapter chapter, int line) {
        return "docs/" + chapter.name() + ":" + (line + 1) + " is not so (to write it anew: -Dbook=apply)";
    }

    private static void replace(Book.Chapter chapter, int from, int to, List<String> text) throws IOException {
        List<String> lines = new ArrayList<>(Files.readAllLines(chapter.file()));
        lines.subList(from, to).clear();
        lines.addAll(from, text);
        Files.write(chapter.file(), lines);
    }

    /** Without the blank lines around it. */
    private static List<String> trimmed(List<String> lines) {
        int from = 0;
        int to = lines.size();
        while (from < to && lines.get(from).isBlank()) {
            from++;
        }
        while (to > from && lines.get(to - 1).isBlank()) {
            to--;
        }
        return lines.subList(from, to).stream().map(String::stripTrailing).toList();
    }

    private static boolean matches(List<String> expected, List<String> printed) {
        String pattern = expected.stream()
                .map(line -> line.strip().equals(ANY)
                        ? "(.*\n)*?"
                        : Stream.of(line.split(ANY, -1)).map(Pattern::quote).collect(Collectors.joining(".*")) + "\n")
                .collect(Collectors.joining());
        return Pattern.matches(
                pattern, printed.stream().map(line -> line + "\n").collect(Collectors.joining()));
    }

    /** A command that several chapters show runs once. */
    private static String run(String command) throws Exception {
        String known = PRINTED.get(command);
        if (known == null) {
            known = runAnew(command);
            PRINTED.put(command, known);
        }
        return known;
    }

    private static String runAnew(String command) throws Exception {
        List<String> words = Book.words(command);
        if (words.getFirst().equals("./tercet")) {
            String[] arguments = words.stream()
                    .skip(1)
                    .map(word ->
                            word.startsWith("docs/") ? Book.ROOT.resolve(word).toString() : word)
                    .toArray(String[]::new);
            Outcome outcome = Outcome.of(arguments);
            return outcome.out() + outcome.err();
        }
        assertEquals("java", words.getFirst(), "a command that the book may use: " + command);
        return BookPrograms.run(words.getLast());
    }

    @Test
    void everyFigureIsDrawnFromThisEngine() throws Exception {
        for (Map.Entry<String, String> figure : BookFigures.all().entrySet()) {
            Path file = Book.FOLDER.resolve("figures").resolve(figure.getKey());
            if (APPLY) {
                Files.writeString(file, figure.getValue());
            }
            assertEquals(Files.readString(file), figure.getValue(), figure.getKey());
        }
    }

    @Test
    void noFigureIsLeftOver() throws Exception {
        try (Stream<Path> files = Files.list(Book.FOLDER.resolve("figures"))) {
            Set<String> there =
                    files.map(file -> file.getFileName().toString()).collect(Collectors.toCollection(TreeSet::new));
            assertEquals(new TreeSet<>(BookFigures.all().keySet()), there);
        }
    }

    @Test
    void everyChapterHasTwoExercisesWhoseAnswersAreRun() {
        for (Book.Chapter chapter : Book.chapters()) {
            String text = String.join("\n", chapter.lines());
            List<String> answers = Pattern.compile("<details>.*?</details>", Pattern.DOTALL)
                    .matcher(text)
                    .results()
                    .map(MatchResult::group)
                    .toList();
            assertEquals(2, answers.size(), chapter.name());
            for (String answer : answers) {
                assertTrue(answer.contains("```console\n$ "), chapter.name() + ": " + answer);
            }
        }
    }

    @Test
    void everyChapterNamesItsSources() {
        assertEquals(9, Book.chapters().size());
        for (Book.Chapter chapter : Book.chapters()) {
            int sources = chapter.lines().indexOf("## Sources");
            assertTrue(sources > 0, chapter.name());
            List<String> papers = chapter.lines().stream()
                    .skip(sources)
                    .filter(line -> line.startsWith("- "))
                    .toList();
            assertTrue(papers.size() >= 3, chapter.name());
            for (String paper : papers) {
                assertTrue(paper.contains("](https://"), chapter.name() + ": " + paper);
            }
        }
    }

    @Test
    void everyChapterHasAFigureAndQuotesCode() {
        for (Book.Chapter chapter : Book.chapters()) {
            assertTrue(
                    chapter.lines().stream().anyMatch(line -> line.matches("!\\[.+]\\(figures/[\\w-]+\\.svg\\)")),
                    chapter.name());
            assertTrue(
                    !chapter.quotes().isEmpty()
                            || String.join("\n", chapter.lines()).contains("textbook"),
                    chapter.name());
        }
    }

    @Test
    void everyLinkLeadsSomewhere() throws Exception {
        List<Book.Chapter> pages = new ArrayList<>(Book.chapters());
        pages.add(Book.chapter(Book.FOLDER.resolve("README.md")));
        for (Book.Chapter page : pages) {
            for (MatchResult link :
                    LINK.matcher(String.join("\n", page.lines())).results().toList()) {
                String target = link.group(1);
                if (!target.isEmpty() && !target.startsWith("http")) {
                    assertTrue(Files.exists(Book.FOLDER.resolve(target)), page.name() + ": " + target);
                }
            }
        }
    }

    @Test
    void theTableOfContentsNamesEveryChapterByItsTitle() throws Exception {
        String contents = Files.readString(Book.FOLDER.resolve("README.md"));
        for (Book.Chapter chapter : Book.chapters()) {
            String title = chapter.lines().getFirst().replaceFirst("# \\d\\. ", "");
            assertTrue(contents.contains("[" + title + "](" + chapter.name() + ")"), title);
        }
    }
}
