package dev.tercet.tokenizer;

/**
 * Text to token ids and back. Implementations are immutable and safe for use by many threads.
 *
 * <p>Lengths count tokens, special tokens included. Lone surrogates in a text are read as U+FFFD.
 */
public interface Tokenizer {
    /** The tokens of a text with the model's special tokens around them, never truncated. */
    default Encoding encode(String text) {
        return encode(text, Integer.MAX_VALUE);
    }

    /**
     * The tokens of a text, at most {@code maxLength} of them, special tokens included; {@link Encoding#truncated()}
     * counts what was dropped.
     *
     * @throws IllegalArgumentException when {@code maxLength} leaves no room for the special tokens
     */
    Encoding encode(String text, int maxLength);

    /**
     * The tokens of a pair, truncated longest first.
     *
     * @throws IllegalArgumentException when this tokenizer has no pair format (Marian), or {@code maxLength} leaves no
     *     room for the special tokens
     */
    Encoding encodePair(String first, String second, int maxLength);

    /**
     * As {@link #encode(String, int)}, added to others: for many texts, whose ids are read and forgotten.
     *
     * @param prompt put in front of the text, may be empty
     * @throws IllegalArgumentException when {@code maxLength} leaves no room for the special tokens
     */
    default void encode(String prompt, String text, int maxLength, Encodings target) {
        target.add(encode(prompt.isEmpty() ? text : prompt + text, maxLength));
    }

    /**
     * As {@link #encodePair(String, String, int)}, added to others.
     *
     * @throws IllegalArgumentException when this tokenizer has no pair format (Marian), or {@code maxLength} leaves no
     *     room for the special tokens
     */
    default void encodePair(String first, String second, int maxLength, Encodings target) {
        target.add(encodePair(first, second, maxLength));
    }

    /**
     * The text of the given ids.
     *
     * @throws IllegalArgumentException when an id is not in the vocabulary
     */
    String decode(int[] ids, boolean skipSpecialTokens);

    /**
     * The vocabulary entry of an id.
     *
     * @throws IllegalArgumentException when the id is not in the vocabulary
     */
    String token(int id);

    /** The id of a vocabulary entry, or -1. */
    int id(String token);

    /** Ids run from 0 to this, exclusive. */
    int vocabularySize();

    /** {@code model_max_length} of tokenizer_config.json, or {@link Integer#MAX_VALUE} when it names none. */
    int modelMaxLength();
}
