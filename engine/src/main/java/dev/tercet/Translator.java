package dev.tercet;

import dev.tercet.engine.generate.Generated;
import dev.tercet.engine.generate.SearchSettings;
import dev.tercet.engine.marian.MarianConfig;
import dev.tercet.engine.marian.MarianModel;
import dev.tercet.engine.marian.MarianRunner;
import dev.tercet.engine.trace.Trace;
import dev.tercet.loaders.Checkpoint;
import dev.tercet.loaders.InvalidModelException;
import dev.tercet.loaders.JsonObject;
import dev.tercet.loaders.ModelFiles;
import dev.tercet.tokenizer.Encoding;
import dev.tercet.tokenizer.MarianTokenizer;
import java.util.Arrays;
import java.util.List;

/**
 * An encoder-decoder that translates: Marian, as in {@code Helsinki-NLP/opus-mt-en-fr}.
 *
 * <pre>
 * try (var translator = Translator.load("Helsinki-NLP/opus-mt-en-fr")) {
 *     String french = translator.translate("Hello, how are you today?");
 *     List&lt;Hypothesis&gt; best = translator.translate("Hello.", GenerationConfig.beams(4).nBest(4));
 * }
 * </pre>
 *
 * The ids are those of transformers' {@code generate()} with the same settings in fp32. A text gets the same bits in
 * any company, on any number of threads. A text that is longer than the model takes is cut and the cut reported in
 * {@link Translation#truncatedTokens}: split long texts into sentences.
 *
 * <p>Safe for use by many threads; {@link #close} lets running calls finish.
 */
public final class Translator implements AutoCloseable {
    private final OpenModel model;
    private final MarianTokenizer tokenizer;
    private final MarianConfig config;
    private final GenerationConfig defaults;
    private final MarianRunner runner;
    private final int maxLength;

    private Translator(
            OpenModel model, MarianTokenizer tokenizer, MarianModel marian, GenerationConfig defaults, int maxLength) {
        this.model = model;
        this.tokenizer = tokenizer;
        this.config = marian.config();
        this.defaults = defaults;
        this.runner = new MarianRunner(model.kernels(), model.workers(), marian);
        this.maxLength = maxLength;
    }

    /**
     * Loads a model with the default options.
     *
     * @param idOrFolder a Hub id, as in {@code Helsinki-NLP/opus-mt-en-fr}, or a folder
     * @throws InvalidModelException when it is not found or cannot be read
     * @throws dev.tercet.tokenizer.InvalidTokenizerException when its tokenizer cannot be read
     */
    public static Translator load(String idOrFolder) {
        return load(idOrFolder, LoadOptions.defaults());
    }

    /**
     * Loads a model.
     *
     * @param idOrFolder a Hub id, as in {@code Helsinki-NLP/opus-mt-en-fr}, or a folder
     * @throws InvalidModelException when it is not found or cannot be read
     * @throws dev.tercet.tokenizer.InvalidTokenizerException when its tokenizer cannot be read
     * @throws IllegalArgumentException when an option does not fit the model
     */
    public static Translator load(String idOrFolder, LoadOptions options) {
        return OpenModel.load(idOrFolder, options, (model, files) -> assemble(model, files, options));
    }

    private static Translator assemble(OpenModel model, ModelFiles files, LoadOptions options) {
        MarianConfig config = MarianConfig.of(JsonObject.read(files, "config.json"));
        GenerationConfig defaults = GenerationConfig.of(files);
        MarianTokenizer tokenizer = MarianTokenizer.load(new TokenizerFilesOfModel(files));
        int vocabulary = Math.max(config.vocabulary(), config.targetVocabulary());
        if (tokenizer.vocabularySize() > vocabulary)
            throw new InvalidModelException(files.name() + ": the tokenizer has " + tokenizer.vocabularySize()
                    + " entries, vocab_size in config.json is " + vocabulary
                    + "; they belong to different models");
        int wanted = options.maxLength();
        if (wanted > config.positions())
            throw new IllegalArgumentException("maxLength is " + wanted + ", but " + files.name()
                    + " has positions for " + config.positions() + " tokens");
        int maxLength = wanted > 0 ? wanted : Math.min(tokenizer.modelMaxLength(), config.positions());
        try {
            defaults.settings(model.kernels(), config.targetVocabulary(), config.positions());
        } catch (IllegalArgumentException e) {
            throw new InvalidModelException(files.describe("generation_config.json") + ": " + e.getMessage(), e);
        }
        MarianModel marian = MarianModel.load(model.packing(), model.workers(), Checkpoint.open(files), config);
        return new Translator(model, tokenizer, marian, defaults, maxLength);
    }

    /** The best translation, decoded as the model's generation_config.json says. */
    public String translate(String text) {
        return translation(text, GenerationConfig.modelDefaults()).text();
    }

    /** The best translation of each text, in their order, decoded as the model's generation_config.json says. */
    public List<String> translate(List<String> texts) {
        return translate(texts, GenerationConfig.modelDefaults()).stream()
                .map(Translation::text)
                .toList();
    }

    /**
     * The best translations of a text.
     *
     * @return best first: at least one, at most {@link GenerationConfig#nBest}
     * @throws IllegalArgumentException when the settings contradict each other or the model
     */
    public List<Hypothesis> translate(String text, GenerationConfig generation) {
        return translation(text, generation).hypotheses();
    }

    /** The best translations of a text, with what was read of it. */
    public Translation translation(String text, GenerationConfig generation) {
        return translate(Arrays.asList(text), generation).getFirst();
    }

    /**
     * The best translations of each text, in their order.
     *
     * @throws IllegalArgumentException when the settings contradict each other or the model
     */
    public List<Translation> translate(List<String> texts, GenerationConfig generation) {
        return translate(texts, generation, null);
    }

    /**
     * The best translations of a text; the trace sees every activation on the way. Those of the decoder come once per
     * step, and the sequence that they belong to is the number of a row in that step: {@code decoder.input_ids} gives
     * the tokens of each row so far.
     */
    public Translation translation(String text, GenerationConfig generation, Trace trace) {
        return translate(Arrays.asList(text), generation, trace).getFirst();
    }

    private List<Translation> translate(List<String> texts, GenerationConfig generation, Trace trace) {
        SearchSettings settings = settings(generation);
        return model.call(() -> {
            List<Encoding> encodings = encode(texts);
            List<int[]> sources = encodings.stream().map(Encoding::ids).toList();
            List<List<Generated>> found = runner.run(sources, settings, trace);
            Translation[] translations = new Translation[texts.size()];
            model.workers()
                    .run(
                            translations.length,
                            i -> translations[i] = new Translation(
                                    found.get(i).stream().map(this::hypothesis).toList(),
                                    encodings.get(i).size(),
                                    encodings.get(i).truncated()));
            return List.of(translations);
        });
    }

    private SearchSettings settings(GenerationConfig generation) {
        SearchSettings settings =
                generation.over(defaults).settings(model.kernels(), config.targetVocabulary(), config.positions());
        // the last token of a hypothesis is produced, but never read
        if (settings.maxLength() - 1 > config.positions())
            throw new IllegalArgumentException("max_length is " + settings.maxLength() + ", but " + model.name()
                    + " has positions for " + config.positions() + " tokens; at most "
                    + (config.positions() + 1) + " is possible");
        return settings;
    }

    private List<Encoding> encode(List<String> texts) {
        Encoding[] encodings = new Encoding[texts.size()];
        model.workers().run(encodings.length, i -> {
            if (texts.get(i) == null) throw new IllegalArgumentException("text " + i + " is null");
            encodings[i] = tokenizer.encode(texts.get(i), maxLength);
        });
        return List.of(encodings);
    }

    private Hypothesis hypothesis(Generated generated) {
        return new Hypothesis(
                tokenizer.decode(generated.ids(), true),
                generated.score(),
                generated.ids(),
                Arrays.stream(generated.ids()).mapToObj(tokenizer::targetToken).toList(),
                generated.logProbabilities());
    }

    /** The model's tokenizer. */
    public MarianTokenizer tokenizer() {
        return tokenizer;
    }

    /** The most tokens of a text that are read, the end token included. */
    public int maxLength() {
        return maxLength;
    }

    /** The model's id or folder. */
    public String name() {
        return model.name();
    }

    /** What the model's generation_config.json says. */
    public GenerationConfig generationConfig() {
        return defaults;
    }

    /** Closes the files and ends the threads once running calls are done; later calls fail. */
    @Override
    public void close() {
        model.close();
    }
}
