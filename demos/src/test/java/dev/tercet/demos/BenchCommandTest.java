package dev.tercet.demos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tercet.loaders.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchCommandTest {
    @TempDir
    Path folder;

    private Outcome bench(String... more) {
        String[] arguments = new String[more.length + 3];
        System.arraycopy(new String[] {"bench", "--seconds", "0.02"}, 0, arguments, 0, 3);
        System.arraycopy(more, 0, arguments, 3, more.length);
        return Outcome.of(arguments);
    }

    @Test
    void theTableFitsIntoAHundredColumns() throws IOException {
        String model = TinyBert.encoder(folder).toString();
        List<String> lines = bench("--threads", "1", "--model", model).done().lines();
        assertTrue(lines.get(0).startsWith("1 thread: FMA peak "), lines.get(0));
        assertTrue(lines.get(1).startsWith("huge pages: "), lines.get(1));
        assertEquals(model + ", dual encoder", lines.get(3));
        assertTrue(lines.get(5).startsWith("embed 1 × "), lines.get(5));
        for (String line : lines.subList(4, lines.size())) assertTrue(line.length() <= 100, line);
    }

    @Test
    void theJsonHoldsEveryRun() throws IOException {
        String model = TinyBert.crossEncoder(folder).toString();
        Outcome outcome =
                bench("--threads", "2", "--model", model, "--format", "json").done();
        JsonObject json = JsonObject.parse(outcome.out().getBytes(StandardCharsets.UTF_8), "bench");
        assertEquals(2, json.positive("threads"));
        assertTrue(json.number("fmaPeakGflops", 0) > 0, outcome.out());
        List<JsonObject> runs = json.objects("runs");
        assertTrue(!runs.isEmpty(), outcome.out());
        for (JsonObject run : runs) {
            assertEquals(model, run.string("model"));
            assertTrue(run.number("p99Seconds", 0) >= run.number("p50Seconds", 1), outcome.out());
            assertTrue(run.number("tokensPerSecond", 0) > 0, outcome.out());
        }
    }

    @Test
    void percentilesAreTheTimesWithinWhichThatShareOfTheCallsEnded() {
        double[] calls = new double[200];
        for (int i = 0; i < calls.length; i++) calls[i] = i + 1;
        BenchRun run = new BenchRun("x", calls, new BenchRun.Work(4, 40, 2e9, 1e9));
        assertEquals(100, run.percentile(0.5));
        assertEquals(198, run.percentile(0.99));
        assertEquals(4 / 100.5, run.textsPerSecond(), 1e-12);
        assertEquals(2 / 100.5, run.gigaflops(), 1e-12);
    }

    @Test
    void secondsThatMakeNoSenseAreRefused() {
        Outcome.of("bench", "--seconds", "0")
                .failed(2, "tercet bench: --seconds is 0.0, expected more than 0, at most 60");
    }
}
