package dev.tercet.loaders;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Element types of tensors in a checkpoint, by their safetensors names. {@link Weights#floats} reads F32, F16, BF16 and
 * (with a scale) I8 and U8; the others can only be looked at as bytes. The types narrower than a byte are not read.
 */
public enum DType {
    F32(4),
    F16(2),
    BF16(2),
    I8(1),
    U8(1),
    I64(8),
    BOOL(1),
    I16(2),
    U16(2),
    I32(4),
    U32(4),
    U64(8),
    F64(8),
    C64(8),
    F8_E5M2(1),
    F8_E4M3(1),
    F8_E8M0(1),
    F8_E5M2FNUZ(1),
    F8_E4M3FNUZ(1);

    private static final Map<String, DType> BY_NAME =
            Stream.of(values()).collect(Collectors.toUnmodifiableMap(DType::name, Function.identity()));

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    /** The type of this name, or {@code null}. */
    static DType named(String name) {
        return BY_NAME.get(name);
    }
}
