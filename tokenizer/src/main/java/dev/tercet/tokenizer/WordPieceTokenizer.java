package dev.tercet.tokenizer;

import java.util.Map;

/**
 * The tokenizer of BERT models: text is cleaned, split at white space and punctuation, and each word is cut into the
 * longest vocabulary entries from the left. Ids and offsets equal those of Hugging Face tokenizers 0.23.3, whose older
 * Unicode is part of that.
 *
 * <p>Immutable and safe for use by many threads. Work is linear in the length of the text, whatever it contains.
 */
public final class WordPieceTokenizer implements Tokenizer {
    private final WordPieceModel model;
    private final Map<String, Integer> addedIds;
    private final WordPieceRun.Pool pool = new WordPieceRun.Pool();

    WordPieceTokenizer(WordPieceModel model, Map<String, Integer> addedIds) {
        this.model = model;
        this.addedIds = Map.copyOf(addedIds);
    }

    /**
     * Reads {@code tokenizer.json} or, where there is none, {@code vocab.txt}; and {@code tokenizer_config.json} for
     * {@code model_max_length}, {@code clean_up_tokenization_spaces} and, with {@code vocab.txt}, the options of
     * BertTokenizer ({@code do_lower_case}, {@code strip_accents}, {@code tokenize_chinese_chars}, the special tokens).
     *
     * <p>Where both say how to normalize, tokenizer.json is followed and a contradiction logged as a warning.
     *
     * <p>What tokenizer.json says about truncation and padding is ignored, as the sentence-transformers library does:
     * limits are given with each call, and Tercet never pads.
     *
     * @throws InvalidTokenizerException when a file is missing, corrupt, or asks for another kind of tokenizer
     */
    public static WordPieceTokenizer load(TokenizerFiles files) {
        return new WordPieceReader(files).read();
    }

    /** The text as it is cut into words: cleaned, and without capitals and accents where the model has none. */
    public String normalize(String text) {
        return model.normalizer().normalize(text);
    }

    @Override
    public Encoding encode(String text, int maxLength) {
        int room = room(model.single(), maxLength);
        WordPieceRun run = pool.take(model, room).read(text);
        int keep = run.kept();
        Encoding encoding = model.single().encoding(run, keep, null, 0, () -> {
            WordPieceRun again = new WordPieceRun(model, keep, true).read(text);
            return model.single().spans(again, keep, null, 0, text, null);
        });
        pool.giveBack(run);
        return encoding;
    }

    @Override
    public Encoding encodePair(String first, String second, int maxLength) {
        int room = room(model.pair(), maxLength);
        WordPieceRun one = pool.take(model, room).read(first);
        WordPieceRun two = pool.take(model, room).read(second);
        int keepOne = longestFirst(one.total(), two.total(), room);
        int keepTwo = Math.min(two.total(), room - keepOne);
        Encoding encoding = model.pair().encoding(one, keepOne, two, keepTwo, () -> {
            WordPieceRun again = new WordPieceRun(model, keepOne, true).read(first);
            WordPieceRun andAgain = new WordPieceRun(model, keepTwo, true).read(second);
            return model.pair().spans(again, keepOne, andAgain, keepTwo, first, second);
        });
        pool.giveBack(one);
        pool.giveBack(two);
        return encoding;
    }

    @Override
    public void encode(String prompt, String text, int maxLength, Encodings target) {
        WordPieceRun run = pool.take(model, room(model.single(), maxLength)).read(prompt, text);
        model.single().add(run, run.kept(), null, 0, target);
        pool.giveBack(run);
    }

    @Override
    public void encodePair(String first, String second, int maxLength, Encodings target) {
        int room = room(model.pair(), maxLength);
        WordPieceRun one = pool.take(model, room).read(first);
        WordPieceRun two = pool.take(model, room).read(second);
        int keepOne = longestFirst(one.total(), two.total(), room);
        int keepTwo = Math.min(two.total(), room - keepOne);
        model.pair().add(one, keepOne, two, keepTwo, target);
        pool.giveBack(one);
        pool.giveBack(two);
    }

    private static int room(SequenceTemplate template, int maxLength) {
        int room = maxLength - template.added();
        if (room < 0)
            throw new IllegalArgumentException("maxLength " + maxLength + " leaves no room for the " + template.added()
                    + " special tokens of the model's format");
        return room;
    }

    /**
     * Tokens to keep of the first text of a pair; the second has the rest of the room. Despite its name the reference's
     * longest_first does not take tokens from the longer text until both fit: when even two texts of the shorter one's
     * length do not fit, both get half.
     */
    static int longestFirst(int first, int second, int room) {
        if ((long) first + second <= room) return first;
        int shorter = Math.min(Math.min(first, second), room / 2);
        return first > second ? room - shorter : shorter;
    }

    /**
     * The text of the given ids, as transformers' {@code decode} gives it.
     *
     * @throws IllegalArgumentException when an id is not in the vocabulary
     */
    @Override
    public String decode(int[] ids, boolean skipSpecialTokens) {
        StringBuilder text = new StringBuilder();
        boolean first = true;
        for (int id : ids) {
            String token = token(id);
            if (skipSpecialTokens && model.special()[id]) continue;
            if (model.decoder() != null) text.append(model.decoder().piece(token, first));
            else text.append(first ? "" : " ").append(token);
            first = false;
        }
        return model.cleanUp() ? WordPieceDecoder.clean(text.toString()) : text.toString();
    }

    @Override
    public String token(int id) {
        if (id < 0 || id >= vocabularySize())
            throw new IllegalArgumentException(
                    "id " + id + " is not in the vocabulary, whose ids run from 0 to " + (vocabularySize() - 1));
        return model.tokens().get(id);
    }

    @Override
    public int id(String token) {
        Integer added = addedIds.get(token);
        return added != null ? added : model.vocabulary().id(token);
    }

    @Override
    public int vocabularySize() {
        return model.tokens().size();
    }

    @Override
    public int modelMaxLength() {
        return model.maxLength();
    }
}
