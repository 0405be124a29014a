package dev.tercet.demos;

import dev.tercet.AlignmentHeads;
import dev.tercet.EarlyStopping;
import dev.tercet.Finish;
import dev.tercet.GenerationConfig;
import dev.tercet.Hypothesis;
import dev.tercet.TargetScore;
import dev.tercet.Translation;
import dev.tercet.TranslationControl;
import dev.tercet.Translator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiFunction;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Texts to other texts. */
@CommandLine.Command(
        name = "translate",
        sortOptions = false,
        description = "Translate texts, each as one sentence; with --document, texts of any length.",
        footer = {
            "",
            "Prints one line for each text; with --nbest N, N lines. --format jsonl prints",
            "{\"text\",\"translations\":[{\"text\",\"score\",\"ids\"}],\"truncated\"}: ids = the tokens produced, end"
                    + " token",
            "included; score = sum of log p / (their number)^length_penalty. What is not given here, the model's",
            "generation_config.json decides.",
            "",
            "--scores adds \"tokens\", \"logProbabilities\" and \"finish\" (END, STOP_STRING, MAX_LENGTH, MAX_TIME,",
            "NOTHING_POSSIBLE); --alignments adds \"sourceTokens\" and \"alignment\": a row for each token, a",
            "column for each source token.",
            "--stream writes a translation as it grows. Greedy search and sampling are certain of every token,",
            "beam search of those that all its hypotheses begin with. With jsonl: objects {\"partial\",\"ids\"},",
            "then the usual one.",
            "--pairs prints {\"text\",\"translation\",\"score\",\"ids\",\"truncated\"}, score = sum of log p.",
            "",
            "With --document: the translated text, and on standard error what is wrong with it. --format jsonl",
            "prints {\"document\",\"start\",\"end\",\"text\",\"translations\",\"issues\"} for each sentence, its place"
                    + " in",
            "code points; issues are split (too long, a part), truncated, unfinished (at the length limit, or",
            "the time was over), empty, loop."
        })
final class TranslateCommand extends Command {
    private static final int BATCH = 32;

    /** What makes a difference where translations are given. */
    private static final Set<String> OF_PAIRS = Set.of(
            "--pairs",
            "--output",
            "--format",
            "--target-language",
            "--scores",
            "--alignments",
            "--alignment-layer",
            "--model",
            "--offline",
            "--threads",
            "--weights",
            "--quiet",
            "--debug");

    enum Format {
        text,
        jsonl
    }

    @Parameters(arity = "0..*", paramLabel = "TEXT", description = "Texts to translate.")
    private List<String> texts = List.of();

    @Mixin
    private InputOptions input = new InputOptions();

    @Option(
            names = "--document",
            description = "Take the whole input as one text: split it into sentences, keep its paragraphs.")
    private boolean document;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Write there; the file appears once it is complete.")
    private String output;

    @Option(names = "--format", paramLabel = "text|jsonl", defaultValue = "text", description = "(text)")
    private Format format;

    @Option(
            names = "--stream",
            description = "Write each translation while it is made: as far as it is certain, text by text.")
    private boolean stream;

    @Option(
            names = "--target-language",
            paramLabel = "CODE",
            description = "What a multilingual model translates into, fra as well as >>fra<<; as if every text began"
                    + " with >>fra<<.")
    private String targetLanguage;

    @Option(names = "--scores", description = "With jsonl: the log-probability of every token.")
    private boolean scores;

    @Option(names = "--alignments", description = "With jsonl: how tokens attend to those of the source.")
    private boolean alignments;

    @Option(
            names = "--alignment-layer",
            paramLabel = "N",
            description = "Of which layer of the decoder, from 0; -1, the last, by default.")
    private Integer alignmentLayer;

    @Option(
            names = "--pairs",
            paramLabel = "FILE|-",
            description = "Score given translations: a text, tab, its translation on each line;"
                    + " *.jsonl: \"text\" and \"translation\".")
    private String pairs;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private Decoding decoding = new Decoding();

    @Mixin
    private TokenOptions tokens = new TokenOptions();

    @Mixin
    private GenerationOptions generation = new GenerationOptions();

    TranslateCommand(Streams streams) {
        super(streams);
    }

    /** The settings of {@code generate()}, by its names. */
    static final class Decoding {
        @Option(
                names = {"--beams", "--num-beams"},
                paramLabel = "N",
                description = "Hypotheses kept at every step; 1 is greedy search.")
        private Integer beams;

        @Option(
                names = {"--nbest", "--num-return-sequences"},
                paramLabel = "N",
                description = "Translations of each text, at most as many as beams.")
        private Integer nBest;

        @Option(
                names = "--max-length",
                paramLabel = "N",
                description = "Tokens at most, the decoder's start token included.")
        private Integer maxLength;

        @Option(names = "--max-new-tokens", paramLabel = "N", description = "Tokens produced at most.")
        private Integer maxNewTokens;

        @Option(names = "--min-length", paramLabel = "N", description = "Tokens at least, the start token included.")
        private Integer minLength;

        @Option(names = "--min-new-tokens", paramLabel = "N", description = "Tokens produced at least.")
        private Integer minNewTokens;

        @Option(
                names = "--length-penalty",
                paramLabel = "X",
                description = "Above 0 prefers longer translations, below 0 shorter ones.")
        private Double lengthPenalty;

        @Option(names = "--early-stopping", paramLabel = "true|false|never", description = "When beam search stops.")
        private String earlyStopping;

        @Option(
                names = {"--no-repeat-ngram", "--no-repeat-ngram-size"},
                paramLabel = "N",
                description = "No N tokens in a row twice.")
        private Integer noRepeatNgram;

        @Option(
                names = "--repetition-penalty",
                paramLabel = "X",
                description = "Above 1: tokens already there become less likely.")
        private Double repetitionPenalty;

        @Option(
                names = "--encoder-no-repeat-ngram-size",
                paramLabel = "N",
                description = "No N tokens in a row that the source has.")
        private Integer encoderNoRepeatNgram;

        @Option(
                names = "--encoder-repetition-penalty",
                paramLabel = "X",
                description = "Above 1: tokens of the source become more likely.")
        private Double encoderRepetitionPenalty;

        @Option(
                names = "--renormalize-logits",
                paramLabel = "true|false",
                arity = "1",
                description = "Make probabilities again after the other rules.")
        private Boolean renormalize;

        @Option(names = "--forced-bos-token-id", paramLabel = "ID", description = "The first token produced.")
        private Integer forcedFirstToken;

        GenerationConfig config() {
            GenerationConfig config = GenerationConfig.modelDefaults();
            config = set(config, beams, (_, n) -> GenerationConfig.beams(n));
            config = set(config, nBest, GenerationConfig::nBest);
            config = set(config, maxLength, GenerationConfig::maxLength);
            config = set(config, maxNewTokens, GenerationConfig::maxNewTokens);
            config = set(config, minLength, GenerationConfig::minLength);
            config = set(config, minNewTokens, GenerationConfig::minNewTokens);
            config = set(config, lengthPenalty, GenerationConfig::lengthPenalty);
            config = set(config, stopping(), GenerationConfig::earlyStopping);
            config = set(config, noRepeatNgram, GenerationConfig::noRepeatNgramSize);
            config = set(config, repetitionPenalty, GenerationConfig::repetitionPenalty);
            config = set(config, encoderNoRepeatNgram, GenerationConfig::encoderNoRepeatNgramSize);
            config = set(config, encoderRepetitionPenalty, GenerationConfig::encoderRepetitionPenalty);
            config = set(config, renormalize, GenerationConfig::renormalize);
            return set(config, forcedFirstToken, GenerationConfig::forcedFirstToken);
        }

        private static <V> GenerationConfig set(
                GenerationConfig config, V value, BiFunction<GenerationConfig, V, GenerationConfig> setter) {
            return value == null ? config : setter.apply(config, value);
        }

        private EarlyStopping stopping() {
            if (earlyStopping == null) {
                return null;
            }
            return switch (earlyStopping.toLowerCase(Locale.ROOT)) {
                case "true" -> EarlyStopping.TRUE;
                case "false" -> EarlyStopping.FALSE;
                case "never" -> EarlyStopping.NEVER;
                default ->
                    throw CommandException.wrongInput(
                            "--early-stopping " + earlyStopping + ": expected true, false or never");
            };
        }
    }

    @Override
    void run() throws IOException {
        if (pairs != null) {
            scorePairs();
            return;
        }
        if ((scores || alignments) && format != Format.jsonl) {
            throw wrongUsage("--scores and --alignments need --format jsonl: lines of text have no place for them");
        }
        if (texts.isEmpty() && !input.given()) {
            throw wrongUsage("nothing to translate: give texts, or -i FILE (-i - reads standard input)");
        }
        if (stream && (document || output != null)) {
            throw wrongUsage("--stream shows single texts while they are translated: leave out "
                    + (document ? "--document" : "--output"));
        }
        if (alignmentLayer != null && !alignments) {
            throw wrongUsage("--alignment-layer says which attention --alignments shows: add that");
        }
        GenerationConfig config = generation.over(tokens.over(decoding.config()));
        if (alignments) {
            config = config.alignments(heads());
        }
        if (targetLanguage != null) {
            config = config.targetLanguage(targetLanguage);
        }
        if (stream) {
            stream(config);
            return;
        }
        if (document) {
            translateDocuments(config);
            return;
        }
        try (Inputs<String> inputs = input.texts(texts, streams);
                Results results = Results.open(output, streams.out());
                Translator translator = model.translator(this);
                Progress progress = progress("texts")) {
            JsonLines json = new JsonLines(results.stream());
            for (List<String> batch = inputs.nextBatch(BATCH); !batch.isEmpty(); batch = inputs.nextBatch(BATCH)) {
                List<Translation> translations = translator.translate(batch, config);
                for (int i = 0; i < batch.size(); i++) {
                    write(batch.get(i), translations.get(i), json, results);
                }
                json.flush();
                progress.done(batch.size(), inputs.fractionRead());
            }
            results.complete();
        }
    }

    private void stream(GenerationConfig config) throws IOException {
        if (format == Format.text && decoding.nBest != null && decoding.nBest > 1) {
            throw wrongUsage(
                    "--stream in plain text shows one translation of a text: leave out --nbest, or add --format"
                            + " jsonl");
        }
        try (Inputs<String> inputs = input.texts(texts, streams);
                Results results = Results.open(null, streams.out());
                Translator translator = model.translator(this)) {
            JsonLines json = new JsonLines(results.stream());
            for (String text = inputs.next(); text != null; text = inputs.next()) {
                GrowingText growing =
                        format == Format.text ? GrowingText.plain(results.stream()) : GrowingText.objects(json);
                Translation translation = translator
                        .translate(
                                List.of(text), config, TranslationControl.none().withListener(growing))
                        .getFirst();
                growing.end();
                if (format == Format.text) {
                    warn(text, translation);
                } else {
                    write(text, translation, json, results);
                    json.flush();
                }
            }
            results.complete();
        }
    }

    private void translateDocuments(GenerationConfig config) throws IOException {
        try (Inputs<String> documents = input.documents(texts, streams);
                Results results = Results.open(output, streams.out());
                Translator translator = model.translator(this);
                Progress progress = progress("sentences")) {
            DocumentWriter writer = new DocumentWriter(results, quiet ? null : streams.err(), translator, details());
            for (String text = documents.next(); text != null; text = documents.next()) {
                writer.translate(text, config, format == Format.jsonl, progress);
                if (format == Format.text && !text.isEmpty() && !text.endsWith("\n")) {
                    results.stream().write('\n');
                }
            }
            results.complete();
        }
    }

    private void write(String text, Translation translation, JsonLines json, Results results) throws IOException {
        if (format == Format.text) {
            for (Hypothesis hypothesis : translation.hypotheses()) {
                results.stream().write((hypothesis.text() + "\n").getBytes(StandardCharsets.UTF_8));
            }
            warn(text, translation);
            return;
        }
        json.begin().text("text", text);
        if (alignments) {
            json.texts(
                    "sourceTokens",
                    translation.hypotheses().getFirst().alignment().source());
        }
        json.beginArray("translations");
        for (Hypothesis hypothesis : translation.hypotheses()) {
            details().write(hypothesis, json);
        }
        json.endArray().number("truncated", translation.truncatedTokens()).end();
    }

    private HypothesisDetails details() {
        return new HypothesisDetails(scores, alignments);
    }

    private AlignmentHeads heads() {
        return alignmentLayer == null ? AlignmentHeads.defaults() : new AlignmentHeads(alignmentLayer);
    }

    private void scorePairs() throws IOException {
        if (!texts.isEmpty() || input.given()) {
            throw wrongUsage("--pairs brings its own texts: leave out the others");
        }
        for (OptionSpec option : spec.commandLine().getParseResult().matchedOptions()) {
            if (!OF_PAIRS.contains(option.longestName())) {
                throw wrongUsage("--pairs scores translations that are there, nothing is decoded: leave out "
                        + option.longestName());
            }
        }
        boolean lines = Inputs.isJson(pairs, null, "tsv");
        try (Inputs<List<String>> inputs = new Inputs<>(
                        List.of(),
                        Lines.open(pairs, streams.in()),
                        lines ? TranslateCommand::jsonPair : TranslateCommand::tabbedPair);
                Results results = Results.open(output, streams.out());
                Translator translator = model.translator(this);
                Progress progress = progress("pairs")) {
            JsonLines json = new JsonLines(results.stream());
            String code = targetLanguage == null ? "" : translator.targetLanguage(targetLanguage) + " ";
            for (List<List<String>> batch = inputs.nextBatch(BATCH);
                    !batch.isEmpty();
                    batch = inputs.nextBatch(BATCH)) {
                List<TargetScore> found = translator.score(
                        batch.stream().map(pair -> code + pair.getFirst()).toList(),
                        batch.stream().map(List::getLast).toList(),
                        heads());
                for (int i = 0; i < found.size(); i++) {
                    write(batch.get(i), found.get(i), json, results);
                }
                json.flush();
                progress.done(batch.size(), inputs.fractionRead());
            }
            results.complete();
        }
    }

    private static List<String> jsonPair(String line, String place) throws IOException {
        return Inputs.jsonStrings(line, place, "text", "translation");
    }

    private static List<String> tabbedPair(String line, String place) {
        String[] both = line.split("\t", -1);
        if (both.length != 2) {
            throw CommandException.wrongInput(place + ": " + (both.length - 1)
                    + " tabs, expected one between a text and its translation (texts with tabs: give JSON Lines with"
                    + " \"text\" and \"translation\")");
        }
        return List.of(both);
    }

    private void write(List<String> pair, TargetScore score, JsonLines json, Results results) throws IOException {
        if (format == Format.text) {
            String line = score.score() + "\t" + pair.getFirst() + "\t" + pair.getLast() + "\n";
            results.stream().write(line.getBytes(StandardCharsets.UTF_8));
            return;
        }
        json.begin().text("text", pair.getFirst()).text("translation", pair.getLast());
        json.number("score", score.score()).numbers("ids", score.ids());
        if (alignments) {
            json.texts("sourceTokens", score.alignment().source());
        }
        if (scores || alignments) {
            json.texts("tokens", score.tokens());
        }
        if (scores) {
            json.numbers("logProbabilities", score.logProbabilities());
        }
        if (alignments) {
            json.rows("alignment", score.alignment().weights());
        }
        json.number("truncated", score.truncatedTokens()).end();
    }

    /** Plain text has no field that could say it. */
    private void warn(String text, Translation translation) {
        if (quiet) {
            return;
        }
        if (translation.truncatedTokens() > 0) {
            streams.err()
                    .println("truncated: the last " + translation.truncatedTokens() + " tokens of \"" + beginning(text)
                            + "…\" were not translated, the model reads " + translation.tokens());
        }
        if (translation.hypotheses().getFirst().finish() == Finish.MAX_TIME) {
            streams.err()
                    .println("unfinished: the time was over before the translation of \"" + beginning(text)
                            + "…\" was complete; raise --max-time");
        }
    }

    private static String beginning(String text) {
        return text.substring(0, text.offsetByCodePoints(0, Math.min(40, text.codePointCount(0, text.length()))));
    }
}
