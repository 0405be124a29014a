package dev.tercet.demos;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Two runs, activation by activation, in the order in which the first computed them.
 *
 * @param differences of the activations that both have
 * @param onlyInFirst names that the second run lacks
 * @param onlyInSecond names that the first run lacks
 */
record TraceComparison(
        RecordedRun first,
        RecordedRun second,
        List<TraceDifference> differences,
        List<String> onlyInFirst,
        List<String> onlyInSecond) {
    private static final int NAME_WIDTH = 52;

    /** @throws dev.tercet.loaders.InvalidModelException when they have nothing in common */
    static TraceComparison of(RecordedRun a, RecordedRun b) {
        List<TraceDifference> differences = new ArrayList<>();
        List<String> onlyInFirst = new ArrayList<>();
        for (String name : a.order()) {
            if (b.activations().containsKey(name)) {
                differences.add(TraceDifference.of(
                        name, a.activations().get(name), b.activations().get(name)));
            } else {
                onlyInFirst.add(name);
            }
        }
        if (differences.isEmpty()) {
            throw CommandException.wrongInput(a.name() + " and " + b.name()
                    + " have no activation in common; they are runs of different kinds of models");
        }
        List<String> onlyInSecond = b.order().stream()
                .filter(name -> !a.activations().containsKey(name))
                .toList();
        return new TraceComparison(a, b, differences, onlyInFirst, onlyInSecond);
    }

    /** The first activation that differs by more than the tolerance; with tolerance 0, in any bit. */
    Optional<TraceDifference> parting(double tolerance) {
        return differences.stream()
                .filter(difference -> tolerance == 0 ? !difference.sameBits() : difference.relative() > tolerance)
                .findFirst();
    }

    /** @param all whether to show every activation */
    void show(PrintStream out, double tolerance, boolean all) {
        out.println("A            " + describe(first));
        out.println("B            " + describe(second));
        out.println("activations  " + differences.size() + " in both" + missing(onlyInFirst, "A")
                + missing(onlyInSecond, "B"));
        out.println("same bits    " + sameBits());
        differences.stream()
                .max((x, y) -> Double.compare(x.relative(), y.relative()))
                .filter(most -> most.sameShape() && most.relative() > 0)
                .ifPresent(most -> out.println("largest      " + line(most)));
        if (all) {
            out.println();
            differences.forEach(difference -> out.println(row(difference)));
            out.println();
        }
        Optional<TraceDifference> parting = parting(tolerance);
        if (parting.isPresent()) {
            TraceDifference at = parting.get();
            out.println("part at      " + (at.sameShape() ? line(at) : shapes(at)));
            before(at).ifPresent(before -> out.println("before it    " + line(before)));
        } else {
            out.println("part at      nowhere, by more than " + TraceCommand.relative(tolerance));
        }
    }

    private static String describe(RecordedRun run) {
        return run.name() + ": " + run.run().string("kind", "unknown kind") + ", "
                + run.run().string("model", "unknown model") + ", " + run.run().string("kernels", "unknown kernels");
    }

    private static String missing(List<String> names, String run) {
        return names.isEmpty() ? "" : ", " + names.size() + " only in " + run + " (" + names.getFirst() + " …)";
    }

    private String sameBits() {
        long same = differences.stream().filter(TraceDifference::sameBits).count();
        return same + " of " + differences.size()
                + parting(0).map(at -> ", the first other " + at.name()).orElse("");
    }

    private Optional<TraceDifference> before(TraceDifference at) {
        int index = differences.indexOf(at);
        return index > 0 ? Optional.of(differences.get(index - 1)) : Optional.empty();
    }

    private String line(TraceDifference d) {
        return d.relative() == 0
                ? d.name() + ": the same"
                : d.name() + " " + d.where() + ": " + d.first() + " and " + d.second() + ", "
                        + TraceCommand.relative(d.relative()) + " apart";
    }

    private String shapes(TraceDifference d) {
        return d.name() + ": " + first.activations().get(d.name()).shapeText() + " and "
                + second.activations().get(d.name()).shapeText();
    }

    private String row(TraceDifference d) {
        String name = d.name() + " ".repeat(Math.max(1, NAME_WIDTH - d.name().length()));
        return "  " + name
                + (d.sameBits() ? "same bits" : d.sameShape() ? TraceCommand.relative(d.relative()) : "other shape");
    }
}
