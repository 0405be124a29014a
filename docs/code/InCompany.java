import dev.tercet.SentenceEncoder;
import java.util.Arrays;
import java.util.List;

/** A text alone and in the company of others. */
class InCompany {
    void main() {
        try (var encoder = SentenceEncoder.load("sentence-transformers/all-MiniLM-L6-v2")) {
            float[] alone = encoder.encode("A cat sits on the mat.");
            float[][] together = encoder.encode(List.of("Why?", "A cat sits on the mat.", "A longer text beside it."));
            IO.println("the same bits: " + Arrays.equals(alone, together[1]));
        }
    }
}
