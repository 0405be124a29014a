import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A language of four sentences in which taking the likeliest word first ends badly. */
class BeamByHand {
    /** What may follow a beginning, with its probability. */
    static final Map<String, Map<String, Double>> NEXT = Map.of(
            "", Map.of("the", 0.6, "a", 0.4),
            "the", Map.of("dog", 0.4, "cat", 0.35, "cow", 0.25),
            "a", Map.of("dog", 0.9, "cat", 0.1));

    void main() {
        for (int beams = 1; beams <= 2; beams++) {
            List<Map.Entry<String, Double>> running = List.of(Map.entry("", 1.0));
            IO.println(beams == 1 ? "greedy" : beams + " beams");
            for (int step = 1; step <= 2; step++) {
                Map<String, Double> continuations = new TreeMap<>();
                for (var beam : running)
                    for (var word : NEXT.get(beam.getKey()).entrySet())
                        continuations.put(
                                (beam.getKey() + " " + word.getKey()).strip(), beam.getValue() * word.getValue());
                running = continuations.entrySet().stream()
                        .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
                        .limit(beams)
                        .toList();
                for (var beam : running)
                    IO.println(String.format(Locale.ROOT, "  step %d  %.2f  %s", step, beam.getValue(), beam.getKey()));
            }
        }
    }
}
