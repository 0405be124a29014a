package dev.tercet.loaders;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsWriterTest {
    @TempDir
    private Path folder;

    private final Tensor wide = Tensor.of("z.wide", new float[] {1, -2, 3.5f}, 3);
    private final Tensor narrow =
            new Tensor("a \"narrow\"", DType.I8, new long[] {1, 5}, MemorySegment.ofArray(new byte[] {1, 2, 3, 4, 5}));

    private byte[] written(List<Tensor> tensors, Map<String, String> metadata) throws IOException {
        Path file = folder.resolve("below/model.safetensors");
        SafetensorsWriter.write(file, tensors, metadata);
        return Files.readAllBytes(file);
    }

    @Test
    void readsBackWhatItWrote() throws IOException {
        var file = Safetensors.read(
                MemorySegment.ofArray(written(List.of(narrow, wide), Map.of("kéy", "välue"))), "written");

        assertEquals(Map.of("kéy", "välue"), file.metadata());
        assertEquals(2, file.tensors().size());
        assertArrayEquals(wide.floats(), file.tensors().get("z.wide").floats());
        assertArrayEquals(narrow.bytes(), file.tensors().get("a \"narrow\"").bytes());
        assertArrayEquals(new long[] {1, 5}, file.tensors().get("a \"narrow\"").shape());
    }

    @Test
    void writesTheSameBytesInWhateverOrderTheTensorsCome() throws IOException {
        assertArrayEquals(written(List.of(narrow, wide), Map.of()), written(List.of(wide, narrow), Map.of()));
    }

    @Test
    void beginsTheDataAtAWholeCacheLineWithTheWidestType() throws IOException {
        byte[] bytes = written(List.of(narrow, wide), Map.of());
        MemorySegment file = MemorySegment.ofArray(bytes);
        long dataStart = 8 + file.get(Tensor.B64, 0);

        assertEquals(0, dataStart % 64);
        assertEquals(3.5f, file.get(Tensor.F32, dataStart + 8));
    }

    @Test
    void leavesNothingButTheFileBehind() throws IOException {
        written(List.of(wide), Map.of());
        written(List.of(wide, narrow), Map.of());

        assertEquals(1, folder.resolve("below").toFile().list().length);
    }

    @Test
    void refusesATensorThatIsThereTwice() {
        assertThrows(IllegalArgumentException.class, () -> written(List.of(wide, wide), Map.of()));
    }

    @Test
    void refusesATensorWhoseDataDoesNotFillItsShape() {
        var torn = new Tensor("torn", DType.F32, new long[] {2}, MemorySegment.ofArray(new byte[7]));

        assertThrows(IllegalArgumentException.class, () -> written(List.of(torn), Map.of()));
    }
}
