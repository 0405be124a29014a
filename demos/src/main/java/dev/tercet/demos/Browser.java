package dev.tercet.demos;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The user's browser. */
final class Browser {
    private Browser() {}

    /** Opens a page, without waiting for the browser to end. */
    static void open(Path page) {
        List<String> command = command(
                System.getProperty("os.name").toLowerCase(Locale.ROOT),
                page.toUri().toString());
        try {
            new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw CommandException.failed(
                    "no browser could be started (" + command.getFirst() + " is missing); the page is " + page);
        }
    }

    static List<String> command(String system, String address) {
        if (system.contains("win")) {
            return List.of("rundll32", "url.dll,FileProtocolHandler", address);
        }
        return List.of(system.contains("mac") ? "open" : "xdg-open", address);
    }
}
