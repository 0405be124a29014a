package dev.tercet.tokenizer;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads the files of a Marian tokenizer as transformers' {@code from_pretrained} does (5.23): which special tokens
 * there are, and which ids they have, comes from up to four files. They are hostile input: everything is checked.
 */
final class MarianReader {
    static final String SOURCE = "source.spm";
    static final String TARGET = "target.spm";
    static final String VOCABULARY = "vocab.json";
    static final String TARGET_VOCABULARY = "target_vocab.json";
    static final String CONFIG = "tokenizer_config.json";
    static final String SPECIAL_TOKENS = "special_tokens_map.json";
    static final String ADDED_TOKENS = "added_tokens.json";

    /** In the order in which those that are in no vocabulary get their ids. */
    private static final List<String> NAMED_TOKENS =
            List.of("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token");

    private static final int DEFAULT_MAX_LENGTH = 512;
    private static final int MAX_ADDED_TOKENS = 100_000;

    private final TokenizerFiles files;
    private final JsonObject config;

    /** Special tokens by what they are for, then those without a name. */
    private final Map<String, String> named = new LinkedHashMap<>();

    private final Set<String> extra = new LinkedHashSet<>();
    private final Map<Integer, AddedToken> addedById = new HashMap<>();
    private final Map<String, Integer> addedIds = new HashMap<>();

    private MarianReader(TokenizerFiles files) {
        this.files = files;
        JsonObject read = JsonObject.read(files, CONFIG);
        config = read == null ? JsonObject.parse(new byte[] {'{', '}'}, files.describe(CONFIG)) : read;
    }

    static MarianTokenizer read(TokenizerFiles files) {
        return new MarianReader(files).read();
    }

    private MarianTokenizer read() {
        SentencePieceModel source = model(SOURCE);
        SentencePieceModel target = model(TARGET);
        readSpecialTokens();
        String unknown = named("unk_token");
        boolean separate = config.bool("separate_vocabs", false);
        MarianVocabulary vocabulary = MarianVocabulary.read(files, VOCABULARY, unknown);
        MarianVocabulary targetVocabulary =
                separate ? MarianVocabulary.read(files, TARGET_VOCABULARY, unknown) : vocabulary;
        Set<String> special = special();
        addMissing(special, vocabulary);
        if (config.value("sp_model_kwargs") != null
                && !config.object("sp_model_kwargs").names().isEmpty())
            throw config.wrong("sp_model_kwargs", "no options; remove them from the file");
        return new MarianTokenizer(new MarianTokenizer.Parts(
                new MarianTokenizer.Side(source, vocabulary),
                new MarianTokenizer.Side(target, targetVocabulary),
                separate,
                Map.copyOf(addedById),
                Map.copyOf(addedIds),
                Set.copyOf(special),
                named("eos_token"),
                config.bool("split_special_tokens", false)
                        ? null
                        : new TokenSplitter(addedById.values(), config.file()),
                truncatesLeft(),
                config.bool("clean_up_tokenization_spaces", false),
                maxLength()));
    }

    private SentencePieceModel model(String name) {
        byte[] bytes = files.read(name);
        if (bytes == null)
            throw new InvalidTokenizerException(files.describe(name)
                    + ": no such file; a Marian tokenizer needs it, fetch it from where the model came");
        return SentencePieceModel.parse(bytes, files.describe(name));
    }

    private void readSpecialTokens() {
        named.put("unk_token", "<unk>");
        named.put("eos_token", "</s>");
        named.put("pad_token", "<pad>");
        readNamed(config);
        if (config.has("added_tokens_decoder")) {
            JsonObject listed = config.object("added_tokens_decoder");
            for (String id : listed.names()) add(number(listed, id), token(listed.object(id)));
            return;
        }
        // files of before 2023
        JsonObject map = JsonObject.read(files, SPECIAL_TOKENS);
        if (map != null) readNamed(map);
        JsonObject added = JsonObject.read(files, ADDED_TOKENS);
        if (added == null) return;
        Set<String> special = special();
        for (String content : added.names()) {
            boolean isSpecial = special.contains(content);
            add(
                    checked(added, content, added.integer(content)),
                    new AddedToken(content, false, false, false, !isSpecial, isSpecial));
        }
    }

    /** Everything that ends in {@code _token} names one, the standard names first when ids are given out. */
    private void readNamed(JsonObject json) {
        for (String name : json.names()) {
            if (name.equals("additional_special_tokens") && json.has("extra_special_tokens")) continue;
            if (name.equals("additional_special_tokens") || name.equals("extra_special_tokens")) readExtra(json, name);
            else if (NAMED_TOKENS.contains(name) && json.value(name) == null) named.remove(name);
            else if (NAMED_TOKENS.contains(name) || name.endsWith("_token") && json.value(name) instanceof String)
                named.put(name, content(json, name, json.value(name)));
        }
    }

    private void readExtra(JsonObject json, String field) {
        switch (json.value(field)) {
            case null -> {}
            case List<?> list -> list.forEach(token -> extra.add(content(json, field, token)));
            case Map<?, ?> _ -> {
                JsonObject tokens = json.object(field);
                for (String name : tokens.names()) named.put(name, content(tokens, name, tokens.value(name)));
            }
            default -> throw json.wrong(field, "an array or object of tokens");
        }
    }

    /** A token is a string or an object that has it as its content. */
    private static String content(JsonObject json, String field, Object value) {
        if (value instanceof String text) return text;
        if (value instanceof Map<?, ?> map && map.get("content") instanceof String text) return text;
        throw json.wrong(field, "a token, or an object with its content");
    }

    private static AddedToken token(JsonObject json) {
        boolean special = json.bool("special", false);
        return new AddedToken(
                json.string("content"),
                json.bool("single_word", false),
                json.bool("lstrip", false),
                json.bool("rstrip", false),
                json.bool("normalized", !special),
                special);
    }

    private static int number(JsonObject json, String field) {
        try {
            return checked(json, field, Integer.parseInt(field));
        } catch (NumberFormatException e) {
            throw new InvalidTokenizerException(
                    json.file() + ": added_tokens_decoder has the name " + JsonObject.show(field) + ", expected an id",
                    e);
        }
    }

    private static int checked(JsonObject json, String field, int id) {
        if (id < 0 || id > Integer.MAX_VALUE / 2) throw json.wrong(field, "an id of a vocabulary");
        return id;
    }

    private void add(int id, AddedToken token) {
        if (addedById.size() == MAX_ADDED_TOKENS)
            throw new InvalidTokenizerException(
                    config.file() + ": more than " + MAX_ADDED_TOKENS + " added tokens, which no Marian model has");
        addedById.put(id, token);
        addedIds.put(token.content(), id);
    }

    private Set<String> special() {
        Set<String> special = new LinkedHashSet<>();
        for (String name : NAMED_TOKENS) if (named.containsKey(name)) special.add(named.get(name));
        special.addAll(named.values());
        special.addAll(extra);
        return special;
    }

    /** Special tokens that no file lists have the vocabulary's id, or the next one behind it. */
    private void addMissing(Set<String> special, MarianVocabulary vocabulary) {
        int next = vocabulary.size();
        for (String content : addedIds.keySet()) if (vocabulary.find(content) < 0) next++;
        for (String content : special) {
            if (content.isEmpty() || addedIds.containsKey(content)) continue;
            int known = vocabulary.find(content);
            add(known >= 0 ? known : next++, AddedToken.special(content));
        }
    }

    private String named(String name) {
        String token = named.get(name);
        if (token == null || token.isEmpty())
            throw new InvalidTokenizerException(config.file() + ": " + name + " is null, but Marian needs it; write "
                    + (name.equals("eos_token") ? "</s>" : "<unk>"));
        return token;
    }

    private boolean truncatesLeft() {
        return switch (config.string("truncation_side", "right")) {
            case "right" -> false;
            case "left" -> true;
            default -> throw config.wrong("truncation_side", "\"right\" or \"left\"");
        };
    }

    private int maxLength() {
        if (!config.has("model_max_length")) return DEFAULT_MAX_LENGTH;
        if (config.value("model_max_length") instanceof Number length && length.doubleValue() >= 1)
            return (int) Math.min(Integer.MAX_VALUE, length.doubleValue());
        throw config.wrong("model_max_length", "a number of tokens, at least 1");
    }
}
