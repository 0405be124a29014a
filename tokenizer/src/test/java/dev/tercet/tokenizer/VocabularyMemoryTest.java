package dev.tercet.tokenizer;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A tokenizer stays in memory beside its model, so its size is part of what a translation takes. */
class VocabularyMemoryTest {
    private static final int TOKENIZERS = 4;

    /**
     * 7.7 MB: for 59,514 tokens and twice 32,000 pieces 40 bytes each, for characters, numbers and places in a table;
     * two tries of 80,000 nodes of 8 bytes; the rules of normalization, of 45,000 units, twice. As objects, with
     * numbers and entries of maps, tokens and pieces would take 15 MB alone.
     */
    private static final long MOST_BYTES = 9_000_000;

    @Test
    void aTranslationModelsTokenizerTakesAFewBytesATokenAndNoObjects() {
        TokenizerFiles files = SentencePieceVariants.files("opus");
        List<MarianTokenizer> tokenizers = new ArrayList<>(List.of(MarianTokenizer.load(files)));
        long before = used();
        for (int i = 0; i < TOKENIZERS; i++) tokenizers.add(MarianTokenizer.load(files));
        long each = (used() - before) / TOKENIZERS;
        assertTrue(tokenizers.size() > TOKENIZERS && each <= MOST_BYTES, each + " bytes a tokenizer");
    }

    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
