package dev.tercet.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tercet.loaders.BundledModels;
import dev.tercet.loaders.Checkpoint;
import dev.tercet.loaders.DType;
import dev.tercet.loaders.ModelFiles;
import dev.tercet.loaders.Weights;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BundledCheckpointsTest {
    private final BundledModels bundled = BundledModels.ofThisThread();

    @Test
    void bundlesOneModelOfEachArchitecture() {
        assertEquals(
                Set.of(
                        "sentence-transformers/all-MiniLM-L6-v2",
                        "cross-encoder/ms-marco-MiniLM-L12-v2",
                        "tercet/en-fr-tiny"),
                bundled.ids());
    }

    /** The digests are those that oracle/checkpoint_digest.py prints for what the reference implementation loads. */
    @ParameterizedTest
    @CsvSource({
        "sentence-transformers/all-MiniLM-L6-v2, c7875a578e2f85452fc6e22992b6302953735af80515a6f756ecb0dc9aeeb5b6",
        "cross-encoder/ms-marco-MiniLM-L12-v2, 1915c3ee19679326090311e4dc5352f5b1fc4b42507abe4fe6da6c6522683af7",
        "tercet/en-fr-tiny, 109b5e5125f470b42a0fc29d3b5ac966590317874090ecf194e97ed9cf6c0601"
    })
    void readsTheWeightsOfTheReferenceBitForBit(String id, String digest) throws Exception {
        try (ModelFiles files = bundled.find(id).orElseThrow()) {
            assertEquals(digest, fp32Digest(Checkpoint.open(files)));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "sentence-transformers/all-MiniLM-L6-v2, tokenizer.json, modules.json, 1_Pooling/config.json,"
                + " sentence_bert_config.json",
        "cross-encoder/ms-marco-MiniLM-L12-v2, tokenizer.json, vocab.txt, tokenizer_config.json,"
                + " special_tokens_map.json",
        "tercet/en-fr-tiny, source.spm, target.spm, vocab.json, generation_config.json"
    })
    void bringsTheFilesOfEachModel(String id, String first, String second, String third, String fourth) {
        try (ModelFiles files = bundled.find(id).orElseThrow()) {
            for (String name : Set.of("config.json", "README.md", first, second, third, fourth)) {
                assertTrue(files.has(name), name);
            }
        }
    }

    private static String fp32Digest(Weights weights) throws Exception {
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        for (String name : new TreeSet<>(weights.names())) {
            if (weights.tensor(name).dtype() == DType.I64) continue;
            int[] shape = weights.shape(name);
            sha256.update((name + " " + Arrays.toString(shape) + "\n").getBytes(StandardCharsets.UTF_8));
            float[] values = weights.floats(name, shape);
            ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(values);
            sha256.update(bytes);
        }
        return HexFormat.of().formatHex(sha256.digest());
    }
}
