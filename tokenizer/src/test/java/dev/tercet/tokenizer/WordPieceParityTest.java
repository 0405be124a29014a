package dev.tercet.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Ids, type ids, offsets, tokens and truncation equal the reference's on 95,000 generated texts, alone and in pairs.
 * {@code oracle/wordpiece_parity.py --golden} wrote the digests from tokenizers 0.23.3.
 */
class WordPieceParityTest {
    private static final int BLOCK = 500;

    static List<String> golden() throws IOException {
        try (InputStream in = WordPieceParityTest.class.getResourceAsStream("/wordpiece-golden.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList();
        }
    }

    @Test
    void everyVariantHasGoldenDigests() throws IOException {
        assertEquals(
                WordPieceVariants.names(),
                golden().stream().map(line -> line.split(" ")[0]).toList());
    }

    @ParameterizedTest
    @MethodSource("golden")
    void equalsTheReferenceOnGeneratedTexts(String golden) throws NoSuchAlgorithmException {
        String[] fields = golden.split(" ");
        int count = Integer.parseInt(fields[1]);
        GeneratedTexts texts = new GeneratedTexts(WordPieceVariants.vocabulary(), Long.parseLong(fields[2]));
        WordPieceResults results = new WordPieceResults(WordPieceTokenizer.load(WordPieceVariants.files(fields[0])));
        assertEquals(count / BLOCK, fields.length - 3);
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (int i = 0; i < count; i++) {
            digest.update(results.of(texts.next()).getBytes(StandardCharsets.UTF_8));
            if (i % BLOCK == BLOCK - 1)
                assertEquals(
                        fields[3 + i / BLOCK],
                        HexFormat.of().formatHex(digest.digest(), 0, 8),
                        fields[0] + " texts " + (i + 1 - BLOCK) + " to " + i);
        }
    }
}
