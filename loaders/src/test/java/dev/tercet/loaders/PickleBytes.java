package dev.tercet.loaders;

import java.nio.charset.StandardCharsets;

/** Writes pickles opcode by opcode, as {@code torch.save} would or as an attacker might. */
final class PickleBytes {
    private final LittleEndian out = new LittleEndian().u8(0x80, 2);

    PickleBytes op(int... opcodes) {
        out.u8(opcodes);
        return this;
    }

    PickleBytes text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.u8('X').u32(utf8.length).bytes(utf8);
        return this;
    }

    PickleBytes number(long value) {
        if (value == (int) value) out.u8('J').u32(value);
        else out.u8(0x8a, 8).u64(value);
        return this;
    }

    PickleBytes global(String module, String name) {
        out.u8('c').text(module + "\n" + name + "\n");
        return this;
    }

    PickleBytes tuple(long... numbers) {
        op('(');
        for (long number : numbers) {
            number(number);
        }
        return op('t');
    }

    PickleBytes storage(String type, String key, long elements) {
        return op('(').text("storage")
                .global("torch", type)
                .text(key)
                .text("cpu")
                .number(elements)
                .op('t', 'Q');
    }

    /** The end of a call of _rebuild_tensor_v2, which has begun with its global, a mark and the storage. */
    PickleBytes view(long offset, long[] shape, long[] strides) {
        return number(offset)
                .tuple(shape)
                .tuple(strides)
                .op(0x89)
                .global("collections", "OrderedDict")
                .op(')', 'R', 't', 'R');
    }

    PickleBytes tensor(String storageType, String key, long elements, long offset, long[] shape, long[] strides) {
        return global("torch._utils", "_rebuild_tensor_v2")
                .op('(')
                .storage(storageType, key, elements)
                .view(offset, shape, strides);
    }

    byte[] stop() {
        return out.u8('.').toBytes();
    }
}
