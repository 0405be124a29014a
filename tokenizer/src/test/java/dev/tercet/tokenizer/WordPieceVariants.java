package dev.tercet.tokenizer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tokenizers that are compared with the reference: the bundled models' files, and the same with one option changed.
 * {@code oracle/wordpiece_parity.py} changes the same texts of tokenizer.json.
 */
final class WordPieceVariants {
    static final Path MODELS = Path.of("..", "models");
    static final String MINILM = "sentence-transformers/all-MiniLM-L6-v2";
    static final String MARCO = "cross-encoder/ms-marco-MiniLM-L12-v2";

    private static final String FLAGS =
            "\"single_word\": %s, \"lstrip\": %s, \"rstrip\": %s, \"normalized\": %s, \"special\": %s";

    static List<String> names() {
        return List.of(
                "minilm", "marco", "vocab", "cased", "accents", "stripped", "unclean", "chinese", "bare", "added");
    }

    static TokenizerFiles files(String name) {
        Map<String, String> changes = new LinkedHashMap<>();
        switch (name) {
            case "minilm", "marco", "vocab" -> {}
            case "cased" -> changes.put("\"lowercase\": true", "\"lowercase\": false");
            case "accents" -> changes.put("\"strip_accents\": null", "\"strip_accents\": false");
            case "stripped" -> {
                changes.put("\"strip_accents\": null", "\"strip_accents\": true");
                changes.put("\"lowercase\": true", "\"lowercase\": false");
            }
            case "unclean" -> changes.put("\"clean_text\": true", "\"clean_text\": false");
            case "chinese" -> changes.put("\"handle_chinese_chars\": true", "\"handle_chinese_chars\": false");
            case "bare" -> {
                changes.put("\"clean_text\": true", "\"clean_text\": false");
                changes.put("\"handle_chinese_chars\": true", "\"handle_chinese_chars\": false");
                changes.put("\"lowercase\": true", "\"lowercase\": false");
            }
            case "added" -> changes.put("\"added_tokens\": [", "\"added_tokens\": [" + addedTokens());
            default -> throw new IllegalArgumentException(name);
        }
        return changed(name.equals("marco") ? MARCO : MINILM, changes, name.equals("vocab"));
    }

    /** Tokens that generated texts are likely to contain, with every flag. */
    private static String addedTokens() {
        return token(13749, "ing", true, false, false, false, false)
                + token(30522, "Éa", false, false, true, true, false)
                + token(1740, "\\u4E00", false, true, true, true, true)
                + token(30523, "Ab c", false, true, false, true, false)
                + token(1015, "1", false, true, true, false, true)
                + token(30524, " 2", false, false, false, false, false)
                + token(1041, "e", true, true, true, true, false)
                + token(30525, "[SEP]]", false, false, false, false, true);
    }

    private static String token(
            int id, String content, boolean single, boolean left, boolean right, boolean normalized, boolean special) {
        return "{\"id\": " + id + ", \"content\": \"" + content + "\", "
                + FLAGS.formatted(single, left, right, normalized, special) + "},";
    }

    private static TokenizerFiles changed(String model, Map<String, String> changes, boolean vocabularyOnly) {
        TokenizerFiles files = TokenizerFiles.folder(MODELS.resolve(model));
        return new TokenizerFiles() {
            @Override
            public byte[] read(String file) {
                // the model's tokenizer_config.json would contradict the changes
                if (file.equals("tokenizer_config.json") && !changes.isEmpty()) return null;
                if (!file.equals("tokenizer.json")) return files.read(file);
                if (vocabularyOnly) return null;
                String json = new String(files.read(file), StandardCharsets.UTF_8);
                for (var change : changes.entrySet()) {
                    if (!json.contains(change.getKey())) throw new IllegalStateException(change.getKey());
                    json = json.replace(change.getKey(), change.getValue());
                }
                return json.getBytes(StandardCharsets.UTF_8);
            }

            @Override
            public String describe(String file) {
                return files.describe(file);
            }
        };
    }

    static List<String> vocabulary() {
        try {
            return Files.readAllLines(MODELS.resolve(MINILM).resolve("vocab.txt"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
