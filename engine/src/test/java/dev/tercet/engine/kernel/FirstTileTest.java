package dev.tercet.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tercet.engine.kernel.FirstTile.Way;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FirstTileTest {
    private static final int NUMBERS = 1_000;

    @Test
    void theWayThatTookTheLeastTimeIsTakenUntilTheNextTrial() {
        FirstTile choice = new FirstTile();
        waysAfterTheTrial(choice, times(400, 300, 200, 500));
        assertEquals(EnumSet.of(Way.TWO_FIRST), waysAfterTheTrial(choice, times(400, 300, 200, 500)));
    }

    @Test
    void anotherWayIsTakenWhenTheTimesHaveChanged() {
        FirstTile choice = new FirstTile();
        waysAfterTheTrial(choice, times(400, 300, 200, 500));
        assertEquals(EnumSet.of(Way.TOUCHED), waysAfterTheTrial(choice, times(400, 300, 250, 100)));
    }

    @Test
    void callsThatOtherWorkHeldUpDoNotCountAsLongAsSomeWereNotHeldUp() {
        FirstTile choice = new FirstTile();
        Map<Way, Integer> times = times(400, 300, 200, 500);
        Way way = null;
        for (int i = 0; i < FirstTile.PERIOD; i++) {
            int call = choice.begin();
            way = choice.way(call);
            // the first of the four blocks of each way
            boolean heldUp = i < 32;
            if (choice.timed(call)) choice.took(call, times.get(way) * (heldUp ? 50L : 1L), NUMBERS);
        }
        assertEquals(Way.TWO_FIRST, way);
    }

    @Test
    void timesOfLargeAndSmallProductsAreComparedByTheNumbersRead() {
        FirstTile choice = new FirstTile();
        for (int i = 0; i < FirstTile.PERIOD; i++) {
            int call = choice.begin();
            if (!choice.timed(call)) continue;
            long numbers = choice.way(call) == Way.ONE_FIRST ? 10 * NUMBERS : NUMBERS;
            choice.took(call, numbers / (choice.way(call) == Way.ONE_FIRST ? 4 : 2), numbers);
        }
        assertEquals(EnumSet.of(Way.ONE_FIRST), waysAfterTheTrial(choice, times(9, 1, 9, 9)));
    }

    private static Map<Way, Integer> times(int even, int oneFirst, int twoFirst, int touched) {
        return new EnumMap<>(
                Map.of(Way.EVEN, even, Way.ONE_FIRST, oneFirst, Way.TWO_FIRST, twoFirst, Way.TOUCHED, touched));
    }

    /** All calls of a period, and the ways taken by those that are not part of the trial. */
    private static EnumSet<Way> waysAfterTheTrial(FirstTile choice, Map<Way, Integer> times) {
        EnumSet<Way> ways = EnumSet.noneOf(Way.class);
        for (int i = 0; i < FirstTile.PERIOD; i++) {
            int call = choice.begin();
            if (choice.timed(call)) choice.took(call, times.get(choice.way(call)), NUMBERS);
            else ways.add(choice.way(call));
        }
        return ways;
    }
}
