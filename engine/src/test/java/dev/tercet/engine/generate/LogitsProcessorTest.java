package dev.tercet.engine.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tercet.engine.kernel.Kernels;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each processor by itself, on scores small enough to follow by hand. */
class LogitsProcessorTest {
    private static final float NO = Float.NEGATIVE_INFINITY;

    private static float[] process(LogitsProcessor processor, int[] source, int[] ids, float... scores) {
        // scores of a middle row: what stands beside them must stay
        float[] row = new float[scores.length + 2];
        row[0] = 77;
        row[scores.length + 1] = 78;
        System.arraycopy(scores, 0, row, 1, scores.length);
        Scores processed = Scores.of(Kernels.preferred(), row, 1, scores.length);
        processor.process(new Prefix(source, ids, ids.length), processed);
        assertEquals(77, row[0]);
        assertEquals(78, row[scores.length + 1]);
        return processed.all();
    }

    private static float[] process(LogitsProcessor processor, int[] ids, float... scores) {
        return process(processor, new int[] {0}, ids, scores);
    }

    private static int[] ids(int... ids) {
        return ids;
    }

    @Test
    void repetitionPenaltyMultipliesNegativeScoresAndDividesOthers() {
        float[] scores = process(new RepetitionPenalty(2), ids(0, 1), -3, 4, -5, 6);
        assertArrayEquals(new float[] {-6, 2, -5, 6}, scores);
    }

    @Test
    void repetitionPenaltyCountsATokenOnce() {
        assertArrayEquals(new float[] {0, -4}, process(new RepetitionPenalty(2), ids(1, 1, 1), 0, -2));
    }

    @Test
    void repetitionPenaltyPassesOverTokensThatCannotBeProduced() {
        assertArrayEquals(new float[] {1, 2}, process(new RepetitionPenalty(2), ids(7), 1, 2));
    }

    @Test
    void encoderRepetitionPenaltyFavoursTokensOfTheSource() {
        float[] scores = process(new EncoderRepetitionPenalty(2.0), ids(2, 0, 2), ids(1), -4, -4, 3);
        assertArrayEquals(new float[] {-2, -4, 6}, scores);
    }

    @Test
    void noRepeatNgramForbidsTheLastTokenOfAKnownNgram() {
        float[] scores = process(new NoRepeatNgram(3), ids(5, 1, 2, 3, 1, 2), 0, 0, 0, 0, 0, 0);
        assertArrayEquals(new float[] {0, 0, 0, NO, 0, 0}, scores);
    }

    @Test
    void noRepeatNgramOfOneForbidsEveryTokenOfTheHypothesis() {
        assertArrayEquals(new float[] {NO, 0, NO}, process(new NoRepeatNgram(1), ids(2, 0), 0, 0, 0));
    }

    @Test
    void noRepeatNgramNeedsAWholeNgram() {
        assertArrayEquals(new float[] {0, 0}, process(new NoRepeatNgram(3), ids(1, 1), 0, 0));
        assertArrayEquals(new float[] {0, 0}, process(new NoRepeatNgram(4), ids(1), 0, 0));
    }

    @Test
    void encoderNoRepeatNgramForbidsNgramsOfTheSource() {
        float[] scores = process(new EncoderNoRepeatNgram(2), ids(3, 1, 3, 2), ids(0, 3), 0, 0, 0, 0);
        assertArrayEquals(new float[] {0, NO, NO, 0}, scores);
    }

    @Test
    void badWordsForbidTheTokenThatCompletesThem() {
        SequenceBias bad = SequenceBias.badWords(List.of(ids(1), ids(2, 0), ids(3, 2, 3)));
        assertArrayEquals(new float[] {NO, NO, 0, 0}, process(bad, ids(0, 2), 0, 0, 0, 0));
        assertArrayEquals(new float[] {NO, NO, 0, NO}, process(bad, ids(3, 2), 0, 0, 0, 0));
        assertArrayEquals(new float[] {0, NO, 0, 0}, process(bad, ids(0), 0, 0, 0, 0));
    }

    @Test
    void badWordsDoNotForbidTheEndByItself() {
        SequenceBias bad = SequenceBias.badWords(List.of(ids(1), ids(0, 1)), 1);
        assertArrayEquals(new float[] {0, 0}, process(bad, ids(1), 0, 0));
        assertArrayEquals(new float[] {0, NO}, process(bad, ids(0), 0, 0));
    }

    @Test
    void sequenceBiasIsAdded() {
        SequenceBias bias =
                new SequenceBias(List.of(new SequenceBias.Entry(ids(0), 1.5f), new SequenceBias.Entry(ids(1, 2), -2f)));
        assertArrayEquals(new float[] {2.5f, 1, -1}, process(bias, ids(0, 1), 1, 1, 1));
        assertArrayEquals(new float[] {2.5f, 1, 1}, process(bias, ids(1, 0), 1, 1, 1));
    }

    @Test
    void ofTwoBiasesForOneSequenceTheLastCounts() {
        SequenceBias bias = new SequenceBias(List.of(
                new SequenceBias.Entry(ids(1, 2), 5f),
                new SequenceBias.Entry(ids(0), 1f),
                new SequenceBias.Entry(ids(1, 2), -2f),
                new SequenceBias.Entry(ids(0), 3f)));
        assertArrayEquals(new float[] {3, 0, -2}, process(bias, ids(0, 1), 0, 0, 0));
    }

    @Test
    void biasesOfOneTokenAreAddedUpBeforeTheyChangeItsScore() {
        // 2²⁴ + 1 is 2²⁴ in fp32, but 2²⁴ + 2 is not
        SequenceBias bias =
                new SequenceBias(List.of(new SequenceBias.Entry(ids(1, 0), 1f), new SequenceBias.Entry(ids(0), 1f)));
        assertArrayEquals(new float[] {0x1p24f + 2, 0}, process(bias, ids(2, 1), 0x1p24f, 0));
    }

    @Test
    void minLengthForbidsTheEndUntilThereAreEnoughTokens() {
        MinLength min = new MinLength(3, 1, 2);
        assertArrayEquals(new float[] {0, NO, NO}, process(min, ids(0, 0), 0, 0, 0));
        assertArrayEquals(new float[] {0, 0, 0}, process(min, ids(0, 0, 0), 0, 0, 0));
    }

    @Test
    void forcedFirstTokenLeavesNoOtherAfterTheStart() {
        assertArrayEquals(new float[] {NO, 0, NO}, process(new ForcedFirstToken(1), ids(0), -1, -2, -3));
        assertArrayEquals(new float[] {-1, -2, -3}, process(new ForcedFirstToken(1), ids(0, 1), -1, -2, -3));
    }

    @Test
    void forcedLastTokenLeavesNoOtherBeforeTheMaximumLength() {
        ForcedLastToken last = new ForcedLastToken(4, 0, 2);
        assertArrayEquals(new float[] {-1, -2, -3}, process(last, ids(0, 1), -1, -2, -3));
        assertArrayEquals(new float[] {0, NO, 0}, process(last, ids(0, 1, 1), -1, -2, -3));
    }

    @Test
    void exponentialDecayMakesTheEndLikelierWithEveryTokenTooMany() {
        ExponentialDecayLengthPenalty decay = new ExponentialDecayLengthPenalty(2, 1.5, 1);
        assertArrayEquals(new float[] {-8, -8}, process(decay, ids(0, 0), -8, -8));
        // -8 + 8 · (1.5² − 1)
        assertArrayEquals(new float[] {-8, 2}, process(decay, ids(0, 0, 0, 0), -8, -8));
        assertArrayEquals(new float[] {-8, NO}, process(decay, ids(0, 0, 0, 0), -8, NO));
    }

    @Test
    void suppressTokensForbidsAlwaysOrAtOnePlace() {
        assertArrayEquals(new float[] {NO, 0, NO}, process(new SuppressTokens(0, 0, 2), ids(0, 0, 0), 0, 0, 0));
        assertArrayEquals(new float[] {NO, 0}, process(new SuppressTokens(1, 0), ids(0), 0, 0));
        assertArrayEquals(new float[] {0, 0}, process(new SuppressTokens(1, 0), ids(0, 0), 0, 0));
    }

    @Test
    void renormalizeMakesTheProbabilitiesSumToOne() {
        float[] scores = process(new Renormalize(), ids(0), -1, NO, -1, -30);
        assertEquals(Math.log(0.5), scores[0], 1e-6);
        assertEquals(NO, scores[1]);
        assertEquals(scores[0], scores[2]);
    }

    @Test
    void renormalizeLeavesAHypothesisThatCannotGoOn() {
        assertArrayEquals(new float[] {NO, NO}, process(new Renormalize(), ids(0), NO, NO));
    }
}
