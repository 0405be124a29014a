package dev.tercet.loaders;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** A model whose files a test has written into memory. */
final class MemoryFiles implements ModelFiles {
    private final Map<String, byte[]> files = new TreeMap<>();

    MemoryFiles with(String name, byte[] content) {
        files.put(name, content);
        return this;
    }

    MemoryFiles with(String name, String content) {
        return with(name, content.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public boolean has(String name) {
        return files.containsKey(name);
    }

    @Override
    public byte[] read(String name, long limit) {
        if (!has(name) || files.get(name).length > limit) {
            throw new InvalidModelException(describe(name) + ": missing or too large");
        }
        return files.get(name);
    }

    @Override
    public MemorySegment map(String name) {
        return MemorySegment.ofArray(read(name, Long.MAX_VALUE)).asReadOnly();
    }

    @Override
    public String describe(String name) {
        return "model/" + name;
    }

    @Override
    public String name() {
        return "model";
    }

    @Override
    public void close() {}
}
