import dev.tercet.CrossEncoder;
import dev.tercet.SentenceEncoder;
import dev.tercet.Similarity;
import java.util.List;
import java.util.Locale;

/** The bi-encoder finds three of eight documents, the cross-encoder orders them. */
class RetrieveAndRerank {
    static final List<String> DOCUMENTS = List.of(
            "The capital of Germany is Berlin.",
            "Paris is the capital and largest city of France.",
            "France is a country in western Europe.",
            "Lyon is a large city in France, but not its capital.",
            "The Eiffel Tower was built in 1889.",
            "A capital letter begins a sentence.",
            "French cuisine is famous for its cheese.",
            "Venture capital funds young companies.");

    void main() {
        String query = "What is the capital of France?";
        try (var encoder = SentenceEncoder.load("sentence-transformers/all-MiniLM-L6-v2");
                var cross = CrossEncoder.load("cross-encoder/ms-marco-MiniLM-L12-v2")) {
            float[][] index = encoder.encode(DOCUMENTS); // once, before any query is known
            var found = Similarity.topK(encoder.encode(query), index, 3);
            IO.println("retrieved, by cosine");
            for (var match : found) show(match.similarity(), DOCUMENTS.get(match.index()));
            var candidates =
                    found.stream().map(match -> DOCUMENTS.get(match.index())).toList();
            IO.println("re-ranked, by the cross-encoder");
            for (var ranked : cross.rank(query, candidates)) show(ranked.score(), ranked.document());
        }
    }

    static void show(double score, String document) {
        IO.println(String.format(Locale.ROOT, "%9.4f  %s", score, document));
    }
}
