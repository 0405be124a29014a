package dev.tercet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tercet.loaders.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** BLEU and chrF against sacreBLEU, by the golden file of {@code oracle/sacrebleu_goldens.py}. */
class SacreBleuTest {
    /** Counts are equal; exp and log of two libraries differ in the last bit, four times over, on a scale of 100. */
    private static final double BAR = 1e-12 * 100;

    private static List<JsonObject> tokenized;
    private static List<JsonObject> corpora;

    @BeforeAll
    static void read() throws IOException {
        String name = "/sacrebleu-golden.jsonl.gz";
        try (var reader = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(Objects.requireNonNull(SacreBleuTest.class.getResourceAsStream(name))),
                StandardCharsets.UTF_8))) {
            List<JsonObject> lines = reader.lines()
                    .map(line -> JsonObject.parse(line.getBytes(StandardCharsets.UTF_8), name))
                    .toList();
            tokenized = lines.stream().filter(line -> line.has("tokens")).toList();
            corpora = lines.stream().filter(line -> line.has("hypotheses")).toList();
        }
        assertTrue(tokenized.size() >= 400 && corpora.size() >= 180);
    }

    @SuppressWarnings("unchecked")
    private static List<List<String>> references(JsonObject corpus) {
        return (List<List<String>>) corpus.list("references");
    }

    private static double[] numbers(JsonObject json, String field) {
        return json.list(field).stream()
                .mapToDouble(n -> ((Number) n).doubleValue())
                .toArray();
    }

    private static double number(JsonObject json, String field) {
        return ((Number) json.value(field)).doubleValue();
    }

    @Test
    void tokenizesAs13a() {
        for (JsonObject line : tokenized)
            assertEquals(
                    line.string("tokens"),
                    String.join(" ", Tokens13a.of(line.string("text"))),
                    () -> "tokens of " + line.string("text"));
    }

    @Test
    void scoresCorporaByBleuAsSacreBleuDoes() {
        for (JsonObject corpus : corpora)
            for (boolean effective : new boolean[] {false, true}) {
                JsonObject expected = corpus.object(effective ? "effectiveBleu" : "bleu");
                Bleu found = Bleu.of(
                        corpus.strings("hypotheses"),
                        references(corpus),
                        new Bleu.Settings(corpus.bool("lowercase"), effective));
                String what = corpus.strings("hypotheses").toString();
                assertEquals(number(expected, "score"), found.score(), BAR, what);
                assertEquals(number(expected, "penalty"), found.brevityPenalty(), BAR, what);
                double[] precisions = numbers(expected, "precisions");
                for (int n = 0; n < precisions.length; n++)
                    assertEquals(precisions[n], found.precisions().get(n), BAR, what);
                assertEquals(expected.list("matches"), found.matches(), what);
                assertEquals(expected.list("totals"), found.totals(), what);
                assertEquals(number(expected, "hypothesisTokens"), found.hypothesisTokens(), what);
                assertEquals(number(expected, "referenceTokens"), found.referenceTokens(), what);
                assertEquals(expected.string("signature"), found.signature());
            }
    }

    @Test
    void scoresCorporaByChrfAsSacreBleuDoes() {
        for (JsonObject corpus : corpora) {
            JsonObject expected = corpus.object("chrf");
            Chrf found = Chrf.of(
                    corpus.strings("hypotheses"),
                    references(corpus),
                    new Chrf.Settings(corpus.bool("lowercase"), corpus.integer("wordOrder")));
            String what = corpus.strings("hypotheses").toString();
            assertEquals(number(expected, "score"), found.score(), BAR, what);
            assertEquals(expected.string("name"), found.name());
            assertEquals(expected.string("signature"), found.signature());
        }
    }

    @Test
    void showsItselfAsSacreBleuDoes() {
        for (JsonObject corpus : corpora) {
            Bleu bleu = Bleu.of(
                    corpus.strings("hypotheses"),
                    references(corpus),
                    new Bleu.Settings(corpus.bool("lowercase"), false));
            assertEquals(corpus.object("bleu").string("shown"), bleu.toString());
            Chrf chrf = Chrf.of(
                    corpus.strings("hypotheses"),
                    references(corpus),
                    new Chrf.Settings(corpus.bool("lowercase"), corpus.integer("wordOrder")));
            assertEquals(corpus.object("chrf").string("shown"), chrf.toString());
        }
    }

    @Test
    void scoresSentencesByBleuAsSacreBleuDoes() {
        eachSentence("sentenceBleu", pair -> Bleu.ofSentence(pair.query(), List.of(pair.document()))
                .score());
    }

    @Test
    void scoresSentencesByChrfAsSacreBleuDoes() {
        eachSentence("sentenceChrf", pair -> Chrf.ofSentence(pair.query(), List.of(pair.document()))
                .score());
    }

    private static void eachSentence(String field, ToDoubleFunction<Pair> score) {
        int count = 0;
        for (JsonObject corpus : corpora) {
            if (!corpus.has(field)) continue;
            double[] expected = numbers(corpus, field);
            List<String> hypotheses = corpus.strings("hypotheses");
            List<String> references = references(corpus).getFirst();
            double[] found = IntStream.range(0, expected.length)
                    .mapToDouble(i -> score.applyAsDouble(new Pair(hypotheses.get(i), references.get(i))))
                    .toArray();
            for (int i = 0; i < expected.length; i++)
                assertEquals(expected[i], found[i], BAR, hypotheses.get(i) + " | " + references.get(i));
            count += expected.length;
        }
        assertTrue(count > 200, "only " + count);
    }

    @Test
    void refusesListsThatDoNotBelongTogether() {
        List<String> two = List.of("a", "b");
        assertEquals(
                "references 2 of 2 have 1 texts for 2 hypotheses",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> Bleu.of(two, List.of(two, List.of("a")), Bleu.Settings.standard()))
                        .getMessage());
        assertThrows(IllegalArgumentException.class, () -> Chrf.of(List.of(), List.of()));
        assertThrows(IllegalArgumentException.class, () -> Bleu.of(two, List.of(), Bleu.Settings.standard()));
        assertThrows(IllegalArgumentException.class, () -> new Chrf.Settings(false, 5));
    }
}
