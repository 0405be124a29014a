package dev.tercet.loaders;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/** The segments that a model's files have been given, each made once; all of them end with {@link #close}. */
final class Mappings implements AutoCloseable {
    /** Read at a time: what is copied on from there is still in a near cache. */
    private static final int READ_BYTES = 1 << 18;

    private final Arena arena = Arena.ofShared();
    private final List<MappedFile> files = new CopyOnWriteArrayList<>();
    private final Map<String, MemorySegment> segments = new ConcurrentHashMap<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    /** The segment of a file, made at the first call. */
    MemorySegment of(String file, Function<String, MemorySegment> make) {
        return segments.computeIfAbsent(file, make);
    }

    /** A whole file, read-only. It stays open, for {@link #copy(MemorySegment, long, MemorySegment)}. */
    MemorySegment map(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            MemorySegment segment = channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);
            files.add(new MappedFile(file, channel, segment));
            return segment;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /**
     * Copies bytes of a part of a mapping, read from its file. Where the file cannot be read any more, because a thread
     * that was interrupted while reading has closed it, they come from the mapping, which is the same bytes.
     *
     * @throws InvalidModelException when the file has become shorter
     */
    void copy(MemorySegment part, long from, MemorySegment to) {
        Objects.checkFromIndexSize(from, to.byteSize(), part.byteSize());
        for (MappedFile file : files) {
            if (file.holds(part) && file.read(part.address() - file.segment.address() + from, to)) return;
        }
        MemorySegment.copy(part, from, to, 0, to.byteSize());
    }

    /** A file and where it is mapped. */
    private record MappedFile(Path path, FileChannel channel, MemorySegment segment) {
        boolean holds(MemorySegment part) {
            return part.isMapped()
                    && part.address() >= segment.address()
                    && part.address() + part.byteSize() <= segment.address() + segment.byteSize();
        }

        /** Fills the target from a position on; false when the file is closed or cannot be read. */
        boolean read(long position, MemorySegment to) {
            try (Arena scratch = Arena.ofConfined()) {
                MemorySegment chunk = scratch.allocate(Math.min(READ_BYTES, to.byteSize()));
                ByteBuffer buffer = chunk.asByteBuffer();
                for (long done = 0; done < to.byteSize(); done += buffer.limit()) {
                    buffer.clear().limit((int) Math.min(chunk.byteSize(), to.byteSize() - done));
                    while (buffer.hasRemaining()) {
                        if (channel.read(buffer, position + done + buffer.position()) < 0)
                            throw new InvalidModelException(
                                    path + " has become shorter while it was read; fetch it again");
                    }
                    MemorySegment.copy(chunk, 0, to, done, buffer.limit());
                }
                return true;
            } catch (IOException _) {
                return false;
            }
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
            for (MappedFile file : files) {
                try {
                    file.channel.close();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }
}
