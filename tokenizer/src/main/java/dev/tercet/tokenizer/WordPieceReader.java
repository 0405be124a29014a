package dev.tercet.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the files of a WordPiece tokenizer. They are hostile input: everything is checked before it is used. */
final class WordPieceReader {
    static final String JSON = "tokenizer.json";
    static final String VOCABULARY = "vocab.txt";
    static final String CONFIG = "tokenizer_config.json";

    /** No real token comes near; a search for one this long is still quick. */
    private static final int LONGEST_ADDED_TOKEN = 1000;

    private static final String[] NAMED_TOKENS = {"unk_token", "sep_token", "pad_token", "cls_token", "mask_token"};

    private final TokenizerFiles files;
    private final JsonObject config;

    private final EntryList entries = new EntryList();

    /** Known once all entries are read. */
    private WordPieceVocabulary vocabulary;

    private final Map<String, AddedToken> added = new LinkedHashMap<>();
    private final Map<String, Integer> addedIds = new HashMap<>();

    /** Added tokens of tokenizer_config.json that the vocabulary does not have. */
    private int beyond;

    /** The file with the vocabulary, as messages name it. */
    private String source;

    WordPieceReader(TokenizerFiles files) {
        this.files = files;
        this.config = JsonObject.read(files, CONFIG);
    }

    WordPieceTokenizer read() {
        byte[] json = files.read(JSON);
        if (json != null) return fromJson(JsonObject.parse(json, files.describe(JSON), entries));
        byte[] text = files.read(VOCABULARY);
        if (text == null)
            throw new InvalidTokenizerException("no WordPiece tokenizer: neither " + files.describe(JSON) + " nor "
                    + files.describe(VOCABULARY) + " exists");
        return fromVocabularyText(text);
    }

    // ---- tokenizer.json

    private WordPieceTokenizer fromJson(JsonObject json) {
        source = json.file();
        JsonObject model = json.object("model");
        if (model == null) throw json.missing("model", "the section of a WordPiece model");
        // old files have no type; only WordPiece has both of the other fields
        boolean untyped =
                !model.has("type") && model.has("continuing_subword_prefix") && model.has("max_input_chars_per_word");
        if (!untyped && !"WordPiece".equals(model.value("type")))
            throw model.wrong("type", "\"WordPiece\", the only model of a tokenizer.json that Tercet reads");
        if (model.object("vocab") == null) throw model.missing("vocab", "an object of tokens and ids");
        String unknown = model.string("unk_token", "[UNK]");
        int longestWord = model.has("max_input_chars_per_word") ? model.integer("max_input_chars_per_word") : 100;
        if (longestWord < 0) throw model.wrong("max_input_chars_per_word", "0 or more");
        String prefix = model.string("continuing_subword_prefix", "##");

        BertNormalizer.Options options = normalizer(json);
        warnOfContradiction(options);
        JsonObject preTokenizer = json.object("pre_tokenizer");
        if (preTokenizer == null || !"BertPreTokenizer".equals(preTokenizer.value("type")))
            throw json.wrong("pre_tokenizer", "\"BertPreTokenizer\", the only one Tercet reads");
        List<JsonObject> listed = json.objects("added_tokens");
        vocabulary = new WordPieceVocabulary(entries.byId(listed.size()), prefix, source);
        for (JsonObject token : listed) addListed(token);

        String[] tokens = tokens();
        WordPieceDecoder decoder = decoder(json, prefix);
        SequenceTemplate[] templates = templates(json, tokens.length);
        return tokenizer(tokens, unknown, longestWord, new BertNormalizer(options), templates, decoder);
    }

    private static BertNormalizer.Options normalizer(JsonObject json) {
        JsonObject section = json.object("normalizer");
        if (section == null) return new BertNormalizer.Options(false, false, false, false);
        if (!"BertNormalizer".equals(section.value("type")))
            throw json.wrong("normalizer", "\"BertNormalizer\" or null, the only ones Tercet reads");
        boolean lowercase = section.bool("lowercase", true);
        return new BertNormalizer.Options(
                section.bool("clean_text", true),
                section.bool("handle_chinese_chars", true),
                section.bool("strip_accents", lowercase),
                lowercase);
    }

    /** transformers builds a BertTokenizer from the options here; the tokenizers library knows tokenizer.json only. */
    private void warnOfContradiction(BertNormalizer.Options options) {
        if (config == null) return;
        warnOfContradiction("do_lower_case", "lowercase", options.lowercase());
        warnOfContradiction("strip_accents", "strip_accents", options.stripAccents());
        warnOfContradiction("tokenize_chinese_chars", "handle_chinese_chars", options.handleChineseChars());
    }

    private void warnOfContradiction(String field, String followed, boolean value) {
        if (config.bool(field, value) == value) return;
        // asked for here, because finding a logger takes longer than reading the files' other sections
        System.Logger log = System.getLogger("dev.tercet.tokenizer");
        log.log(
                System.Logger.Level.WARNING,
                config.file() + ": " + field + " is " + !value + ", but " + source + " says " + followed + " is "
                        + value + ", which is followed");
    }

    private static WordPieceDecoder decoder(JsonObject json, String prefix) {
        JsonObject section = json.object("decoder");
        if (section == null) return null;
        if (!"WordPiece".equals(section.value("type")))
            throw json.wrong("decoder", "\"WordPiece\" or null, the only ones Tercet reads");
        return new WordPieceDecoder(section.string("prefix", prefix), section.bool("cleanup", true));
    }

    private void addListed(JsonObject listed) {
        AddedToken token = new AddedToken(
                listed.string("content"),
                listed.bool("single_word", false),
                listed.bool("lstrip", false),
                listed.bool("rstrip", false),
                listed.bool("normalized", true),
                listed.bool("special", false));
        int id = listed.integer("id");
        int known = vocabulary.id(token.content());
        if (known >= 0 && known != id) throw listed.wrong("id", known + ", as in the model's vocabulary");
        if (added.containsKey(token.content()))
            throw listed.wrong("content", "another one: this content is in the list twice");
        add(token, id);
    }

    private void add(AddedToken token, int id) {
        String content = token.content();
        if (content.isEmpty() || content.length() > LONGEST_ADDED_TOKEN)
            throw new InvalidTokenizerException(source + ": added token " + JsonObject.show(content) + " has "
                    + content.length() + " characters, expected 1 to " + LONGEST_ADDED_TOKEN);
        added.put(content, token);
        addedIds.put(content, id);
    }

    private SequenceTemplate[] templates(JsonObject json, int size) {
        JsonObject section = json.object("post_processor");
        if (section == null) return formats(List.of(), List.of());
        String type = section.string("type", "");
        if (type.equals("TemplateProcessing"))
            return new SequenceTemplate[] {template(section, "single", 1, size), template(section, "pair", 2, size)};
        if (type.equals("BertProcessing"))
            return formats(List.of(bertSpecial(section, "cls", size)), List.of(bertSpecial(section, "sep", size)));
        throw json.wrong(
                "post_processor", "\"TemplateProcessing\", \"BertProcessing\" or null, the only ones Tercet reads");
    }

    /** BERT's formats: {@code cls A sep} and {@code cls A sep B sep}. */
    private static SequenceTemplate[] formats(List<Integer> cls, List<Integer> sep) {
        SequenceTemplate.Special begin = new SequenceTemplate.Special(cls, 0);
        SequenceTemplate.Special end = new SequenceTemplate.Special(sep, 0);
        SequenceTemplate.Text first = new SequenceTemplate.Text(0, 0);
        return new SequenceTemplate[] {
            new SequenceTemplate(List.of(begin, first, end)),
            new SequenceTemplate(
                    List.of(begin, first, end, new SequenceTemplate.Text(1, 1), new SequenceTemplate.Special(sep, 1)))
        };
    }

    private static int bertSpecial(JsonObject section, String field, int size) {
        // ["[SEP]", 102]
        if (section.array(field).size() == 2
                && section.array(field).get(1) instanceof Integer id
                && id >= 0
                && id < size) return id;
        throw section.wrong(field, "a token and its id below " + size);
    }

    private static SequenceTemplate template(JsonObject section, String field, int texts, int size) {
        List<SequenceTemplate.Part> parts = new ArrayList<>();
        for (JsonObject element : section.objects(field)) {
            JsonObject special = element.object("SpecialToken");
            JsonObject text = element.object("Sequence");
            if (special != null)
                parts.add(new SequenceTemplate.Special(specialIds(section, special, size), typeId(special)));
            else if (text != null) parts.add(new SequenceTemplate.Text(textNumber(text), typeId(text)));
            else throw section.wrong(field, "an array of objects named SpecialToken or Sequence");
        }
        SequenceTemplate template = new SequenceTemplate(List.copyOf(parts));
        if (!template.texts().equals(texts == 1 ? List.of(0) : List.of(0, 1)))
            throw section.wrong(
                    field, texts == 1 ? "the sequence A once" : "the sequences A and B, once, in this order");
        return template;
    }

    private static int textNumber(JsonObject text) {
        String id = text.string("id");
        if (id.equals("A")) return 0;
        if (id.equals("B")) return 1;
        throw text.wrong("id", "\"A\" or \"B\"");
    }

    private static int typeId(JsonObject part) {
        int type = part.integer("type_id");
        if (type < 0) throw part.wrong("type_id", "0 or more");
        return type;
    }

    private static List<Integer> specialIds(JsonObject section, JsonObject special, int size) {
        String name = special.string("id");
        JsonObject known = section.object("special_tokens");
        JsonObject entry = known == null ? null : known.object(name);
        if (entry == null) throw special.wrong("id", "one that post_processor.special_tokens defines");
        List<Integer> ids = new ArrayList<>();
        for (Object id : entry.array("ids")) {
            if (!(id instanceof Integer number) || number < 0 || number >= size)
                throw entry.wrong("ids", "ids below " + size + "; one is " + JsonObject.show(id));
            ids.add(number);
        }
        return List.copyOf(ids);
    }

    // ---- vocab.txt, with the defaults of transformers' BertTokenizer

    private WordPieceTokenizer fromVocabularyText(byte[] text) {
        source = files.describe(VOCABULARY);
        readLines(JsonObject.utf8(text, source));
        vocabulary = new WordPieceVocabulary(entries.byId(0), "##", source);
        JsonObject options = config == null ? JsonObject.parse(new byte[] {'{', '}'}, files.describe(CONFIG)) : config;
        Map<String, String> named = new HashMap<>();
        addConfigured(options, named);
        String unknown = named.get("unk_token");
        for (String role : List.of("cls_token", "sep_token")) {
            String token = named.get(role);
            if (vocabulary.id(token) < 0)
                throw new InvalidTokenizerException(
                        source + ": no line is " + JsonObject.show(token) + ", the " + role + " of the tokenizer");
        }
        boolean lowercase = options.bool("do_lower_case", true);
        BertNormalizer normalizer = new BertNormalizer(new BertNormalizer.Options(
                true,
                options.bool("tokenize_chinese_chars", true),
                options.bool("strip_accents", lowercase),
                lowercase));
        SequenceTemplate[] templates =
                formats(List.of(vocabulary.id(named.get("cls_token"))), List.of(vocabulary.id(named.get("sep_token"))));
        WordPieceDecoder decoder = new WordPieceDecoder("##", true);
        return tokenizer(tokens(), unknown, 100, normalizer, templates, decoder);
    }

    /** One entry a line, without the white space at its end; its id is the number of the line, from 0. */
    private void readLines(String text) {
        UnicodeTables unicode = UnicodeTables.get();
        int id = 0;
        for (int begin = 0; begin < text.length(); id++) {
            int end = text.indexOf('\n', begin);
            if (end < 0) end = text.length();
            int last = end;
            while (last > begin && unicode.is(text.charAt(last - 1), UnicodeTables.SPACE)) last--;
            entries.add(text.substring(begin, last), id);
            begin = end + 1;
        }
    }

    /** The special tokens of tokenizer_config.json, or of the older files beside it. */
    private void addConfigured(JsonObject options, Map<String, String> named) {
        JsonObject listed = options.object("added_tokens_decoder");
        JsonObject map = listed == null ? JsonObject.read(files, "special_tokens_map.json") : null;
        for (String role : NAMED_TOKENS) {
            JsonObject from = map != null && map.has(role) ? map : options;
            String absent = '[' + role.substring(0, role.indexOf('_')).toUpperCase(java.util.Locale.ROOT) + ']';
            AddedToken token = configured(from, role, absent);
            named.put(role, token.content());
            addIfNew(token, -1);
        }
        if (listed != null) {
            for (String id : listed.names()) addIfNew(flags(listed.object(id), false), number(listed, id));
        }
        for (String field : List.of("additional_special_tokens", "extra_special_tokens")) {
            JsonObject from = map != null && map.has(field) ? map : options;
            if (!(from.value(field) instanceof List<?> list)) continue;
            for (Object element : list)
                if (element instanceof String content) addIfNew(AddedToken.special(content), -1);
        }
        JsonObject old = listed == null ? JsonObject.read(files, "added_tokens.json") : null;
        if (old != null)
            for (String content : old.names())
                addIfNew(new AddedToken(content, false, false, false, true, false), old.integer(content));
    }

    private static int number(JsonObject listed, String id) {
        try {
            return Integer.parseInt(id);
        } catch (NumberFormatException e) {
            throw new InvalidTokenizerException(
                    listed.file() + ": added_tokens_decoder has the id " + JsonObject.show(id) + ", expected a number",
                    e);
        }
    }

    private static AddedToken configured(JsonObject from, String role, String absent) {
        return from.value(role) instanceof Map<?, ?>
                ? flags(from.object(role), true)
                : AddedToken.special(from.string(role, absent));
    }

    private static AddedToken flags(JsonObject token, boolean special) {
        return new AddedToken(
                token.string("content"),
                token.bool("single_word", false),
                token.bool("lstrip", false),
                token.bool("rstrip", false),
                token.bool("normalized", true),
                special || token.bool("special", false));
    }

    /** @param id what the file says, or -1 for the vocabulary's or else the next free one */
    private void addIfNew(AddedToken token, int id) {
        if (added.containsKey(token.content())) return;
        int known = vocabulary.id(token.content());
        int expected = known >= 0 ? known : entries.count + beyond++;
        if (id >= 0 && id != expected)
            throw new InvalidTokenizerException(files.describe(CONFIG) + ": added token "
                    + JsonObject.show(token.content()) + " has id " + id + ", expected " + expected
                    + (known >= 0 ? ", its line in " + source : ", the next after the vocabulary"));
        add(token, expected);
    }

    // ---- both

    /** All tokens by id; every id from 0 on must have exactly one. */
    private String[] tokens() {
        List<String> others = new ArrayList<>();
        for (String content : added.keySet()) if (vocabulary.id(content) < 0) others.add(content);
        String[] tokens = entries.byId(others.size());
        for (String content : others) {
            int id = addedIds.get(content);
            if (id < 0 || id >= tokens.length) throw beyond(content, id, tokens.length);
            if (tokens[id] != null) throw taken(content, id, tokens[id]);
            tokens[id] = content;
        }
        return tokens;
    }

    private InvalidTokenizerException beyond(String token, int id, int count) {
        return new InvalidTokenizerException(source + ": token " + JsonObject.show(token) + " has id " + id
                + ", but with " + count + " tokens ids run from 0 to " + (count - 1));
    }

    private InvalidTokenizerException taken(String token, int id, String other) {
        return new InvalidTokenizerException(source + ": token " + JsonObject.show(token) + " has id " + id
                + ", which is the id of " + JsonObject.show(other) + " too");
    }

    /** The entries of the model's vocabulary as they are read. */
    private final class EntryList implements JsonObject.Entries {
        private String[] names = new String[1 << 15];
        private int[] ids = new int[names.length];
        private int count;

        @Override
        public String path() {
            return "model.vocab";
        }

        @Override
        public void add(String name, int id) {
            if (count == names.length) {
                names = Arrays.copyOf(names, 2 * count);
                ids = Arrays.copyOf(ids, names.length);
            }
            names[count] = name;
            ids[count++] = id;
        }

        /** The entries by id, with room for {@code others} more tokens. */
        String[] byId(int others) {
            String[] byId = new String[count + others];
            for (int i = 0; i < count; i++) {
                int id = ids[i];
                if (id < 0 || id >= byId.length) throw beyond(names[i], id, byId.length);
                if (byId[id] != null) throw taken(names[i], id, byId[id]);
                byId[id] = names[i];
            }
            return byId;
        }
    }

    private WordPieceTokenizer tokenizer(
            String[] tokens,
            String unknown,
            int longestWord,
            BertNormalizer normalizer,
            SequenceTemplate[] templates,
            WordPieceDecoder decoder) {
        int unknownId = vocabulary.id(unknown);
        if (unknownId < 0)
            throw new InvalidTokenizerException(source + ": the vocabulary has no " + JsonObject.show(unknown)
                    + ", the token for what it does not know");
        AddedTokens raw = new AddedTokens();
        AddedTokens normalized = new AddedTokens();
        for (AddedToken token : specialsFirst()) {
            int id = addedIds.get(token.content());
            if (!token.normalized()) raw.add(token, id, token.content());
            else {
                // the reference shows the normalized form of such a token, not its content
                tokens[id] = normalizedForm(token, normalizer);
                normalized.add(token, id, tokens[id]);
            }
        }
        boolean[] special = new boolean[tokens.length];
        for (int id : addedIds.values()) {
            AddedToken shown = added.get(tokens[id]);
            special[id] = shown != null && shown.special();
        }
        WordPieceModel model = new WordPieceModel(
                UnicodeTables.get(),
                normalizer,
                Collections.unmodifiableList(Arrays.asList(tokens)),
                vocabulary,
                unknownId,
                longestWord,
                raw,
                normalized,
                special,
                templates[0],
                templates[1],
                decoder,
                config != null && config.bool("clean_up_tokenization_spaces", false),
                maxLength());
        return new WordPieceTokenizer(model, addedIds);
    }

    /**
     * The order in which the reference looks for added tokens: special ones first, each kind in the order of the file.
     */
    private List<AddedToken> specialsFirst() {
        List<AddedToken> tokens = new ArrayList<>();
        for (AddedToken token : added.values()) if (token.special()) tokens.add(token);
        for (AddedToken token : added.values()) if (!token.special()) tokens.add(token);
        return tokens;
    }

    private String normalizedForm(AddedToken token, BertNormalizer normalizer) {
        String form = normalizer.normalize(token.content());
        if (form.isEmpty())
            throw new InvalidTokenizerException(source + ": added token " + JsonObject.show(token.content())
                    + " is nothing once normalized, so it can never be found; expected \"normalized\": false");
        return form;
    }

    /** Some files write 1e30 for "no limit". */
    private int maxLength() {
        if (config == null || !config.has("model_max_length")) return Integer.MAX_VALUE;
        if (config.value("model_max_length") instanceof Number length && length.doubleValue() >= 1)
            return (int) Math.min(length.doubleValue(), Integer.MAX_VALUE);
        throw config.wrong("model_max_length", "a number of tokens, at least 1");
    }
}
