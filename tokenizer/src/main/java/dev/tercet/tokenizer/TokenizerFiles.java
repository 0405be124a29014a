package dev.tercet.tokenizer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where a tokenizer reads its files from: a folder, or whatever the caller keeps them in. */
public interface TokenizerFiles {
    /**
     * The bytes of one file.
     *
     * @param name a plain file name such as {@code vocab.txt}
     * @return the content, or {@code null} when there is no such file
     * @throws UncheckedIOException when the file is there but cannot be read
     */
    byte[] read(String name);

    /** Whether there is such a file. */
    default boolean has(String name) {
        return read(name) != null;
    }

    /** The name of a file as an error message should give it: a path where there is one. */
    String describe(String name);

    /** The files of a folder; none may have more than 256 MiB, which no tokenizer file comes near. */
    static TokenizerFiles folder(Path folder) {
        return new TokenizerFiles() {
            private static final long LIMIT = 256 << 20;

            @Override
            public byte[] read(String name) {
                Path file = folder.resolve(name);
                try {
                    if (Files.isDirectory(file))
                        throw new InvalidTokenizerException(file + ": is a folder, expected a file");
                    if (!Files.exists(file)) return null;
                    if (Files.size(file) > LIMIT)
                        throw new InvalidTokenizerException(file + ": has " + Files.size(file)
                                + " bytes, expected a tokenizer's file of at most " + LIMIT);
                    return Files.readAllBytes(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(file + ": " + e.getMessage(), e);
                }
            }

            @Override
            public boolean has(String name) {
                return Files.exists(folder.resolve(name));
            }

            @Override
            public String describe(String name) {
                return folder.resolve(name).toString();
            }
        };
    }
}
