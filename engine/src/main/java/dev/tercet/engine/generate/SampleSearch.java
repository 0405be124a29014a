package dev.tercet.engine.generate;

import dev.tercet.engine.kernel.Kernels;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Draws every token at random, each as often as it is likely: what {@code generate()} does with {@code do_sample} for
 * one beam. Several hypotheses are drawn independently of each other. Processors see logits here, not
 * log-probabilities.
 */
final class SampleSearch extends Search {
    private final List<Sample> samples = new ArrayList<>();

    /** Those that have not ended. A sample's place here is its row. */
    private List<Sample> living;

    private static final class Sample {
        private final SplittableRandom random;

        /** Its row in the step before. */
        private int parent = -1;

        private int[] ids;
        private float[] logProbabilities;

        Sample(SplittableRandom random, int[] prompt) {
            this.random = random;
            this.ids = prompt;
            this.logProbabilities = new float[prompt.length - 1];
        }
    }

    SampleSearch(Kernels kernels, SearchSettings settings, int sentence, int[] source) {
        super(kernels, settings, sentence, source);
        for (int s = 0; s < settings.hypotheses(); s++)
            samples.add(new Sample(settings.draws().random(source, s), settings.prompt()));
        living = samples;
    }

    /** At first all samples are the same, and one row is computed for all of them. */
    private boolean first() {
        return living.getFirst().parent < 0;
    }

    @Override
    int rows() {
        return first() ? 1 : living.size();
    }

    @Override
    int parent(int row) {
        return living.get(row).parent;
    }

    @Override
    int token(int row) {
        int[] ids = living.get(row).ids;
        return ids[ids.length - 1];
    }

    @Override
    void score(int row) {
        Scores scores = scores(row);
        settings.process(prefix(living.get(row).ids), scores);
        // where nothing is possible there is nothing to make probabilities of
        if (scores.anyPossible()) logSoftmax(scores);
    }

    @Override
    void advance() {
        boolean first = first();
        List<Sample> next = new ArrayList<>();
        for (int s = 0; s < living.size(); s++) {
            Sample sample = living.get(s);
            int row = first ? 0 : s;
            Scores scores = scores(row);
            int token = draw(scores, sample.random);
            sample.ids = append(sample.ids, token);
            sample.logProbabilities = append(sample.logProbabilities, scores.of(token));
            sample.parent = row;
            if (!expired && !settings.ends(sample.ids)) next.add(sample);
        }
        living = next;
    }

    /** The first token whose cumulated probability exceeds a random number. */
    private int draw(Scores scores, SplittableRandom random) {
        if (!scores.anyPossible()) return 0;
        float[] probabilities = scores.probabilities();
        double sum = 0;
        for (float p : probabilities) sum += p;
        double drawn = random.nextDouble() * sum;
        int last = 0;
        double cumulated = 0;
        for (int token = 0; token < probabilities.length; token++) {
            if (probabilities[token] == 0) continue;
            last = token;
            cumulated += probabilities[token];
            if (cumulated > drawn) break;
        }
        return last;
    }

    @Override
    boolean ended() {
        return living.isEmpty();
    }

    /** In the order in which they were drawn, each with the score that it happens to have. */
    @Override
    List<Generated> found() {
        return samples.stream()
                .map(sample -> generated(sample.ids, score(sample.logProbabilities), sample.logProbabilities))
                .toList();
    }

    @Override
    public int[] stable() {
        return Prefix.shared(samples.stream().map(sample -> sample.ids).toList());
    }
}
