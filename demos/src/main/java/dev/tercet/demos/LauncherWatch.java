package dev.tercet.demos;

import java.util.Optional;

/**
 * Ends this process when the launcher that started it is gone. A launcher that is told to stop passes that on; one that
 * is killed outright cannot.
 */
final class LauncherWatch {
    private LauncherWatch() {}

    /** Watches from a thread of its own; does nothing in a process that no launcher started. */
    static void start() {
        Long launcher = Long.getLong("tercet.launcher");
        if (launcher == null) {
            return;
        }
        Thread.ofPlatform().daemon().name("launcher-watch").start(() -> {
            Optional<ProcessHandle> parent =
                    ProcessHandle.current().parent().filter(handle -> handle.pid() == launcher);
            // No longer our parent: it died before we looked.
            parent.ifPresent(handle -> handle.onExit().join());
            System.exit(CommandException.FAILED);
        });
    }
}
