package dev.tercet.demos;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The streams of a command. Results alone go to {@code out}; everything that is not a result goes to {@code err}. Text
 * is UTF-8 on all of them, whatever the locale says.
 *
 * @param colours whether {@code out} shows colours: a terminal, and {@code NO_COLOR} is not set
 * @param outTerminal whether a person sees {@code out} as it is written
 * @param errTerminal whether a person sees {@code err} as it is written
 */
record Streams(
        InputStream in, OutputStream out, PrintStream err, boolean colours, boolean outTerminal, boolean errTerminal) {
    static Streams standard() {
        boolean outTerminal = isTerminal(1);
        // The launcher knows better when it stands between this process and the terminal.
        boolean errTerminal = "terminal".equals(System.getProperty("tercet.stderr")) || isTerminal(2);
        String noColor = System.getenv("NO_COLOR");
        boolean plain = (noColor != null && !noColor.isEmpty()) || "dumb".equals(System.getenv("TERM"));
        return new Streams(
                new FileInputStream(FileDescriptor.in),
                new NamedOutput("standard output", new FileOutputStream(FileDescriptor.out)),
                new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
                outTerminal && !plain,
                outTerminal,
                errTerminal);
    }

    /** Whether {@code err} may show a progress line: the terminal must not show the results at the same time. */
    boolean progress() {
        return errTerminal && !outTerminal;
    }

    /** Java tells only whether input and output together are a terminal; Linux tells each. */
    private static boolean isTerminal(int descriptor) {
        Path link = Path.of("/proc/self/fd/" + descriptor);
        try {
            if (Files.isSymbolicLink(link)) {
                String target = Files.readSymbolicLink(link).toString();
                return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
            }
        } catch (IOException e) {
            return false;
        }
        return System.console() != null && System.console().isTerminal();
    }
}
