package dev.tercet.demos;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A method as it stands in a source file of this project, with the comment above it, moved to the left. The build packs
 * the sources that the pages quote beside the pages' scripts, so what a page shows is what was compiled.
 *
 * @param path of the file, from the root of the project
 * @param line of the first line, from 1
 * @param lines of the method, and before them of its comment
 */
record SourceMethod(String path, String name, int line, List<String> lines) {
    private static final String PACKED = "explain/source/";

    /**
     * A method of a packed source.
     *
     * @throws IllegalArgumentException if the file was not packed or has no such method
     */
    static SourceMethod packed(String path, String name) {
        try (InputStream in = SourceMethod.class.getResourceAsStream(PACKED + path)) {
            if (in == null) {
                throw new IllegalArgumentException(path + " is not packed: name it in demos/pom.xml");
            }
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return in(text.lines().toList(), path, name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The first method of that name in a file that is formatted as ours are: it begins four spaces in, or at the left
     * in a compact source, and its closing brace stands below its beginning.
     *
     * @throws IllegalArgumentException if there is none
     */
    static SourceMethod in(List<String> file, String path, String name) {
        int start = 0;
        while (!file.get(start).matches("( {4})?(\\w[\\w<>\\[\\], .]* )?" + name + "\\((|.*[^;])")) {
            start++;
            if (start == file.size()) {
                throw new IllegalArgumentException(path + " has no method " + name);
            }
        }
        String indent = file.get(start).startsWith("    ") ? "    " : "";
        int end = start;
        while (!file.get(end).equals(indent + "}")) {
            end++;
        }
        while (start > 0 && file.get(start - 1).startsWith(indent + "@")) {
            start--;
        }
        if (start > 0 && file.get(start - 1).endsWith("*/")) {
            start--;
            while (!file.get(start).startsWith(indent + "/**")) {
                start--;
            }
        }
        List<String> lines = file.subList(start, end + 1).stream()
                .map(line -> line.startsWith(indent) ? line.substring(indent.length()) : line)
                .toList();
        return new SourceMethod(path, name, start + 1, lines);
    }
}
