package dev.tercet.loaders;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Writes a model once more, into a new folder: its weights as one {@code model.safetensors}, in another type or in
 * int8, its configuration with what that changes, and every other file that a model needs as it is. The folder appears
 * when it is complete; a failure leaves nothing.
 */
public final class ModelCopy {
    private static final long LARGEST_FILE = 1L << 30;
    private static final int LARGEST_MODULE_CONFIG = 1 << 20;
    private static final String SCALE = "_scale";
    private static final String ZERO_POINT = "_zero_point";

    /** The dense layers of BERT and Marian: what {@code nn.Linear} is in transformers, but for the tied output. */
    private static final Pattern DENSE = Pattern.compile("(.*\\.)?"
            + "(layers?\\.\\d+\\.(attention\\.(self\\.(query|key|value)|output\\.dense)|(intermediate|output)\\.dense"
            + "|(self_attn|encoder_attn)\\.(q|k|v|out)_proj|fc1|fc2)|pooler\\.dense|classifier)\\.weight");

    private final ModelFiles files;
    private final Weights weights;
    private final JsonObject config;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final List<String> dropped = new ArrayList<>();

    /**
     * What was written.
     *
     * @param tensors in the new file
     * @param bytes of its weights
     * @param bytesBefore of the weights it was made from
     * @param quantized how many weights are int8 now
     * @param tied names left out because the checkpoint had the same data under another name too
     */
    public record Report(int tensors, long bytes, long bytesBefore, int quantized, List<String> tied) {}

    private ModelCopy(ModelFiles files) {
        this.files = files;
        this.config = JsonObject.read(files, "config.json");
        this.weights = Checkpoint.open(files);
    }

    /**
     * Writes the weights as safetensors.
     *
     * @param dtype F32, F16 or BF16, rounded to nearest, int8 expanded; null for each as it is stored
     * @param folder does not exist, or is empty
     * @throws InvalidModelException when a value does not fit the type
     * @throws IOException when the folder cannot be written
     */
    public static Report convert(ModelFiles files, DType dtype, Path folder) throws IOException {
        ModelCopy copy = new ModelCopy(files);
        for (String name : copy.names()) copy.convert(name, dtype);
        return copy.write(folder, config -> copy.withDtype(config, dtype), 0);
    }

    /**
     * Writes the weights of dense layers as int8 with a scale for each output, as {@link QuantizedTensor#quantize}
     * rounds them, under the names and with the {@code quantization_config} of compressed-tensors
     * {@code int-quantized}, which transformers loads too. Embeddings, norms and biases stay as they are.
     *
     * @param folder does not exist, or is empty
     * @throws InvalidModelException when the model is quantized already, has no dense layers of BERT or Marian, or
     *     holds infinities or NaN
     * @throws IOException when the folder cannot be written
     */
    public static Report quantize(ModelFiles files, Path folder) throws IOException {
        ModelCopy copy = new ModelCopy(files);
        Set<String> ignored = new LinkedHashSet<>();
        int quantized = 0;
        for (String name : copy.names()) {
            if (copy.weights.isQuantized(name))
                throw new InvalidModelException(copy.weights.describe(name)
                        + " is int8 already; quantize the original, or expand this one: models convert --dtype f32");
            if (DENSE.matcher(name).matches() && copy.weights.shape(name).length == 2) {
                copy.quantize(name);
                quantized++;
            } else {
                copy.convert(name, null);
                if (isOtherLayer(name, copy.weights.shape(name)))
                    ignored.add(name.substring(0, name.length() - ".weight".length()));
            }
        }
        if (quantized == 0)
            throw new InvalidModelException(files.name()
                    + ": no dense layers of BERT or Marian among its weights, such as "
                    + copy.tensors.keySet().stream().findFirst().orElse("none"));
        // the output matrix that is tied to the embeddings: no tensor of its own, but a layer in transformers
        if (copy.config.string("model_type", "").equals("marian")) ignored.add("lm_head");
        return copy.write(folder, config -> withQuantization(config, ignored), quantized);
    }

    /** A layer that transformers may take for one to be quantized. */
    private static boolean isOtherLayer(String name, int[] shape) {
        return shape.length == 2
                && name.endsWith(".weight")
                && !name.contains("embed")
                && !name.endsWith("shared.weight");
    }

    /** All names but those that repeat the data of another, where the configuration says that such are tied. */
    private List<String> names() {
        List<String> names = new ArrayList<>(weights.names());
        names.sort((a, b) -> Integer.compare(rank(a), rank(b)));
        List<String> kept = new ArrayList<>();
        boolean tied = config.bool("tie_word_embeddings", true);
        for (String name : names) {
            if (tied && kept.stream().anyMatch(other -> isSame(weights.tensor(name), weights.tensor(other))))
                dropped.add(name);
            else kept.add(name);
        }
        return kept;
    }

    /** Whether two names stand for the same bytes of the file, as PyTorch stores tied weights. */
    private static boolean isSame(Tensor a, Tensor b) {
        return a.dtype() == b.dtype()
                && Arrays.equals(a.shape(), b.shape())
                && a.data()
                        .asOverlappingSlice(b.data())
                        .filter(shared -> shared.byteSize() == a.data().byteSize())
                        .isPresent();
    }

    /** Of the names of one tensor the shared table's comes first, an output's last. */
    private static int rank(String name) {
        return name.endsWith("shared.weight") ? 0 : name.contains("embed") ? 1 : 2;
    }

    private void convert(String name, DType dtype) {
        Tensor stored = weights.tensor(name);
        boolean floats = List.of(DType.F32, DType.F16, DType.BF16).contains(stored.dtype());
        boolean quantized = weights.isQuantized(name);
        if (dtype == null || !floats && !quantized) {
            put(stored, name);
            for (String suffix : quantized ? List.of(SCALE, ZERO_POINT) : List.<String>of())
                if (weights.has(name + suffix)) put(weights.tensor(name + suffix), name + suffix);
            return;
        }
        if (stored.dtype() == dtype) {
            put(stored, name);
            return;
        }
        int[] shape = weights.shape(name);
        Tensor exact = Tensor.of(name, weights.floats(name, shape), shape);
        put(dtype == DType.F32 ? exact : halves(exact, dtype), name);
    }

    private void put(Tensor tensor, String name) {
        tensors.put(name, new Tensor(name, tensor.dtype(), tensor.shape(), tensor.data()));
    }

    private Tensor halves(Tensor exact, DType dtype) {
        float[] values = exact.floats();
        byte[] bytes = new byte[Math.multiplyExact(values.length, 2)];
        MemorySegment data = MemorySegment.ofArray(bytes);
        for (int i = 0; i < values.length; i++) {
            short half = dtype == DType.F16 ? Float.floatToFloat16(values[i]) : bf16(values[i]);
            float back = dtype == DType.F16 ? Float.float16ToFloat(half) : Float.intBitsToFloat(half << 16);
            if (Float.isInfinite(back) && !Float.isInfinite(values[i]))
                throw new InvalidModelException(weights.describe(exact.name()) + " holds " + values[i] + ", more than "
                        + dtype + " can; use another --dtype");
            data.set(Tensor.B16, 2L * i, half);
        }
        return new Tensor(exact.name(), dtype, exact.shape(), data.asReadOnly());
    }

    /** The nearest bfloat16, of two the even one. */
    private static short bf16(float x) {
        int bits = Float.floatToRawIntBits(x);
        return x != x ? (short) (bits >>> 16 | 0x40) : (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
    }

    private void quantize(String name) {
        int[] shape = weights.shape(name);
        QuantizedTensor q =
                QuantizedTensor.quantize(weights.describe(name), weights.floats(name, shape), shape[0], shape[1]);
        tensors.put(name, new Tensor(name, DType.I8, new long[] {shape[0], shape[1]}, q.q()));
        tensors.put(name + SCALE, Tensor.of(name + SCALE, q.scales(), shape[0], 1));
    }

    // the folder

    /** Changes config.json on its way from a parser to a generator that stand in its object. */
    private interface Change {
        /** @return whether the field is replaced, and so not to be copied */
        boolean apply(ConfigCopy config) throws IOException;
    }

    /** @param field about to be copied; null after the last one */
    private record ConfigCopy(String field, JsonGenerator out) {}

    private Report write(Path folder, Change change, int quantized) throws IOException {
        Path target = folder.toAbsolutePath().normalize();
        requireNewOrEmpty(target, folder);
        Files.createDirectories(target.getParent());
        Path part = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".part");
        Thread cleaner = new Thread(() -> deleteQuietly(part)); // on Ctrl-C, too
        Runtime.getRuntime().addShutdownHook(cleaner);
        try {
            Files.createDirectory(part);
            for (String file : companions()) {
                Path copy = part.resolve(file);
                Files.createDirectories(copy.getParent());
                Files.write(copy, files.read(file, LARGEST_FILE));
            }
            Files.write(part.resolve("config.json"), config(change));
            SafetensorsWriter.write(part.resolve("model.safetensors"), tensors.values(), Map.of("format", "pt"));
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            deleteQuietly(part);
            Runtime.getRuntime().removeShutdownHook(cleaner);
        }
        return new Report(tensors.size(), bytes(tensors.values().stream()), bytesBefore(), quantized, dropped);
    }

    private static void requireNewOrEmpty(Path target, Path given) throws IOException {
        if (!Files.exists(target)) return;
        boolean empty = false;
        if (Files.isDirectory(target)) {
            try (Stream<Path> content = Files.list(target)) {
                empty = content.findAny().isEmpty();
            }
        }
        if (!empty)
            throw new FileAlreadyExistsException(
                    given.toString(), null, "already there; give a folder that does not exist");
    }

    private static long bytes(Stream<Tensor> tensors) {
        return tensors.mapToLong(tensor -> tensor.data().byteSize()).sum();
    }

    private long bytesBefore() {
        return bytes(weights.names().stream()
                .flatMap(name -> Stream.of(name, name + SCALE, name + ZERO_POINT))
                .filter(weights::has)
                .map(weights::tensor));
    }

    /** The files to copy: those that a model needs, but for its weights and config.json. */
    private List<String> companions() throws IOException {
        List<String> names = new ArrayList<>(NeededFiles.SMALL);
        names.remove("config.json");
        names.add("LICENSE");
        if (files.has("modules.json")) {
            for (JsonObject module : JsonObject.parseObjects(
                    files.read("modules.json", LARGEST_MODULE_CONFIG), files.describe("modules.json"))) {
                String folder = module.string("path", "");
                if (!folder.isEmpty()) names.add(folder + "/config.json");
            }
        }
        names.removeIf(name -> !files.has(name));
        return names;
    }

    private byte[] config(Change change) throws IOException {
        var bytes = new ByteArrayOutputStream();
        JsonFactory factory = new JsonFactory();
        try (JsonParser in = factory.createParser(files.read("config.json", JsonObject.MAX_CONFIG_BYTES));
                JsonGenerator out = factory.createGenerator(bytes).useDefaultPrettyPrinter()) {
            in.nextToken();
            out.writeStartObject();
            while (in.nextToken() == JsonToken.FIELD_NAME) {
                String field = in.currentName();
                if (change.apply(new ConfigCopy(field, out))) {
                    in.nextToken();
                    in.skipChildren();
                } else {
                    out.copyCurrentStructureExact(in);
                }
            }
            change.apply(new ConfigCopy(null, out));
            out.writeEndObject();
        }
        return bytes.toByteArray();
    }

    private boolean withDtype(ConfigCopy config, DType dtype) throws IOException {
        if (dtype == null) return false;
        if (config.field == null) {
            config.out.writeStringField(
                    "dtype",
                    Map.of(DType.F32, "float32", DType.F16, "float16", DType.BF16, "bfloat16")
                            .get(dtype));
            return true;
        }
        return Set.of("dtype", "torch_dtype", "quantization_config").contains(config.field);
    }

    private static boolean withQuantization(ConfigCopy config, Set<String> ignored) throws IOException {
        if (config.field != null) return config.field.equals("quantization_config");
        JsonGenerator out = config.out;
        out.writeObjectFieldStart("quantization_config");
        out.writeStringField("quant_method", "compressed-tensors");
        out.writeStringField("format", "int-quantized");
        out.writeStringField("quantization_status", "compressed");
        out.writeObjectFieldStart("config_groups");
        out.writeObjectFieldStart("group_0");
        // of the group too: without it compressed-tensors 0.20 takes weight-only int8 for pack-quantized
        out.writeStringField("format", "int-quantized");
        out.writeArrayFieldStart("targets");
        out.writeString("Linear");
        out.writeEndArray();
        out.writeObjectFieldStart("weights");
        out.writeNumberField("num_bits", 8);
        out.writeStringField("type", "int");
        out.writeBooleanField("symmetric", true);
        out.writeStringField("strategy", "channel");
        out.writeEndObject();
        out.writeEndObject();
        out.writeEndObject();
        out.writeArrayFieldStart("ignore");
        for (String layer : ignored) out.writeString(layer);
        out.writeEndArray();
        out.writeEndObject();
        return true;
    }

    private static void deleteQuietly(Path folder) {
        if (!Files.exists(folder)) return;
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path visited, IOException e) throws IOException {
                    Files.delete(visited);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException _) {
            // what cannot be deleted keeps its name with .part at the end: no model by any name
        }
    }
}
