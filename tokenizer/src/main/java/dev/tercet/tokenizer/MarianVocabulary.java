package dev.tercet.tokenizer;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The tokens of {@code vocab.json} with their ids, which are not the ids of the SentencePiece model. Immutable.
 *
 * @param ids tokens in the order of the file
 * @param tokens by id; {@code null} where the file has a hole
 * @param unknownId the id of tokens that are not there
 */
record MarianVocabulary(Map<String, Integer> ids, String[] tokens, int unknownId) {
    /** So many ids more than tokens are let through: a few unused ones are harmless, two billion are not. */
    private static final int HOLES = 1 << 16;

    /**
     * @throws InvalidTokenizerException when the file is missing or damaged, gives an id to two tokens or has no
     *     unknown token
     */
    static MarianVocabulary read(TokenizerFiles files, String name, String unknownToken) {
        JsonObject json = JsonObject.read(files, name);
        if (json == null)
            throw new InvalidTokenizerException(files.describe(name)
                    + ": no such file; a Marian tokenizer needs it, fetch it from where the model came");
        Map<String, Integer> ids = new HashMap<>(json.names().size() * 2);
        int largest = -1;
        for (String token : json.names()) {
            int id = json.integer(token);
            if (id < 0 || id >= json.names().size() + HOLES)
                throw json.wrong(
                        token,
                        "an id from 0 on, not far above the " + json.names().size() + " tokens");
            largest = Math.max(largest, id);
            ids.put(token, id);
        }
        String[] tokens = new String[largest + 1];
        for (String token : json.names()) {
            int id = ids.get(token);
            if (tokens[id] != null)
                throw json.wrong(token, "an id of its own: " + JsonObject.show(tokens[id]) + " has it already");
            tokens[id] = token;
        }
        Integer unknown = ids.get(unknownToken);
        if (unknown == null)
            throw new InvalidTokenizerException(json.file() + ": has no unknown token " + JsonObject.show(unknownToken)
                    + "; add it, or name another one as unk_token in tokenizer_config.json");
        return new MarianVocabulary(ids, tokens, unknown);
    }

    int id(String token) {
        return ids.getOrDefault(token, unknownId);
    }

    /** The token of an id, or {@code null}. */
    String token(int id) {
        return id < tokens.length ? tokens[id] : null;
    }

    /** The tokens {@code >>xxx<<}, which choose the target language in a multilingual model. */
    List<String> languageCodes() {
        return ids.keySet().stream()
                .filter(token -> token.startsWith(">>") && token.endsWith("<<"))
                .sorted()
                .toList();
    }
}
