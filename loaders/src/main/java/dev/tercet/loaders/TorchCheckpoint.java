package dev.tercet.loaders;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.tercet.loaders.PickleMachine.Global;
import dev.tercet.loaders.PickleMachine.Tuple;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A state dict as {@code torch.save} writes it ({@code pytorch_model.bin}). Since PyTorch 1.6 that is a zip of stored
 * entries: {@code data.pkl} describes the tensors as views of storages, {@code data/KEY} holds the bytes of each.
 * Before, it was a sequence of pickles (magic number, protocol, system, the object, the keys of its storages) followed
 * by the storages one after the other. Both are read; the pickles by {@link PickleMachine}, which executes nothing.
 *
 * <p>Storages are used in place, so tied weights share their bytes. A view that is not contiguous is copied into one.
 */
public final class TorchCheckpoint {
    private static final BigInteger LEGACY_MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
    private static final long LEGACY_PROTOCOL = 1001;
    private static final long MAX_STORAGES = 1 << 20;
    private static final int MAX_DIMENSIONS = 32;

    private static final Global ORDERED_DICT = new Global("collections", "OrderedDict");
    private static final Global SIZE = new Global("torch", "Size");
    private static final Global REBUILD_TENSOR = new Global("torch._utils", "_rebuild_tensor");
    private static final Global REBUILD_TENSOR_V2 = new Global("torch._utils", "_rebuild_tensor_v2");
    private static final Global REBUILD_TENSOR_V3 = new Global("torch._utils", "_rebuild_tensor_v3");
    private static final Global REBUILD_PARAMETER = new Global("torch._utils", "_rebuild_parameter");
    private static final List<Global> FUNCTIONS =
            List.of(ORDERED_DICT, SIZE, REBUILD_TENSOR, REBUILD_TENSOR_V2, REBUILD_TENSOR_V3, REBUILD_PARAMETER);

    private static final Map<Global, DType> STORAGES = Map.ofEntries(
            storage("FloatStorage", DType.F32),
            storage("HalfStorage", DType.F16),
            storage("BFloat16Storage", DType.BF16),
            storage("DoubleStorage", DType.F64),
            storage("CharStorage", DType.I8),
            storage("ByteStorage", DType.U8),
            storage("BoolStorage", DType.BOOL),
            storage("ShortStorage", DType.I16),
            storage("IntStorage", DType.I32),
            storage("LongStorage", DType.I64));

    /** A storage of bytes, whose elements the tensor names (_rebuild_tensor_v3). */
    private static final Set<Global> UNTYPED =
            Set.of(new Global("torch.storage", "UntypedStorage"), new Global("torch", "UntypedStorage"));

    private static final Map<Global, DType> TYPES = Map.ofEntries(
            storage("float32", DType.F32),
            storage("float16", DType.F16),
            storage("bfloat16", DType.BF16),
            storage("float64", DType.F64),
            storage("int8", DType.I8),
            storage("uint8", DType.U8),
            storage("bool", DType.BOOL),
            storage("int16", DType.I16),
            storage("uint16", DType.U16),
            storage("int32", DType.I32),
            storage("uint32", DType.U32),
            storage("int64", DType.I64),
            storage("uint64", DType.U64),
            storage("float8_e4m3fn", DType.F8_E4M3),
            storage("float8_e5m2", DType.F8_E5M2));

    private final MemorySegment file;
    private final String name;
    private final Map<String, TorchStorage> storages = new LinkedHashMap<>();
    private final Map<String, MemorySegment> bytes = new HashMap<>();
    private long copied;

    /**
     * A storage by its key.
     *
     * @param type of its elements, {@code null} for one of bytes
     * @param size in elements
     */
    private record TorchStorage(String key, DType type, long size) {
        long byteSize() {
            return Math.multiplyExact(size, type == null ? 1 : type.bytes());
        }
    }

    /** A tensor as a view of a storage; offset and strides count elements. */
    private record View(TorchStorage storage, DType type, long offset, long[] shape, long[] strides) {}

    private TorchCheckpoint(MemorySegment file, String name) {
        this.file = file;
        this.name = name;
    }

    /**
     * Reads the tensors of a state dict.
     *
     * @param file the whole file
     * @param name its name for messages
     * @return the tensors by name; contiguous ones are slices of {@code file}
     * @throws InvalidModelException when the file is corrupt, or its pickle holds an opcode or names a global that no
     *     file of tensors needs
     */
    public static Map<String, Tensor> read(MemorySegment file, String name) {
        var checkpoint = new TorchCheckpoint(file, name);
        boolean pickle = file.byteSize() > 1 && file.get(JAVA_BYTE, 0) == (byte) 0x80;
        return checkpoint.tensors(pickle ? checkpoint.readLegacy() : checkpoint.readZip());
    }

    private Object readZip() {
        ZipArchive zip = ZipArchive.read(file, name);
        List<String> programs = zip.entries().stream()
                .map(ZipArchive.Entry::name)
                .filter(entry -> entry.endsWith("/data.pkl") && entry.indexOf('/') == entry.lastIndexOf('/'))
                .toList();
        if (programs.size() != 1) {
            throw new InvalidModelException(name + ": not a file of torch.save: a zip with " + programs.size()
                    + " entries FOLDER/data.pkl, expected 1");
        }
        String folder = programs.getFirst().substring(0, programs.getFirst().indexOf('/') + 1);
        ZipArchive.Entry order = zip.entry(folder + "byteorder");
        if (order != null && !ascii(zip.slice(order)).equals("little")) {
            throw new InvalidModelException(
                    zip.describe(order) + ": expected little; save it again on a little-endian machine");
        }
        ZipArchive.Entry program = zip.entry(programs.getFirst());
        Object state = new PickleMachine(zip.slice(program), 0, zip.describe(program), new TensorCalls()).run();
        for (TorchStorage storage : storages.values()) {
            ZipArchive.Entry entry = zip.entry(folder + "data/" + storage.key);
            if (entry == null) {
                throw corrupt("storage " + storage.key + " has no entry " + folder + "data/" + storage.key);
            }
            if (entry.size() != storage.byteSize()) {
                throw corrupt("storage " + storage.key + " of " + storage.size + " elements has " + entry.size()
                        + " bytes, expected " + storage.byteSize());
            }
            bytes.put(storage.key, zip.slice(entry));
        }
        return state;
    }

    private Object readLegacy() {
        var magic = legacyPickle(0);
        if (!LEGACY_MAGIC.equals(magic.value)) {
            throw new InvalidModelException(name + ": not a file of torch.save: a pickle without its magic number");
        }
        var protocol = legacyPickle(magic.end);
        if (!Long.valueOf(LEGACY_PROTOCOL).equals(protocol.value)) {
            throw new InvalidModelException(name + ": not a file of torch.save: expected protocol " + LEGACY_PROTOCOL);
        }
        var system = legacyPickle(protocol.end);
        if (system.value instanceof Map<?, ?> map && Boolean.FALSE.equals(map.get("little_endian"))) {
            throw new InvalidModelException(name + ": big-endian; save it again on a little-endian machine");
        }
        var state = legacyPickle(system.end);
        var keys = legacyPickle(state.end);
        if (!(keys.value instanceof List<?> list) || list.size() != storages.size()) {
            throw corrupt("its list of storage keys is not one of the " + storages.size() + " storages of its tensors");
        }
        long at = keys.end;
        for (Object key : list) {
            TorchStorage storage = key instanceof String s ? storages.get(s) : null;
            if (storage == null || bytes.containsKey(storage.key)) {
                throw corrupt("its list of storage keys names one twice or one that no tensor uses");
            }
            long size = storage.byteSize();
            if (size > file.byteSize() - at - Long.BYTES || file.get(Tensor.B64, at) != storage.size) {
                throw corrupt("storage " + storage.key + " of " + storage.size + " elements is not at offset " + at);
            }
            bytes.put(storage.key, file.asSlice(at + Long.BYTES, size));
            at += Long.BYTES + size;
        }
        return state.value;
    }

    private record Pickled(Object value, long end) {}

    private Pickled legacyPickle(long start) {
        var machine = new PickleMachine(file, start, name, new TensorCalls());
        Object value = machine.run();
        return new Pickled(value, machine.position());
    }

    /** The tensors of a state dict; training frameworks put it one level down, under {@code state_dict}. */
    private Map<String, Tensor> tensors(Object state) {
        if (!(state instanceof Map<?, ?> dict)) {
            throw new InvalidModelException(name + ": holds no state dict; save model.state_dict()");
        }
        if (dict.get("state_dict") instanceof Map<?, ?> inner) {
            dict = inner;
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        dict.forEach((key, value) -> {
            if (key instanceof String tensorName && value instanceof View view) {
                tensors.put(tensorName, tensor(tensorName, view));
            }
        });
        if (tensors.isEmpty()) {
            throw new InvalidModelException(name + ": its state dict holds no tensors; save model.state_dict()");
        }
        return Collections.unmodifiableMap(tensors);
    }

    private Tensor tensor(String tensorName, View view) {
        String where = Messages.oneLine(tensorName);
        int width = view.type.bytes();
        MemorySegment storage = bytes.get(view.storage.key);
        long elements = Tensor.elements(view.shape);
        if (elements < 0 || endOf(view, elements) > storage.byteSize() / width) {
            throw corrupt(where + " of shape " + Arrays.toString(view.shape) + " with strides "
                    + Arrays.toString(view.strides) + " at " + view.offset + " leaves its storage of "
                    + storage.byteSize() / width + " elements");
        }
        MemorySegment data = isContiguous(view)
                ? storage.asSlice(view.offset * width, elements * width)
                : contiguous(where, view, storage, elements);
        return new Tensor(tensorName, view.type, view.shape, data.asReadOnly());
    }

    /** The index behind the last element that a view reaches. */
    private static long endOf(View view, long elements) {
        if (elements == 0) return view.offset;
        try {
            long last = view.offset;
            for (int d = 0; d < view.shape.length; d++) {
                last = Math.addExact(last, Math.multiplyExact(view.shape[d] - 1, view.strides[d]));
            }
            return Math.addExact(last, 1);
        } catch (ArithmeticException _) {
            return Long.MAX_VALUE;
        }
    }

    private static boolean isContiguous(View view) {
        long expected = 1;
        for (int d = view.shape.length - 1; d >= 0; d--) {
            if (view.shape[d] == 0) return true;
            if (view.shape[d] != 1 && view.strides[d] != expected) return false;
            expected *= view.shape[d];
        }
        return true;
    }

    private MemorySegment contiguous(String where, View view, MemorySegment storage, long elements) {
        int width = view.type.bytes();
        copied += elements * width;
        // Every legal view of a state dict is a permutation of its storage or a part of it.
        if (elements > storage.byteSize() / width || copied > file.byteSize()) {
            throw corrupt(where + " of shape " + Arrays.toString(view.shape) + " is larger than its storage of "
                    + storage.byteSize() / width + " elements, or too many tensors view the same storage");
        }
        if (elements * width > Integer.MAX_VALUE - 8) {
            throw new InvalidModelException(name + ": " + where + " is not contiguous and larger than a Java array"
                    + " holds; save it contiguous");
        }
        MemorySegment data = MemorySegment.ofArray(new byte[(int) (elements * width)]);
        long[] index = new long[view.shape.length];
        for (long i = 0; i < elements; i++) {
            long from = view.offset;
            for (int d = 0; d < index.length; d++) {
                from += index[d] * view.strides[d];
            }
            MemorySegment.copy(storage, from * width, data, i * width, width);
            for (int d = index.length - 1; d >= 0 && ++index[d] == view.shape[d]; d--) {
                index[d] = 0;
            }
        }
        return data;
    }

    private InvalidModelException corrupt(String what) {
        return new InvalidModelException(
                name + ": corrupt torch checkpoint: " + Messages.oneLine(what) + "; fetch the file again");
    }

    private static String ascii(MemorySegment bytes) {
        return bytes.byteSize() > 16 ? "" : new String(bytes.toArray(JAVA_BYTE), StandardCharsets.US_ASCII);
    }

    private static Map.Entry<Global, DType> storage(String name, DType type) {
        return Map.entry(new Global("torch", name), type);
    }

    /** What the few globals of a state dict mean. */
    private final class TensorCalls implements PickleMachine.Calls {
        @Override
        public boolean allows(Global global) {
            return FUNCTIONS.contains(global)
                    || STORAGES.containsKey(global)
                    || TYPES.containsKey(global)
                    || UNTYPED.contains(global);
        }

        @Override
        public Object call(Global function, Tuple arguments) {
            List<Object> items = arguments.items();
            int n = items.size();
            if (function.equals(ORDERED_DICT)) {
                return n == 0 ? new LinkedHashMap<>() : null;
            }
            if (function.equals(SIZE)) {
                return n == 1 && items.getFirst() instanceof Tuple size ? size : null;
            }
            if (function.equals(REBUILD_PARAMETER)) {
                return n == 3 && items.getFirst() instanceof View view ? view : null;
            }
            if (n < 4 || !(items.get(0) instanceof TorchStorage storage && items.get(1) instanceof Long offset)) {
                return null;
            }
            if (function.equals(REBUILD_TENSOR) && n == 4 || function.equals(REBUILD_TENSOR_V2) && (n == 6 || n == 7)) {
                return view(storage, storage.type, offset, items);
            }
            if (function.equals(REBUILD_TENSOR_V3) && (n == 7 || n == 8) && items.get(6) instanceof Global type) {
                return view(storage, TYPES.get(type), offset, items);
            }
            return null;
        }

        /** The view that {@code _rebuild_tensor*(storage, offset, size, stride, …)} makes. */
        private View view(TorchStorage storage, DType type, long offset, List<Object> arguments) {
            long[] shape = numbers(arguments.get(2));
            long[] strides = numbers(arguments.get(3));
            boolean fits = type != null && (storage.type == null || storage.type == type);
            if (!fits || offset < 0 || shape == null || strides == null || shape.length != strides.length) {
                return null;
            }
            return new View(storage, type, offset, shape, strides);
        }

        /** {@code ('storage', torch.FloatStorage, key, location, elements)}; old files add the metadata of a view. */
        @Override
        public Object persistent(Tuple id) {
            List<Object> items = id.items();
            if (items.size() < 5 || items.size() > 6 || !"storage".equals(items.get(0))) return null;
            if (items.size() == 6 && items.get(5) != null) return null;
            if (!(items.get(1) instanceof Global type
                    && (STORAGES.containsKey(type) || UNTYPED.contains(type))
                    && items.get(2) instanceof String key
                    && items.get(4) instanceof Long size
                    && size >= 0
                    && size <= file.byteSize())) {
                return null;
            }
            TorchStorage storage = new TorchStorage(key, STORAGES.get(type), size);
            TorchStorage known = storages.putIfAbsent(key, storage);
            return (known == null || known.equals(storage)) && storages.size() <= MAX_STORAGES ? storage : null;
        }

        private static long[] numbers(Object value) {
            if (!(value instanceof Tuple tuple) || tuple.items().size() > MAX_DIMENSIONS) return null;
            long[] numbers = new long[tuple.items().size()];
            for (int i = 0; i < numbers.length; i++) {
                if (!(tuple.items().get(i) instanceof Long number) || number < 0) return null;
                numbers[i] = number;
            }
            return numbers;
        }
    }
}
