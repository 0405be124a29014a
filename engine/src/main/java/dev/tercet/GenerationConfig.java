package dev.tercet;

import dev.tercet.engine.generate.EncoderNoRepeatNgram;
import dev.tercet.engine.generate.EncoderRepetitionPenalty;
import dev.tercet.engine.generate.ExponentialDecayLengthPenalty;
import dev.tercet.engine.generate.ForcedFirstToken;
import dev.tercet.engine.generate.ForcedLastToken;
import dev.tercet.engine.generate.LogitsProcessor;
import dev.tercet.engine.generate.MinLength;
import dev.tercet.engine.generate.NoRepeatNgram;
import dev.tercet.engine.generate.Renormalize;
import dev.tercet.engine.generate.RepetitionPenalty;
import dev.tercet.engine.generate.SearchSettings;
import dev.tercet.engine.generate.SequenceBias;
import dev.tercet.engine.generate.SuppressTokens;
import dev.tercet.engine.kernel.Kernels;
import dev.tercet.loaders.InvalidModelException;
import dev.tercet.loaders.JsonObject;
import dev.tercet.loaders.ModelFiles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

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
    private static final GenerationConfig OPEN = new GenerationConfig(new EnumMap<>(GenerationField.class), Map.of());

    /** New tokens where neither max_length nor max_new_tokens is set anywhere. */
    private static final int DEFAULT_NEW_TOKENS = 20;

    /** Stands for a field that a call takes away from the model's. */
    private static final Object UNSET = new Object();

    private final EnumMap<GenerationField, Object> values;
    private final Map<String, String> ignored;

    private GenerationConfig(EnumMap<GenerationField, Object> values, Map<String, String> ignored) {
        this.values = values;
        this.ignored = ignored;
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

    private GenerationConfig with(GenerationField field, Object value) {
        EnumMap<GenerationField, Object> changed = new EnumMap<>(values);
        changed.put(field, value == UNSET ? UNSET : field.checked(value));
        return new GenerationConfig(changed, ignored);
    }

    /** Hypotheses to be returned, at most as many as beams; in {@code generate()}: num_return_sequences. Default 1. */
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

    /** Sequences of token ids with what is added to the score of the token that would complete them. */
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

    /** What is set, by the names of {@code generate()}. */
    @Override
    public String toString() {
        return values.entrySet().stream()
                .map(entry -> entry.getKey().reference() + "="
                        + (entry.getValue() == UNSET ? "none" : GenerationField.shown(entry.getValue())))
                .collect(Collectors.joining(", ", "GenerationConfig[", "]"));
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
            else UnsupportedGenerationFields.check(json, name, only).ifPresent(reason -> ignored.put(name, reason));
        }
        return new GenerationConfig(values, Collections.unmodifiableMap(ignored));
    }

    // Resolving

    /** These settings, and where they are open those of the model. */
    GenerationConfig over(GenerationConfig model) {
        EnumMap<GenerationField, Object> merged = new EnumMap<>(model.values);
        merged.putAll(values);
        merged.values().removeIf(value -> value == UNSET);
        return new GenerationConfig(merged, model.ignored);
    }

    /**
     * The settings with nothing left open.
     *
     * @param vocabulary token ids run from 0 to this, exclusive
     * @param positions tokens that a hypothesis may have
     * @throws IllegalArgumentException when settings contradict each other or name tokens that there are not
     */
    SearchSettings settings(Kernels kernels, int vocabulary, int positions) {
        checkTokens(vocabulary);
        int beams = integer(GenerationField.NUM_BEAMS, 1);
        int nBest = integer(GenerationField.NUM_RETURN_SEQUENCES, 1);
        if (nBest > beams)
            throw new IllegalArgumentException("num_return_sequences is " + nBest + ", expected at most num_beams, "
                    + beams + "; search with more beams or ask for fewer hypotheses");
        int maxLength = targetLimit(positions);
        int[] endTokens = tokens(GenerationField.EOS_TOKEN_ID);
        return new SearchSettings(
                beams,
                nBest,
                startToken(),
                endTokens,
                maxLength,
                number(GenerationField.LENGTH_PENALTY, 1),
                (EarlyStopping) values.getOrDefault(GenerationField.EARLY_STOPPING, EarlyStopping.FALSE),
                processors(kernels, maxLength, endTokens));
    }

    private int targetLimit(int positions) {
        int newTokens = integer(GenerationField.MAX_NEW_TOKENS, 0);
        // no overflow: a length that no model has positions for is refused before it is used
        if (newTokens > 0) return Math.max(newTokens, newTokens + 1);
        return integer(GenerationField.MAX_LENGTH, Math.min(DEFAULT_NEW_TOKENS + 1, positions));
    }

    private int leastLength() {
        int newTokens = integer(GenerationField.MIN_NEW_TOKENS, 0);
        return newTokens > 0 ? Math.max(newTokens, newTokens + 1) : integer(GenerationField.MIN_LENGTH, 0);
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
    private List<LogitsProcessor> processors(Kernels kernels, int maxLength, int[] endTokens) {
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
        if (leastLength() > 0 && endTokens.length > 0) processors.add(new MinLength(leastLength(), endTokens));
        boolean first = values.containsKey(GenerationField.FORCED_BOS_TOKEN_ID);
        if (first) processors.add(new ForcedFirstToken(integer(GenerationField.FORCED_BOS_TOKEN_ID, 0)));
        int[] last = tokens(GenerationField.FORCED_EOS_TOKEN_ID);
        if (last.length > 0) processors.add(new ForcedLastToken(maxLength, last));
        if (values.get(GenerationField.EXPONENTIAL_DECAY_LENGTH_PENALTY)
                instanceof GenerationField.Decay(int start, double factor))
            processors.add(new ExponentialDecayLengthPenalty(1 + start, factor, endTokens));
        int[] suppressed = tokens(GenerationField.SUPPRESS_TOKENS);
        if (suppressed.length > 0) processors.add(new SuppressTokens(0, suppressed));
        int[] suppressedFirst = tokens(GenerationField.BEGIN_SUPPRESS_TOKENS);
        if (suppressedFirst.length > 0) processors.add(new SuppressTokens(first ? 2 : 1, suppressedFirst));
        if (values.getOrDefault(GenerationField.RENORMALIZE_LOGITS, false).equals(true))
            processors.add(new Renormalize(kernels));
        return processors;
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
