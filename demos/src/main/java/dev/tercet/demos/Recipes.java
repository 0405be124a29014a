package dev.tercet.demos;

import dev.tercet.Classification;
import dev.tercet.CrossEncoder;
import dev.tercet.LoadOptions;
import dev.tercet.Match;
import dev.tercet.Pair;
import dev.tercet.Ranked;
import dev.tercet.SentenceEncoder;
import dev.tercet.Similarity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Ways to put the models to use, each run on a few texts, with the lines of Java that do it.
 *
 * @param queries the user's, or none for the recipe's own
 * @param documents the user's, or none for the recipe's own
 */
record Recipes(Page page, Models models, List<String> queries, List<String> documents) {
    /** Which models, and how to run them. */
    record Models(String dual, String cross, LoadOptions options) {}

    /** Vectors closer than this are taken for paraphrases; a threshold to be set on one's own texts. */
    private static final float PARAPHRASE = 0.75f;

    private static final int SHORTLIST = 3;
    private static final int MOST_SHOWN = 10;

    private static final List<String> SENTENCES = List.of(
            "The library opens at nine in the morning.",
            "You can enter the library from 9 a.m.",
            "How do I reset my password?",
            "I forgot my password, what can I do?",
            "The museum is closed on Mondays.",
            "My order has not arrived yet.",
            "Where is the parcel that I ordered?",
            "The train to Lyon leaves from platform four.");

    private static final List<String> QUESTIONS = List.of("Why is the sky blue?", "How tall is Mont Blanc?");

    private static final List<String> PASSAGES = List.of(
            "Sunlight is scattered by the molecules of the air, and blue light more than red, because it is of shorter"
                    + " wavelength.",
            "Mont Blanc, on the border of France and Italy, rises to about 4,806 metres above the sea.",
            "Blue was long the most expensive colour of painters, for it was made of lapis lazuli.",
            "The first ascent of Mont Blanc, in 1786, is taken for the birth of mountaineering.");

    private static final List<Pair> INFERENCES = List.of(
            new Pair("A man is playing a guitar on the stage.", "A man is making music."),
            new Pair("A man is playing a guitar on the stage.", "The stage is empty."),
            new Pair("A man is playing a guitar on the stage.", "The man is famous."));

    void show(String recipe) {
        switch (recipe.toLowerCase(Locale.ROOT)) {
            case "retrieve" -> retrieve();
            case "similarity" -> similarity();
            case "nli" -> inference();
            case "qa" -> answers();
            case "duplicates" -> duplicates();
            default ->
                throw CommandException.wrongInput(
                        "--recipe " + recipe + ": expected retrieve, similarity, nli, qa or duplicates");
        }
    }

    private static List<String> either(List<String> given, List<String> sample) {
        return given.isEmpty() ? sample : given;
    }

    private void retrieve() {
        page.heading("RETRIEVE, THEN RE-RANK", "");
        page.say("The documents become vectors once. A query is one more vector; the nearest documents are read again"
                + " in pairs with it by the cross-encoder, which sees the words of both.");
        List<String> corpus = either(documents, Samples.DOCUMENTS);
        try (SentenceEncoder encoder = SentenceEncoder.load(models.dual, models.options);
                CrossEncoder cross = oneLabel()) {
            float[][] vectors = encoder.encode(corpus);
            for (String query : either(queries, Samples.QUERIES)) {
                page.step(query);
                List<Match> near = Similarity.topK(encoder.encode(query), vectors, Math.min(SHORTLIST, corpus.size()));
                List<String> candidates =
                        near.stream().map(match -> corpus.get(match.index())).toList();
                for (Ranked ranked : cross.rank(query, candidates)) {
                    Match match = near.get(ranked.index());
                    page.item(
                            String.format(Locale.ROOT, "%8.4f  cosine %.4f", ranked.score(), match.similarity()),
                            ranked.document(),
                            27);
                }
            }
        }
        java(
                "float[][] vectors = encoder.encode(documents);                        // once",
                "List<Match> near = Similarity.topK(encoder.encode(query), vectors, 100);",
                "List<Ranked> best = cross.rank(query, near.stream().map(m -> documents.get(m.index())).toList(),"
                        + " 10);");
    }

    /** Two texts of a list. */
    private record Likeness(int first, int second, float cosine) {}

    private List<Likeness> likenesses(List<String> texts) {
        if (texts.size() < 2) {
            throw CommandException.wrongInput("--documents has " + texts.size() + " lines, expected at least 2 texts");
        }
        List<Likeness> pairs = new ArrayList<>();
        try (SentenceEncoder encoder = SentenceEncoder.load(models.dual, models.options)) {
            float[][] vectors = encoder.encode(texts);
            for (int a = 0; a < vectors.length; a++) {
                for (int b = a + 1; b < vectors.length; b++) {
                    pairs.add(new Likeness(a, b, Similarity.cosine(vectors[a], vectors[b])));
                }
            }
        }
        pairs.sort(Comparator.comparing(Likeness::cosine).reversed());
        return pairs;
    }

    private void similarity() {
        page.heading("SEMANTIC SIMILARITY", "");
        page.say("Every text becomes a vector; the cosine of two vectors says how alike the texts are, whatever words"
                + " they use. The most alike pairs, and the least:");
        List<String> texts = either(documents, SENTENCES);
        List<Likeness> pairs = likenesses(texts);
        pairs.stream().limit(MOST_SHOWN / 2).forEach(pair -> show(pair, texts));
        if (pairs.size() > MOST_SHOWN / 2) {
            page.line("");
            show(pairs.getLast(), texts);
        }
        java("float[][] v = encoder.encode(List.of(one, another));", "float alike = Similarity.cosine(v[0], v[1]);");
    }

    private void show(Likeness pair, List<String> texts) {
        page.line("");
        page.item(Numbers.four(pair.cosine), texts.get(pair.first), 9);
        page.item("", texts.get(pair.second), 9);
    }

    private void duplicates() {
        page.heading("DUPLICATES AND PARAPHRASES", "");
        page.say(String.format(
                Locale.ROOT,
                "Pairs of a list whose vectors have a cosine of %.2f or more. The threshold is a choice: look at the"
                        + " pairs around it in your own texts and move it.",
                PARAPHRASE));
        List<String> texts = either(documents, SENTENCES);
        List<Likeness> pairs = likenesses(texts);
        List<Likeness> alike =
                pairs.stream().filter(pair -> pair.cosine >= PARAPHRASE).toList();
        alike.stream().limit(MOST_SHOWN).forEach(pair -> show(pair, texts));
        page.line("");
        page.say(alike.size() + " of " + pairs.size() + " pairs"
                + (alike.size() > MOST_SHOWN ? ", the first " + MOST_SHOWN + " shown." : "."));
        if (alike.size() < pairs.size()) {
            page.say("The next one below:");
            show(pairs.get(alike.size()), texts);
        }
        java(
                "float[][] cosines = Similarity.cosine(vectors, vectors);  // [texts, texts]",
                "// a pair (a, b) is a paraphrase where a < b and cosines[a][b] >= threshold");
    }

    private void answers() {
        page.heading("QUESTION ANSWERING", "the passage that answers");
        page.say("The cross-encoder was trained to say whether a passage answers a question, which is more than being"
                + " about the same thing. The passage with the highest score, and how far behind the next one is:");
        List<String> passages = either(documents, PASSAGES);
        try (CrossEncoder cross = oneLabel()) {
            for (String question : either(queries, QUESTIONS)) {
                List<Ranked> ranked = cross.rank(question, passages);
                page.step(question);
                page.item(
                        Numbers.four(ranked.getFirst().score()),
                        ranked.getFirst().document(),
                        10);
                if (ranked.size() > 1) {
                    page.note("next: " + Numbers.four(ranked.get(1).score()) + "  "
                            + ranked.get(1).document());
                }
            }
        }
        java("Ranked answer = cross.rank(question, passages, 1).getFirst();");
    }

    /**
     * No model for inference is bundled, so this recipe needs one of the user's. What it does with a model's labels,
     * their order and names, the logits and the softmax is compared with transformers on a checkpoint of random
     * weights; how well a model infers is that model's own.
     */
    private void inference() {
        try (CrossEncoder cross = CrossEncoder.load(models.cross, models.options)) {
            if (cross.labels() < 2) {
                throw CommandException.wrongInput(cross.name() + " has one label; give a BERT that was trained for"
                        + " inference with --cross-model, one with labels like entailment and contradiction");
            }
            page.heading("INFERENCE", "does the second follow from the first?");
            page.say("A cross-encoder with labels reads premise and hypothesis together and gives each label a"
                    + " probability: the softmax of the logits. The labels' names are those of the model's config.json;"
                    + " the likeliest stands first.");
            List<Pair> pairs = pairs();
            List<Classification> found = cross.classify(pairs);
            for (int p = 0; p < pairs.size(); p++) {
                page.line("");
                page.item("premise", pairs.get(p).query(), 12);
                page.item("hypothesis", pairs.get(p).document(), 12);
                page.item("", likeliestFirst(labelNames(cross), found.get(p).probabilities()), 12);
            }
        }
        java(
                "Classification found = cross.classify(List.of(new Pair(premise, hypothesis))).getFirst();",
                "String label = cross.labelNames().get(found.best());");
    }

    /** A config without names numbers its labels, as transformers does. */
    private static List<String> labelNames(CrossEncoder cross) {
        List<String> names = cross.labelNames();
        return names.isEmpty()
                ? IntStream.range(0, cross.labels())
                        .mapToObj(label -> "LABEL_" + label)
                        .toList()
                : names;
    }

    private static String likeliestFirst(List<String> names, float[] probabilities) {
        return IntStream.range(0, probabilities.length)
                .boxed()
                .sorted(Comparator.comparing(label -> -probabilities[label]))
                .map(label -> String.format(Locale.ROOT, "%s %.3f", names.get(label), probabilities[label]))
                .collect(Collectors.joining("   "));
    }

    /** The user's queries as premises with the documents as hypotheses, line by line. */
    private List<Pair> pairs() {
        if (queries.isEmpty() && documents.isEmpty()) {
            return INFERENCES;
        }
        if (queries.size() != documents.size()) {
            throw CommandException.wrongInput("--queries has " + queries.size() + " premises and --documents "
                    + documents.size() + " hypotheses, expected as many of each, line by line");
        }
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < queries.size(); i++) {
            pairs.add(new Pair(queries.get(i), documents.get(i)));
        }
        return pairs;
    }

    private CrossEncoder oneLabel() {
        CrossEncoder cross = CrossEncoder.load(models.cross, models.options);
        try {
            ModelOptions.requireOneLabel(cross);
            return cross;
        } catch (CommandException e) {
            cross.close();
            throw e;
        }
    }

    private void java(String... lines) {
        page.step("In Java");
        for (String line : lines) {
            page.line(line);
        }
    }
}
