package dev.tercet;

import dev.tercet.engine.generate.SequenceBias;
import dev.tercet.loaders.InvalidModelException;
import dev.tercet.loaders.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A field of generation_config.json that decoding follows: its name in {@code generate()}, its type, what it may be.
 */
enum GenerationField {
    MAX_LENGTH("max_length", Kind.LENGTH),
    MAX_NEW_TOKENS("max_new_tokens", Kind.POSITIVE),
    MIN_LENGTH("min_length", Kind.COUNT),
    MIN_NEW_TOKENS("min_new_tokens", Kind.COUNT),
    EARLY_STOPPING("early_stopping", Kind.STOPPING),
    NUM_BEAMS("num_beams", Kind.BEAMS),
    NUM_RETURN_SEQUENCES("num_return_sequences", Kind.POSITIVE),
    LENGTH_PENALTY("length_penalty", Kind.NUMBER),
    REPETITION_PENALTY("repetition_penalty", Kind.PENALTY),
    ENCODER_REPETITION_PENALTY("encoder_repetition_penalty", Kind.PENALTY),
    NO_REPEAT_NGRAM_SIZE("no_repeat_ngram_size", Kind.COUNT),
    ENCODER_NO_REPEAT_NGRAM_SIZE("encoder_no_repeat_ngram_size", Kind.COUNT),
    BAD_WORDS_IDS("bad_words_ids", Kind.WORDS),
    SEQUENCE_BIAS("sequence_bias", Kind.BIAS),
    RENORMALIZE_LOGITS("renormalize_logits", Kind.FLAG),
    FORCED_BOS_TOKEN_ID("forced_bos_token_id", Kind.TOKEN),
    FORCED_EOS_TOKEN_ID("forced_eos_token_id", Kind.TOKENS),
    EXPONENTIAL_DECAY_LENGTH_PENALTY("exponential_decay_length_penalty", Kind.DECAY),
    SUPPRESS_TOKENS("suppress_tokens", Kind.TOKENS),
    BEGIN_SUPPRESS_TOKENS("begin_suppress_tokens", Kind.TOKENS),
    DO_SAMPLE("do_sample", Kind.FLAG),
    TEMPERATURE("temperature", Kind.PENALTY, true),
    TOP_H("top_h", Kind.PART, true),
    TOP_K("top_k", Kind.COUNT, true),
    TOP_P("top_p", Kind.SHARE, true),
    MIN_P("min_p", Kind.SHARE, true),
    TYPICAL_P("typical_p", Kind.PART, true),
    EPSILON_CUTOFF("epsilon_cutoff", Kind.SHARE, true),
    ETA_CUTOFF("eta_cutoff", Kind.SHARE, true),
    MAX_TIME("max_time", Kind.SECONDS),
    STOP_STRINGS("stop_strings", Kind.STRINGS),
    PAD_TOKEN_ID("pad_token_id", Kind.TOKEN),
    BOS_TOKEN_ID("bos_token_id", Kind.TOKEN),
    EOS_TOKEN_ID("eos_token_id", Kind.TOKENS),
    DECODER_START_TOKEN_ID("decoder_start_token_id", Kind.TOKEN);

    /** More beams than anybody searches with; each costs a row of logits. */
    static final int MAX_BEAMS = 1024;

    private final String reference;
    private final Kind kind;
    private final boolean sampling;

    GenerationField(String reference, Kind kind) {
        this(reference, kind, false);
    }

    /** @param sampling whether it only makes a difference where tokens are drawn */
    GenerationField(String reference, Kind kind, boolean sampling) {
        this.reference = reference;
        this.kind = kind;
        this.sampling = sampling;
    }

    private enum Kind {
        COUNT("a whole number of at least 0"),
        POSITIVE("a whole number of at least 1"),
        LENGTH("a whole number of at least 2, the start token and one more"),
        BEAMS("a whole number from 1 to " + MAX_BEAMS),
        NUMBER("a finite number"),
        PENALTY("a finite number above 0"),
        SHARE("a number from 0 to 1"),
        PART("a number above 0, at most 1"),
        SECONDS("a number of seconds of at least 0"),
        STRINGS("a string or an array of strings, none of them empty"),
        FLAG("true or false"),
        STOPPING("true, false or \"never\""),
        TOKEN("a token id"),
        TOKENS("a token id or an array of them"),
        WORDS("an array of arrays of token ids, none of them empty"),
        BIAS("an array of pairs, each an array of token ids, not empty, and a finite number"),
        DECAY("an array of a whole number of at least 0 and a finite number above 0");

        final String expected;

        Kind(String expected) {
            this.expected = expected;
        }
    }

    /** How long and by how much: {@code exponential_decay_length_penalty}. */
    record Decay(int start, double factor) {}

    /** The name in {@code generate()}. */
    String reference() {
        return reference;
    }

    /** Whether it only makes a difference where tokens are drawn. */
    boolean isOfSampling() {
        return sampling;
    }

    static Optional<GenerationField> named(String reference) {
        return Arrays.stream(values())
                .filter(field -> field.reference.equals(reference))
                .findFirst();
    }

    /**
     * The value itself.
     *
     * @throws IllegalArgumentException when the field cannot have it
     */
    Object checked(Object value) {
        if (!allows(value))
            throw new IllegalArgumentException(reference + " is " + shown(value) + ", expected " + kind.expected);
        return value;
    }

    /**
     * Reads the field.
     *
     * @throws InvalidModelException when it has another type or a value that it cannot have
     */
    Object read(JsonObject json) {
        Object value =
                switch (kind) {
                    case COUNT, POSITIVE, LENGTH, BEAMS, TOKEN -> json.integer(reference);
                    case NUMBER, PENALTY, SHARE, PART, SECONDS -> json.number(reference);
                    case FLAG -> json.bool(reference);
                    case STOPPING -> stopping(json.value(reference));
                    case STRINGS -> strings(json.value(reference));
                    case TOKENS -> json.integers(reference);
                    case WORDS -> json.integerLists(reference);
                    case BIAS -> bias(json);
                    case DECAY -> decay(json.list(reference));
                };
        if (value == null || !allows(value)) throw json.invalid(reference, "expected " + kind.expected);
        return value;
    }

    private boolean allows(Object value) {
        return switch (kind) {
            case COUNT, TOKEN -> (int) value >= 0;
            case POSITIVE -> (int) value >= 1;
            case LENGTH -> (int) value >= 2;
            case BEAMS -> (int) value >= 1 && (int) value <= MAX_BEAMS;
            case NUMBER -> Double.isFinite((double) value);
            case PENALTY -> Double.isFinite((double) value) && (double) value > 0;
            case SHARE -> (double) value >= 0 && (double) value <= 1;
            case PART -> (double) value > 0 && (double) value <= 1;
            case SECONDS -> Double.isFinite((double) value) && (double) value >= 0;
            case STRINGS -> strings(value).stream().noneMatch(String::isEmpty);
            case FLAG, STOPPING -> true;
            case TOKENS -> Arrays.stream((int[]) value).allMatch(token -> token >= 0);
            case WORDS -> words(value).stream().allMatch(GenerationField::sequence);
            case BIAS ->
                biases(value).stream().allMatch(entry -> sequence(entry.ids()) && Float.isFinite(entry.bias()));
            case DECAY ->
                value instanceof Decay(int start, double factor) && start >= 0 && Double.isFinite(factor) && factor > 0;
        };
    }

    private static boolean sequence(int[] ids) {
        return ids.length > 0 && Arrays.stream(ids).allMatch(id -> id >= 0);
    }

    @SuppressWarnings("unchecked")
    static List<int[]> words(Object value) {
        return (List<int[]>) value;
    }

    @SuppressWarnings("unchecked")
    static List<SequenceBias.Entry> biases(Object value) {
        return (List<SequenceBias.Entry>) value;
    }

    /** Null for what is no string and no list of strings. */
    static List<String> strings(Object value) {
        List<?> list = value instanceof List<?> several ? several : List.of(value);
        return list.stream().allMatch(String.class::isInstance)
                ? list.stream().map(String.class::cast).toList()
                : null;
    }

    private static EarlyStopping stopping(Object value) {
        return switch (value) {
            case Boolean b -> b ? EarlyStopping.TRUE : EarlyStopping.FALSE;
            case String s when s.equals("never") -> EarlyStopping.NEVER;
            default -> null;
        };
    }

    /** {@code [[[ids], bias], …]}, as transformers writes it. */
    private List<SequenceBias.Entry> bias(JsonObject json) {
        List<SequenceBias.Entry> entries = new ArrayList<>();
        for (Object pair : json.list(reference)) {
            if (!(pair instanceof List<?> both
                    && both.size() == 2
                    && both.get(0) instanceof List<?> ids
                    && both.get(1) instanceof Number bias
                    && ids.stream().allMatch(id -> id instanceof Long l && l == l.intValue()))) return null;
            entries.add(new SequenceBias.Entry(
                    ids.stream().mapToInt(id -> ((Long) id).intValue()).toArray(), bias.floatValue()));
        }
        return entries;
    }

    private static Decay decay(List<?> pair) {
        return pair.size() == 2
                        && pair.get(0) instanceof Long start
                        && start == start.intValue()
                        && pair.get(1) instanceof Number factor
                ? new Decay(start.intValue(), factor.doubleValue())
                : null;
    }

    /** A value as {@code generate()} would show it. */
    static String shown(Object value) {
        return switch (value) {
            case int[] ids -> Arrays.toString(ids);
            case EarlyStopping stopping ->
                stopping == EarlyStopping.NEVER ? "\"never\"" : Boolean.toString(stopping == EarlyStopping.TRUE);
            case Decay(int start, double factor) -> "[" + start + ", " + factor + "]";
            case SequenceBias.Entry(int[] ids, float bias) -> "[" + Arrays.toString(ids) + ", " + bias + "]";
            case List<?> list ->
                list.stream().map(GenerationField::shown).toList().toString();
            default -> value.toString();
        };
    }
}
