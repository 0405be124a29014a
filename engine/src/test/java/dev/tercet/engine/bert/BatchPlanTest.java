package dev.tercet.engine.bert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchPlanTest {
    private static List<int[]> chunks(BatchPlan plan) {
        return IntStream.range(0, plan.chunks())
                .mapToObj(chunk -> IntStream.range(plan.begin(chunk), plan.end(chunk))
                        .map(plan::text)
                        .toArray())
                .toList();
    }

    private static int tokens(int[] chunk, int[] lengths) {
        return Arrays.stream(chunk).map(text -> lengths[text]).sum();
    }

    @Test
    void everyTextIsInOneChunkAndChunksAreBounded() {
        for (long seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            int[] lengths = random.ints(random.nextInt(400), 2, 513).toArray();
            BatchPlan plan = BatchPlan.of(lengths, 1 + random.nextInt(4));
            int[] texts =
                    chunks(plan).stream().flatMapToInt(Arrays::stream).sorted().toArray();
            assertEquals(lengths.length, texts.length, "seed " + seed);
            for (int i = 0; i < texts.length; i++) assertEquals(i, texts[i], "seed " + seed);
            for (int[] chunk : chunks(plan))
                assertTrue(tokens(chunk, lengths) <= BatchPlan.CHUNK_TOKENS + 512, "seed " + seed);
        }
    }

    @Test
    void manyTextsGoToTheThreadsInEqualShares() {
        int[] lengths = new Random(1).ints(500, 5, 60).toArray();
        BatchPlan plan = BatchPlan.of(lengths, 2);
        assertFalse(plan.divided());
        assertEquals(0, plan.chunks() % 2);
        int least =
                chunks(plan).stream().mapToInt(c -> tokens(c, lengths)).min().orElseThrow();
        int most = chunks(plan).stream().mapToInt(c -> tokens(c, lengths)).max().orElseThrow();
        assertTrue(most - least <= 120, least + " to " + most + " tokens");
    }

    @Test
    void textsOfAboutTheSameLengthRunTogether() {
        int[] lengths = {20, 120, 24, 118, 22, 124, 18, 122};
        List<int[]> chunks = chunks(BatchPlan.of(lengths, 1));
        assertArrayEquals(new int[] {5, 7}, chunks.get(0));
        assertArrayEquals(new int[] {1, 3, 2, 4, 0, 6}, chunks.get(1));
    }

    @Test
    void aSingleTextIsDividedAmongTheThreads() {
        assertTrue(BatchPlan.of(new int[] {128}, 2).divided());
        assertFalse(BatchPlan.of(new int[] {128}, 1).divided());
    }

    @Test
    void textsThatDoNotShareEvenlyAreDivided() {
        assertTrue(BatchPlan.of(new int[] {400, 10, 10}, 2).divided());
        assertFalse(BatchPlan.of(new int[] {200, 190}, 2).divided());
    }

    @Test
    void noTextsMakeNoChunks() {
        assertEquals(0, BatchPlan.of(new int[0], 2).chunks());
    }
}
