package dev.tercet;

import dev.tercet.engine.generate.Draws;
import dev.tercet.engine.generate.EncoderNoRepeatNgram;
import dev.tercet.engine.generate.EncoderRepetitionPenalty;
import dev.tercet.engine.generate.EpsilonCutoff;
import dev.tercet.engine.generate.EtaCutoff;
import dev.tercet.engine.generate.ExponentialDecayLengthPenalty;
import dev.tercet.engine.generate.ForcedFirstToken;
import dev.tercet.engine.generate.ForcedLastToken;
import dev.tercet.engine.generate.LogitsProcessor;
import dev.tercet.engine.generate.MinLength;
import dev.tercet.engine.generate.MinP;
import dev.tercet.engine.generate.NoRepeatNgram;
import dev.tercet.engine.generate.Renormalize;
import dev.tercet.engine.generate.RepetitionPenalty;
import dev.tercet.engine.generate.SearchSettings;
import dev.tercet.engine.generate.SequenceBias;
import dev.tercet.engine.generate.SuppressTokens;
import dev.tercet.engine.generate.Temperature;
import dev.tercet.engine.generate.TopH;
import dev.tercet.engine.generate.TopK;
import dev.tercet.engine.generate.TopP;
import dev.tercet.engine.generate.TypicalP;
import dev.tercet.loaders.InvalidModelException;
import dev.tercet.loaders.JsonObject;
import dev.tercet.loaders.ModelFiles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How to decode: the settings of transformers' {@code generate()}, each set or left open. What a call leaves open the
 * model's generation_config.json decides, and what that leaves open the default of {@code generate()}.
 *
 * <pre>
 * translator.translate(text, GenerationConfig.beams(4).nBest(4).maxLength(128).earlyStopping(EarlyStopping.TRUE));
 * </pre>
 *
 * Every method returns a copy with one thing changed; a value out of range ends in an {@link IllegalArgumentException}.
 * Immutable and safe for use by many threads.
 *
 * <p>Lengths count tokens of the target, and {@link #maxLength} and {@link #minLength} count the decoder's start token
 * too, as in {@code generate()}: {@code maxLength(128)} produces at most 127.
 */
public final class GenerationConfig {
    private static final GenerationConfig OPEN =
            new GenerationConfig(new EnumMap<>(GenerationField.class), Map.of(), Call.OPEN);

    /** New tokens where neither max_length nor max_new_tokens is set anywhere. */
    private static final int DEFAULT_NEW_TOKENS = 20;

    /** Tokens that are drawn from where top_k is not set anywhere. */
    private static final int DEFAULT_TOP_K = 50;

    /** Stands for a field that a call takes away from the model's. */
    private static final Object UNSET = new Object();

    private final EnumMap<GenerationField, Object> values;
    private final Map<String, String> ignored;
    private final Call call;

    private GenerationConfig(EnumMap<GenerationField, Object> values, Map<String, String> ignored, Call call) {
        this.values = values;
        this.ignored = ignored;
        this.call = call;
    }

    /**
     * What no file says.
     *
     * @param seed of what is drawn
     * @param prefix what every translation begins with; null for nothing
     * @param prefixText the same as text, which wants a tokenizer; null for none
     * @param alignments what to take them from; null for none
     * @param targetLanguage which one of a multilingual model; null for what the text says
     */
    private record Call(long seed, int[] prefix, String prefixText, AlignmentHeads alignments, String targetLanguage) {
        static final Call OPEN = new Call(0, null, null, null, null);
    }

    /** Everything as the model's files say. */
    public static GenerationConfig modelDefaults() {
        return OPEN;
    }

    /** The likeliest token at every step, one hypothesis. */
    public static GenerationConfig greedy() {
        return beams(1);
    }

    /**
     * Beam search.
     *
     * @param count hypotheses kept at every step, 1 to 1024; 1 is greedy search
     */
    public static GenerationConfig beams(int count) {
        return OPEN.with(GenerationField.NUM_BEAMS, count);
    }

    /**
     * Tokens drawn at random, each as often as it is likely: {@code sample(true)} with one beam. What is drawn depends
     * on the seed and the text alone; the same seed gives the same translation, whatever else is translated.
     */
    public static GenerationConfig sampling(long seed) {
        return beams(1).sample(true).seed(seed);
    }

    private GenerationConfig with(GenerationField field, Object value) {
        EnumMap<GenerationField, Object> changed = new EnumMap<>(values);
        changed.put(field, value == UNSET ? UNSET : field.checked(value));
        return new GenerationConfig(changed, ignored, call);
    }

    private GenerationConfig with(Call call) {
        return new GenerationConfig(values, ignored, call);
    }

    /**
     * Hypotheses to be returned, at most as many as beams; in {@code generate()}: num_return_sequences. Default 1.
     * Where one beam samples, so many are drawn independently of each other, and stand in the order of drawing.
     */
    public GenerationConfig nBest(int count) {
        return with(GenerationField.NUM_RETURN_SEQUENCES, count);
    }

    /** Tokens at most, the start token included; from 2. {@link #maxNewTokens} goes before it. */
    public GenerationConfig maxLength(int tokens) {
        return with(GenerationField.MAX_LENGTH, tokens);
    }

    /** Tokens produced at most, from 1. Goes before {@link #maxLength}, wherever either is set. */
    public GenerationConfig maxNewTokens(int tokens) {
        return with(GenerationField.MAX_NEW_TOKENS, tokens);
    }

    /** No end before so many tokens, the start token included; from 0. {@link #minNewTokens} goes before it. */
    public GenerationConfig minLength(int tokens) {
        return with(GenerationField.MIN_LENGTH, tokens);
    }

    /** No end before so many tokens are produced, from 0. */
    public GenerationConfig minNewTokens(int tokens) {
        return with(GenerationField.MIN_NEW_TOKENS, tokens);
    }

    /** When beam search stops. Default {@link EarlyStopping#FALSE}. */
    public GenerationConfig earlyStopping(EarlyStopping stopping) {
        return with(GenerationField.EARLY_STOPPING, stopping);
    }

    /**
     * The score of a hypothesis is Σ log p / (tokens produced)^penalty: above 0 longer ones are preferred, below 0
     * shorter ones. Default 1.
     */
    public GenerationConfig lengthPenalty(double penalty) {
        return with(GenerationField.LENGTH_PENALTY, penalty);
    }

    /** Above 1: tokens that the hypothesis already has become less likely. Above 0; default 1. */
    public GenerationConfig repetitionPenalty(double penalty) {
        return with(GenerationField.REPETITION_PENALTY, penalty);
    }

    /** Above 1: tokens of the source become more likely. Above 0; default 1. Wants one vocabulary for both sides. */
    public GenerationConfig encoderRepetitionPenalty(double penalty) {
        return with(GenerationField.ENCODER_REPETITION_PENALTY, penalty);
    }

    /** No n-gram of this size twice in a hypothesis; 0, the default, for no such rule. */
    public GenerationConfig noRepeatNgramSize(int size) {
        return with(GenerationField.NO_REPEAT_NGRAM_SIZE, size);
    }

    /** No n-gram of this size of the source in a hypothesis; 0, the default, for no such rule. */
    public GenerationConfig encoderNoRepeatNgramSize(int size) {
        return with(GenerationField.ENCODER_NO_REPEAT_NGRAM_SIZE, size);
    }

    /** Sequences of token ids that no hypothesis may contain; they take the place of the model's. */
    public GenerationConfig badWords(List<int[]> sequences) {
        return with(
                GenerationField.BAD_WORDS_IDS,
                sequences.stream().map(int[]::clone).toList());
    }

    /**
     * Sequences of token ids with what is added to the score of the token that would complete them. In a file a
     * sequence that comes twice has the last bias, as in the reference.
     */
    public GenerationConfig sequenceBias(Map<List<Integer>, Float> biases) {
        return with(
                GenerationField.SEQUENCE_BIAS,
                biases.entrySet().stream()
                        .map(entry -> new SequenceBias.Entry(
                                entry.getKey().stream()
                                        .mapToInt(Integer::intValue)
                                        .toArray(),
                                entry.getValue()))
                        .toList());
    }

    /** Whether scores become probabilities again after the other rules have changed them. */
    public GenerationConfig renormalize(boolean renormalize) {
        return with(GenerationField.RENORMALIZE_LOGITS, renormalize);
    }

    /** The first token after the start token; in {@code generate()}: forced_bos_token_id. */
    public GenerationConfig forcedFirstToken(int token) {
        return with(GenerationField.FORCED_BOS_TOKEN_ID, token);
    }

    /** The token, any of these, that reaches the maximum length; in {@code generate()}: forced_eos_token_id. */
    public GenerationConfig forcedLastToken(int... tokens) {
        return with(GenerationField.FORCED_EOS_TOKEN_ID, tokens.clone());
    }

    /** Tokens that no hypothesis may contain. */
    public GenerationConfig suppressTokens(int... tokens) {
        return with(GenerationField.SUPPRESS_TOKENS, tokens.clone());
    }

    /** Tokens that no hypothesis may begin with. */
    public GenerationConfig suppressFirstTokens(int... tokens) {
        return with(GenerationField.BEGIN_SUPPRESS_TOKENS, tokens.clone());
    }

    /** An end becomes likelier by {@code factor} with every token produced beyond {@code start}. */
    public GenerationConfig exponentialDecayLengthPenalty(int start, double factor) {
        return with(GenerationField.EXPONENTIAL_DECAY_LENGTH_PENALTY, new GenerationField.Decay(start, factor));
    }

    /** Tokens that end a hypothesis, in the place of the model's; in {@code generate()}: eos_token_id. */
    public GenerationConfig endTokens(int... tokens) {
        return with(GenerationField.EOS_TOKEN_ID, tokens.clone());
    }

    /**
     * What every translation begins with, as token ids of the target; in {@code generate()}: decoder_input_ids, where
     * the start token need not be named. The ids of a hypothesis contain it, and its score counts what comes after it.
     * {@link #maxLength} and {@link #minLength} count it.
     */
    public GenerationConfig prefix(int... tokens) {
        return with(new Call(call.seed, tokens.clone(), null, call.alignments, call.targetLanguage));
    }

    /**
     * What every translation begins with. It becomes tokens as a text of the target language does; of what is not a
     * whole word, the model finishes the word only where it has tokens for the two parts.
     */
    public GenerationConfig prefix(String text) {
        return with(new Call(
                call.seed,
                null,
                Objects.requireNonNull(text, "the prefix is null"),
                call.alignments,
                call.targetLanguage));
    }

    /**
     * A hypothesis ends with the token that makes its text contain one of these, which stay in it. The text is what
     * {@link Hypothesis#text} is. In {@code generate()}: stop_strings.
     */
    public GenerationConfig stopStrings(String... strings) {
        return with(GenerationField.STOP_STRINGS, List.of(strings));
    }

    /**
     * After so long, counted from the beginning of the call, every hypothesis ends with the token that it gets then,
     * and what there is by then is returned; texts that have not begun get no tokens. {@link Hypothesis#finish} tells.
     * In {@code generate()}: max_time.
     */
    public GenerationConfig maxTime(Duration time) {
        return with(GenerationField.MAX_TIME, time.toSeconds() + time.getNano() / 1e9);
    }

    /**
     * Whether tokens are drawn at random, each as often as it is likely, rather than the likeliest taken. In
     * {@code generate()}: do_sample. As there, the 50 likeliest are drawn from unless {@link #topK} says otherwise.
     */
    public GenerationConfig sample(boolean sample) {
        return with(GenerationField.DO_SAMPLE, sample);
    }

    /** What is drawn, together with the text. Default 0. */
    public GenerationConfig seed(long seed) {
        return with(new Call(seed, call.prefix, call.prefixText, call.alignments, call.targetLanguage));
    }

    /** Sampling: above 1 makes unlikely tokens likelier, below 1 likely ones. Above 0; default 1. */
    public GenerationConfig temperature(double temperature) {
        return with(GenerationField.TEMPERATURE, temperature);
    }

    /** Sampling: only from the likeliest tokens, so many; 0 for all. Default 50. */
    public GenerationConfig topK(int tokens) {
        return with(GenerationField.TOP_K, tokens);
    }

    /** Sampling: only from the likeliest tokens that together have this probability; 0 to 1, default 1. */
    public GenerationConfig topP(double probability) {
        return with(GenerationField.TOP_P, probability);
    }

    /** Sampling: only from tokens that are at least so likely, relative to the likeliest; 0 to 1. */
    public GenerationConfig minP(double part) {
        return with(GenerationField.MIN_P, part);
    }

    /** Sampling: only from the tokens nearest to the entropy that together have this probability; above 0, to 1. */
    public GenerationConfig typicalP(double probability) {
        return with(GenerationField.TYPICAL_P, probability);
    }

    /** Sampling: only from the likeliest tokens that have this part of the entropy; above 0, to 1. */
    public GenerationConfig topH(double part) {
        return with(GenerationField.TOP_H, part);
    }

    /** Sampling: only from tokens of at least this probability; 0 to 1. */
    public GenerationConfig epsilonCutoff(double probability) {
        return with(GenerationField.EPSILON_CUTOFF, probability);
    }

    /** Sampling: like {@link #epsilonCutoff}, but less likely ones too where the model is uncertain; 0 to 1. */
    public GenerationConfig etaCutoff(double probability) {
        return with(GenerationField.ETA_CUTOFF, probability);
    }

    /**
     * Whether hypotheses come with {@link Hypothesis#alignment}, from {@link AlignmentHeads#defaults()}. Costs the time
     * of decoding each of them once more.
     */
    public GenerationConfig alignments(boolean wanted) {
        return withAlignments(wanted ? AlignmentHeads.defaults() : null);
    }

    /** The same from attention heads of one's choice. */
    public GenerationConfig alignments(AlignmentHeads heads) {
        return withAlignments(Objects.requireNonNull(heads, "the heads are null"));
    }

    private GenerationConfig withAlignments(AlignmentHeads heads) {
        return with(new Call(call.seed, call.prefix, call.prefixText, heads, call.targetLanguage));
    }

    /**
     * What a multilingual model translates into: puts {@code >>fra<<} in front of every text, which then begins with no
     * code of its own. A model of one target language has none to choose.
     *
     * @param language {@code fra} or {@code >>fra<<}; {@link Translator#targetLanguages} lists them
     */
    public GenerationConfig targetLanguage(String language) {
        return withLanguage(Objects.requireNonNull(language, "the target language is null"));
    }

    private GenerationConfig withLanguage(String language) {
        return with(new Call(call.seed, call.prefix, call.prefixText, call.alignments, language));
    }

    /**
     * Takes a setting of the model's away.
     *
     * @param field its name in {@code generate()}, as in {@code bad_words_ids}
     */
    public GenerationConfig without(String field) {
        return with(
                GenerationField.named(field)
                        .orElseThrow(() -> new IllegalArgumentException(field
                                + " is not a field that decoding follows; those are "
                                + Arrays.stream(GenerationField.values())
                                        .map(GenerationField::reference)
                                        .collect(Collectors.joining(", ")))),
                UNSET);
    }

    /** Fields of the model's file that make no difference here, each with the reason. */
    public Map<String, String> ignored() {
        return ignored;
    }

    /** Fields of the model's file that {@code generate()} does not have, so that nobody follows them. */
    public List<String> unknownFields() {
        return ignored.entrySet().stream()
                .filter(field -> field.getValue().equals(UnsupportedGenerationFields.UNKNOWN))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** What is set, by the names of {@code generate()}. */
    @Override
    public String toString() {
        Stream<String> fields = values.entrySet().stream()
                .map(entry -> entry.getKey().reference() + "="
                        + (entry.getValue() == UNSET ? "none" : GenerationField.shown(entry.getValue())));
        List<String> others = new ArrayList<>();
        if (call.seed != 0) others.add("seed=" + call.seed);
        if (call.prefix != null) others.add("prefix=" + Arrays.toString(call.prefix));
        if (call.prefixText != null) others.add("prefix=\"" + call.prefixText + "\"");
        if (call.alignments != null) others.add("alignments=" + call.alignments);
        if (call.targetLanguage != null) others.add("target_language=" + call.targetLanguage);
        return Stream.concat(fields, others.stream()).collect(Collectors.joining(", ", "GenerationConfig[", "]"));
    }

    // Reading

    /**
     * What a model's files say: generation_config.json or, as in transformers, the fields of the same names in
     * config.json where there is no such file.
     *
     * @throws InvalidModelException when a value is wrong or asks for a way of decoding that there is not
     */
    static GenerationConfig of(ModelFiles files) {
        return JsonObject.readIfPresent(files, "generation_config.json")
                .map(json -> of(json, true))
                .orElseGet(() -> of(JsonObject.read(files, "config.json"), false));
    }

    /** @param only whether the object is a generation config and nothing else, so that every field has a meaning */
    static GenerationConfig of(JsonObject json, boolean only) {
        EnumMap<GenerationField, Object> values = new EnumMap<>(GenerationField.class);
        Map<String, String> ignored = new LinkedHashMap<>();
        for (String name : json.fields()) {
            if (!json.has(name)) continue;
            GenerationField field = GenerationField.named(name).orElse(null);
            if (field != null) values.put(field, field.read(json));
            if (field != null && field.isOfSampling() && !samples(json))
                ignored.put(name, UnsupportedGenerationFields.SAMPLING);
            if (field == null)
                UnsupportedGenerationFields.check(json, name, only).ifPresent(reason -> ignored.put(name, reason));
        }
        return new GenerationConfig(values, Collections.unmodifiableMap(ignored), Call.OPEN);
    }

    private static boolean samples(JsonObject json) {
        return Boolean.TRUE.equals(json.value(GenerationField.DO_SAMPLE.reference()));
    }

    // Resolving

    /** These settings, and where they are open those of the model. */
    GenerationConfig over(GenerationConfig model) {
        EnumMap<GenerationField, Object> merged = new EnumMap<>(model.values);
        merged.putAll(values);
        merged.values().removeIf(value -> value == UNSET);
        return new GenerationConfig(merged, model.ignored, call);
    }

    /** The prefix as text, where it is one. */
    Optional<String> prefixText() {
        return Optional.ofNullable(call.prefixText);
    }

    /** What alignments to take, where they are wanted. */
    Optional<AlignmentHeads> alignments() {
        return Optional.ofNullable(call.alignments);
    }

    /** The target language, where it is given. */
    Optional<String> targetLanguage() {
        return Optional.ofNullable(call.targetLanguage);
    }

    /** The same for texts that say themselves what they are to be translated into. */
    GenerationConfig withoutTargetLanguage() {
        return withLanguage(null);
    }

    /** Strings that end a hypothesis; none in most cases. */
    List<String> stopStrings() {
        return values.get(GenerationField.STOP_STRINGS) instanceof Object strings
                ? GenerationField.strings(strings)
                : List.of();
    }

    /** Seconds that a call may take. */
    OptionalDouble maxTime() {
        return values.get(GenerationField.MAX_TIME) instanceof Double seconds
                ? OptionalDouble.of(seconds)
                : OptionalDouble.empty();
    }

    /**
     * The settings with nothing left open.
     *
     * @param vocabulary token ids run from 0 to this, exclusive
     * @param positions tokens that a hypothesis may have
     * @throws IllegalArgumentException when settings contradict each other or name tokens that there are not
     */
    SearchSettings settings(int vocabulary, int positions) {
        checkTokens(vocabulary);
        checkForced(GenerationField.FORCED_BOS_TOKEN_ID);
        checkForced(GenerationField.FORCED_EOS_TOKEN_ID);
        int beams = integer(GenerationField.NUM_BEAMS, 1);
        int nBest = integer(GenerationField.NUM_RETURN_SEQUENCES, 1);
        boolean sample = values.getOrDefault(GenerationField.DO_SAMPLE, false).equals(true);
        if (nBest > beams && !(sample && beams == 1))
            throw new IllegalArgumentException("num_return_sequences is " + nBest + ", expected at most num_beams, "
                    + beams + "; search with more beams or ask for fewer hypotheses");
        if (nBest > GenerationField.MAX_BEAMS)
            throw new IllegalArgumentException("num_return_sequences is " + nBest + ", expected at most "
                    + GenerationField.MAX_BEAMS + "; ask for fewer hypotheses");
        int[] prompt = prompt(vocabulary);
        int maxLength = targetLimit(prompt.length, positions);
        if (maxLength <= prompt.length)
            throw new IllegalArgumentException(
                    "max_length is " + maxLength + ", but the start token and the prefix are " + prompt.length
                            + " tokens; allow more or shorten the prefix");
        int[] endTokens = tokens(GenerationField.EOS_TOKEN_ID);
        return new SearchSettings(
                beams,
                nBest,
                prompt,
                endTokens,
                maxLength,
                number(GenerationField.LENGTH_PENALTY, 1),
                (EarlyStopping) values.getOrDefault(GenerationField.EARLY_STOPPING, EarlyStopping.FALSE),
                processors(prompt.length, maxLength, endTokens),
                sample ? new Draws(call.seed) : null,
                null);
    }

    private int targetLimit(int prompt, int positions) {
        int newTokens = integer(GenerationField.MAX_NEW_TOKENS, 0);
        // no overflow: a length that no model has positions for is refused before it is used
        if (newTokens > 0) return Math.max(newTokens, newTokens + prompt);
        return integer(GenerationField.MAX_LENGTH, Math.min(DEFAULT_NEW_TOKENS + prompt, positions));
    }

    /** As in the reference, min_new_tokens goes before min_length also where it is 0. */
    private int leastLength(int prompt) {
        if (!values.containsKey(GenerationField.MIN_NEW_TOKENS)) return integer(GenerationField.MIN_LENGTH, 0);
        int newTokens = integer(GenerationField.MIN_NEW_TOKENS, 0);
        return Math.max(newTokens, newTokens + prompt);
    }

    /** The start token and the prefix. As in the reference, a prefix that begins with the start token has it. */
    private int[] prompt(int vocabulary) {
        int start = startToken();
        int[] prefix = call.prefix == null ? new int[0] : call.prefix;
        for (int token : prefix)
            if (token < 0 || token >= vocabulary)
                throw new IllegalArgumentException("the prefix names token " + token
                        + ", but the target vocabulary runs from 0 to " + (vocabulary - 1));
        if (prefix.length > 0 && prefix[0] == start) return prefix.clone();
        int[] prompt = new int[prefix.length + 1];
        prompt[0] = start;
        System.arraycopy(prefix, 0, prompt, 1, prefix.length);
        return prompt;
    }

    private int startToken() {
        Object start =
                values.getOrDefault(GenerationField.DECODER_START_TOKEN_ID, values.get(GenerationField.BOS_TOKEN_ID));
        if (start == null)
            throw new IllegalArgumentException(
                    "neither decoder_start_token_id nor bos_token_id is set; the decoder has nothing to begin with");
        return (int) start;
    }

    /** In the order of {@code _get_logits_processor} of transformers 5.23. */
    private List<LogitsProcessor> processors(int prompt, int maxLength, int[] endTokens) {
        List<LogitsProcessor> processors = new ArrayList<>();
        if (values.get(GenerationField.SEQUENCE_BIAS) instanceof Object biases)
            processors.add(new SequenceBias(GenerationField.biases(biases)));
        double encoderPenalty = number(GenerationField.ENCODER_REPETITION_PENALTY, 1);
        if (encoderPenalty != 1) processors.add(new EncoderRepetitionPenalty(encoderPenalty));
        double penalty = number(GenerationField.REPETITION_PENALTY, 1);
        if (penalty != 1) processors.add(new RepetitionPenalty((float) penalty));
        int ngram = integer(GenerationField.NO_REPEAT_NGRAM_SIZE, 0);
        if (ngram > 0) processors.add(new NoRepeatNgram(ngram));
        int encoderNgram = integer(GenerationField.ENCODER_NO_REPEAT_NGRAM_SIZE, 0);
        if (encoderNgram > 0) processors.add(new EncoderNoRepeatNgram(encoderNgram));
        if (values.get(GenerationField.BAD_WORDS_IDS) instanceof Object words)
            processors.add(SequenceBias.badWords(GenerationField.words(words), endTokens));
        int least = leastLength(prompt);
        if (least > 0 && endTokens.length > 0) processors.add(new MinLength(least, endTokens));
        boolean first = values.containsKey(GenerationField.FORCED_BOS_TOKEN_ID);
        if (first) processors.add(new ForcedFirstToken(integer(GenerationField.FORCED_BOS_TOKEN_ID, 0)));
        int[] last = tokens(GenerationField.FORCED_EOS_TOKEN_ID);
        if (last.length > 0) processors.add(new ForcedLastToken(maxLength, last));
        if (values.get(GenerationField.EXPONENTIAL_DECAY_LENGTH_PENALTY)
                instanceof GenerationField.Decay(int start, double factor))
            processors.add(new ExponentialDecayLengthPenalty(prompt + start, factor, endTokens));
        int[] suppressed = tokens(GenerationField.SUPPRESS_TOKENS);
        if (suppressed.length > 0) processors.add(new SuppressTokens(0, suppressed));
        int[] suppressedFirst = tokens(GenerationField.BEGIN_SUPPRESS_TOKENS);
        if (suppressedFirst.length > 0)
            processors.add(new SuppressTokens(first && prompt == 1 ? 2 : prompt, suppressedFirst));
        if (values.getOrDefault(GenerationField.DO_SAMPLE, false).equals(true))
            processors.addAll(filters(endTokens.length));
        if (values.getOrDefault(GenerationField.RENORMALIZE_LOGITS, false).equals(true))
            processors.add(new Renormalize());
        return processors;
    }

    /** What is left to draw from, in the order of the reference. */
    private List<LogitsProcessor> filters(int endTokens) {
        // beams need one that does not end, so that there are hypotheses to go on with
        int keep = integer(GenerationField.NUM_BEAMS, 1) > 1 ? endTokens + 1 : 1;
        List<LogitsProcessor> filters = new ArrayList<>();
        double temperature = number(GenerationField.TEMPERATURE, 1);
        if (temperature != 1) filters.add(new Temperature((float) temperature));
        if (values.containsKey(GenerationField.TOP_H)) filters.add(new TopH(number(GenerationField.TOP_H, 1)));
        int topK = integer(GenerationField.TOP_K, DEFAULT_TOP_K);
        if (topK > 0) filters.add(new TopK(Math.max(topK, keep)));
        double topP = number(GenerationField.TOP_P, 1);
        if (topP < 1) filters.add(new TopP(topP, keep));
        if (values.containsKey(GenerationField.MIN_P)) filters.add(new MinP(number(GenerationField.MIN_P, 0), keep));
        double typical = number(GenerationField.TYPICAL_P, 1);
        if (typical < 1) filters.add(new TypicalP(typical, keep));
        double epsilon = number(GenerationField.EPSILON_CUTOFF, 0);
        if (epsilon > 0 && epsilon < 1) filters.add(new EpsilonCutoff(epsilon, keep));
        double eta = number(GenerationField.ETA_CUTOFF, 0);
        if (eta > 0 && eta < 1) filters.add(new EtaCutoff(eta, keep));
        return filters;
    }

    private void checkTokens(int vocabulary) {
        values.forEach((field, value) -> {
            int[] tokens =
                    switch (field) {
                        case FORCED_BOS_TOKEN_ID, DECODER_START_TOKEN_ID -> new int[] {(int) value};
                        case EOS_TOKEN_ID, FORCED_EOS_TOKEN_ID, SUPPRESS_TOKENS, BEGIN_SUPPRESS_TOKENS -> (int[]) value;
                        case BAD_WORDS_IDS ->
                            GenerationField.words(value).stream()
                                    .flatMapToInt(Arrays::stream)
                                    .toArray();
                        case SEQUENCE_BIAS ->
                            GenerationField.biases(value).stream()
                                    .flatMapToInt(entry -> Arrays.stream(entry.ids()))
                                    .toArray();
                        default -> new int[0];
                    };
            for (int token : tokens)
                if (token >= vocabulary)
                    throw new IllegalArgumentException(field.reference() + " names token " + token
                            + ", but the target vocabulary ends at " + (vocabulary - 1));
        });
    }

    /** Suppression comes after forcing, so nothing would be left; the reference refuses it too. */
    private void checkForced(GenerationField field) {
        Object value = values.get(field);
        if (value == null) return;
        int[] forced = value instanceof Integer token ? new int[] {token} : (int[]) value;
        int[] suppressed = tokens(GenerationField.SUPPRESS_TOKENS);
        boolean all = Arrays.stream(forced)
                .allMatch(token -> Arrays.stream(suppressed).anyMatch(other -> other == token));
        if (forced.length > 0 && all)
            throw new IllegalArgumentException("suppress_tokens has all of " + field.reference() + ", "
                    + GenerationField.shown(forced) + ", so that nothing would be possible where it is forced; take it"
                    + " out of one of the two (against an early end there is min_new_tokens)");
    }

    private int integer(GenerationField field, int absent) {
        return (int) values.getOrDefault(field, absent);
    }

    private double number(GenerationField field, double absent) {
        return (double) values.getOrDefault(field, absent);
    }

    private int[] tokens(GenerationField field) {
        return (int[]) values.getOrDefault(field, new int[0]);
    }
}
