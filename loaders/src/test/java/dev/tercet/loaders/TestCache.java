package dev.tercet.loaders;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes one model into a Hugging Face cache as Python leaves it: blobs, and a snapshot of relative links. */
final class TestCache {
    private final Path repository;
    private final String commit;

    TestCache(Path cache, String repository, String commit) {
        this.repository = cache.resolve(repository);
        this.commit = commit;
    }

    TestCache files(String... names) throws IOException {
        for (String name : names) {
            file(name, "content");
        }
        return this;
    }

    TestCache file(String name, String content) throws IOException {
        Path blob = blob(name);
        Files.createDirectories(blob.getParent());
        Files.writeString(blob, content);
        Path link = repository.resolve("snapshots").resolve(commit).resolve(name);
        Files.createDirectories(link.getParent());
        Files.createSymbolicLink(link, link.getParent().relativize(blob));
        return this;
    }

    TestCache reference(String revision) throws IOException {
        Path reference = repository.resolve("refs").resolve(revision);
        Files.createDirectories(reference.getParent());
        Files.writeString(reference, commit);
        return this;
    }

    void removeBlob(String name) throws IOException {
        Files.delete(blob(name));
    }

    private Path blob(String name) {
        return repository.resolve("blobs").resolve(Integer.toHexString(name.hashCode()));
    }
}
