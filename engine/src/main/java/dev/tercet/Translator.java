package dev.tercet;

import dev.tercet.engine.generate.Control;
import dev.tercet.engine.generate.Generated;
import dev.tercet.engine.generate.Search;
import dev.tercet.engine.generate.SearchSettings;
import dev.tercet.engine.marian.MarianConfig;
import dev.tercet.engine.marian.MarianModel;
import dev.tercet.engine.marian.MarianRunner;
import dev.tercet.engine.trace.SearchListener;
import dev.tercet.engine.trace.Trace;
import dev.tercet.loaders.InvalidModelException;
import dev.tercet.loaders.JsonObject;
import dev.tercet.loaders.ModelFiles;
import dev.tercet.loaders.Weights;
import dev.tercet.tokenizer.Encoding;
import dev.tercet.tokenizer.MarianTokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
 * {@link Translation#truncatedTokens}; {@link #translateDocument} takes long texts.
 *
 * <p>Safe for use by many threads; {@link #close} lets running calls finish.
 */
public final class Translator implements AutoCloseable {
    private static final Pattern LANGUAGE_CODE = Pattern.compile(">>[^\\s<>]{1,32}<<");

    private final OpenModel model;
    private final MarianTokenizer tokenizer;
    private final MarianConfig config;
    private final GenerationConfig defaults;
    private final MarianRunner runner;
    private final int maxLength;
    private final List<String> languages;

    private Translator(
            OpenModel model, MarianTokenizer tokenizer, MarianModel marian, GenerationConfig defaults, int maxLength) {
        this.model = model;
        this.tokenizer = tokenizer;
        this.config = marian.config();
        this.defaults = defaults;
        this.runner = new MarianRunner(model.kernels(), model.workers(), marian);
        this.maxLength = maxLength;
        this.languages = tokenizer.languageCodes();
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
        int wanted = options.maxLength();
        if (wanted > config.positions())
            throw new IllegalArgumentException("maxLength is " + wanted + ", but " + files.name()
                    + " has positions for " + config.positions() + " tokens");
        try {
            defaults.settings(config.targetVocabulary(), config.positions());
        } catch (IllegalArgumentException e) {
            throw new InvalidModelException(files.describe("generation_config.json") + ": " + e.getMessage(), e);
        }
        Weights weights = model.checkpoint();
        var read = model.read(
                () -> tokenizer(files, config),
                () -> MarianModel.load(model.packing(), model.workers(), weights, config));
        MarianTokenizer tokenizer = read.tokenizer();
        int maxLength = wanted > 0 ? wanted : Math.min(tokenizer.modelMaxLength(), config.positions());
        return new Translator(model, tokenizer, read.weights(), defaults, maxLength);
    }

    private static MarianTokenizer tokenizer(ModelFiles files, MarianConfig config) {
        MarianTokenizer tokenizer = MarianTokenizer.load(new TokenizerFilesOfModel(files));
        int vocabulary = Math.max(config.vocabulary(), config.targetVocabulary());
        if (tokenizer.vocabularySize() > vocabulary)
            throw new InvalidModelException(files.name() + ": the tokenizer has " + tokenizer.vocabularySize()
                    + " entries, vocab_size in config.json is " + vocabulary
                    + "; they belong to different models");
        return tokenizer;
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
     * @throws IllegalArgumentException when the settings contradict each other or the model, or a text begins with the
     *     code of a language that a multilingual model does not have
     */
    public List<Translation> translate(List<String> texts, GenerationConfig generation) {
        return translate(texts, generation, TranslationControl.none());
    }

    /**
     * The best translations of each text, in their order, with a hand on the call while it runs.
     *
     * @throws java.util.concurrent.CancellationException when the control cancels it
     * @throws IllegalArgumentException when the settings contradict each other or the model
     */
    public List<Translation> translate(List<String> texts, GenerationConfig generation, TranslationControl control) {
        return translate(
                texts, Collections.nCopies(texts.size(), generation), new Watch(control, deadline(generation)));
    }

    /**
     * The best translations of each text that begin as given, in their order.
     *
     * @param prefixes what the translation of each text begins with, as for {@link GenerationConfig#prefix(String)};
     *     the empty text for nothing
     * @throws IllegalArgumentException when there are not as many prefixes as texts, or when the settings contradict
     *     each other or the model
     */
    public List<Translation> translate(List<String> texts, List<String> prefixes, GenerationConfig generation) {
        if (texts.size() != prefixes.size())
            throw new IllegalArgumentException(
                    "there are " + prefixes.size() + " prefixes for " + texts.size() + " texts");
        Watch watch = new Watch(TranslationControl.none(), deadline(generation));
        return translate(texts, prefixes.stream().map(generation::prefix).toList(), watch);
    }

    /**
     * The best translations of a text; the trace sees every activation on the way. Those of the decoder come once per
     * step, and the sequence that they belong to is the number of a row in that step: {@code decoder.input_ids} gives
     * the tokens of each row so far.
     */
    public Translation translation(String text, GenerationConfig generation, Trace trace) {
        return translation(text, generation, trace, null);
    }

    /**
     * As {@link #translation(String, GenerationConfig, Trace)}, and shows the listener what greedy or beam search
     * decides at every step. The rows of a step have the numbers of the sequences in the trace.
     */
    public Translation translation(String text, GenerationConfig generation, Trace trace, SearchListener decisions) {
        Watch watch = new Watch(TranslationControl.none(), deadline(generation), trace, decisions);
        return translate(Arrays.asList(text), List.of(generation), watch).getFirst();
    }

    /** Translates a text of any length, decoded as the model's generation_config.json says. */
    public DocumentTranslation translateDocument(String document) {
        return translateDocument(document, GenerationConfig.modelDefaults());
    }

    /**
     * Translates a text of any length: sentence by sentence, in batches, with paragraphs, blank lines and list marks as
     * they are. Nothing is cut: a sentence that is longer than the model reads is translated in parts, and the result
     * says so; likewise where a translation is empty or repeats itself.
     *
     * @throws IllegalArgumentException when the settings contradict each other or the model
     */
    public DocumentTranslation translateDocument(String document, GenerationConfig generation) {
        return translateDocument(document, generation, _ -> {});
    }

    /**
     * As {@link #translateDocument(String, GenerationConfig)}, telling of the sentences while others are on their way.
     *
     * @param listener hears of every sentence, in their order, on the calling thread
     */
    public DocumentTranslation translateDocument(
            String document, GenerationConfig generation, Consumer<TranslatedSentence> listener) {
        return translateDocument(document, generation, TranslationControl.none(), listener);
    }

    /**
     * As {@link #translateDocument(String, GenerationConfig, Consumer)}, with a hand on the call while it runs.
     *
     * @param control cancels the call, and hears of every sentence while it grows: the index of a
     *     {@link PartialTranslation} is the number of its sentence in the document
     * @throws java.util.concurrent.CancellationException when the control cancels it
     */
    public DocumentTranslation translateDocument(
            String document,
            GenerationConfig generation,
            TranslationControl control,
            Consumer<TranslatedSentence> listener) {
        if (document == null) throw new IllegalArgumentException("the document is null");
        settings(generation);
        Long deadline = deadline(generation);
        GenerationConfig ofEach = generation.withoutTargetLanguage();
        return new DocumentTranslator(
                        tokenizer,
                        maxLength,
                        (texts, first) -> translate(
                                texts,
                                Collections.nCopies(texts.size(), ofEach),
                                new Watch(control.countingFrom(first), deadline)))
                .translate(code(generation), document, listener);
    }

    /**
     * How likely the model finds given translations, token by token: what to compare translations with, whoever made
     * them.
     *
     * @param targets a translation of each source
     * @return in their order
     * @throws IllegalArgumentException when there are not as many targets as sources, or a target is longer than the
     *     model has positions for
     */
    public List<TargetScore> score(List<String> sources, List<String> targets) {
        return score(sources, targets, AlignmentHeads.defaults());
    }

    /** How likely the model finds a given translation, token by token. */
    public TargetScore score(String source, String target) {
        return score(Arrays.asList(source), Arrays.asList(target)).getFirst();
    }

    /**
     * The same with alignments from attention heads of one's choice.
     *
     * @throws IllegalArgumentException when there are no such heads, not as many targets as sources, or a target is
     *     longer than the model has positions for
     */
    public List<TargetScore> score(List<String> sources, List<String> targets, AlignmentHeads heads) {
        if (sources.size() != targets.size())
            throw new IllegalArgumentException(
                    "there are " + targets.size() + " translations of " + sources.size() + " texts");
        SearchSettings settings = settings(GenerationConfig.greedy());
        int layer = layer(heads);
        return model.call(() -> {
            List<Encoding> read = encode("", sources);
            List<int[]> ids = new ArrayList<>();
            for (int i = 0; i < targets.size(); i++) ids.add(targetIds(targets.get(i), i));
            List<MarianRunner.Given> given = runner.given(
                    read.stream().map(Encoding::ids).toList(), ids, settings, Control.NONE, layer, heads.heads());
            List<TargetScore> scores = new ArrayList<>();
            for (int i = 0; i < given.size(); i++) scores.add(targetScore(given.get(i), read.get(i)));
            return List.copyOf(scores);
        });
    }

    private int[] targetIds(String target, int number) {
        if (target == null) throw new IllegalArgumentException("translation " + number + " is null");
        int[] ids = tokenizer.encodeTarget(target).ids();
        if (ids.length > config.positions())
            throw new IllegalArgumentException("translation " + number + " has " + ids.length + " tokens, but "
                    + model.name() + " has positions for " + config.positions() + "; score it in parts");
        return ids;
    }

    private TargetScore targetScore(MarianRunner.Given given, Encoding source) {
        Generated generated = given.generated();
        float sum = 0f;
        for (float logProbability : generated.logProbabilities()) sum += logProbability;
        List<String> tokens = targetTokens(generated.ids());
        return new TargetScore(
                sum,
                generated.ids(),
                tokens,
                generated.logProbabilities(),
                new Alignment(sourceTokens(source), tokens, given.attention()),
                source.truncated());
    }

    private int layer(AlignmentHeads heads) {
        return heads.layerOf(config.decoder().layers(), config.decoder().heads());
    }

    private List<String> sourceTokens(Encoding source) {
        return Arrays.stream(source.ids()).mapToObj(tokenizer::token).toList();
    }

    private List<String> targetTokens(int[] ids) {
        return Arrays.stream(ids).mapToObj(tokenizer::targetToken).toList();
    }

    /**
     * Who watches a call.
     *
     * @param deadline in {@link System#nanoTime}; null for none
     * @param trace sees the activations; null for an ordinary run
     * @param decisions sees what searches decide; null for an ordinary run
     */
    private record Watch(TranslationControl control, Long deadline, Trace trace, SearchListener decisions) {
        Watch(TranslationControl control, Long deadline) {
            this(control, deadline, null, null);
        }
    }

    /** When the time of a call that begins now is over; null for never. */
    private Long deadline(GenerationConfig generation) {
        if (generation == null) throw new IllegalArgumentException("the settings are null");
        OptionalDouble seconds = generation.over(defaults).maxTime();
        return seconds.isPresent() ? System.nanoTime() + (long) (seconds.getAsDouble() * 1e9) : null;
    }

    /** @param each the settings of each text, which differ in their prefix alone */
    private List<Translation> translate(List<String> texts, List<GenerationConfig> each, Watch watch) {
        if (texts.isEmpty()) return List.of();
        TranslationControl control = watch.control;
        GenerationConfig merged = each.getFirst().over(defaults);
        Map<GenerationConfig, SearchSettings> known = new IdentityHashMap<>();
        List<SearchSettings> settings = each.stream()
                .map(one -> known.computeIfAbsent(one, this::settings))
                .toList();
        Consumer<Search> listener = control.listener() == null ? null : new Parts(control.listener(), texts.size());
        return model.call(() -> {
            List<Encoding> encodings = encode(code(merged), texts);
            List<int[]> sources = encodings.stream().map(Encoding::ids).toList();
            List<List<Generated>> found = runner.run(
                    sources,
                    settings,
                    new Control(control.cancelled(), watch.deadline, listener),
                    watch.trace,
                    watch.decisions);
            Alignment[][] alignments = merged.alignments().isEmpty()
                    ? null
                    : alignments(
                            encodings,
                            found,
                            settings,
                            control,
                            merged.alignments().get());
            Translation[] translations = new Translation[texts.size()];
            model.workers().run(translations.length, i -> {
                List<Hypothesis> hypotheses = new ArrayList<>();
                for (int h = 0; h < found.get(i).size(); h++)
                    hypotheses.add(hypothesis(found.get(i).get(h), alignments == null ? null : alignments[i][h]));
                translations[i] = new Translation(
                        List.copyOf(hypotheses),
                        encodings.get(i).size(),
                        encodings.get(i).truncated());
            });
            return List.of(translations);
        });
    }

    /** Tells the listener when there is more to tell. */
    private final class Parts implements Consumer<Search> {
        private final Consumer<PartialTranslation> listener;

        /** How many tokens of each text it knows; the start token counts. */
        private final int[] told;

        private final String[] shown;

        Parts(Consumer<PartialTranslation> listener, int texts) {
            this.listener = listener;
            this.told = new int[texts];
            Arrays.fill(told, 1);
            this.shown = new String[texts];
            Arrays.fill(shown, "");
        }

        @Override
        public synchronized void accept(Search search) {
            int text = search.sentence();
            if (search.finished()) {
                tell(text, search.hypotheses().getFirst().ids(), true);
                return;
            }
            if (!search.chose()) return;
            int[] stable = search.stable();
            if (stable.length <= told[text]) return;
            told[text] = stable.length;
            tell(text, Arrays.copyOfRange(stable, 1, stable.length), false);
        }

        private void tell(int text, int[] ids, boolean finished) {
            String whole = tokenizer.decode(ids, true);
            if (finished) {
                listener.accept(new PartialTranslation(text, whole, ids, true));
                return;
            }
            String certain = PartialTranslation.certain(whole);
            if (certain.startsWith(shown[text])) shown[text] = certain;
            listener.accept(new PartialTranslation(text, shown[text], ids, false));
        }
    }

    /** Of every hypothesis of every text; decodes them once more, where the attention is kept. */
    private Alignment[][] alignments(
            List<Encoding> encodings,
            List<List<Generated>> found,
            List<SearchSettings> settings,
            TranslationControl control,
            AlignmentHeads heads) {
        List<int[]> sources = new ArrayList<>();
        List<int[]> targets = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            for (Generated generated : found.get(i)) {
                if (generated.ids().length == 0) continue;
                sources.add(encodings.get(i).ids());
                targets.add(generated.ids());
            }
        }
        Iterator<MarianRunner.Given> given = runner.given(
                        sources,
                        targets,
                        settings.getFirst(),
                        new Control(control.cancelled(), null, null),
                        layer(heads),
                        heads.heads())
                .iterator();
        Alignment[][] alignments = new Alignment[found.size()][];
        for (int i = 0; i < alignments.length; i++) {
            List<String> source = sourceTokens(encodings.get(i));
            alignments[i] = found.get(i).stream()
                    .map(generated -> new Alignment(
                            source,
                            targetTokens(generated.ids()),
                            generated.ids().length == 0
                                    ? new float[0][]
                                    : given.next().attention()))
                    .toArray(Alignment[]::new);
        }
        return alignments;
    }

    private SearchSettings settings(GenerationConfig generation) {
        GenerationConfig merged = generation.over(defaults);
        if (merged.prefixText().isPresent()) {
            int[] ids = tokenizer.encodeTarget(merged.prefixText().get()).ids();
            // without the end token
            merged = merged.prefix(Arrays.copyOf(ids, ids.length - 1));
        }
        if (merged.alignments().isPresent()) layer(merged.alignments().get());
        SearchSettings settings = merged.settings(config.targetVocabulary(), config.positions());
        // the last token of a hypothesis is produced, but never read
        if (settings.maxLength() - 1 > config.positions())
            throw new IllegalArgumentException("max_length is " + settings.maxLength() + ", but " + model.name()
                    + " has positions for " + config.positions() + " tokens; at most "
                    + (config.positions() + 1) + " is possible");
        List<String> stops = merged.stopStrings();
        return stops.isEmpty() ? settings : settings.stoppingWhen(ids -> completesOne(stops, ids));
    }

    /** Whether the last token makes the text contain one of some strings. */
    private boolean completesOne(List<String> strings, int[] ids) {
        String text = tokenizer.decode(ids, true);
        int before = tokenizer.decode(Arrays.copyOf(ids, ids.length - 1), true).length();
        return strings.stream()
                .anyMatch(string -> text.indexOf(string, Math.max(0, before - string.length() + 1)) >= 0);
    }

    /** @param code what goes in front of every text: a target language, or nothing */
    private List<Encoding> encode(String code, List<String> texts) {
        Encoding[] encodings = new Encoding[texts.size()];
        model.workers().run(encodings.length, i -> {
            if (texts.get(i) == null) throw new IllegalArgumentException("text " + i + " is null");
            checkLanguage(code, texts.get(i), i);
            encodings[i] = tokenizer.encode(code + texts.get(i), maxLength);
        });
        return List.of(encodings);
    }

    /** A code that a multilingual model does not have would be read as an unknown word, and any language come out. */
    private void checkLanguage(String code, String text, int i) {
        if (languages.isEmpty() || !text.startsWith(">>")) return;
        Matcher own = LANGUAGE_CODE.matcher(text);
        if (!own.lookingAt()) return;
        if (!code.isEmpty())
            throw new IllegalArgumentException("text " + i + " begins with " + own.group()
                    + ", but the target language is given as " + code.strip() + "; leave one of the two out");
        if (!languages.contains(own.group()))
            throw new IllegalArgumentException("text " + i + " begins with " + own.group() + ", but " + model.name()
                    + " has no such target language; it has " + String.join(", ", languages));
    }

    /** What the settings put in front of every text. */
    private String code(GenerationConfig generation) {
        return generation
                .targetLanguage()
                .map(this::targetLanguage)
                .map(code -> code + " ")
                .orElse("");
    }

    /**
     * A target language as texts begin with it.
     *
     * @param language {@code fra} or {@code >>fra<<}
     * @return {@code >>fra<<}
     * @throws IllegalArgumentException when the model does not have it; the message lists those that it has
     */
    public String targetLanguage(String language) {
        String code = language.startsWith(">>") && language.endsWith("<<") ? language : ">>" + language + "<<";
        if (languages.isEmpty())
            throw new IllegalArgumentException("target language " + language + ": " + model.name()
                    + " has one target language only, leave it out");
        if (!languages.contains(code))
            throw new IllegalArgumentException("target language " + language + ": " + model.name()
                    + " has no such target language; it has " + String.join(", ", languages));
        return code;
    }

    private Hypothesis hypothesis(Generated generated, Alignment alignment) {
        return new Hypothesis(
                tokenizer.decode(generated.ids(), true),
                generated.score(),
                generated.ids(),
                targetTokens(generated.ids()),
                generated.logProbabilities(),
                generated.prefix(),
                generated.finish(),
                alignment);
    }

    /** The model's tokenizer. */
    public MarianTokenizer tokenizer() {
        return tokenizer;
    }

    /**
     * The target languages of a multilingual model, as {@code >>fra<<}: what a text begins with chooses one. Empty for
     * a model of one target language.
     */
    public List<String> targetLanguages() {
        return languages;
    }

    /** The most tokens of a text that are read, the end token included. */
    public int maxLength() {
        return maxLength;
    }

    /** How the model was loaded: the weights held, and how long each part of the work took. */
    public LoadReport loadReport() {
        return model.report();
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
