package dev.tercet.demos;

import dev.tercet.LoadReport;
import dev.tercet.SentenceEncoder;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Where the time from {@code java -jar} to the first vector goes. Each phase ends later than the one before it, and
 * what it {@linkplain Phase#adds adds} is how much later; so the sum is the whole time on the clock, though some of
 * them run at the same time.
 *
 * @param phases in the order in which they end
 */
record StartTimes(List<Phase> phases) {
    /** System property: when the second JVM came to the command, in milliseconds since 1970. */
    static final String MAIN = "tercet.main";

    private static final String LAUNCHER = "tercet.launcher";
    private static final String EXEC = "tercet.launcher.exec";

    /**
     * @param from milliseconds since the first process began
     * @param to milliseconds since the first process began
     * @param adds milliseconds after the end of the phase before
     */
    record Phase(String name, double from, double to, double adds) {}

    /** Embeds a text, the first one of this JVM, with a model that has just been loaded. */
    static StartTimes firstEmbedding(SentenceEncoder encoder, Load load, String text) {
        encoder.encode(text);
        long done = System.currentTimeMillis();
        List<Phase> phases = new ArrayList<>();
        long virtualMachine = ManagementFactory.getRuntimeMXBean().getStartTime();
        long main = Long.getLong(MAIN, virtualMachine);
        long begin = launcherStart(virtualMachine).orElse(virtualMachine);
        Long exec = Long.getLong(EXEC);
        if (begin < virtualMachine && exec != null) {
            add(phases, "launcher, to the start of the second JVM", 0, exec - begin);
            add(phases, "second JVM, to its main", exec - begin, main - begin);
        } else {
            add(phases, "JVM, to its main", 0, main - begin);
        }
        add(phases, "command line", main - begin, load.began() - begin);
        double loading = load.began() - begin;
        encoder.loadReport().phases().stream()
                .sorted(Comparator.comparingLong(LoadReport.Phase::toNanos))
                .forEach(phase -> add(
                        phases,
                        title(phase.name()),
                        loading + phase.fromNanos() / 1e6,
                        loading + phase.toNanos() / 1e6));
        add(phases, "first embedding", phases.getLast().to(), done - begin);
        return new StartTimes(List.copyOf(phases));
    }

    /** When loading began, in milliseconds since 1970. */
    record Load(long began) {
        static Load now() {
            return new Load(System.currentTimeMillis());
        }
    }

    private static String title(String phase) {
        return switch (phase) {
            case "find" -> "find the model, map its files";
            case "checkpoint" -> "configuration, header of the weights";
            case "tokenizer" -> "read the tokenizer";
            case "weights" -> "pack the weights";
            default -> phase;
        };
    }

    private static void add(List<Phase> phases, String name, double from, double to) {
        double before = phases.isEmpty() ? 0 : phases.getLast().to();
        phases.add(new Phase(name, from, Math.max(to, before), Math.max(to, before) - before));
    }

    /** From the first process to the first vector, in milliseconds. */
    double total() {
        return phases.getLast().to();
    }

    /**
     * When the launcher's process began, by the clock of this JVM. The system tells both processes' starts from a clock
     * that may be off by a second, the same second for both.
     */
    private static Optional<Long> launcherStart(long virtualMachine) {
        Long pid = Long.getLong(LAUNCHER);
        if (pid == null) return Optional.empty();
        Optional<Instant> own = ProcessHandle.current().info().startInstant();
        Optional<Instant> launcher =
                ProcessHandle.of(pid).flatMap(process -> process.info().startInstant());
        return own.flatMap(end -> launcher.map(start -> Duration.between(start, end)))
                .map(between -> virtualMachine - between.toMillis());
    }
}
