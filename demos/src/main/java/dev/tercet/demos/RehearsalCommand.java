package dev.tercet.demos;

import java.io.InputStream;
import java.io.OutputStream;
import picocli.CommandLine;

/**
 * What the build runs to make the AOT cache beside the jar: short commands on the bundled models, from whose run the
 * JVM remembers the classes loaded and how often each method ran. Prints nothing. Not in the help.
 */
@CommandLine.Command(name = "rehearse", hidden = true, description = "Run short commands for the JVM to remember.")
final class RehearsalCommand extends Command {
    private static final String[][] COMMANDS = {
        {"--help"},
        {"tokenize", "hello"},
        {"embed", "hello"},
        {"embed", "A cat sits on the mat."},
        {"score", "Where is the cat?", "A cat sits on the mat."},
        {"rank", "Where is the cat?", "A cat sits on the mat.", "Shares fell."},
        {"translate", "Hello, how are you today?"},
    };

    RehearsalCommand(Streams streams) {
        super(streams);
    }

    @Override
    void run() {
        for (String[] command : COMMANDS) {
            Streams silent = new Streams(
                    InputStream.nullInputStream(), OutputStream.nullOutputStream(), streams.err(), false, false, false);
            int code = Main.run(silent, command);
            if (code != 0) {
                throw CommandException.failed("tercet " + String.join(" ", command) + " ended with exit code " + code);
            }
        }
    }
}
