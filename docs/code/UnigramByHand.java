import java.util.Locale;
import java.util.Map;

/** SentencePiece's unigram model: of all ways to cut a word, the one whose pieces are likeliest together. */
class UnigramByHand {
    static final Map<String, Double> LOG_PROBABILITY =
            Map.of("un", -3.0, "able", -4.0, "u", -6.0, "n", -6.0, "do", -3.5, "undo", -8.0, "doable", -9.5);

    void main() {
        String word = "undoable";
        double[] best = new double[word.length() + 1];
        String[] pieces = new String[word.length() + 1];
        pieces[0] = "";
        for (int end = 1; end <= word.length(); end++) {
            best[end] = Double.NEGATIVE_INFINITY;
            for (int start = 0; start < end; start++) {
                Double piece = LOG_PROBABILITY.get(word.substring(start, end));
                if (piece == null || pieces[start] == null || best[start] + piece <= best[end]) continue;
                best[end] = best[start] + piece;
                pieces[end] = pieces[start] + " " + word.substring(start, end);
            }
            String cut = pieces[end] == null ? " (no cut)" : pieces[end];
            IO.println(String.format(Locale.ROOT, "%-9s %6.1f %s", word.substring(0, end), best[end], cut));
        }
    }
}
