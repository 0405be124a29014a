package dev.tercet.loaders;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/** The segments that a model's files have been given, each made once; all of them end with {@link #close}. */
final class Mappings implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final Map<String, MemorySegment> segments = new ConcurrentHashMap<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    /** The segment of a file, made at the first call. */
    MemorySegment of(String file, Function<String, MemorySegment> make) {
        return segments.computeIfAbsent(file, make);
    }

    /** A whole file, read-only. */
    MemorySegment map(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);
        }
    }

    /** Bytes that could not be mapped, in memory that ends like a mapping. */
    MemorySegment copy(byte[] bytes) {
        MemorySegment copy = arena.allocate(bytes.length);
        MemorySegment.copy(MemorySegment.ofArray(bytes), 0, copy, 0, bytes.length);
        return copy.asReadOnly();
    }

    /** @throws IllegalStateException after {@link #close} */
    void requireOpen(String model) {
        if (closed.get()) {
            throw new IllegalStateException(model + " is closed");
        }
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            arena.close();
        }
    }
}
