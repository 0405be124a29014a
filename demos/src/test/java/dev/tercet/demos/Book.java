package dev.tercet.demos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The chapters of the book, docs/1-….md to docs/9-….md, and what of them can be checked:
 *
 * <ul>
 *   <li>a code block behind {@code <!-- quote FILE NAME -->} is the method NAME of FILE, or all of FILE without NAME;
 *   <li>a block of the language {@code console} holds commands behind {@code $ } and, below each, what it prints. A
 *       line that is only {@code …} stands for any number of lines, {@code …} inside a line for any characters.
 * </ul>
 */
final class Book {
    static final Path ROOT = Path.of("..");
    static final Path FOLDER = ROOT.resolve("docs");

    private Book() {}

    /**
     * A fenced block.
     *
     * @param line where its text begins, from 0
     * @param end the line of the closing fence
     * @param quote "FILE NAME" or "FILE", or null
     */
    record Block(String language, int line, int end, String quote, List<String> text) {}

    /** A command and the lines below it. */
    record Example(String command, int line, int end, List<String> output) {}

    record Chapter(Path file, List<String> lines) {
        String name() {
            return file.getFileName().toString();
        }

        List<Block> blocks() {
            List<Block> blocks = new ArrayList<>();
            for (int i = 0; i < lines.size(); i++) {
                if (!lines.get(i).startsWith("```")) {
                    continue;
                }
                int end = i + 1;
                while (!lines.get(end).equals("```")) {
                    end++;
                }
                String before = i == 0 ? "" : lines.get(i - 1);
                String quote = before.startsWith("<!-- quote ")
                        ? before.replace("<!-- quote ", "").replace(" -->", "")
                        : null;
                blocks.add(new Block(lines.get(i).substring(3), i + 1, end, quote, lines.subList(i + 1, end)));
                i = end;
            }
            return blocks;
        }

        List<Block> quotes() {
            return blocks().stream().filter(block -> block.quote() != null).toList();
        }

        List<Example> examples() {
            List<Example> examples = new ArrayList<>();
            for (Block block : blocks()) {
                if (!block.language().equals("console")) {
                    continue;
                }
                int line = block.line();
                while (line < block.end()) {
                    StringBuilder command = new StringBuilder(lines.get(line++).substring(2));
                    while (command.charAt(command.length() - 1) == '\\') {
                        command.setLength(command.length() - 1);
                        command.append(lines.get(line++).strip());
                    }
                    int end = line;
                    while (end < block.end() && !lines.get(end).startsWith("$ ")) {
                        end++;
                    }
                    examples.add(new Example(command.toString(), line, end, lines.subList(line, end)));
                    line = end;
                }
            }
            return examples;
        }
    }

    static List<Chapter> chapters() {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> file.getFileName().toString().matches("\\d-.*\\.md"))
                    .sorted()
                    .map(Book::chapter)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Chapter chapter(Path file) {
        try {
            return new Chapter(file, Files.readAllLines(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The words of a command, with the quotes of a shell. */
    static List<String> words(String command) {
        List<String> words = new ArrayList<>();
        StringBuilder word = null;
        char quote = 0;
        for (char c : command.toCharArray()) {
            if (quote != 0 && c == quote) {
                quote = 0;
            } else if (quote == 0 && (c == '"' || c == '\'')) {
                quote = c;
                word = word == null ? new StringBuilder() : word;
            } else if (quote == 0 && c == ' ') {
                if (word != null) {
                    words.add(word.toString());
                }
                word = null;
            } else {
                word = (word == null ? new StringBuilder() : word).append(c);
            }
        }
        if (word != null) {
            words.add(word.toString());
        }
        return words;
    }

    /**
     * The source of a quote: a method with the comment above it, moved to the left, or a whole file.
     *
     * @param quote "FILE NAME" or "FILE"
     */
    static List<String> source(String quote) throws IOException {
        String[] parts = quote.split(" ");
        List<String> file = Files.readAllLines(ROOT.resolve(parts[0]));
        if (parts.length == 1) {
            return file;
        }
        return SourceMethod.in(file, parts[0], parts[1]).lines();
    }
}
