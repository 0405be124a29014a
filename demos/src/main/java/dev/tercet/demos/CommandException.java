package dev.tercet.demos;

import java.io.Serial;

/** Ends a command with a message of one line and an exit code. */
final class CommandException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    /** The work could not be done, though what was asked for makes sense. */
    static final int FAILED = 1;

    /** The command line or an input is wrong: the user can mend it. */
    static final int WRONG_INPUT = 2;

    private final int exitCode;

    private CommandException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    static CommandException wrongInput(String message) {
        return new CommandException(WRONG_INPUT, message);
    }

    static CommandException failed(String message) {
        return new CommandException(FAILED, message);
    }

    int exitCode() {
        return exitCode;
    }
}
