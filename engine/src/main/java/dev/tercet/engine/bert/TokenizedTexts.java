package dev.tercet.engine.bert;

import dev.tercet.engine.layer.TokenBatch;
import dev.tercet.engine.parallel.Pool;
import dev.tercet.engine.parallel.Workers;
import dev.tercet.tokenizer.Encoding;
import dev.tercet.tokenizer.Encodings;
import java.util.Arrays;
import java.util.List;

/**
 * The tokens of the texts, or pairs, of one call. Threads tokenize blocks of texts, each into arrays of its own, which
 * the next call uses again: {@link #close()} gives them back.
 */
public final class TokenizedTexts implements AutoCloseable {
    /** Texts that a thread takes at a time. */
    private static final int BLOCK = 32;

    /** A call with more tokens leaves its arrays to the garbage collector, or they would be held for ever: 2 MB. */
    private static final int MOST_KEPT = 1 << 18;

    private final Pool<TokenizedTexts> pool;
    private Encodings[] blocks = {};
    private int count;

    private TokenizedTexts(Pool<TokenizedTexts> pool) {
        this.pool = pool;
    }

    /** Tokenizes a text. */
    @FunctionalInterface
    public interface Source {
        /**
         * @param text its number
         * @param target to add its tokens to
         */
        void encode(int text, Encodings target);
    }

    /**
     * Tokenizes texts.
     *
     * @param count how many there are
     * @param pool where the arrays come from and go to
     */
    public static TokenizedTexts read(int count, Source source, Workers workers, Pool<TokenizedTexts> pool) {
        TokenizedTexts idle = pool.take();
        TokenizedTexts texts = idle == null ? new TokenizedTexts(pool) : idle;
        texts.makeBlocks(count);
        workers.run(texts.blocks(), block -> texts.fill(block, source));
        return texts;
    }

    /** Texts that are tokens already, copied. */
    public static TokenizedTexts of(List<Encoding> encodings) {
        TokenizedTexts texts = new TokenizedTexts(null);
        texts.makeBlocks(encodings.size());
        for (int b = 0; b < texts.blocks(); b++) texts.fill(b, (i, target) -> target.add(encodings.get(i)));
        return texts;
    }

    private void makeBlocks(int texts) {
        count = texts;
        int before = blocks.length;
        if (before >= blocks()) return;
        blocks = Arrays.copyOf(blocks, blocks());
        for (int b = before; b < blocks.length; b++) blocks[b] = new Encodings();
    }

    private int blocks() {
        return Math.ceilDiv(count, BLOCK);
    }

    private void fill(int block, Source source) {
        Encodings target = blocks[block];
        target.clear();
        int to = Math.min(count, (block + 1) * BLOCK);
        for (int text = block * BLOCK; text < to; text++) source.encode(text, target);
    }

    /** How many texts there are. */
    public int count() {
        return count;
    }

    /** Tokens of a text, special tokens included. */
    public int length(int text) {
        return blocks[text / BLOCK].length(text % BLOCK);
    }

    /** Tokens of a text that were dropped. */
    public int truncated(int text) {
        return blocks[text / BLOCK].truncated(text % BLOCK);
    }

    /** Adds a text to a batch. */
    void copy(int text, TokenBatch batch) {
        Encodings block = blocks[text / BLOCK];
        batch.add(block.ids(), block.typeIds(), block.start(text % BLOCK), block.length(text % BLOCK));
    }

    /** Ends the use of the texts; the object is then another call's. */
    @Override
    public void close() {
        if (pool == null) return;
        long tokens = 0;
        for (Encodings block : blocks) tokens += block.ids().length;
        if (tokens <= MOST_KEPT) pool.give(this);
    }
}
