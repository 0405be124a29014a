package dev.tercet.loaders;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes a jar with stored and deflated entries. */
final class TestJar implements AutoCloseable {
    private final ZipOutputStream out;

    TestJar(Path file) throws IOException {
        out = new ZipOutputStream(Files.newOutputStream(file));
    }

    void stored(String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        CRC32 crc = new CRC32();
        crc.update(content);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(crc.getValue());
        write(entry, content);
    }

    void deflated(String name, byte[] content) throws IOException {
        write(new ZipEntry(name), content);
    }

    private void write(ZipEntry entry, byte[] content) throws IOException {
        out.putNextEntry(entry);
        out.write(content);
        out.closeEntry();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
