package dev.tercet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tercet.LoadOptions.WeightPrecision;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoadReportTest {
    private static final String MODEL = "sentence-transformers/all-MiniLM-L6-v2";

    @ParameterizedTest
    @CsvSource({"F32, 4, 0", "BF16, 2, 0", "INT8, 1, 4"})
    void countsTheBytesOfEveryDenseLayer(WeightPrecision precision, int bytes, int bytesAnOutput) {
        long numbers = 6 * (4 * 384 * 384 + 2 * 384 * 1536);
        long outputs = 6 * (4 * 384 + 1536 + 384);
        LoadOptions options = LoadOptions.defaults().withWeights(precision);
        try (SentenceEncoder encoder = SentenceEncoder.load(MODEL, options)) {
            assertEquals(precision, encoder.loadReport().weights());
            // no output is left over: all counts are multiples of every panel's width
            assertEquals(
                    bytes * numbers + bytesAnOutput * outputs,
                    encoder.loadReport().weightBytes());
        }
    }

    @Test
    void namesThePhasesInTheOrderInWhichTheyEnd() {
        try (SentenceEncoder encoder = SentenceEncoder.load(MODEL)) {
            List<LoadReport.Phase> phases = encoder.loadReport().phases();
            assertEquals("find", phases.get(0).name());
            assertEquals("checkpoint", phases.get(1).name());
            assertEquals(
                    List.of("tokenizer", "weights"),
                    phases.subList(2, 4).stream()
                            .map(LoadReport.Phase::name)
                            .sorted()
                            .toList());
            for (int i = 1; i < phases.size(); i++) {
                assertTrue(phases.get(i).toNanos() >= phases.get(i - 1).toNanos(), phases::toString);
                assertTrue(phases.get(i).toNanos() >= phases.get(i).fromNanos(), phases::toString);
            }
        }
    }
}
