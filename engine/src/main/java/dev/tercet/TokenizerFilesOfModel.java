package dev.tercet;

import dev.tercet.loaders.ModelFiles;
import dev.tercet.tokenizer.TokenizerFiles;

/** The files of a model as a tokenizer reads them. */
record TokenizerFilesOfModel(ModelFiles files) implements TokenizerFiles {
    /** A tokenizer.json with a quarter of a million entries has 17 MB. */
    private static final long MOST_BYTES = 1 << 28;

    @Override
    public byte[] read(String name) {
        return files.has(name) ? files.read(name, MOST_BYTES) : null;
    }

    @Override
    public String describe(String name) {
        return files.describe(name);
    }
}
