package dev.tercet.loaders;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The initializers of an ONNX file as weights under the names of the checkpoint it was exported from. PyTorch's
 * exporter keeps most names, but folds the transpose of a linear layer into its weight, which then is {@code [in, out]}
 * and has lost its name ({@code onnx::MatMul_885}). The graph gives it back: the product is added to {@code X.bias}, so
 * the weight is {@code X.weight}; without a bias the path of the node ({@code /encoder/layer.0/…/query/MatMul}) is the
 * name. The transpose is undone, which changes no bit of any value.
 *
 * <p>Read are plain exports whose data lies in the file. External data, quantized graphs and graphs with fused
 * operators of a runtime are refused.
 */
public final class OnnxModel {
    /** Names that PyTorch makes up; older versions count without a prefix. */
    private static final Pattern ANONYMOUS = Pattern.compile("onnx::.*|[0-9]+");

    /** Far above any graph: keeps a hostile file from costing much more memory than its size. */
    private static final int MAX_NODES = 1_000_000;

    private static final int MAX_INPUTS = 3;

    private static final Pattern QUANTIZED_OPERATOR =
            Pattern.compile("QLinear.*|.*Integer|DynamicQuantizeLinear|QuantizeLinear|DequantizeLinear");

    private final String file;
    private final Map<String, Tensor> initializers = new LinkedHashMap<>();
    private final List<Node> nodes = new ArrayList<>();
    /** The bias that an Add puts on a value, by the name of the value. */
    private final Map<String, String> biases = new HashMap<>();
    /** What has been transposed, by initializer. */
    private final Map<String, MemorySegment> transposed = new HashMap<>();

    /**
     * An operator of the graph that may use a weight.
     *
     * @param inputs the first three, as many as any of these operators has
     * @param transposedB the attribute transB of Gemm
     */
    private record Node(String name, String operator, List<String> inputs, String output, boolean transposedB) {
        String input(int i) {
            return i < inputs.size() ? inputs.get(i) : "";
        }
    }

    private OnnxModel(String file) {
        this.file = file;
    }

    /**
     * Reads the weights of a file.
     *
     * @param content the whole file
     * @param file its name for messages
     * @return the tensors by name; those whose orientation is already that of the checkpoint are slices of
     *     {@code content}
     * @throws InvalidModelException when the file is corrupt or of a kind that is not read
     */
    public static Map<String, Tensor> read(MemorySegment content, String file) {
        var model = new OnnxModel(file);
        var reader = new ProtobufReader(content, file);
        boolean graph = false;
        for (int field = reader.next(); field != 0; field = reader.next()) {
            if (field != 7) {
                reader.skip();
            } else if (graph) {
                throw reader.corrupt("a second graph");
            } else {
                graph = true;
                model.readGraph(reader.message());
            }
        }
        if (!graph) {
            throw new InvalidModelException(file + ": not an ONNX model: it has no graph");
        }
        return model.named();
    }

    private void readGraph(ProtobufReader graph) {
        for (int field = graph.next(); field != 0; field = graph.next()) {
            switch (field) {
                case 1 -> addNode(readNode(graph.message()), graph);
                case 5 -> {
                    Tensor tensor = OnnxTensor.read(graph.message(), file);
                    if (initializers.size() == MAX_NODES) throw graph.corrupt("more than a million initializers");
                    if (initializers.putIfAbsent(tensor.name(), tensor) != null) {
                        throw graph.corrupt("initializer " + Messages.oneLine(tensor.name()) + " is there twice");
                    }
                }
                case 15 ->
                    throw new InvalidModelException(
                            file + ": has sparse initializers, which are not read; export dense weights");
                default -> graph.skip();
            }
        }
    }

    private void addNode(Node node, ProtobufReader graph) {
        switch (node.operator) {
            case "Add" -> {
                if (node.input(1).endsWith(".bias")) biases.putIfAbsent(node.input(0), node.input(1));
                if (node.input(0).endsWith(".bias")) biases.putIfAbsent(node.input(1), node.input(0));
            }
            case "MatMul", "Gemm", "Identity" -> nodes.add(node);
            default -> {}
        }
        if (Math.max(nodes.size(), biases.size()) > MAX_NODES) throw graph.corrupt("more than a million operators");
    }

    private Node readNode(ProtobufReader reader) {
        String name = "";
        String operator = "";
        String domain = "";
        boolean transposedB = false;
        List<String> inputs = new ArrayList<>();
        String output = "";
        for (int field = reader.next(); field != 0; field = reader.next()) {
            switch (field) {
                case 1 -> {
                    if (inputs.size() < MAX_INPUTS) inputs.add(reader.string());
                    else reader.skip();
                }
                case 2 -> {
                    if (output.isEmpty()) output = reader.string();
                    else reader.skip();
                }
                case 3 -> name = reader.string();
                case 4 -> operator = reader.string();
                case 5 -> transposedB |= isTransB(reader.message());
                case 7 -> domain = reader.string();
                default -> reader.skip();
            }
        }
        if (!domain.isEmpty() && !domain.equals("ai.onnx")) {
            throw new InvalidModelException(file + ": operator " + Messages.oneLine(domain + "." + operator)
                    + " belongs to a runtime's optimizer; use the export before optimization");
        }
        if (QUANTIZED_OPERATOR.matcher(operator).matches()) {
            throw new InvalidModelException(file + ": operator " + Messages.oneLine(operator)
                    + " belongs to a quantized graph, which is not read; use the fp32 export");
        }
        return new Node(name, operator, inputs, output, transposedB);
    }

    private static boolean isTransB(ProtobufReader attribute) {
        String name = "";
        long value = 0;
        for (int field = attribute.next(); field != 0; field = attribute.next()) {
            switch (field) {
                case 1 -> name = attribute.string();
                case 3 -> value = attribute.integer();
                default -> attribute.skip();
            }
        }
        return name.equals("transB") && value == 1;
    }

    private Map<String, Tensor> named() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        initializers.forEach((name, tensor) -> {
            if (!isAnonymous(name)) tensors.put(name, tensor);
        });
        for (Node node : nodes) {
            switch (node.operator) {
                // The exporter keeps one of several equal weights and lets the others be Identity of it.
                case "Identity" -> add(tensors, node.output, node.input(0));
                case "MatMul" -> addTransposed(tensors, node, biases.getOrDefault(node.output, ""));
                case "Gemm" -> {
                    if (!node.transposedB) addTransposed(tensors, node, node.input(2));
                }
                default -> {}
            }
        }
        return Collections.unmodifiableMap(tensors);
    }

    private void add(Map<String, Tensor> tensors, String name, String initializer) {
        Tensor tensor = initializers.get(initializer);
        if (tensor != null && !isAnonymous(name)) {
            tensors.putIfAbsent(name, new Tensor(name, tensor.dtype(), tensor.shape(), tensor.data()));
        }
    }

    private void addTransposed(Map<String, Tensor> tensors, Node product, String bias) {
        Tensor weight = initializers.get(product.input(1));
        if (weight == null || weight.shape().length != 2 || !isAnonymous(weight.name())) return;
        String name = bias.endsWith(".bias")
                ? bias.substring(0, bias.length() - "bias".length()) + "weight"
                : nameFromPath(product);
        if (name.isEmpty()) {
            throw new InvalidModelException(file + ": nothing in the graph names the weight "
                    + Messages.oneLine(weight.name()) + " of node " + Messages.oneLine(product.name)
                    + "; export again with node names");
        }
        if (tensors.containsKey(name)) {
            throw new InvalidModelException(file + ": the graph gives the name " + Messages.oneLine(name)
                    + " to two weights, the second is " + Messages.oneLine(weight.name()));
        }
        long[] shape = {weight.shape()[1], weight.shape()[0]};
        MemorySegment data = transposed.computeIfAbsent(weight.name(), _ -> transpose(weight));
        tensors.put(name, new Tensor(name, weight.dtype(), shape, data));
    }

    /** {@code /encoder/layer.0/attention/self/query/MatMul} belongs to the module at that path. */
    private static String nameFromPath(Node product) {
        int end = product.name.lastIndexOf('/');
        return end > 0 && product.name.startsWith("/")
                ? product.name.substring(1, end).replace('/', '.') + ".weight"
                : "";
    }

    private static MemorySegment transpose(Tensor weight) {
        byte[] from = weight.bytes();
        byte[] to = new byte[from.length];
        int width = weight.dtype().bytes();
        int rows = from.length == 0 ? 0 : (int) weight.shape()[0];
        int columns = from.length == 0 ? 0 : (int) weight.shape()[1];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                int source = (r * columns + c) * width;
                int target = (c * rows + r) * width;
                for (int b = 0; b < width; b++) {
                    to[target + b] = from[source + b];
                }
            }
        }
        return MemorySegment.ofArray(to).asReadOnly();
    }

    private static boolean isAnonymous(String name) {
        return name.isEmpty() || ANONYMOUS.matcher(name).matches();
    }
}
