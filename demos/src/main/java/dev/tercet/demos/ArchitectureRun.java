package dev.tercet.demos;

import dev.tercet.CrossEncoder;
import dev.tercet.Pair;
import dev.tercet.Score;
import dev.tercet.SentenceEncoder;
import dev.tercet.Similarity;
import dev.tercet.demos.CostLaw.Point;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/**
 * Both ways of ranking the same documents for the same queries, with what they cost here: everything that
 * {@link CompareReport} and {@link ComparePage} show.
 *
 * @param texts what was compared
 * @param cosines of the dual encoder, [queries, documents]
 * @param scores of the cross-encoder, [queries, documents]
 * @param hybrid order of the first few documents of each query: retrieved by cosine, then re-ranked; indexes of
 *     documents
 * @param dual what the dual encoder cost
 * @param cross what the cross-encoder cost
 * @param indexing what preparing the documents costs, which only the dual encoder can do ahead
 */
record ArchitectureRun(
        CompareTexts texts,
        float[][] cosines,
        float[][] scores,
        int[][] hybrid,
        Cost dual,
        Cost cross,
        Growth indexing) {
    /** Documents that a model reads for one point; where there are fewer they come again. */
    private static final int[] READ = {1, 2, 4, 8, 16};

    /** Vectors that a query is compared with for one point: copies, so that they come from memory as others would. */
    private static final int[] COMPARED = {1, 10, 100, 1_000, 10_000};

    /** Matches that a search keeps. */
    private static final int KEPT = 10;

    /**
     * What one architecture costs.
     *
     * @param model its name
     * @param query a new query over a corpus, the documents prepared where they can be
     * @param macs multiply-accumulates of all queries over all documents
     * @param weightBytes of the weights in memory
     * @param documentBytes kept for each document
     */
    record Cost(String model, Growth query, double macs, double weightBytes, double documentBytes) {}

    /** Measured points and the law fitted to them. */
    record Growth(List<Point> points, CostLaw law) {
        /** Measures. */
        static Growth of(int[] sizes, IntFunction<Runnable> work) {
            List<Point> points = new ArrayList<>();
            for (int size : sizes) {
                points.add(new Point(size, Timing.of(work.apply(size)).usual()));
            }
            return new Growth(points, CostLaw.fit(points));
        }
    }

    /** The models, and what their files say of their sizes. */
    record Models(SentenceEncoder dual, BertCost dualCost, CrossEncoder cross, BertCost crossCost) {}

    /** @param shortlist how many documents the dual encoder retrieves for the cross-encoder to re-rank */
    static ArchitectureRun of(CompareTexts texts, Models models, int shortlist) {
        float[][] queries = models.dual.encode(texts.queries());
        float[][] documents = models.dual.encode(texts.documents());
        float[][] cosines = Similarity.cosine(queries, documents);
        float[][] scores = scores(texts, models.cross);
        int[][] hybrid = new int[texts.queries().size()][];
        for (int q = 0; q < hybrid.length; q++) {
            hybrid[q] = reranked(best(cosines[q], shortlist), scores[q]);
        }
        Growth indexing = Growth.of(READ, size -> {
            List<String> corpus = corpus(texts, size);
            return () -> models.dual.encode(corpus);
        });
        return new ArchitectureRun(
                texts, cosines, scores, hybrid, dual(texts, models, documents), cross(texts, models), indexing);
    }

    private static float[][] scores(CompareTexts texts, CrossEncoder cross) {
        List<Pair> pairs = new ArrayList<>();
        for (String query : texts.queries()) {
            for (String document : texts.documents()) {
                pairs.add(new Pair(query, document));
            }
        }
        List<Score> found = cross.scores(pairs);
        int columns = texts.documents().size();
        float[][] scores = new float[texts.queries().size()][columns];
        for (int i = 0; i < found.size(); i++) {
            scores[i / columns][i % columns] = found.get(i).logit();
        }
        return scores;
    }

    /** The indexes of the largest scores, largest first. */
    static int[] best(float[] scores, int most) {
        List<Integer> order = new ArrayList<>();
        for (int d = 0; d < scores.length; d++) {
            order.add(d);
        }
        order.sort((a, b) -> Float.compare(scores[b], scores[a])); // stable: of equal ones the earlier first
        return order.stream().limit(most).mapToInt(Integer::intValue).toArray();
    }

    /** The retrieved documents in the order of the cross-encoder, whose scores of them are known already. */
    private static int[] reranked(int[] retrieved, float[] scores) {
        return Arrays.stream(retrieved)
                .boxed()
                .sorted((a, b) -> Float.compare(scores[b], scores[a])) // stable, as the cross-encoder's own ranking
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** A new query: its own vector, then a dot product with each vector that is there. */
    private static Cost dual(CompareTexts texts, Models models, float[][] documents) {
        String query = texts.queries().getFirst();
        Growth growth = Growth.of(COMPARED, size -> {
            float[][] vectors = new float[size][];
            for (int v = 0; v < size; v++) {
                vectors[v] = documents[v % documents.length].clone();
            }
            return () -> Similarity.topK(models.dual.encode(query), vectors, Math.min(KEPT, size));
        });
        double macs = Stream.concat(texts.queries().stream(), texts.documents().stream())
                .mapToInt(text -> models.dual
                        .tokenizer()
                        .encode(text, models.dual.maxLength())
                        .size())
                .mapToDouble(models.dualCost::macs)
                .sum();
        return new Cost(
                models.dual.name(),
                growth,
                macs,
                models.dualCost.weightBytes(),
                (double) Float.BYTES * models.dual.dimension());
    }

    /** A new query: a run of the model for each document. */
    private static Cost cross(CompareTexts texts, Models models) {
        String query = texts.queries().getFirst();
        Growth growth = Growth.of(READ, size -> {
            List<String> corpus = corpus(texts, size);
            return () -> models.cross.rank(query, corpus);
        });
        double macs = 0;
        for (String text : texts.queries()) {
            for (String document : texts.documents()) {
                macs += models.crossCost.macs(models.cross
                        .tokenizer()
                        .encodePair(text, document, models.cross.maxLength())
                        .size());
            }
        }
        return new Cost(models.cross.name(), growth, macs, models.crossCost.weightBytes(), 0);
    }

    /** So many documents: the given ones, from the start again where there are too few. */
    private static List<String> corpus(CompareTexts texts, int size) {
        List<String> all = texts.documents();
        return Collections.nCopies(size / all.size() + 1, all).stream()
                .flatMap(List::stream)
                .limit(size)
                .toList();
    }

    /** How far the two agree on a query. */
    RankAgreement agreement(int query) {
        return RankAgreement.of(cosines[query], scores[query]);
    }

    /** Whether retrieving and re-ranking finds the document that the cross-encoder alone puts first. */
    boolean hybridFindsTheBest(int query) {
        return hybrid[query][0] == Page.largest(scores[query]);
    }

    /** Seconds of a query over so many prepared documents when the dual encoder's best few are re-ranked. */
    double hybridSeconds(double documents, int shortlist) {
        return dual.query.law().seconds(documents) + cross.query.law().seconds(shortlist);
    }
}
