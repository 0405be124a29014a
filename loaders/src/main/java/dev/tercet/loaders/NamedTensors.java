package dev.tercet.loaders;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** The weights of a checkpoint, whatever format its tensors come from, below a prefix of their names. */
final class NamedTensors implements Weights {
    private static final String SCALE = "_scale";
    private static final String ZERO_POINT = "_zero_point";

    private final Map<String, Stored> tensors;
    private final String checkpoint;
    private final String prefix;

    /**
     * A tensor and the file it was read from.
     *
     * @param file as messages name it
     * @param copy reads bytes of the tensor without its mapping
     */
    record Stored(String file, Tensor tensor, WeightRows.SegmentCopy copy) {
        /** Of a tensor that is in memory. */
        Stored(String file, Tensor tensor) {
            this(file, tensor, WeightRows.SegmentCopy.MAPPED);
        }
    }

    /**
     * All weights of a checkpoint.
     *
     * @param checkpoint its file, or the index of its files, for messages
     */
    NamedTensors(Map<String, Stored> tensors, String checkpoint) {
        this(Collections.unmodifiableMap(tensors), checkpoint, "");
    }

    private NamedTensors(Map<String, Stored> tensors, String checkpoint, String prefix) {
        this.tensors = tensors;
        this.checkpoint = checkpoint;
        this.prefix = prefix;
    }

    @Override
    public Weights in(String name) {
        return name.isEmpty() ? this : new NamedTensors(tensors, checkpoint, prefix + name + ".");
    }

    @Override
    public boolean has(String name) {
        return tensors.containsKey(prefix + name);
    }

    @Override
    public Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        for (String name : tensors.keySet()) {
            if (name.startsWith(prefix) && !belongsToQuantized(name)) {
                names.add(name.substring(prefix.length()));
            }
        }
        return Collections.unmodifiableSet(names);
    }

    private boolean belongsToQuantized(String name) {
        return isPartOf(name, SCALE) || isPartOf(name, ZERO_POINT);
    }

    private boolean isPartOf(String name, String suffix) {
        if (!name.endsWith(suffix)) return false;
        Stored weight = tensors.get(name.substring(0, name.length() - suffix.length()));
        return weight != null && isInt8(weight.tensor.dtype());
    }

    @Override
    public float[] floats(String name, int... shape) {
        shaped(name, shape);
        int rows = shape.length == 0 ? 1 : shape[0];
        int elements = stored(name).tensor.arrayLength();
        int columns = rows == 0 ? 0 : elements / rows;
        float[] values = new float[elements];
        rows(name, rows, columns, stored(name).copy, shape).read(0, rows, values);
        return values;
    }

    @Override
    public WeightRows rows(String name, int rows, int columns) {
        return rows(name, rows, columns, stored(name).copy, rows, columns);
    }

    @Override
    public WeightRows mappedRows(String name, int rows, int columns) {
        return rows(name, rows, columns, WeightRows.SegmentCopy.MAPPED, rows, columns);
    }

    private WeightRows rows(String name, int rows, int columns, WeightRows.SegmentCopy copy, int... shape) {
        if (isQuantized(name)) {
            return new WeightRows(stored(name).tensor, rows, columns, quantized(name, shape), copy);
        }
        Tensor tensor = shaped(name, shape);
        return switch (tensor.dtype()) {
            case F32, F16, BF16 -> new WeightRows(tensor, rows, columns, null, copy);
            case I8, U8 ->
                throw new InvalidModelException(describe(name) + " is " + tensor.dtype() + " and " + prefix + name
                        + SCALE + ", which its values need, is missing");
            default ->
                throw new InvalidModelException(describe(name) + " has dtype " + tensor.dtype()
                        + ", which weights are not read from; expected F32, F16, BF16, or I8 or U8 with a scale");
        };
    }

    @Override
    public boolean isQuantized(String name) {
        return isInt8(stored(name).tensor.dtype()) && has(name + SCALE);
    }

    @Override
    public QuantizedTensor quantized(String name, int... shape) {
        Tensor q = shaped(name, shape);
        if (!isInt8(q.dtype())) {
            throw new InvalidModelException(describe(name) + " has dtype " + q.dtype() + ", expected I8 or U8");
        }
        q.arrayLength();
        int rows = shape.length == 0 ? 1 : shape[0];
        int columns = rows == 0 ? 0 : (int) (q.elements() / rows);
        float[] scales = scales(name + SCALE, rows);
        int[] zeroPoints = has(name + ZERO_POINT) ? zeroPoints(name, q.dtype(), rows) : new int[1];
        int n = Math.max(scales.length, zeroPoints.length);
        return new QuantizedTensor(
                q.name(), rows, columns, q.dtype() == DType.I8, q.data(), spread(scales, n), spread(zeroPoints, n));
    }

    private float[] scales(String name, int rows) {
        Tensor stored = perTensorOrRow(name, rows);
        float[] scales =
                switch (stored.dtype()) {
                    case F32, F16, BF16 -> stored.floats();
                    default ->
                        throw new InvalidModelException(
                                describe(name) + " has dtype " + stored.dtype() + ", expected F32, F16 or BF16");
                };
        for (float scale : scales) {
            if (!Float.isFinite(scale)) {
                throw new InvalidModelException(describe(name) + " holds " + scale + ", expected finite values");
            }
        }
        return scales;
    }

    private int[] zeroPoints(String name, DType dtype, int rows) {
        Tensor stored = perTensorOrRow(name + ZERO_POINT, rows);
        if (stored.dtype() != dtype) {
            throw new InvalidModelException(describe(name + ZERO_POINT) + " has dtype " + stored.dtype() + ", expected "
                    + dtype + " as the weight itself");
        }
        byte[] bytes = stored.bytes();
        int[] zeroPoints = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            zeroPoints[i] = dtype == DType.I8 ? bytes[i] : bytes[i] & 0xff;
        }
        return zeroPoints;
    }

    /** The tensor of a scale or zero point: one element, or one a row as {@code [rows]} or {@code [rows, 1]}. */
    private Tensor perTensorOrRow(String name, int rows) {
        Tensor tensor = stored(name).tensor;
        long[] shape = tensor.shape();
        boolean single = tensor.elements() == 1 && shape.length <= 2;
        boolean row =
                rows > 0 && tensor.elements() == rows && (shape.length == 1 || shape.length == 2 && shape[1] == 1);
        if (single || row) return tensor;
        throw new InvalidModelException(
                describe(name) + " is " + tensor.shapeText() + ", expected [1], [" + rows + "] or [" + rows + ", 1]");
    }

    private static float[] spread(float[] values, int n) {
        if (values.length == n) return values;
        float[] spread = new float[n];
        Arrays.fill(spread, values[0]);
        return spread;
    }

    private static int[] spread(int[] values, int n) {
        if (values.length == n) return values;
        int[] spread = new int[n];
        Arrays.fill(spread, values[0]);
        return spread;
    }

    @Override
    public Tensor tensor(String name) {
        return stored(name).tensor;
    }

    @Override
    public int[] shape(String name) {
        long[] shape = stored(name).tensor.shape();
        for (long dimension : shape) {
            if (dimension > Integer.MAX_VALUE) {
                throw new InvalidModelException(
                        describe(name) + " is " + Arrays.toString(shape) + ", more than a Java array holds");
            }
        }
        return Arrays.stream(shape).mapToInt(dimension -> (int) dimension).toArray();
    }

    @Override
    public String describe(String name) {
        Stored stored = tensors.get(prefix + name);
        return (stored == null ? checkpoint : stored.file) + ": " + Messages.oneLine(prefix + name);
    }

    private Tensor shaped(String name, int... shape) {
        Tensor tensor = stored(name).tensor;
        if (!Arrays.equals(tensor.shape(), Arrays.stream(shape).asLongStream().toArray())) {
            throw new InvalidModelException(
                    describe(name) + " is " + tensor.shapeText() + ", expected " + Arrays.toString(shape));
        }
        return tensor;
    }

    private Stored stored(String name) {
        Stored stored = tensors.get(prefix + name);
        if (stored == null) {
            throw new InvalidModelException(describe(name) + " is missing" + closest(prefix + name));
        }
        return stored;
    }

    /** Checkpoints of one architecture differ most often by a prefix such as {@code bert.}: name what is there. */
    private String closest(String name) {
        for (String other : tensors.keySet()) {
            if (other.endsWith("." + name) || name.endsWith("." + other)) {
                return "; the checkpoint has " + Messages.oneLine(other);
            }
        }
        return tensors.isEmpty()
                ? "; the checkpoint has no tensors"
                : "; it is not among the " + tensors.size() + " tensors of the checkpoint, such as "
                        + Messages.oneLine(tensors.keySet().iterator().next());
    }

    private static boolean isInt8(DType dtype) {
        return dtype == DType.I8 || dtype == DType.U8;
    }
}
