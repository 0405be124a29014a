package dev.tercet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** ms-marco-MiniLM-L12-v2, bundled as int8, against sentence-transformers on the same weights expanded to fp32. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CrossEncoderGoldenTest {
    private static final double BAR = 1e-4;

    private final Golden golden = Golden.of("ms-marco-scores");
    private final List<String> queries = golden.inputs().strings("queries");
    private final List<String> documents = golden.inputs().strings("documents");
    private CrossEncoder cross;

    @BeforeAll
    void load() {
        cross = CrossEncoder.load("cross-encoder/ms-marco-MiniLM-L12-v2");
    }

    @AfterAll
    void close() {
        cross.close();
    }

    @Test
    void scoresAndRanksAsTheReferenceDoes() {
        float[][] expected = golden.rows("logits");
        for (int q = 0; q < queries.size(); q++) {
            List<Ranked> ranking = cross.rank(queries.get(q), documents);
            for (Ranked ranked : ranking)
                assertEquals(
                        expected[q][ranked.index()],
                        ranked.logit(),
                        BAR,
                        queries.get(q) + " × " + documents.get(ranked.index()));
            List<Integer> order = ranking.stream().map(Ranked::index).toList();
            assertEquals(golden.inputs().list("rankings").get(q).toString(), order.toString(), queries.get(q));
        }
    }

    @Test
    @Tag("every-width")
    void knowsTheCapitalOfFrance() {
        String query = "What is the capital of France?";
        assertEquals(
                9.140289f, cross.score(query, "Paris is the capital of France.").logit(), BAR);
        assertEquals(
                -2.0519965f,
                cross.score(query, "Berlin is the capital of Germany.").logit(),
                BAR);
    }

    @Test
    void saysIdentityInItsConfigSoTheScoreIsTheLogit() {
        Score score = cross.score("a question", "an answer");
        assertEquals(score.logit(), score.score());
    }

    @Test
    void truncatesALongDocumentAndCountsWhatItDrops() {
        Score score = cross.score(queries.getFirst(), "stone ".repeat(1000));
        assertEquals(512, score.tokens());
        // [CLS], 7 tokens of the query and [SEP] + 1000 of the document and [SEP], of which 512 are kept
        assertEquals(1 + 7 + 1 + 1000 + 1 - 512, score.truncatedTokens());
    }

    @Test
    void keepsTheBestDocumentsOnly() {
        List<Ranked> best = cross.rank(queries.getFirst(), documents.subList(0, 4), 2);
        assertEquals(2, best.size());
        assertEquals(documents.get(0), best.getFirst().document());
        assertTrue(best.get(0).score() >= best.get(1).score());
    }
}
