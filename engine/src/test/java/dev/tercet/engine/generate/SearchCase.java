package dev.tercet.engine.generate;

import dev.tercet.EarlyStopping;
import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.parallel.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** A search problem drawn from a seed: a model that is a table, settings, the tokens of a source. */
record SearchCase(long seed, FakeModel model, SearchSettings settings, int[] source) {
    private static final double[] PENALTIES = {-1, 0, 0.6, 1, 1, 2};
    private static final double[] STEPS = {0.01, 0.5, 2, 4};

    static SearchCase of(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int vocabulary = random.nextInt(3, 14);
        int[] ends = random.ints(random.nextInt(0, 3), 0, vocabulary).distinct().toArray();
        int beams = random.nextInt(1, 7);
        int maxLength = random.nextInt(2, 10);
        SearchSettings settings = new SearchSettings(
                beams,
                random.nextInt(1, beams + 1),
                random.nextInt(vocabulary),
                ends,
                maxLength,
                PENALTIES[random.nextInt(PENALTIES.length)],
                EarlyStopping.values()[random.nextInt(3)],
                processors(random, vocabulary, maxLength, ends));
        int[] source = random.ints(random.nextInt(1, 6), 0, vocabulary).toArray();
        FakeModel model = new FakeModel(vocabulary, STEPS[random.nextInt(STEPS.length)], seed);
        return new SearchCase(seed, model, settings, source);
    }

    private static List<LogitsProcessor> processors(
            SplittableRandom random, int vocabulary, int maxLength, int[] ends) {
        List<LogitsProcessor> processors = new ArrayList<>();
        if (random.nextInt(4) == 0) processors.add(new RepetitionPenalty(random.nextBoolean() ? 1.5f : 0.7f));
        if (random.nextInt(4) == 0) processors.add(new NoRepeatNgram(random.nextInt(1, 4)));
        if (random.nextInt(4) == 0)
            processors.add(SequenceBias.badWords(
                    List.of(
                            new int[] {random.nextInt(vocabulary)},
                            new int[] {random.nextInt(vocabulary), random.nextInt(vocabulary)}),
                    ends));
        if (random.nextInt(4) == 0) processors.add(new MinLength(random.nextInt(1, maxLength + 2), ends));
        if (random.nextInt(4) == 0 && ends.length > 0) processors.add(new ForcedLastToken(maxLength, ends));
        if (random.nextInt(2) == 0) processors.add(new Renormalize());
        return processors;
    }

    /** The log-probabilities after some tokens of sentence 0, processed, as beam search sees them. */
    float[] logProbabilities(int[] ids) {
        float[] logits = model.logits(0, ids);
        Scores scores = Scores.of(Kernels.scalar(), logits, 0, logits.length);
        scores.logSoftmax();
        settings.process(new Prefix(source, ids, ids.length), scores);
        return scores.all();
    }

    /** What the search finds. */
    List<Generated> search() {
        Search search = Search.of(Kernels.scalar(), settings, 0, source);
        new Decoding(model, Workers.serial(), new Decoding.Limits(1, 1)).run(List.of(search));
        return search.hypotheses();
    }

    /** The log-probability of a hypothesis, token by token. */
    float total(int[] produced) {
        float total = 0f;
        int[] ids = new int[produced.length + 1];
        ids[0] = settings.startToken();
        for (int i = 0; i < produced.length; i++) {
            total = logProbabilities(Arrays.copyOf(ids, i + 1))[produced[i]] + total;
            ids[i + 1] = produced[i];
        }
        return total;
    }

    @Override
    public String toString() {
        return "seed " + seed + ": " + settings + " ends " + Arrays.toString(settings.endTokens()) + " source "
                + Arrays.toString(source);
    }
}
