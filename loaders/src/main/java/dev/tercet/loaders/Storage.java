package dev.tercet.loaders;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The cache's disk: how much fits, and what to say when it fails. */
final class Storage {
    private Storage() {}

    /** The error for something that cannot be written or made in the cache. */
    static DownloadException failed(Path path, IOException e) {
        String reason =
                switch (e) {
                    case AccessDeniedException _ -> "permission denied";
                    case FileAlreadyExistsException _ -> "a file is in its place";
                    case FileSystemException f when f.getReason() != null -> f.getReason();
                    default -> Http.reason(e);
                };
        return new DownloadException(
                path + " cannot be written: " + reason
                        + "; free some space or set HF_HUB_CACHE to a folder that can be written",
                e);
    }

    /**
     * Checks that a download fits before it begins.
     *
     * @param folder exists
     * @throws DownloadException when it does not fit
     */
    static void requireSpace(Path folder, long bytes) {
        try {
            long free = Files.getFileStore(folder).getUsableSpace();
            if (bytes > free) {
                throw new DownloadException(folder + " has " + free / 1_000_000 + " MB free, and the download needs "
                        + bytes / 1_000_000 + " MB; free some space or set HF_HUB_CACHE to another disk");
            }
        } catch (IOException e) {
            throw failed(folder, e);
        }
    }

    static void createFolders(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw failed(folder, e);
        }
    }
}
