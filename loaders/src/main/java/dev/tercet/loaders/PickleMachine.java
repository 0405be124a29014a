package dev.tercet.loaders;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The stack machine that a Python pickle is a program for, cut down to what a file of tensors needs. A pickle can name
 * any function of the machine that reads it and have it called, so opcodes and globals are closed lists: whatever is
 * not in them ends the reading. A global is only a name here, and calling one is left to {@link Calls}; nothing is ever
 * looked up or executed.
 *
 * <p>Python's values become {@code null}, Boolean, Long (BigInteger beyond), Double, String, {@link Tuple}, List, Map
 * with keys that are strings or numbers, and whatever {@link Calls} returns. Opcodes: {@code pickletools} of CPython,
 * protocols 2 to 5.
 */
final class PickleMachine {
    /** A pickle of tensors has some 150 bytes for each; the values that it can make are bounded with it. */
    static final long MAX_BYTES = 4 << 20;

    private static final Object MARK = new Object();
    private static final ValueLayout.OfDouble BIG_ENDIAN_DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final MemorySegment program;
    private final String where;
    private final Calls calls;
    private final List<Object> stack = new ArrayList<>();
    private final Map<Integer, Object> memo = new HashMap<>();
    private long at;
    private long opcodeAt;

    /** A name that the pickle imports: {@code torch FloatStorage}. */
    record Global(String module, String name) {
        @Override
        public String toString() {
            return Messages.oneLine(module + "." + name);
        }
    }

    record Tuple(List<Object> items) {}

    /** What the globals of a pickle mean. A method that returns {@code null} refuses. */
    interface Calls {
        boolean allows(Global global);

        /** The value of {@code function(*arguments)}. */
        Object call(Global function, Tuple arguments);

        /** The value that a persistent id stands for. */
        Object persistent(Tuple id);
    }

    /**
     * A machine at the beginning of its program.
     *
     * @param start where the program begins in {@code file}
     * @param where the file for messages
     */
    PickleMachine(MemorySegment file, long start, String where, Calls calls) {
        this.program = file.asSlice(0, start + Math.min(MAX_BYTES, file.byteSize() - start));
        this.at = start;
        this.where = where;
        this.calls = calls;
    }

    /** Runs to the STOP opcode and returns the value on top of the stack. */
    Object run() {
        while (true) {
            opcodeAt = at;
            int opcode = u8();
            if (opcode == '.') {
                if (stack.size() != 1) throw broken("STOP with " + stack.size() + " values on the stack");
                return pop();
            }
            if (!constant(opcode) && !memory(opcode) && !container(opcode) && !global(opcode)) {
                throw broken("opcode 0x%02x is not one that a file of tensors needs".formatted(opcode));
            }
        }
    }

    /** The offset behind the last opcode that ran. */
    long position() {
        return at;
    }

    private boolean constant(int opcode) {
        switch (opcode) {
            case 'N' -> stack.add(null);
            case 0x88 -> stack.add(true);
            case 0x89 -> stack.add(false);
            case 'K' -> stack.add((long) u8());
            case 'M' -> stack.add((long) (u8() | u8() << 8));
            case 'J' -> stack.add((long) take(4).get(Tensor.B32, 0));
            case 0x8a -> stack.add(bigInteger(u8()));
            case 'G' -> stack.add(take(8).get(BIG_ENDIAN_DOUBLE, 0));
            case 'X' -> stack.add(string(u32()));
            case 0x8c -> stack.add(string(u8()));
            case 0x80 -> {
                int protocol = u8();
                if (protocol < 2 || protocol > 5) throw broken("pickle protocol " + protocol + ", expected 2 to 5");
            }
            case 0x95 -> take(8); // FRAME: the length of what follows, of use to readers of streams
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean memory(int opcode) {
        switch (opcode) {
            case 'q' -> memo.put(u8(), top());
            case 'r' -> memo.put((int) u32(), top());
            case 0x94 -> memo.put(memo.size(), top());
            case 'h' -> stack.add(remembered(u8()));
            case 'j' -> stack.add(remembered((int) u32()));
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean container(int opcode) {
        switch (opcode) {
            case '(' -> stack.add(MARK);
            case ')' -> stack.add(new Tuple(List.of()));
            case ']' -> stack.add(new ArrayList<>());
            case '}' -> stack.add(new LinkedHashMap<>());
            case 't' -> stack.add(new Tuple(popToMark()));
            case 0x85, 0x86, 0x87 -> stack.add(new Tuple(pop(opcode - 0x84)));
            case 'a' -> {
                List<Object> item = pop(1);
                list(top()).addAll(item);
            }
            case 'e' -> {
                List<Object> items = popToMark();
                list(top()).addAll(items);
            }
            case 's' -> {
                List<Object> item = pop(2);
                putAll(top(), item);
            }
            case 'u' -> {
                List<Object> items = popToMark();
                putAll(top(), items);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean global(int opcode) {
        switch (opcode) {
            case 'c' -> stack.add(allowed(new Global(line(), line())));
            case 0x93 -> {
                List<Object> names = pop(2);
                if (!(names.get(0) instanceof String module && names.get(1) instanceof String name)) {
                    throw broken("STACK_GLOBAL of values that are not strings");
                }
                stack.add(allowed(new Global(module, name)));
            }
            case 'R' -> {
                List<Object> call = pop(2);
                if (!(call.get(0) instanceof Global function && call.get(1) instanceof Tuple arguments)) {
                    throw broken("REDUCE of something that is no global with a tuple");
                }
                stack.add(made(calls.call(function, arguments), "a call of " + function));
            }
            case 'Q' -> {
                if (!(pop() instanceof Tuple id)) throw broken("a persistent id that is not a tuple");
                stack.add(made(calls.persistent(id), "a persistent id"));
            }
            case 'b' -> {
                // The attributes of a state dict are its _metadata, which says nothing about the weights.
                pop();
                if (!(top() instanceof Map<?, ?>)) throw broken("BUILD of something that is no dict");
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private Global allowed(Global global) {
        if (calls.allows(global)) return global;
        throw broken("the global " + global + " is not one that a file of tensors needs");
    }

    private Object made(Object value, String what) {
        if (value != null) return value;
        throw broken(what + " with arguments that PyTorch never writes");
    }

    private Object remembered(int key) {
        if (memo.containsKey(key)) return memo.get(key);
        throw broken("memo entry " + Integer.toUnsignedString(key) + " was never stored");
    }

    private Object top() {
        if (stack.isEmpty() || stack.getLast() == MARK) throw broken("the stack is empty");
        return stack.getLast();
    }

    private Object pop() {
        Object top = top();
        stack.removeLast();
        return top;
    }

    private List<Object> pop(int n) {
        int start = stack.size() - n;
        if (start < 0) throw broken("the stack is empty");
        List<Object> tail = stack.subList(start, stack.size());
        for (Object value : tail) {
            if (value == MARK) throw broken("a mark where a value belongs");
        }
        List<Object> values = new ArrayList<>(tail);
        tail.clear();
        return values;
    }

    private List<Object> popToMark() {
        int n = 0;
        while (n < stack.size() && stack.get(stack.size() - 1 - n) != MARK) {
            n++;
        }
        if (n == stack.size()) throw broken("there is no mark on the stack");
        List<Object> values = pop(n);
        stack.removeLast();
        return values;
    }

    @SuppressWarnings("unchecked") // every list on the stack was made here
    private List<Object> list(Object value) {
        if (value instanceof List<?> list) return (List<Object>) list;
        throw broken("APPEND to something that is no list");
    }

    @SuppressWarnings("unchecked") // every map on the stack was made here or by Calls, for any values
    private void putAll(Object target, List<Object> keysAndValues) {
        if (!(target instanceof Map<?, ?> map) || keysAndValues.size() % 2 != 0) {
            throw broken("SETITEM of something that is no dict, or without a value");
        }
        for (int i = 0; i < keysAndValues.size(); i += 2) {
            Object key = keysAndValues.get(i);
            // Nothing else is hashed: a container may contain itself.
            if (!(key instanceof String || key instanceof Long)) throw broken("a dict key that is no string or number");
            ((Map<Object, Object>) map).put(key, keysAndValues.get(i + 1));
        }
    }

    private int u8() {
        return take(1).get(JAVA_BYTE, 0) & 0xff;
    }

    private long u32() {
        return Integer.toUnsignedLong(take(4).get(Tensor.B32, 0));
    }

    private Object bigInteger(int bytes) {
        byte[] littleEndian = take(bytes).toArray(JAVA_BYTE);
        byte[] bigEndian = new byte[bytes + 1];
        bigEndian[0] = (byte) (bytes > 0 && littleEndian[bytes - 1] < 0 ? -1 : 0);
        for (int i = 0; i < bytes; i++) {
            bigEndian[bytes - i] = littleEndian[i];
        }
        var value = new BigInteger(bigEndian);
        return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
    }

    private String string(long bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(take(bytes).toArray(JAVA_BYTE)))
                    .toString();
        } catch (CharacterCodingException _) {
            throw broken("a string that is not valid UTF-8");
        }
    }

    /** The module or name of GLOBAL: up to a line feed. */
    private String line() {
        long length = 0;
        while (at + length < program.byteSize() && program.get(JAVA_BYTE, at + length) != '\n') {
            length++;
        }
        String line = string(length);
        take(1);
        return line;
    }

    private MemorySegment take(long bytes) {
        if (bytes > program.byteSize() - at) {
            throw broken(bytes + " bytes wanted, " + (program.byteSize() - at) + " left");
        }
        MemorySegment taken = program.asSlice(at, bytes);
        at += bytes;
        return taken;
    }

    /** The error for the opcode that is running. */
    InvalidModelException broken(String what) {
        return new InvalidModelException(where + ": pickle offset " + opcodeAt + ": " + Messages.oneLine(what)
                + "; do not load it with Python either unless you trust its source, ask for safetensors");
    }
}
