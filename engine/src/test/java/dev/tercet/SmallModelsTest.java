package dev.tercet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tercet.engine.kernel.Activation;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Small random models, saved by transformers and sentence-transformers in different formats and configurations, against
 * those libraries.
 */
@Tag("every-width")
class SmallModelsTest {
    /**
     * Random weights with a standard deviation of 0.5 make values of order 10, sums over up to 65 of them, and sharp
     * attention; 2⁻²⁴ · 10 · √65 · 2 layers is 1e-5.
     */
    private static final double BAR = 3e-5;

    @ParameterizedTest
    @ValueSource(strings = {"small-mean", "small-cls-relu", "small-max-gelu-new-f16", "small-mean-bin"})
    void embedsAsTheReferenceDoes(String name) {
        Golden golden = Golden.of(name + "/golden");
        float[][] expected = golden.rows("embeddings");
        try (SentenceEncoder encoder = SentenceEncoder.load(Golden.folder(name).toString())) {
            float[][] vectors = encoder.encode(golden.texts());
            for (int i = 0; i < vectors.length; i++) {
                double distance = Golden.distance(expected[i], vectors[i]);
                assertTrue(distance <= BAR, name + ", text " + i + " differs by " + distance);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "small-labels-bf16, IDENTITY, 3",
        "small-sigmoid, SIGMOID, 1",
        "small-identity, IDENTITY, 1",
        "small-legacy-tanh, TANH, 1"
    })
    void classifiesAsTheReferenceDoes(String name, Activation activation, int labels) {
        Golden golden = Golden.of(name + "/golden");
        float[][] logits = golden.rows("logits");
        float[][] scores = golden.rows("scores");
        try (CrossEncoder cross = CrossEncoder.load(Golden.folder(name).toString())) {
            assertEquals(activation, cross.activation());
            assertEquals(labels, cross.labels());
            List<Classification> results = cross.classify(golden.pairs());
            for (int i = 0; i < results.size(); i++) {
                Classification result = results.get(i);
                assertTrue(Golden.distance(logits[i], result.logits()) <= BAR, name + ", logits of pair " + i);
                assertTrue(Golden.distance(scores[i], result.scores()) <= BAR, name + ", scores of pair " + i);
            }
        }
    }

    @Test
    void namesTheLabelsOfAModelWithSeveral() {
        try (CrossEncoder cross =
                CrossEncoder.load(Golden.folder("small-labels-bf16").toString())) {
            assertEquals(List.of("contradiction", "entailment", "neutral"), cross.labelNames());
        }
    }

    @Test
    void refusesToRankWithSeveralLabels() {
        try (CrossEncoder cross =
                CrossEncoder.load(Golden.folder("small-labels-bf16").toString())) {
            var e = assertThrows(IllegalStateException.class, () -> cross.rank("query", List.of("document")));
            assertTrue(e.getMessage().contains("3 labels"), e.getMessage());
            assertThrows(IllegalStateException.class, () -> cross.score("query", "document"));
        }
    }

    @Test
    void offersProbabilitiesOfSeveralLabelsThatSumToOne() {
        try (CrossEncoder cross =
                CrossEncoder.load(Golden.folder("small-labels-bf16").toString())) {
            Classification result =
                    cross.classify(List.of(new Pair("the river", "a stone"))).getFirst();
            float[] probabilities = result.probabilities();
            assertEquals(1, probabilities[0] + probabilities[1] + probabilities[2], 3 * Math.ulp(1f));
            for (float probability : probabilities)
                assertTrue(probability <= probabilities[result.best()] && probability >= 0);
        }
    }

    @Test
    void neverOffersTheSoftmaxOfOneLogit() {
        try (CrossEncoder cross =
                CrossEncoder.load(Golden.folder("small-sigmoid").toString())) {
            Classification result = cross.classify(List.of(new Pair("a", "b"))).getFirst();
            assertThrows(IllegalStateException.class, result::probabilities);
        }
    }

    @Test
    void ranksDocumentsOfEqualScoreInTheOrderGiven() {
        try (CrossEncoder cross =
                CrossEncoder.load(Golden.folder("small-sigmoid").toString())) {
            List<Ranked> ranking = cross.rank("the river", List.of("stone", "river", "stone", "river", "stone"));
            assertEquals(5, ranking.size());
            for (int i = 1; i < 5; i++) {
                Ranked before = ranking.get(i - 1);
                Ranked after = ranking.get(i);
                assertTrue(
                        before.score() > after.score()
                                || (before.score() == after.score() && before.index() < after.index()),
                        ranking.toString());
            }
        }
    }
}
