package dev.tercet;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tercet.loaders.InvalidModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models that are incomplete, inconsistent or of a kind that is not read: one clear line each. */
class InvalidModelsTest {
    @TempDir
    Path folder;

    private static Path copy(String name, Path folder) throws IOException {
        Path source = Golden.folder(name);
        try (Stream<Path> files = Files.walk(source)) {
            for (Path file : files.toList()) {
                Path target = folder.resolve(source.relativize(file).toString());
                if (Files.isDirectory(file)) Files.createDirectories(target);
                else Files.copy(file, target);
            }
        }
        return folder;
    }

    private static void replace(Path file, String regex, String replacement) throws IOException {
        String before = Files.readString(file);
        String after = before.replaceFirst(regex, replacement);
        assertFalse(after.equals(before), file + " has no " + regex);
        Files.writeString(file, after);
    }

    private static void assertRefused(Runnable load, String... parts) {
        String message = assertThrows(InvalidModelException.class, load::run).getMessage();
        for (String part : parts) assertTrue(message.contains(part), message);
        assertFalse(message.contains("\n"), message);
    }

    private void assertEncoderRefused(String... parts) {
        assertRefused(() -> SentenceEncoder.load(folder.toString()).close(), parts);
    }

    @ParameterizedTest
    @CsvSource({
        "model_type, '\"bert\"', '\"roberta\"', bert",
        "hidden_act, '\"gelu\"', '\"xielu\"', gelu_new",
        "hidden_size, 24, 25, divisor",
        "num_attention_heads, 3, 0, at least 1",
        "layer_norm_eps, 1e-12, -1, layer_norm_eps",
        "is_decoder, false, true, decodes",
        "vocab_size, 93, 92, 93"
    })
    void refusesAConfigurationItDoesNotCompute(String field, String value, String other, String part)
            throws IOException {
        copy("small-mean", folder);
        replace(folder.resolve("config.json"), "\"" + field + "\": " + value, "\"" + field + "\": " + other);
        assertEncoderRefused(part);
    }

    @Test
    void refusesRelativePositions() throws IOException {
        copy("small-mean", folder);
        replace(folder.resolve("config.json"), "\\{", "{\"position_embedding_type\": \"relative_key\",");
        assertEncoderRefused("position_embedding_type", "relative_key", "absolute");
    }

    @Test
    void namesFileTensorAndBothShapes() throws IOException {
        copy("small-mean", folder);
        replace(folder.resolve("config.json"), "\"intermediate_size\": 40", "\"intermediate_size\": 48");
        assertEncoderRefused(
                "model.safetensors", "encoder.layer.", "intermediate.dense.weight", "[40, 24]", "[48, 24]");
    }

    @Test
    void namesTheTensorThatIsMissing() throws IOException {
        copy("small-mean", folder);
        replace(folder.resolve("config.json"), "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3");
        assertEncoderRefused("model.safetensors", "encoder.layer.2.");
    }

    @Test
    void refusesAModelWithoutAClassifierAsACrossEncoder() throws IOException {
        copy("small-mean", folder);
        assertRefused(() -> CrossEncoder.load(folder.toString()).close(), "classifier.weight", "cross-encoder");
    }

    @Test
    void refusesAScoreActivationItDoesNotKnow() throws IOException {
        copy("small-legacy-tanh", folder);
        replace(folder.resolve("config.json"), "torch.nn.modules.activation.Tanh", "my.own.Function");
        assertRefused(
                () -> CrossEncoder.load(folder.toString()).close(),
                "sbert_ce_default_activation_function",
                "my.own.Function",
                "Sigmoid");
    }

    @Test
    void refusesAClassifierOfAnotherNumberOfLabels() throws IOException {
        copy("small-sigmoid", folder);
        replace(folder.resolve("config.json"), "\"0\": \"LABEL_0\"", "\"0\": \"no\", \"1\": \"yes\"");
        assertRefused(() -> CrossEncoder.load(folder.toString()).close(), "classifier.weight", "[1, 24]", "[2, 24]");
    }

    @Test
    void refusesAPoolingItDoesNotCompute() throws IOException {
        copy("small-mean", folder);
        replace(folder.resolve("1_Pooling/config.json"), "\"mean\"", "\"lasttoken\"");
        assertEncoderRefused("1_Pooling", "lasttoken", "mean");
    }

    @Test
    void refusesAModuleItDoesNotCompute() throws IOException {
        copy("small-cls-relu", folder);
        replace(folder.resolve("modules.json"), "normalize\\.Normalize|models\\.Normalize", "dense.Dense");
        assertEncoderRefused("modules.json", "Dense", "Normalize");
    }

    @Test
    void refusesAFolderThatIsNoModel() {
        assertEncoderRefused("config.json");
    }

    @Test
    void refusesAnIdThatIsNowhere() {
        LoadOptions offline = LoadOptions.defaults().withOffline(true);
        assertRefused(
                () -> SentenceEncoder.load("nobody/no-such-model", offline).close(), "nobody/no-such-model");
    }

    @Test
    void refusesAModelWithoutAName() {
        assertThrows(IllegalArgumentException.class, () -> SentenceEncoder.load(null));
    }

    @Test
    void readsAModelWithoutModulesAsMeanPoolingAsSentenceTransformersDoes() throws IOException {
        copy("small-mean", folder);
        for (String file : List.of("modules.json", "1_Pooling/config.json")) Files.delete(folder.resolve(file));
        Golden golden = Golden.of("small-mean/golden");
        try (SentenceEncoder encoder = SentenceEncoder.load(folder.toString())) {
            double distance = Golden.distance(
                    golden.rows("embeddings")[2], encoder.encode(golden.texts().get(2)));
            assertTrue(distance < 3e-5, "differs by " + distance);
        }
    }
}
