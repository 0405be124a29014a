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
        for (int seed = 0; seed < 100; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int vocabulary = random.nextInt(8, 400);
            float step = random.nextBoolean() ? 0.25f : 0.001f;
            float[] scores = new float[2 * vocabulary];
            for (int i = 0; i < scores.length; i++) scores[i] = step * Math.round(random.nextDouble(-4, 4) / step);
            if (random.nextInt(4) == 0) scores[random.nextInt(scores.length)] = Float.NEGATIVE_INFINITY;
            float[] soFar = {-1f, -1.25f};

            Candidates best = new Candidates(Kernels.preferred(), random.nextInt(1, 9));
            for (int beam = 0; beam < 2; beam++)
                best.offer(beam, soFar[beam], new Scores(scores, beam * vocabulary, vocabulary));

            List<Integer> expected = IntStream.range(0, scores.length)
                    .boxed()
                    .sorted(Comparator.comparingDouble(i -> -(scores[i] + soFar[i / vocabulary])))
                    .limit(best.capacity())
                    .toList();
            List<Integer> found = IntStream.range(0, best.size())
                    .mapToObj(rank -> best.beam(rank) * vocabulary + best.token(rank))
                    .toList();
            assertEquals(expected, found, "seed " + seed);
        }
    }
}
