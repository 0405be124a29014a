package dev.tercet.engine.generate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tercet.engine.kernel.Kernels;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CandidatesTest {
    /** Coarse scores, so that many are equal: then the earlier beam and the smaller token come first. */
    @Test
    void areThoseThatAStableSortPutsFirst() {
        for (int seed = 0; seed < 300; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int vocabulary = random.nextInt(8, random.nextBoolean() ? 400 : 8000);
            float step = random.nextBoolean() ? 0.25f : 0.001f;
            float[] logits = new float[2 * vocabulary];
            for (int i = 0; i < logits.length; i++) logits[i] = step * Math.round(random.nextDouble(-4, 4) / step);
            Scores[] scores = new Scores[2];
            for (int beam = 0; beam < 2; beam++) {
                scores[beam] = Scores.of(Kernels.preferred(), logits, beam * vocabulary, vocabulary);
                // written down or not, the totals are rounded alike, and many that were not equal are then
                if (random.nextBoolean()) scores[beam].logSoftmax();
                for (int forbidden = random.nextInt(4); forbidden > 0; forbidden--)
                    scores[beam].forbid(scores[beam].firstAbove(scores[beam].largest() - 0.01f, 0f, 0));
            }
            float[] soFar = {-1f, random.nextInt(3) == 0 ? -1e9f : random.nextBoolean() ? -1.25f : -40_000f};
            float[] totals = new float[2 * vocabulary];
            for (int i = 0; i < totals.length; i++)
                totals[i] = scores[i / vocabulary].of(i % vocabulary) + soFar[i / vocabulary];

            List<Integer> beams = List.of(List.of(0), List.of(1), List.of(0, 1)).get(random.nextInt(3));
            Candidates best = new Candidates(random.nextInt(1, 9));
            for (int beam : beams) best.offer(beam, soFar[beam], scores[beam]);

            List<Integer> expected = IntStream.range(0, totals.length)
                    .boxed()
                    .filter(i -> beams.contains(i / vocabulary))
                    .sorted(Comparator.comparingDouble(i -> -totals[i]))
                    .limit(best.capacity())
                    .toList();
            List<Integer> found = IntStream.range(0, best.size())
                    .mapToObj(rank -> best.beam(rank) * vocabulary + best.token(rank))
                    .toList();
            assertEquals(expected, found, "seed " + seed);
        }
    }
}
