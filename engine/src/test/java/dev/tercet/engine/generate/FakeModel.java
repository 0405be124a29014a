package dev.tercet.engine.generate;

import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.kernel.Rows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A model that is a table: the logits after a sequence of tokens come from a random generator seeded with it, and are
 * multiples of {@code step}, so that a coarse step gives many ties.
 */
final class FakeModel implements NextTokens {
    private final int vocabulary;
    private final double step;
    private final long seed;

    /** The sequences of the rows of the last step, the sentence first. */
    private List<int[]> rows = List.of();

    /** Rows computed in each step, to see that no row is computed in vain. */
    final List<Integer> rowCounts = new ArrayList<>();

    FakeModel(int vocabulary, double step, long seed) {
        this.vocabulary = vocabulary;
        this.step = step;
        this.seed = seed;
    }

    @Override
    public int vocabulary() {
        return vocabulary;
    }

    /** @param ids with the start token */
    float[] logits(int sentence, int[] ids) {
        SplittableRandom random = new SplittableRandom(31 * seed + sentence + 1000003L * Arrays.hashCode(ids));
        float[] logits = new float[vocabulary];
        for (int token = 0; token < vocabulary; token++)
            logits[token] = (float) (step * Math.round(random.nextDouble(-4, 4) / step));
        return logits;
    }

    @Override
    public Logits logits(Continuations step) {
        List<int[]> next = new ArrayList<>();
        float[] logits = new float[step.count() * vocabulary];
        for (int r = 0; r < step.count(); r++) {
            int[] before = step.begins(r) ? new int[] {step.sentence(r)} : rows.get(step.parent(r));
            int[] row = Arrays.copyOf(before, before.length + 1);
            row[before.length] = step.token(r);
            next.add(row);
            float[] of = logits(row[0], Arrays.copyOfRange(row, 1, row.length));
            System.arraycopy(of, 0, logits, r * vocabulary, vocabulary);
        }
        rows = next;
        rowCounts.add(step.count());
        return Logits.of(Kernels.scalar(), Rows.of(logits, vocabulary, step.count()));
    }
}
