package dev.tercet.loaders;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * One {@code TensorProto}: its values lie in {@code raw_data} as they are, or in a repeated field of their type. Field
 * numbers are those of onnx.proto.
 */
final class OnnxTensor {
    private static final int MAX_DIMENSIONS = 32;
    private static final int EXTERNAL = 1;

    private final String file;
    private String name = "";
    private long dataType;
    private long[] dims = {};
    private MemorySegment raw;
    /** The repeated field that holds the values, 0 while none does. */
    private int typedField;

    private MemorySegment fixed;
    private ProtobufReader varints;
    private boolean external;

    private OnnxTensor(String file) {
        this.file = file;
    }

    static Tensor read(ProtobufReader reader, String file) {
        var tensor = new OnnxTensor(file);
        for (int field = reader.next(); field != 0; field = reader.next()) {
            tensor.readField(reader, field);
        }
        return tensor.build();
    }

    private void readField(ProtobufReader reader, int field) {
        switch (field) {
            case 1 ->
                reader.integers(dimension -> {
                    if (dims.length == MAX_DIMENSIONS) throw reader.corrupt("more than 32 dimensions");
                    dims = Arrays.copyOf(dims, dims.length + 1);
                    dims[dims.length - 1] = dimension;
                });
            case 2 -> dataType = reader.integer();
            case 4 -> fixed = typed(reader, field).packedFixed(Float.BYTES);
            case 5, 7, 11 -> varints = typed(reader, field).message();
            case 8 -> name = reader.string();
            case 9 -> raw = reader.bytes();
            case 10 -> fixed = typed(reader, field).packedFixed(Double.BYTES);
            case 13 -> external |= reader.bytes().byteSize() > 0;
            case 14 -> external |= reader.integer() == EXTERNAL;
            default -> reader.skip();
        }
    }

    private ProtobufReader typed(ProtobufReader reader, int field) {
        if (typedField != 0) throw reader.corrupt("values of tensor " + Messages.oneLine(name) + " in two pieces");
        typedField = field;
        return reader;
    }

    private Tensor build() {
        String where = file + ": initializer " + Messages.oneLine(name);
        if (external) {
            throw new InvalidModelException(where + " lies in another file (external data), which is not read; save the"
                    + " model in one file");
        }
        DType dtype = dtype();
        if (dtype == null) {
            throw new InvalidModelException(where + " has ONNX data type " + dataType + ", which is not read");
        }
        if (typedField != 0 && (raw != null || typedField != typedField(dtype))) {
            throw new InvalidModelException(where + " of " + dtype + " has its values in field " + typedField
                    + (raw == null ? "" : " and in raw_data") + "; fetch the file again");
        }
        long elements = Tensor.elements(dims);
        long found = elementsFound(dtype);
        if (elements < 0 || elements != found) {
            throw new InvalidModelException(where + " has " + found + " whole values for " + dtype + " "
                    + Arrays.toString(dims) + "; fetch the file again");
        }
        MemorySegment data = raw != null ? raw : fixed != null ? fixed : fromVarints(where, dtype, (int) elements);
        return new Tensor(name, dtype, dims, data.asReadOnly());
    }

    private long elementsFound(DType dtype) {
        if (varints != null) return varints.varints();
        MemorySegment data = raw != null ? raw : fixed;
        if (data == null) return 0;
        return data.byteSize() % dtype.bytes() == 0 ? data.byteSize() / dtype.bytes() : -1;
    }

    private MemorySegment fromVarints(String where, DType dtype, int elements) {
        if (varints == null) return MemorySegment.ofArray(new byte[0]);
        if ((long) elements * dtype.bytes() > Integer.MAX_VALUE - 8) {
            throw new InvalidModelException(where + " has more values than a Java array holds; export with raw_data");
        }
        ByteBuffer values = ByteBuffer.allocate(elements * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        varints.forEachVarint(value -> {
            switch (dtype.bytes()) {
                case 1 -> values.put((byte) value);
                case 2 -> values.putShort((short) value);
                case 4 -> values.putInt((int) value);
                default -> values.putLong(value);
            }
        });
        return MemorySegment.ofArray(values.array());
    }

    /** The repeated field for values of a type; the halves and all narrow integers travel as int32. */
    private static int typedField(DType dtype) {
        return switch (dtype) {
            case F32, C64 -> 4;
            case F64 -> 10;
            case I64 -> 7;
            case U32, U64 -> 11;
            default -> 5;
        };
    }

    private DType dtype() {
        return switch (Math.clamp(dataType, 0, 100)) {
            case 1 -> DType.F32;
            case 2 -> DType.U8;
            case 3 -> DType.I8;
            case 4 -> DType.U16;
            case 5 -> DType.I16;
            case 6 -> DType.I32;
            case 7 -> DType.I64;
            case 9 -> DType.BOOL;
            case 10 -> DType.F16;
            case 11 -> DType.F64;
            case 12 -> DType.U32;
            case 13 -> DType.U64;
            case 14 -> DType.C64;
            case 16 -> DType.BF16;
            default -> null;
        };
    }
}
