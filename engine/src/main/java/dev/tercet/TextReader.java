package dev.tercet;

import dev.tercet.engine.bert.BertConfig;
import dev.tercet.engine.bert.TokenizedTexts;
import dev.tercet.engine.parallel.Pool;
import dev.tercet.engine.parallel.Workers;
import dev.tercet.loaders.InvalidModelException;
import dev.tercet.loaders.ModelFiles;
import dev.tercet.loaders.SentenceTransformerConfig;
import dev.tercet.tokenizer.Encoding;
import dev.tercet.tokenizer.Tokenizer;
import dev.tercet.tokenizer.TokenizerFiles;
import dev.tercet.tokenizer.Tokenizers;
import java.util.List;

/**
 * Texts to the token ids that a BERT reads. Safe for use by many threads.
 *
 * @param maxLength the most tokens of a text or pair, special ones included
 * @param prompt put in front of every text, empty for most models
 * @param idle memory of calls that have ended
 */
record TextReader(Tokenizer tokenizer, int maxLength, String prompt, Pool<TokenizedTexts> idle) {
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
        return new TextReader(tokenizer, limit, "", new Pool<>());
    }

    /** As {@link #load(ModelFiles, BertConfig, int)}, with the limit and the prompt of sentence-transformers. */
    static TextReader load(ModelFiles files, BertConfig config, int wanted, SentenceTransformerConfig pipeline) {
        TextReader reader = load(files, config, wanted);
        int limit = wanted == 0 && pipeline.maxLength().isPresent()
                ? Math.min(pipeline.maxLength().getAsInt(), config.positions())
                : reader.maxLength;
        return new TextReader(reader.tokenizer, limit, pipeline.prompt(), new Pool<>());
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

    /**
     * The tokens of texts; whoever closes them gives their memory to the next call.
     *
     * @throws IllegalArgumentException when a text is null
     */
    TokenizedTexts encode(List<String> texts, Workers workers) {
        return encode(texts.size(), workers, (i, target) -> {
            String text = texts.get(i);
            if (text == null) throw new IllegalArgumentException("text " + i + " is null");
            tokenizer.encode(prompt, text, maxLength, target);
        });
    }

    /** As {@link #encode(List, Workers)}, of pairs. */
    TokenizedTexts encodePairs(List<Pair> pairs, Workers workers) {
        return encode(pairs.size(), workers, (i, target) -> {
            Pair pair = pairs.get(i);
            if (pair == null) throw new IllegalArgumentException("pair " + i + " is null");
            tokenizer.encodePair(pair.query(), pair.document(), maxLength, target);
        });
    }

    private TokenizedTexts encode(int count, Workers workers, TokenizedTexts.Source source) {
        return TokenizedTexts.read(count, source, workers, idle);
    }
}
