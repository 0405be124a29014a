package dev.tercet.demos;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Text for a reader at a terminal, {@value #WIDTH} columns wide: headings, paragraphs, tables, matrices. Colours, where
 * there are any, only repeat what the words and numbers say.
 */
final class Page {
    static final int WIDTH = 100;
    private static final String INDENT = "  ";
    private static final String BOLD = "1";
    private static final String DIM = "2";

    private final PrintStream out;
    private final boolean colours;

    Page(OutputStream out, boolean colours) {
        this.out = new PrintStream(out, false, StandardCharsets.UTF_8);
        this.colours = colours;
    }

    private String styled(String style, String text) {
        return colours ? "\033[" + style + "m" + text + "\033[0m" : text;
    }

    String bold(String text) {
        return styled(BOLD, text);
    }

    /** A rule with a title, and a remark at its right end. */
    Page heading(String title, String remark) {
        int rule = WIDTH - title.length() - remark.length() - (remark.isEmpty() ? 6 : 10);
        String right = remark.isEmpty() ? "─" : " " + remark + " ───";
        out.println();
        out.println(styled(BOLD, "─── " + title + " " + "─".repeat(Math.max(1, rule)) + right));
        out.println();
        return this;
    }

    /** A short title inside a part. */
    Page step(String title) {
        out.println();
        out.println(INDENT + bold(title));
        return flush();
    }

    /** Prose, wrapped. */
    Page say(String text) {
        for (String line : wrapped(text, WIDTH - INDENT.length())) {
            out.println(INDENT + line);
        }
        return flush();
    }

    /** One line as it is, indented. */
    Page line(String text) {
        out.println(text.isEmpty() ? "" : INDENT + text);
        return flush();
    }

    /** A remark of less weight. */
    Page note(String text) {
        for (String line : wrapped(text, WIDTH - INDENT.length())) {
            out.println(INDENT + styled(DIM, line));
        }
        return flush();
    }

    /** A label and what belongs to it, wrapped under itself. */
    Page item(String label, String text) {
        return item(label, text, label.length() + 2);
    }

    Page item(String label, String text, int column) {
        String start = label + " ".repeat(Math.max(1, column - label.length()));
        for (String line : wrapped(text, WIDTH - INDENT.length() - column)) {
            out.println(INDENT + start + line);
            start = " ".repeat(column);
        }
        return flush();
    }

    /** Tells whoever waits how far we are: every part appears as soon as it is done. */
    private Page flush() {
        out.flush();
        return this;
    }

    /**
     * A matrix of numbers to four decimals, the largest of each row marked.
     *
     * @param rows one label for each row
     * @param columns one label for each column, at most 11 characters
     */
    Page matrix(List<String> rows, List<String> columns, float[][] values) {
        int label = rows.stream().mapToInt(String::length).max().orElse(0);
        StringBuilder head = new StringBuilder(" ".repeat(label));
        for (String column : columns) {
            head.append(String.format("%11s ", column));
        }
        out.println(INDENT + styled(DIM, head.toString().stripTrailing()));
        for (int r = 0; r < values.length; r++) {
            int best = largest(values[r]);
            StringBuilder line = new StringBuilder(rows.get(r));
            line.append(" ".repeat(label - rows.get(r).length()));
            for (int c = 0; c < values[r].length; c++) {
                String number = Numbers.four(values[r][c]);
                line.append(" ".repeat(Math.max(0, 11 - number.length())));
                line.append(c == best ? styled("1;32", number + "*") : number + " ");
            }
            out.println(INDENT + line.toString().stripTrailing());
        }
        return flush();
    }

    static int largest(float[] values) {
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            if (values[i] > values[best]) {
                best = i;
            }
        }
        return best;
    }

    /**
     * A table with wrapped cells.
     *
     * @param widths of the columns
     * @param rows the first one is the head
     */
    Page table(int[] widths, List<List<String>> rows) {
        for (int r = 0; r < rows.size(); r++) {
            List<List<String>> cells = new ArrayList<>();
            int height = 1;
            for (int c = 0; c < widths.length; c++) {
                cells.add(wrapped(rows.get(r).get(c), widths[c]));
                height = Math.max(height, cells.get(c).size());
            }
            for (int h = 0; h < height; h++) {
                StringBuilder line = new StringBuilder();
                for (int c = 0; c < widths.length; c++) {
                    String cell = h < cells.get(c).size() ? cells.get(c).get(h) : "";
                    boolean last = c == widths.length - 1;
                    String padded = last ? cell : cell + " ".repeat(widths[c] - cell.length() + 2);
                    line.append(r == 0 || c == 0 ? bold(padded) : padded);
                }
                out.println(INDENT + line.toString().stripTrailing());
            }
            if (r == 0) {
                int rule = (widths.length - 1) * 2;
                for (int width : widths) {
                    rule += width;
                }
                out.println(INDENT + "─".repeat(rule));
            }
        }
        return flush();
    }

    /** Breaks at spaces; a no-break space holds words together and is shown as a space. */
    static List<String> wrapped(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ")) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
                lines.add(shown(line));
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(shown(line));
        return lines;
    }

    private static String shown(CharSequence line) {
        return line.toString().replace('\u00a0', ' ').stripTrailing();
    }
}
