package dev.tercet.demos;

import dev.tercet.CrossEncoder;
import dev.tercet.GenerationConfig;
import dev.tercet.Hypothesis;
import dev.tercet.SentenceEncoder;
import dev.tercet.Similarity;
import dev.tercet.Translator;
import dev.tercet.engine.bert.BertConfig;
import dev.tercet.engine.marian.MarianConfig;
import dev.tercet.engine.textbook.TextbookBeamSearch;
import dev.tercet.engine.textbook.TextbookBert;
import dev.tercet.engine.textbook.TextbookMarian;
import dev.tercet.loaders.Checkpoint;
import dev.tercet.loaders.JsonObject;
import dev.tercet.loaders.ModelFiles;
import dev.tercet.loaders.SentenceTransformerConfig;
import dev.tercet.tokenizer.Encoding;
import dev.tercet.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The three architectures as the book's plain loops compute them, step by step, beside the engine's result. */
@CommandLine.Command(
        name = "textbook",
        description = "Run the plain loops that the book quotes, printing every step, and compare with the engine.",
        footer = {
            "",
            "The code is engine/src/main/java/dev/tercet/engine/textbook: double precision, no SIMD, no cache, one"
                    + " text",
            "at a time. The book beside it: docs/README.md."
        })
final class TextbookCommand extends Command {
    TextbookCommand(Streams streams) {
        super(streams);
    }

    @Override
    void run() {
        throw wrongUsage("which one? textbook encode TEXT, textbook cross QUERY DOC or textbook translate TEXT");
    }

    private static String tokens(Tokenizer tokenizer, int[] ids) {
        return Arrays.stream(ids).mapToObj(tokenizer::token).collect(Collectors.joining("  "));
    }

    private static String numbers(int[] values) {
        return Arrays.stream(values).mapToObj(Integer::toString).collect(Collectors.joining("  "));
    }

    private static void truncation(Page page, Encoding encoding) {
        if (encoding.truncated() > 0) {
            page.item("dropped", encoding.truncated() + " tokens: the model reads " + encoding.size(), 10);
        }
    }

    /** How far the engine's fp32 is from the textbook. */
    private static String difference(double largest) {
        return largest == 0
                ? "nothing"
                : String.format(Locale.ROOT, "%.0e", largest).replace("e-0", "e-");
    }

    /** A bi-encoder. */
    @CommandLine.Command(
            name = "encode",
            description = "Text to vector, step by step; with a second text, their cosine.")
    static final class EncodeCommand extends Command {
        @Parameters(arity = "1..2", paramLabel = "TEXT", description = "The text, and perhaps one to compare it with.")
        private List<String> texts;

        @Mixin
        private TextbookOptions model = new TextbookOptions();

        EncodeCommand(Streams streams) {
            super(streams);
        }

        @Override
        void run() {
            Page page = new Page(streams.out(), streams.colours());
            try (ModelFiles files = model.open(ModelOptions.DUAL);
                    SentenceEncoder encoder = SentenceEncoder.load(files.name(), model.loadOptions())) {
                SentenceTransformerConfig pipeline = SentenceTransformerConfig.read(files);
                if (pipeline.pooling() != SentenceTransformerConfig.Pooling.MEAN || !pipeline.normalize()) {
                    throw CommandException.wrongInput(files.name()
                            + " does not pool by the mean and scale to length 1, the one way that the textbook shows;"
                            + " use " + ModelOptions.DUAL);
                }
                BertConfig config = BertConfig.read(JsonObject.read(files, "config.json"));
                TextbookSteps steps = new TextbookSteps(page, config.heads(), config.layers());
                TextbookBert bert = new TextbookBert(config, Checkpoint.open(files), steps);
                page.heading("THE TEXTBOOK  text → vector", files.name());
                steps.legend("TextbookBert.java");
                double[][] vectors = new double[texts.size()][];
                for (int t = 0; t < vectors.length; t++) {
                    vectors[t] = encode(page, steps, bert, encoder, pipeline.prompt() + texts.get(t));
                }
                if (vectors.length == 2) {
                    cosine(page, encoder, vectors);
                }
            }
        }

        private static double[] encode(
                Page page, TextbookSteps steps, TextbookBert bert, SentenceEncoder encoder, String text) {
            Encoding encoding = encoder.tokenizer().encode(text, encoder.maxLength());
            page.step("Text to ids");
            page.item("text", text, 10);
            page.item("tokens", tokens(encoder.tokenizer(), encoding.ids()), 10);
            page.item("ids", numbers(encoding.ids()), 10);
            truncation(page, encoding);
            double[] vector = bert.embed(encoding.ids());
            steps.line("vector", new double[][] {vector}, "mean / |mean|");
            float[] engine = encoder.encode(text);
            double largest = 0;
            for (int d = 0; d < vector.length; d++) {
                largest = Math.max(largest, Math.abs(vector[d] - engine[d]));
            }
            page.note("The engine (fp32, SIMD) gives the same vector; its numbers differ by " + difference(largest)
                    + " at most.");
            return vector;
        }

        private void cosine(Page page, SentenceEncoder encoder, double[][] vectors) {
            double cosine = 0;
            for (int d = 0; d < vectors[0].length; d++) {
                cosine += vectors[0][d] * vectors[1][d];
            }
            page.step("Two vectors to one number");
            page.say(String.format(
                    Locale.ROOT,
                    "cosine = sum of the products of the two vectors, whose length is 1 = %.6f (engine: %.6f)",
                    cosine,
                    Similarity.cosine(encoder.encode(texts.get(0)), encoder.encode(texts.get(1)))));
        }
    }

    /** A cross-encoder. */
    @CommandLine.Command(name = "cross", description = "Query and document to a score, step by step.")
    static final class CrossCommand extends Command {
        @Parameters(index = "0", paramLabel = "QUERY", description = "The query.")
        private String query;

        @Parameters(index = "1", paramLabel = "DOC", description = "The document.")
        private String document;

        @Mixin
        private TextbookOptions model = new TextbookOptions();

        CrossCommand(Streams streams) {
            super(streams);
        }

        @Override
        void run() {
            Page page = new Page(streams.out(), streams.colours());
            try (ModelFiles files = model.open(ModelOptions.CROSS);
                    CrossEncoder cross = CrossEncoder.load(files.name(), model.loadOptions())) {
                ModelOptions.requireOneLabel(cross);
                BertConfig config = BertConfig.read(JsonObject.read(files, "config.json"));
                TextbookSteps steps = new TextbookSteps(page, config.heads(), config.layers());
                page.heading("THE TEXTBOOK  two texts → one number", files.name());
                steps.legend("TextbookBert.java");
                Encoding encoding = cross.tokenizer().encodePair(query, document, cross.maxLength());
                page.step("Two texts to one row of ids; types say which text a token is of");
                page.item("tokens", tokens(cross.tokenizer(), encoding.ids()), 10);
                page.item("ids", numbers(encoding.ids()), 10);
                page.item("types", numbers(encoding.typeIds()), 10);
                truncation(page, encoding);
                double logit = new TextbookBert(config, Checkpoint.open(files), steps)
                        .logits(encoding.ids(), encoding.typeIds())[0];
                page.step(String.format(Locale.ROOT, "Score: %.6f", logit));
                double distance = Math.abs(logit - cross.score(query, document).logit());
                page.note("The engine (fp32, SIMD) gives the same number; it differs by " + difference(distance) + ".");
            }
        }
    }

    /** An encoder-decoder. */
    @CommandLine.Command(name = "translate", description = "Text to translation, step by step, with the beams.")
    static final class TranslateCommand extends Command {
        /** What the textbook search has no rule for. */
        private static final List<String> RULES =
                List.of("repetition_penalty", "no_repeat_ngram_size", "forced_bos_token_id", "suppress_tokens");

        @Parameters(index = "0", paramLabel = "TEXT", description = "The text.")
        private String text;

        @Option(names = "--beams", paramLabel = "N", description = "Hypotheses kept at every step (the model's own).")
        private Integer beams;

        @Mixin
        private TextbookOptions model = new TextbookOptions();

        TranslateCommand(Streams streams) {
            super(streams);
        }

        @Override
        void run() {
            if (beams != null && (beams < 1 || beams > 16)) {
                throw CommandException.wrongInput("--beams is " + beams + ", expected 1 to 16");
            }
            Page page = new Page(streams.out(), streams.colours());
            try (ModelFiles files = model.open(ModelOptions.TRANSLATION);
                    Translator translator = Translator.load(files.name(), model.loadOptions())) {
                MarianConfig config = MarianConfig.of(JsonObject.read(files, "config.json"));
                JsonObject generation = JsonObject.read(files, "generation_config.json");
                for (String rule : RULES) {
                    if (generation.has(rule)) {
                        throw CommandException.wrongInput(files.name() + ": generation_config.json sets " + rule
                                + ", which the textbook leaves out; use " + ModelOptions.TRANSLATION);
                    }
                }
                page.heading("THE TEXTBOOK  text → another text", files.name());
                TextbookSteps steps = new TextbookSteps(
                        page, config.encoder().heads(), config.encoder().layers());
                steps.legend("TextbookMarian.java and TextbookBeamSearch.java");
                TextbookMarian marian = new TextbookMarian(config, Checkpoint.open(files), steps);
                translate(page, steps, marian, translator, generation);
            }
        }

        private void translate(
                Page page, TextbookSteps steps, TextbookMarian marian, Translator translator, JsonObject generation) {
            Encoding encoding = translator.tokenizer().encode(text, translator.maxLength());
            page.step("Text to ids");
            page.item("tokens", tokens(translator.tokenizer(), encoding.ids()), 10);
            page.item("ids", numbers(encoding.ids()), 10);
            truncation(page, encoding);
            double[][] source = marian.encode(encoding.ids());

            int width = beams == null ? generation.integer("num_beams", 1) : beams;
            int end = generation.integer("eos_token_id");
            // long enough for any translation of a text that one waits for
            int maxLength = Math.min(generation.integer("max_length", 512), 2 * encoding.size() + 10);
            page.step("The decoder writes, one token a step: each beam and the likeliest tokens after it");
            TextbookNextTokens next =
                    new TextbookNextTokens(page, steps, marian, source, translator.tokenizer(), forbidden(generation));
            List<TextbookBeamSearch.Hypothesis> found = new TextbookBeamSearch(
                            width,
                            generation.integer("decoder_start_token_id"),
                            List.of(end),
                            maxLength,
                            generation.number("length_penalty", 1),
                            TextbookBeamSearch.Stopping.BEST_ENDED_NOW)
                    .search(next);
            page.step("Finished translations, best first: mean log probability of a token, text");
            for (TextbookBeamSearch.Hypothesis hypothesis : found) {
                page.item(Numbers.four(hypothesis.score()), text(translator, hypothesis), 10);
            }
            page.note(next.work());
            Hypothesis engine = translator
                    .translate(text, GenerationConfig.beams(width).maxLength(maxLength))
                    .getFirst();
            boolean same = engine.text().equals(text(translator, found.getFirst()));
            page.note((same ? "The engine finds the same translation" : "The engine finds: " + engine.text())
                    + ", score " + Numbers.four(engine.score()) + ".");
        }

        private static String text(Translator translator, TextbookBeamSearch.Hypothesis hypothesis) {
            int[] ids = Arrays.copyOfRange(hypothesis.ids(), 1, hypothesis.ids().length);
            return translator.tokenizer().decodeTarget(ids, true);
        }

        /** The single tokens among the configuration's bad words: padding, in all published Marian models. */
        private static List<Integer> forbidden(JsonObject generation) {
            return generation.has("bad_words_ids")
                    ? generation.integerLists("bad_words_ids").stream()
                            .filter(word -> word.length == 1)
                            .map(word -> word[0])
                            .toList()
                    : List.of();
        }
    }
}
