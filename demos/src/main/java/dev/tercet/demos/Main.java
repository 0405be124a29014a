package dev.tercet.demos;

import dev.tercet.loaders.DownloadException;
import dev.tercet.loaders.InvalidModelException;
import dev.tercet.tokenizer.InvalidTokenizerException;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command line: {@code tercet COMMAND}. Exit code 0: done; 1: the work failed; 2: wrong usage or input, with one
 * line that says where, what and how to mend it. Stack traces only with {@code --debug}.
 */
public final class Main {
    /** In the order of the help. */
    static final List<String> COMMANDS = List.of(
            "demo",
            "embed",
            "score",
            "rank",
            "translate",
            "tokenize",
            "evaluate",
            "explain",
            "textbook",
            "compare",
            "trace",
            "bench",
            "doctor",
            "models");

    private Main() {}

    public static void main(String[] arguments) {
        System.setProperty(StartTimes.MAIN, Long.toString(System.currentTimeMillis()));
        LauncherWatch.start();
        String[] typed = Boolean.getBoolean("tercet.arguments.escaped") ? unescaped(arguments) : arguments;
        System.exit(run(Streams.standard(), typed));
    }

    /** The launcher escapes arguments where the locale would not carry them. */
    private static String[] unescaped(String[] arguments) {
        return Arrays.stream(arguments)
                .map(argument -> URLDecoder.decode(argument, StandardCharsets.UTF_8))
                .toArray(String[]::new);
    }

    /** Runs one command and returns its exit code. */
    static int run(Streams streams, String... arguments) {
        CommandLine line = new CommandLine(new Tercet(streams));
        addCommands(line, streams, arguments);
        line.setExpandAtFiles(false) // a text may start with @
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setAllowOptionsAsOptionParameters(false)
                .setUsageHelpWidth(100)
                .setOut(new PrintWriter(new OutputStreamWriter(streams.out(), StandardCharsets.UTF_8), true))
                .setErr(new PrintWriter(streams.err(), true))
                .setParameterExceptionHandler((wrong, _) -> wrongUsage(wrong, streams.err()))
                .setExecutionExceptionHandler((failure, command, _) -> failed(failure, command, streams));
        int code = execute(line, streams, arguments);
        try {
            streams.out().flush();
            return code;
        } catch (IOException e) {
            return code == 0 ? failed(e, line, streams) : code; // one failure is enough to tell
        }
    }

    /**
     * Only the command that was asked for, where the first argument names one: describing all of them to picocli takes
     * a third of a second in a JVM that has just started.
     */
    private static void addCommands(CommandLine line, Streams streams, String... arguments) {
        Object asked = arguments.length == 0 ? null : command(arguments[0], streams);
        if (asked != null) {
            line.addSubcommand(asked);
            return;
        }
        for (String name : COMMANDS) {
            line.addSubcommand(command(name, streams));
        }
    }

    /** The command of that name, or null. */
    private static Object command(String name, Streams streams) {
        return switch (name) {
            case "demo" -> new DemoCommand(streams);
            case "embed" -> new EmbedCommand(streams);
            case "score" -> new ScoreCommand(streams);
            case "rank" -> new RankCommand(streams);
            case "translate" -> new TranslateCommand(streams);
            case "tokenize" -> new TokenizeCommand(streams);
            case "evaluate" -> new EvaluateCommand(streams);
            case "explain" ->
                new CommandLine(new ExplainCommand(streams))
                        .addSubcommand(new ExplainCommand.Encode(streams))
                        .addSubcommand(new ExplainCommand.Cross(streams))
                        .addSubcommand(new ExplainCommand.Translate(streams));
            case "textbook" ->
                new CommandLine(new TextbookCommand(streams))
                        .addSubcommand(new TextbookCommand.EncodeCommand(streams))
                        .addSubcommand(new TextbookCommand.CrossCommand(streams))
                        .addSubcommand(new TextbookCommand.TranslateCommand(streams));
            case "compare" -> new CompareCommand(streams);
            case "trace" ->
                new CommandLine(new TraceCommand(streams))
                        .addSubcommand(new TraceCommand.Encode(streams))
                        .addSubcommand(new TraceCommand.Cross(streams))
                        .addSubcommand(new TraceCommand.Translate(streams))
                        .addSubcommand(new TraceCommand.Diff(streams));
            case "bench" -> new BenchCommand(streams);
            case "doctor" -> new DoctorCommand(streams);
            case "models" ->
                new CommandLine(new ModelsCommand(streams))
                        .addSubcommand(new ModelsCommand.ListCommand(streams))
                        .addSubcommand(new ModelsCommand.InfoCommand(streams))
                        .addSubcommand(new ModelsCommand.PullCommand(streams))
                        .addSubcommand(new ModelCopyCommand.Convert(streams))
                        .addSubcommand(new ModelCopyCommand.Quantize(streams));
            case "rehearse" -> new RehearsalCommand(streams);
            default -> null;
        };
    }

    /** Picocli hands over exceptions; errors come here. */
    private static int execute(CommandLine line, Streams streams, String... arguments) {
        try {
            return line.execute(arguments);
        } catch (OutOfMemoryError e) {
            streams.err()
                    .println("tercet: out of memory, the heap has "
                            + ModelsCommand.size(Runtime.getRuntime().maxMemory())
                            + "; give it more with TERCET_JAVA_OPTS=-Xmx4g");
            return CommandException.FAILED;
        }
    }

    /** What is wrong, and where to read more: two lines. */
    private static int wrongUsage(ParameterException wrong, PrintStream err) {
        String name = wrong.getCommandLine().getCommandSpec().qualifiedName();
        err.println(name + ": " + what(wrong));
        String hint = "Try: " + name + " --help";
        if (wrong instanceof UnmatchedArgumentException unmatched) {
            if (unmatched.isUnknownOption()) {
                hint += "   (a text that starts with - goes after --)";
            } else if (!unmatched.getSuggestions().isEmpty()) {
                hint = "Did you mean " + String.join(" or ", unmatched.getSuggestions()) + "?   " + hint;
            }
        }
        err.println(hint);
        return CommandException.WRONG_INPUT;
    }

    private static String what(ParameterException wrong) {
        boolean noCommand = wrong instanceof UnmatchedArgumentException unmatched
                && !unmatched.isUnknownOption()
                && !wrong.getCommandLine().getSubcommands().isEmpty();
        return noCommand
                ? "there is no command "
                        + ((UnmatchedArgumentException) wrong).getUnmatched().getFirst()
                : oneLine(wrong.getMessage());
    }

    private static int failed(Exception failure, CommandLine command, Streams streams) {
        PrintStream err = streams.err();
        if (streams.errTerminal()) {
            err.print(Progress.CLEAR);
        }
        Throwable cause = failure instanceof UncheckedIOException unchecked ? unchecked.getCause() : failure;
        if (cause instanceof NamedOutput.Closed) {
            return 0;
        }
        if (command.getCommand() instanceof Command known && known.debug) {
            failure.printStackTrace(err);
        }
        err.println(command.getCommandSpec().qualifiedName() + ": " + message(failure, cause));
        return switch (failure) {
            case CommandException known -> known.exitCode();
            case InvalidModelException _ -> CommandException.WRONG_INPUT;
            case InvalidTokenizerException _ -> CommandException.WRONG_INPUT;
            case IllegalArgumentException _ -> CommandException.WRONG_INPUT;
            default -> CommandException.FAILED;
        };
    }

    private static String message(Exception failure, Throwable cause) {
        return switch (cause) {
            case CommandException known -> known.getMessage();
            case NoSuchFileException e -> e.getFile() + ": no such file";
            case AccessDeniedException e -> e.getFile() + ": permission denied";
            case FileSystemException e -> oneLine(e.getMessage());
            case IOException e ->
                oneLine(failure.getMessage() == null ? e.getClass().getSimpleName() : failure.getMessage());
            case DownloadException e -> oneLine(e.getMessage());
            case InvalidModelException e -> oneLine(e.getMessage());
            case InvalidTokenizerException e -> oneLine(e.getMessage());
            case IllegalArgumentException e -> oneLine(String.valueOf(e.getMessage()));
            default -> "unexpected failure: " + oneLine(failure.toString()) + " (--debug shows where)";
        };
    }

    private static String oneLine(String message) {
        return message.strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
