package dev.tercet.loaders;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/** A model in a folder. Links are followed: in the Hugging Face cache every file of a snapshot is one. */
final class FolderFiles implements ModelFiles {
    private static final int READ_BYTES = 1 << 16;

    private final Path folder;
    private final String name;
    private final Mappings mappings = new Mappings();

    FolderFiles(Path folder, String name) {
        if (folder.getFileSystem() != FileSystems.getDefault()) {
            throw new IllegalArgumentException(
                    folder + " is not on the default file system: its files cannot be mapped");
        }
        if (!Files.exists(folder)) {
            throw new InvalidModelException(folder + ": no such folder, expected the folder of a model");
        }
        if (!Files.isDirectory(folder)) {
            throw new InvalidModelException(
                    folder + " is a file, expected the folder of a model (the one that holds config.json)");
        }
        this.folder = folder;
        this.name = name;
    }

    @Override
    public boolean has(String file) {
        return Files.isRegularFile(resolve(file));
    }

    @Override
    public byte[] read(String file, long limit) {
        mappings.requireOpen(name);
        Path path = resolve(file);
        if (Files.isDirectory(path)) {
            throw isAFolder(path);
        }
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = read(in, Files.size(path), Math.min(limit, Integer.MAX_VALUE - 8));
            if (bytes == null) {
                throw new InvalidModelException(path + " has " + Files.size(path) + " bytes, more than the " + limit
                        + " accepted for this file");
            }
            return bytes;
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    /**
     * All of a stream, some at a time: the JDK copies through memory outside of the heap as large as what it is asked
     * for, and keeps that.
     *
     * @param size most likely; whether it is, the stream's end tells
     * @return null where there is more than the limit
     */
    private static byte[] read(InputStream in, long size, long limit) throws IOException {
        byte[] bytes = new byte[(int) Math.min(size, limit)];
        int count = 0;
        while (true) {
            if (count < bytes.length) {
                int more = in.read(bytes, count, Math.min(READ_BYTES, bytes.length - count));
                if (more < 0) return Arrays.copyOf(bytes, count);
                count += more;
            } else {
                int next = in.read();
                if (next < 0) return bytes;
                if (count >= limit) return null;
                bytes = Arrays.copyOf(bytes, (int) Math.min(limit, 2L * count + READ_BYTES));
                bytes[count++] = (byte) next;
            }
        }
    }

    @Override
    public MemorySegment map(String file) {
        mappings.requireOpen(name);
        return mappings.of(file, this::newMapping);
    }

    private MemorySegment newMapping(String file) {
        Path path = resolve(file);
        if (Files.isDirectory(path)) {
            throw isAFolder(path);
        }
        try {
            return mappings.map(path);
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    private Path resolve(String file) {
        return folder.resolve(FileNames.check(folder.toString(), file));
    }

    private static InvalidModelException isAFolder(Path path) {
        return new InvalidModelException(path + " is a folder, expected a file");
    }

    private static InvalidModelException unreadable(Path path, IOException e) {
        String reason =
                switch (e) {
                    case NoSuchFileException _ -> "no such file";
                    case AccessDeniedException _ -> "permission denied";
                    default -> "cannot be read: " + e.getMessage();
                };
        return new InvalidModelException(path + ": " + reason, e);
    }

    @Override
    public void copy(MemorySegment part, long from, MemorySegment to) {
        mappings.requireOpen(name);
        mappings.copy(part, from, to);
    }

    @Override
    public String describe(String file) {
        return FileNames.staysInside(file)
                ? folder.resolve(file).toString()
                : folder + ": \"" + Messages.oneLine(file) + "\"";
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void close() {
        mappings.close();
    }
}
