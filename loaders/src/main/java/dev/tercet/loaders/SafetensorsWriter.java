package dev.tercet.loaders;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Writes safetensors files. The wider types come first and the header is padded with spaces, so that every tensor is
 * aligned to its elements in the file; the same tensors always give the same bytes.
 */
public final class SafetensorsWriter {
    /** Where the data may begin: at whole cache lines. */
    private static final int ALIGNMENT = 64;

    private static final int BLOCK_BYTES = 1 << 26;

    private SafetensorsWriter() {}

    /**
     * Writes a file, whole or not at all: a reader never sees a part of it.
     *
     * @param tensors with different names, in any order
     * @param metadata strings for {@code __metadata__}; left out when empty
     * @throws IOException when the file cannot be written
     */
    public static void write(Path file, Collection<Tensor> tensors, Map<String, String> metadata) throws IOException {
        List<Tensor> ordered = tensors.stream()
                .sorted(Comparator.comparingInt(
                                (Tensor tensor) -> -tensor.dtype().bytes())
                        .thenComparing(Tensor::name))
                .toList();
        refuseWhatNoReaderAccepts(ordered);
        byte[] header = header(ordered, metadata);
        Path folder = file.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        Path part = folder.resolve(file.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            try (FileChannel channel =
                    FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                ByteBuffer length = ByteBuffer.allocate(Long.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(0, header.length);
                writeFully(channel, length);
                writeFully(channel, ByteBuffer.wrap(header));
                for (Tensor tensor : ordered) {
                    writeFully(channel, tensor.data());
                }
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static void refuseWhatNoReaderAccepts(List<Tensor> tensors) {
        Set<String> names = new HashSet<>();
        for (Tensor tensor : tensors) {
            long elements = Tensor.elements(tensor.shape());
            if (elements < 0
                    || tensor.data().byteSize() != elements * tensor.dtype().bytes()) {
                throw new IllegalArgumentException(
                        tensor.name() + ": " + tensor.data().byteSize() + " bytes for shape " + tensor.shapeText()
                                + " of " + tensor.dtype());
            }
            if (tensor.name().equals("__metadata__") || !names.add(tensor.name())) {
                throw new IllegalArgumentException(tensor.name() + ": reserved or there twice");
            }
        }
    }

    private static byte[] header(List<Tensor> tensors, Map<String, String> metadata) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectFieldStart("__metadata__");
                for (var entry : metadata.entrySet()) {
                    json.writeStringField(entry.getKey(), entry.getValue());
                }
                json.writeEndObject();
            }
            long offset = 0;
            for (Tensor tensor : tensors) {
                json.writeObjectFieldStart(tensor.name());
                json.writeStringField("dtype", tensor.dtype().name());
                json.writeFieldName("shape");
                json.writeArray(tensor.shape(), 0, tensor.shape().length);
                json.writeFieldName("data_offsets");
                json.writeArray(new long[] {offset, offset + tensor.data().byteSize()}, 0, 2);
                json.writeEndObject();
                offset += tensor.data().byteSize();
            }
            json.writeEndObject();
        }
        while ((Long.BYTES + bytes.size()) % ALIGNMENT != 0) {
            bytes.write(' ');
        }
        return bytes.toByteArray();
    }

    private static void writeFully(FileChannel channel, MemorySegment data) throws IOException {
        for (long done = 0; done < data.byteSize(); done += BLOCK_BYTES) {
            long n = Math.min(BLOCK_BYTES, data.byteSize() - done);
            writeFully(channel, data.asSlice(done, n).asByteBuffer());
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }
}
