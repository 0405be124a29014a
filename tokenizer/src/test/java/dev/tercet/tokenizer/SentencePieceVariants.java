package dev.tercet.tokenizer;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.zip.GZIPInputStream;

/**
 * The SentencePiece models and Marian tokenizers that are compared with their references. {@code marian-variants.json}
 * says which files of the bundled Marian tokenizer a variant replaces; {@code oracle/sentencepiece_parity.py} reads it
 * too.
 */
final class SentencePieceVariants {
    static final Path TINY = Path.of("..", "models", "tercet", "en-fr-tiny");
    static final Path RESOURCES = Path.of("src", "test", "resources");
    static final Path OPUS = RESOURCES.resolve("opus-mt-en-fr");

    private static final List<String> SMALL =
            List.of("bytes", "bare", "spaces", "symbols", "suffix", "denormalized", "unescaped", "ties");

    private SentencePieceVariants() {}

    static List<String> names() {
        List<String> names =
                new ArrayList<>(List.of("tiny-source", "tiny-target", "opus-source", "opus-target", "opus"));
        names.addAll(SMALL);
        names.addAll(List.of("long-tiny-source", "long-opus-target", "long-bytes", "long-ties"));
        names.addAll(variants().names());
        return names;
    }

    static boolean isModel(String name) {
        return SMALL.contains(name) || isLong(name) || name.endsWith("-source") || name.endsWith("-target");
    }

    /** Whether the texts are many generated ones joined. */
    static boolean isLong(String name) {
        return name.startsWith("long-");
    }

    static SentencePieceModel model(String name) {
        if (isLong(name)) return model(name.substring(5));
        return SentencePieceModel.parse(modelBytes(name), name + ".spm");
    }

    static byte[] modelBytes(String name) {
        if (name.startsWith("tiny-")) return read(TINY.resolve(name.substring(5) + ".spm"));
        if (name.startsWith("opus-")) return read(OPUS.resolve(name.substring(5) + ".spm.gz"));
        return read(RESOURCES.resolve("sentencepiece").resolve(name + ".spm"));
    }

    static MarianTokenizer tokenizer(String name) {
        return MarianTokenizer.load(files(name));
    }

    static TokenizerFiles files(String name) {
        if (name.equals("opus")) return files(OPUS, Map.of());
        JsonObject changes = variants().object(name);
        if (changes == null) throw new IllegalArgumentException(name);
        return new TokenizerFiles() {
            private final TokenizerFiles unchanged = files(TINY, Map.of());

            @Override
            public byte[] read(String file) {
                if (!changes.names().contains(file)) return unchanged.read(file);
                String change = changes.string(file, null);
                if (change == null) return null;
                if (change.equals("@rotated")) return rotated();
                return change.startsWith("@")
                        ? modelBytes(change.substring(1))
                        : change.getBytes(StandardCharsets.UTF_8);
            }

            @Override
            public String describe(String file) {
                return file;
            }
        };
    }

    static JsonObject variants() {
        return JsonObject.read(TokenizerFiles.folder(RESOURCES), "marian-variants.json");
    }

    /** The files of a folder, some of them gzipped, some replaced ({@code null} takes one away). */
    static TokenizerFiles files(Path folder, Map<String, byte[]> changes) {
        return new TokenizerFiles() {
            @Override
            public byte[] read(String file) {
                if (changes.containsKey(file)) return changes.get(file);
                Path plain = folder.resolve(file);
                Path zipped = folder.resolve(file + ".gz");
                return Files.exists(plain)
                        ? SentencePieceVariants.read(plain)
                        : Files.exists(zipped) ? SentencePieceVariants.read(zipped) : null;
            }

            @Override
            public String describe(String file) {
                return file;
            }
        };
    }

    /** The same tokens with other ids. */
    private static byte[] rotated() {
        JsonObject vocabulary = JsonObject.read(TokenizerFiles.folder(TINY), "vocab.json");
        int size = vocabulary.names().size();
        StringJoiner json = new StringJoiner(",", "{", "}");
        for (String token : vocabulary.names()) {
            String quoted = token.replace("\\", "\\\\").replace("\"", "\\\"");
            json.add('"' + quoted + "\":" + (vocabulary.integer(token) + 7) % size);
        }
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] read(Path file) {
        try {
            byte[] bytes = Files.readAllBytes(file);
            if (!file.toString().endsWith(".gz")) return bytes;
            try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
                return in.readAllBytes();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
