package dev.tercet.launcher;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether a standard stream goes to a terminal, which Java tells only for input and output together. */
final class Terminal {
    private static Boolean stderr;

    private Terminal() {}

    /** Whether standard error is a terminal; asked once. Where it cannot be told it is not. */
    static synchronized boolean isStderrOne() {
        if (stderr == null) {
            stderr = is(2);
        }
        return stderr;
    }

    private static boolean is(int descriptor) {
        Path link = Path.of("/proc/self/fd/" + descriptor);
        try {
            if (Files.isSymbolicLink(link)) {
                String target = Files.readSymbolicLink(link).toString();
                return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
            }
            if (new File("/bin/test").canExecute()) {
                return new ProcessBuilder("/bin/test", "-t", Integer.toString(descriptor))
                                .inheritIO()
                                .start()
                                .waitFor()
                        == 0;
            }
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }
}
