package dev.tercet.demos;

import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What every command has. */
abstract class Command implements Callable<Integer> {
    /** Behind the options of the command itself. */
    private static final int LAST = 1000;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            order = LAST,
            description = "Show this help.")
    private boolean help;

    @Option(names = "--quiet", order = LAST, description = "No progress and no remarks on standard error, errors only.")
    boolean quiet;

    @Option(names = "--debug", order = LAST, description = "Show the stack trace of an error.")
    boolean debug;

    @Spec
    CommandSpec spec;

    final Streams streams;

    Command(Streams streams) {
        this.streams = streams;
    }

    abstract void run() throws Exception;

    @Override
    public final Integer call() throws Exception {
        run();
        return 0;
    }

    /** The command line makes no sense: exit code 2, with a pointer to the help. */
    final ParameterException wrongUsage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    /** For work that may be long. */
    final Progress progress(String unit) {
        return new Progress(streams.progress() && !quiet ? streams.err() : null, unit);
    }
}
