package dev.tercet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tercet.engine.kernel.ForkedJvm;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What a translation needs on the heap beside the weights: what stays after loading, and what suffices for loading and
 * translating. No clock and no sampling: the JVM itself says whether a heap of some size is enough. In JVMs of their
 * own, of the serial collector, since G1 gives every large array whole regions.
 */
class TranslationMemoryTest {
    private static final long MB = 1_000_000;

    /** The JDK's own objects, 2 MB; tokenizers; what calls work in and keep: 8.4 MB in all. */
    private static final long KEPT = 10 * MB;

    /**
     * Those and a young generation of 4 MiB, in which loading leaves what it needed for a moment and a translation has
     * its caches: 12 MB are enough. A second copy of the token table, 12.6 MB, is not to be had.
     */
    private static final long NEEDED = 14 * MB;

    private static final long PLENTY = 1000 * MB;

    @Test
    void afterATranslationTheHeapHoldsTheWeightsAndLittleElse() throws Exception {
        Measured measured = run(PLENTY);
        assertTrue(measured.kept - measured.weights <= KEPT, measured.toString());
    }

    @Test
    void aHeapLittleLargerThanTheWeightsIsEnoughToLoadAndTranslate() throws Exception {
        Measured plenty = run(PLENTY);
        Measured little = run(plenty.weights + NEEDED);
        assertEquals(plenty.text, little.text);
    }

    /**
     * @param weights bytes
     * @param kept bytes used after a collection
     */
    private record Measured(long weights, long kept, String text) {}

    private static Measured run(long heap) throws IOException, InterruptedException {
        List<String> flags = new ArrayList<>(List.of(
                "--add-modules", "jdk.incubator.vector", "-XX:+UseSerialGC", "-Xmn4m", "-Dtercet.kernels=scalar"));
        flags.add("-XX:PretenureSizeThreshold=1000000");
        flags.add("-Xmx" + heap);
        ForkedJvm jvm = ForkedJvm.run(Main.class, flags.toArray(String[]::new));
        String[] fields = jvm.output().lines().toList().getLast().split("\t");
        assertEquals(3, fields.length, "heap of " + heap + " bytes: " + jvm.output());
        return new Measured(Long.parseLong(fields[0]), Long.parseLong(fields[1]), fields[2]);
    }

    static final class Main {
        public static void main(String[] args) {
            LoadOptions options = LoadOptions.defaults().withThreads(1);
            try (Translator translator = Translator.load("tercet/en-fr-tiny", options)) {
                String text = translator.translate("Where is the cat, and what does it do there?");
                System.gc();
                long used =
                        ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
                System.out.println(translator.loadReport().weightBytes() + "\t" + used + "\t" + text);
            }
        }
    }
}
