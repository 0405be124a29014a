package dev.tercet.demos;

import dev.tercet.CrossEncoder;
import dev.tercet.LoadOptions;
import dev.tercet.Match;
import dev.tercet.Ranked;
import dev.tercet.SentenceEncoder;
import dev.tercet.Similarity;
import dev.tercet.Translator;
import dev.tercet.engine.kernel.Kernels;
import dev.tercet.loaders.JsonObject;
import dev.tercet.loaders.ModelFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The tour: the three architectures on the same few texts, each step shown and explained, then compared by what was
 * measured on the way. Package-private fields are the findings of the parts, for {@link Comparison}.
 */
final class Tour {
    /** A part of the tour. */
    enum Part {
        dual,
        cross,
        translate
    }

    /** The models to show. */
    record Models(String dual, String cross, String translation) {}

    private static final int RETRIEVED = 3;

    private final Models models;
    private final LoadOptions options;
    private final Page page;
    private final long start = System.nanoTime();

    DualPart.Findings dual;
    CrossPart.Findings cross;
    TranslationPart.Findings translation;
    BertCost dualCost;
    BertCost crossCost;

    Tour(Models models, LoadOptions options, Page page) {
        this.models = models;
        this.options = options;
        this.page = page;
    }

    /** One part alone. */
    void run(Part part) {
        switch (part) {
            case dual -> {
                texts();
                try (SentenceEncoder encoder = loadDual()) {
                    new DualPart(encoder, dualCost, page).run();
                }
            }
            case cross -> {
                texts();
                try (CrossEncoder encoder = loadCross()) {
                    new CrossPart(encoder, crossCost, page).run();
                }
            }
            case translate -> {
                try (Translator translator = loadTranslator()) {
                    translationPart(translator).run();
                }
            }
        }
        end();
    }

    /** Everything. */
    void run() {
        welcome();
        texts();
        try (SentenceEncoder dualEncoder = loadDual();
                CrossEncoder crossEncoder = loadCross();
                Translator translator = loadTranslator()) {
            dual = new DualPart(dualEncoder, dualCost, page).run();
            cross = new CrossPart(crossEncoder, crossCost, page).run();
            translation = translationPart(translator).run();
            Comparison comparison = new Comparison(this, page);
            comparison.run();
            hybrid(crossEncoder, comparison);
            takeaways();
        }
        end();
    }

    private void welcome() {
        page.heading("TERCET", "three ways a Transformer reads text");
        page.item("1  dual encoder", "one text → one vector", 21);
        page.item("", "Which of a million texts are about the same thing?", 21);
        page.item("2  cross-encoder", "two texts → one number", 21);
        page.item("", "Does this document answer this question?", 21);
        page.item("3  encoder-decoder", "one text → another text", 21);
        page.item("", "How does one say this in French?", 21);
        page.line("");
        page.say("All three are built of the same block: attention, in which a token looks at other tokens and takes"
            + " over what concerns it. They differ in which token may look at which. That alone decides what each is"
            + " good for and what it costs.");
        page.line("");
        page.note(String.format(
                Locale.ROOT,
                "Java %s, %d threads, kernels: %s; no native library, no Python.",
                Runtime.version().feature(),
                threads(options),
                Kernels.preferred().description()));
    }

    /** How many threads will work: 0 stands for all processors. */
    static int threads(LoadOptions options) {
        return options.threads() == 0 ? Runtime.getRuntime().availableProcessors() : options.threads();
    }

    private void texts() {
        page.step("The texts");
        for (int i = 0; i < Samples.QUERIES.size(); i++) {
            page.item(Samples.label('Q', i), Samples.QUERIES.get(i), 4);
        }
        for (int i = 0; i < Samples.DOCUMENTS.size(); i++) {
            page.item(Samples.label('D', i), Samples.DOCUMENTS.get(i), 4);
        }
    }

    private SentenceEncoder loadDual() {
        SentenceEncoder encoder = SentenceEncoder.load(models.dual(), options);
        dualCost = BertCost.of(config(models.dual()));
        return encoder;
    }

    private CrossEncoder loadCross() {
        CrossEncoder encoder = CrossEncoder.load(models.cross(), options);
        crossCost = BertCost.of(config(models.cross()));
        return encoder;
    }

    private Translator loadTranslator() {
        return Translator.load(models.translation(), options);
    }

    private TranslationPart translationPart(Translator translator) {
        MarianCost cost = MarianCost.of(config(models.translation()));
        return new TranslationPart(translator, models.translation(), cost, page);
    }

    private JsonObject config(String model) {
        try (ModelFiles files = ModelOptions.locator(options.offline()).locate(model)) {
            return JsonObject.read(files, "config.json");
        }
    }

    private void hybrid(CrossEncoder encoder, Comparison comparison) {
        page.heading("BOTH TOGETHER", "retrieve, then re-rank");
        page.say("Search engines use both: the dual encoder finds a short list among everything, the cross-encoder"
                + " puts the short list in order. Here: the best " + RETRIEVED + " of " + Samples.DOCUMENTS.size()
                + " by cosine, then only these re-ranked.");
        for (int i = 0; i < Samples.QUERIES.size(); i++) {
            List<Match> retrieved = Similarity.topK(dual.queries()[i], dual.documents(), RETRIEVED);
            List<Ranked> ranked = encoder.rank(
                    Samples.QUERIES.get(i),
                    retrieved.stream()
                            .map(match -> Samples.DOCUMENTS.get(match.index()))
                            .toList());
            List<String> before = new ArrayList<>();
            for (Match match : retrieved) {
                before.add(Samples.label('D', match.index()) + " " + Numbers.four(match.similarity()));
            }
            List<String> after = new ArrayList<>();
            boolean moved = false;
            for (int rank = 0; rank < ranked.size(); rank++) {
                Ranked one = ranked.get(rank);
                after.add(Samples.label('D', retrieved.get(one.index()).index()) + " " + Numbers.four(one.score()));
                moved |= one.index() != rank;
            }
            page.step(Samples.label('Q', i) + " " + Samples.QUERIES.get(i));
            page.item("retrieved", String.join("   ", before), 11);
            page.item("re-ranked", String.join("   ", after) + (moved ? "   ← another order" : ""), 11);
        }
        page.line("");
        page.say(comparison.hybridEstimate());
    }

    private void takeaways() {
        page.heading("TO TAKE AWAY", "");
        List<String> points = List.of(
                "A dual encoder squeezes a text into one vector before it knows the question. That loses detail and"
                        + " makes everything computable ahead: searching is comparing vectors.",
                "A cross-encoder reads question and document together, with full interaction. More exact, but every"
                        + " pair is a run of its own and nothing can be prepared.",
                "So use both: retrieve with the first, re-rank with the second. Most search that you meet works like"
                        + " this.",
                "Late interaction (ColBERT) is the third way between them: one vector for each token, prepared ahead,"
                        + " compared token by token when the question comes.",
                "An encoder-decoder does not compare, it writes. Its cost is the number of tokens written, times the"
                        + " beams that it follows.");
        for (int i = 0; i < points.size(); i++) {
            page.item((i + 1) + ".", points.get(i), 4);
        }
        page.step("On your own texts");
        page.line("tercet embed \"a text\" \"another\"");
        page.line("tercet score \"a question\" \"a document\"");
        page.line("tercet rank \"a question\" -i documents.txt --top-k 10");
        page.line("tercet translate \"Hello, world.\"");
    }

    private void end() {
        page.line("");
        page.note("Done in " + Numbers.time((System.nanoTime() - start) / 1e9) + ", models loaded and all.");
    }
}
