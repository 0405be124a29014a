package dev.tercet.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * SentencePiece's ids, pieces, spans and decoded texts, and Marian's, equal the references' on 200,000 generated texts,
 * among them the bundled Marian model's and opus-mt-en-fr's own files. {@code oracle/sentencepiece_parity.py --golden}
 * wrote the digests from sentencepiece 0.2.3 and transformers 5.23.
 */
class SentencePieceParityTest {
    private static final int BLOCK = 500;

    static List<String> golden() throws IOException {
        return Stream.concat(lines("sentencepiece-golden.txt"), lines("marian-golden.txt"))
                .toList();
    }

    private static Stream<String> lines(String file) throws IOException {
        return Files.readString(SentencePieceVariants.RESOURCES.resolve(file))
                .lines()
                .filter(line -> !line.startsWith("#"));
    }

    @Test
    void everyVariantHasGoldenDigests() throws IOException {
        List<String> names = golden().stream().map(line -> line.split(" ")[0]).toList();
        for (String name : SentencePieceVariants.names()) assertEquals(true, names.contains(name), name);
        assertEquals(SentencePieceVariants.names().size(), names.size());
    }

    @ParameterizedTest
    @MethodSource("golden")
    void equalsTheReferenceOnGeneratedTexts(String golden) throws NoSuchAlgorithmException {
        String[] fields = golden.split(" ");
        int count = Integer.parseInt(fields[1]);
        int block = SentencePieceVariants.isLong(fields[0]) ? 1 : BLOCK;
        SentencePieceResults results = new SentencePieceResults(fields[0], Long.parseLong(fields[2]));
        assertEquals(count / block, fields.length - 3);
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (int i = 0; i < count; i++) {
            digest.update(results.next().getBytes(StandardCharsets.UTF_8));
            if (i % block == block - 1)
                assertEquals(
                        fields[3 + i / block],
                        HexFormat.of().formatHex(digest.digest(), 0, 8),
                        fields[0] + " texts " + (i + 1 - block) + " to " + i);
        }
    }
}
