package dev.tercet.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** The tokens of {@code vocab.json} with their ids, which are not the ids of the SentencePiece model. Immutable. */
final class MarianVocabulary {
    /** So many ids more than tokens are let through: a few unused ones are harmless, two billion are not. */
    private static final int HOLES = 1 << 16;

    /** In the order of the file. */
    private final StringTable tokens;

    /** Of each token. */
    private final int[] ids;

    /** The token of each id, or -1 where the file has a hole. */
    private final int[] numbers;

    private final int unknownId;

    private MarianVocabulary(StringTable tokens, int[] ids, int[] numbers, int unknownId) {
        this.tokens = tokens;
        this.ids = ids;
        this.numbers = numbers;
        this.unknownId = unknownId;
    }

    /**
     * @throws InvalidTokenizerException when the file is missing or damaged, gives an id to two tokens or has no
     *     unknown token
     */
    static MarianVocabulary read(TokenizerFiles files, String name, String unknownToken) {
        byte[] json = files.read(name);
        String file = files.describe(name);
        if (json == null)
            throw new InvalidTokenizerException(
                    file + ": no such file; a Marian tokenizer needs it, fetch it from where the model came");
        EntryList entries = new EntryList(file, json.length);
        JsonObject.parse(json, file, entries);
        return entries.vocabulary(unknownToken);
    }

    /** The entries of the file as they are read. */
    private static final class EntryList implements JsonObject.Entries {
        private final String file;
        private final StringTable tokens;
        private int[] ids = new int[1 << 10];

        /** @param fileBytes of which about a third are the characters of tokens */
        EntryList(String file, int fileBytes) {
            this.file = file;
            this.tokens = new StringTable(file, fileBytes / 3);
        }

        @Override
        public String path() {
            return "";
        }

        @Override
        public void add(String token, int id) {
            int number = tokens.size();
            if (tokens.add(token) != number)
                throw new InvalidTokenizerException(file + ": " + JsonObject.show(token) + " is there twice");
            if (number == ids.length) ids = Arrays.copyOf(ids, 2 * number);
            ids[number] = id;
        }

        MarianVocabulary vocabulary(String unknownToken) {
            tokens.trim();
            ids = Arrays.copyOf(ids, tokens.size());
            int largest = -1;
            for (int number = 0; number < ids.length; number++) {
                int id = ids[number];
                if (id < 0 || id >= ids.length + HOLES)
                    throw wrong(number, "an id from 0 on, not far above the " + ids.length + " tokens");
                largest = Math.max(largest, id);
            }
            int[] numbers = new int[largest + 1];
            Arrays.fill(numbers, -1);
            for (int number = 0; number < ids.length; number++) {
                int other = numbers[ids[number]];
                if (other >= 0)
                    throw wrong(number, "an id of its own: " + JsonObject.show(tokens.get(other)) + " has it already");
                numbers[ids[number]] = number;
            }
            int unknown = tokens.find(unknownToken);
            if (unknown < 0)
                throw new InvalidTokenizerException(file + ": has no unknown token " + JsonObject.show(unknownToken)
                        + "; add it, or name another one as unk_token in tokenizer_config.json");
            return new MarianVocabulary(tokens, ids, numbers, ids[unknown]);
        }

        private InvalidTokenizerException wrong(int number, String expected) {
            return new InvalidTokenizerException(file + ": " + JsonObject.show(tokens.get(number)) + " is "
                    + ids[number] + ", expected " + expected);
        }
    }

    /** How many tokens there are. */
    int size() {
        return tokens.size();
    }

    /** Above the largest id. */
    int idLimit() {
        return numbers.length;
    }

    /** The id of a token, the unknown token's where it is not there. */
    int id(String token) {
        int number = tokens.find(token);
        return number < 0 ? unknownId : ids[number];
    }

    /** The id of a token, or -1. */
    int find(String token) {
        int number = tokens.find(token);
        return number < 0 ? -1 : ids[number];
    }

    /** The ids of many tokens, as {@link #id(String)} gives them. */
    int[] ids(StringTable texts) {
        int[] all = new int[texts.size()];
        for (int i = 0; i < all.length; i++) {
            int number = tokens.find(texts, i);
            all[i] = number < 0 ? unknownId : ids[number];
        }
        return all;
    }

    /** The token of an id, or {@code null}. */
    String token(int id) {
        return id < numbers.length && numbers[id] >= 0 ? tokens.get(numbers[id]) : null;
    }

    /** The tokens {@code >>xxx<<}, which choose the target language in a multilingual model. */
    List<String> languageCodes() {
        List<String> codes = new ArrayList<>();
        for (int number = 0; number < tokens.size(); number++)
            if (tokens.startsWith(number, ">>") && tokens.get(number).endsWith("<<")) codes.add(tokens.get(number));
        Collections.sort(codes);
        return List.copyOf(codes);
    }
}
