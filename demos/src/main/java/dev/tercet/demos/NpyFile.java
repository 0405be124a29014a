package dev.tercet.demos;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A matrix in NumPy's format, version 1.0, little-endian float32, rows one after the other. The number of rows stands
 * in front of them, so they wait in a temporary file until it is known.
 *
 * @see <a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">numpy.lib.format</a>
 */
final class NpyFile {
    private static final int HEADER = 128;

    private final OutputStream target;
    private final int columns;
    private final Path rows;
    private final OutputStream out;
    private final ByteBuffer row;
    private long count;

    NpyFile(OutputStream target, int columns) throws IOException {
        this.target = target;
        this.columns = columns;
        rows = Files.createTempFile("tercet-", ".npy");
        rows.toFile().deleteOnExit();
        out = new BufferedOutputStream(Files.newOutputStream(rows), 1 << 16);
        row = ByteBuffer.allocate(columns * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }

    void add(float[] values) throws IOException {
        row.clear().asFloatBuffer().put(values);
        out.write(row.array());
        count++;
    }

    void end() throws IOException {
        out.close();
        target.write(header());
        Files.copy(rows, target);
        Files.delete(rows);
    }

    private byte[] header() {
        String description =
                String.format("{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }", count, columns);
        ByteBuffer header = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
        header.put((byte) 0x93)
                .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
                .put((byte) 1)
                .put((byte) 0);
        header.putShort((short) (HEADER - 10));
        header.put(description.getBytes(StandardCharsets.US_ASCII));
        while (header.position() < HEADER - 1) {
            header.put((byte) ' ');
        }
        return header.put((byte) '\n').array();
    }
}
