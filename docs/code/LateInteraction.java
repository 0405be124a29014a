import dev.tercet.SentenceEncoder;
import java.util.Locale;

/** Late interaction: for each token of the query the most similar token of the document, summed up. */
class LateInteraction {
    void main() {
        String query = "Who wrote Hamlet?";
        String[] documents = {"Hamlet is a play by Shakespeare.", "A hamlet is a small village.", "Shares fell."};
        try (var encoder = SentenceEncoder.load("sentence-transformers/all-MiniLM-L6-v2")) {
            float[][] q = tokenVectors(encoder, query);
            for (String document : documents)
                IO.println(
                        String.format(Locale.ROOT, "%7.4f  %s", maxSim(q, tokenVectors(encoder, document)), document));
        }
    }

    static double maxSim(float[][] query, float[][] document) {
        double sum = 0;
        for (float[] q : query) {
            double best = -1;
            for (float[] d : document) {
                double cosine = 0;
                for (int i = 0; i < q.length; i++) cosine += q[i] * d[i];
                best = Math.max(best, cosine);
            }
            sum += best;
        }
        return sum;
    }

    /** The last layer's output, one row of length 1 for each token: a trace sees it as it is made. */
    static float[][] tokenVectors(SentenceEncoder encoder, String text) {
        float[][][] found = new float[1][][];
        encoder.embed(text, (name, sequence, data, offset, shape) -> {
            if (!name.equals("encoder.layer.5.output")) return;
            found[0] = new float[shape[0]][shape[1]];
            for (int t = 0; t < shape[0]; t++) {
                double squares = 0;
                for (int d = 0; d < shape[1]; d++) squares += Math.pow(data[offset + t * shape[1] + d], 2);
                for (int d = 0; d < shape[1]; d++)
                    found[0][t][d] = (float) (data[offset + t * shape[1] + d] / Math.sqrt(squares));
            }
        });
        return found[0];
    }
}
