package dev.tercet.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Tokenizer files that a test writes down. */
final class MemoryFiles implements TokenizerFiles {
    private final Map<String, byte[]> files = new HashMap<>();

    MemoryFiles with(String name, String content) {
        return with(name, content.getBytes(StandardCharsets.UTF_8));
    }

    MemoryFiles with(String name, byte[] content) {
        files.put(name, content);
        return this;
    }

    @Override
    public byte[] read(String name) {
        return files.get(name);
    }

    @Override
    public String describe(String name) {
        return "model/" + name;
    }
}
