package dev.tercet;

import dev.tercet.engine.bert.BertConfig;
import dev.tercet.engine.parallel.Workers;
import dev.tercet.loaders.InvalidModelException;
import dev.tercet.loaders.ModelFiles;
import dev.tercet.loaders.SentenceTransformerConfig;
import dev.tercet.tokenizer.Encoding;
import dev.tercet.tokenizer.Tokenizer;
import dev.tercet.tokenizer.TokenizerFiles;
import dev.tercet.tokenizer.Tokenizers;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Texts to the token ids that a BERT reads.
 *
 * @param maxLength the most tokens of a text or pair, special ones included
 * @param prompt put in front of every text, empty for most models
 */
record TextReader(Tokenizer tokenizer, int maxLength, String prompt) {
    /** Texts that a thread takes at a time. */
    private static final int BLOCK = 32;

    /** A tokenizer.json with a quarter of a million entries has 17 MB. */
    private static final long MAX_TOKENIZER_BYTES = 1 << 28;

    /**
     * Loads the tokenizer of a model.
     *
     * @param wanted the limit that the caller wants, or 0 for the model's own
     */
    static TextReader load(ModelFiles files, BertConfig config, int wanted) {
        Tokenizer tokenizer = Tokenizers.load(tokenizerFiles(files));
        if (tokenizer.vocabularySize() > config.vocabularySize())
            throw new InvalidModelException(files.name() + ": the tokenizer has " + tokenizer.vocabularySize()
                    + " entries, vocab_size in config.json is " + config.vocabularySize()
                    + "; they belong to different models");
        if (wanted > config.positions())
            throw new IllegalArgumentException("maxLength is " + wanted + ", but " + files.name()
                    + " has positions for " + config.positions() + " tokens");
        int limit = wanted > 0 ? wanted : Math.min(tokenizer.modelMaxLength(), config.positions());
        return new TextReader(tokenizer, limit, "");
    }

    /** As {@link #load(ModelFiles, BertConfig, int)}, with the limit and the prompt of sentence-transformers. */
    static TextReader load(ModelFiles files, BertConfig config, int wanted, SentenceTransformerConfig pipeline) {
        TextReader reader = load(files, config, wanted);
        int limit = wanted == 0 && pipeline.maxLength().isPresent()
                ? Math.min(pipeline.maxLength().getAsInt(), config.positions())
                : reader.maxLength;
        return new TextReader(reader.tokenizer, limit, pipeline.prompt());
    }

    private static TokenizerFiles tokenizerFiles(ModelFiles files) {
        return new TokenizerFiles() {
            @Override
            public byte[] read(String name) {
                return files.has(name) ? files.read(name, MAX_TOKENIZER_BYTES) : null;
            }

            @Override
            public String describe(String name) {
                return files.describe(name);
            }
        };
    }

    Encoding encode(String text) {
        if (text == null) throw new IllegalArgumentException("the text is null");
        return tokenizer.encode(prompt + text, maxLength);
    }

    Encoding encode(Pair pair) {
        if (pair == null) throw new IllegalArgumentException("a pair is null");
        return tokenizer.encodePair(pair.query(), pair.document(), maxLength);
    }

    /** The encodings of texts, in their order. */
    List<Encoding> encode(List<String> texts, Workers workers) {
        return encode(texts.size(), workers, i -> {
            String text = texts.get(i);
            if (text == null) throw new IllegalArgumentException("text " + i + " is null");
            return encode(text);
        });
    }

    /** The encodings of pairs, in their order. */
    List<Encoding> encodePairs(List<Pair> pairs, Workers workers) {
        return encode(pairs.size(), workers, i -> encode(pairs.get(i)));
    }

    private static List<Encoding> encode(int count, Workers workers, IntFunction<Encoding> encode) {
        Encoding[] encodings = new Encoding[count];
        int blocks = Math.ceilDiv(count, BLOCK);
        workers.run(blocks, block -> {
            for (int i = block * BLOCK; i < Math.min(count, (block + 1) * BLOCK); i++) encodings[i] = encode.apply(i);
        });
        return Arrays.asList(encodings);
    }
}
