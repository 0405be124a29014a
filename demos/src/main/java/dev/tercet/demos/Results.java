package dev.tercet.demos;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Where results go: standard output, or a file that appears under its name only once it is complete. A run that fails
 * leaves neither half a file nor a damaged older one.
 */
final class Results implements Closeable {
    private final OutputStream out;
    private final Path file; // null: standard output, or a device
    private final Path partial;
    private boolean complete;

    private Results(OutputStream out, Path file, Path partial) {
        this.out = out;
        this.file = file;
        this.partial = partial;
    }

    /** @param name a file, or null for standard output */
    static Results open(String name, OutputStream standardOutput) {
        if (name == null || name.equals("-")) {
            return new Results(standardOutput, null, null);
        }
        Path file = Path.of(name);
        if (Files.isDirectory(file)) {
            throw CommandException.failed(name + " is a folder, expected the file to write");
        }
        try {
            if (Files.exists(file) && !Files.isRegularFile(file)) {
                return new Results(new NamedOutput(name, Files.newOutputStream(file)), null, null);
            }
            if (Files.exists(file) && !Files.isWritable(file)) {
                throw new AccessDeniedException(name);
            }
            // A link keeps pointing to the file that gets the results.
            Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
            Path partial = target.resolveSibling(
                    "." + target.getFileName() + "." + ProcessHandle.current().pid() + ".partial");
            OutputStream out = Files.newOutputStream(
                    partial, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
            partial.toFile().deleteOnExit(); // on Ctrl-C, too
            return new Results(new NamedOutput(name, out), target, partial);
        } catch (IOException e) {
            throw CommandException.failed("cannot write " + name + ": " + reason(e));
        }
    }

    private static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "no such folder, or no file can be made there";
            case AccessDeniedException _ -> "permission denied";
            case FileSystemException f when f.getReason() != null -> f.getReason();
            default -> String.valueOf(e.getMessage());
        };
    }

    OutputStream stream() {
        return out;
    }

    /** Everything is written: gives the file its name. Without this call the file is gone after {@link #close}. */
    void complete() throws IOException {
        out.flush();
        if (file == null) {
            return;
        }
        out.close();
        try {
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING);
        }
        complete = true;
    }

    @Override
    public void close() throws IOException {
        if (file != null && !complete) {
            out.close();
            Files.deleteIfExists(partial);
        }
    }
}
