package dev.tercet.tokenizer;

import java.util.Arrays;

/**
 * What a {@code .spm} file says: the part of SentencePiece's {@code ModelProto} that encoding and decoding depend on.
 * Field numbers and defaults are those of {@code sentencepiece_model.proto} in SentencePiece 0.2.3; all other fields
 * describe the training run and are passed over.
 *
 * @param pieces the vocabulary
 * @param denormalizer applied to decoded text, or {@code null}
 */
record SentencePieceProto(Pieces pieces, Trainer trainer, Normalizer normalizer, Normalizer denormalizer) {
    enum Type {
        NORMAL,
        UNKNOWN,
        CONTROL,
        USER_DEFINED,
        UNUSED,
        BYTE
    }

    /** Texts, scores and types by id. */
    static final class Pieces {
        private static final Type[] TYPES = Type.values();

        /** A text that is there twice is found under the first id. */
        final StringTable texts;

        private float[] scores = new float[1024];
        private byte[] types = new byte[1024];

        /** @param fileBytes of which about a third are texts */
        private Pieces(String source, int fileBytes) {
            texts = new StringTable(source, fileBytes / 3);
        }

        int size() {
            return texts.size();
        }

        float score(int id) {
            return scores[id];
        }

        Type type(int id) {
            return TYPES[types[id]];
        }

        private void add(String text, float score, Type type) {
            int id = size();
            if (id == scores.length) {
                scores = Arrays.copyOf(scores, 2 * id);
                types = Arrays.copyOf(types, 2 * id);
            }
            texts.add(text);
            scores[id] = score;
            types[id] = (byte) type.ordinal();
        }

        private void trim() {
            texts.trim();
            scores = Arrays.copyOf(scores, size());
            types = Arrays.copyOf(types, size());
        }
    }

    /**
     * @param modelType 1 unigram, 2 BPE, 3 words, 4 characters
     * @param unknownSurface what the unknown piece decodes to
     */
    record Trainer(int modelType, boolean treatWhitespaceAsSuffix, boolean byteFallback, String unknownSurface) {
        static final Trainer DEFAULT = new Trainer(1, false, false, " \u2047 ");
    }

    record Normalizer(
            byte[] precompiledCharsmap,
            boolean addDummyPrefix,
            boolean removeExtraWhitespaces,
            boolean escapeWhitespaces) {
        static final Normalizer DEFAULT = new Normalizer(new byte[0], true, true, true);
    }

    static SentencePieceProto parse(byte[] file, String source) {
        Pieces pieces = new Pieces(source, file.length);
        Trainer trainer = Trainer.DEFAULT;
        Normalizer normalizer = Normalizer.DEFAULT;
        Normalizer denormalizer = null;
        ProtobufReader reader = new ProtobufReader(file, source);
        while (reader.next()) {
            switch (reader.field()) {
                case 1 -> addPiece(reader.message(), pieces);
                case 2 -> trainer = trainer(reader.message(), trainer);
                case 3 -> normalizer = normalizer(reader.message(), normalizer);
                case 5 ->
                    denormalizer =
                            normalizer(reader.message(), denormalizer == null ? Normalizer.DEFAULT : denormalizer);
                default -> reader.skip();
            }
        }
        pieces.trim();
        return new SentencePieceProto(pieces, trainer, normalizer, denormalizer);
    }

    private static void addPiece(ProtobufReader reader, Pieces pieces) {
        String text = "";
        float score = 0;
        Type type = Type.NORMAL;
        while (reader.next()) {
            switch (reader.field()) {
                case 1 -> text = reader.string();
                case 2 -> score = reader.float32();
                case 3 -> type = type(reader);
                default -> reader.skip();
            }
        }
        pieces.add(text, score, type);
    }

    private static Type type(ProtobufReader reader) {
        long number = reader.varint();
        if (number < 1 || number > Pieces.TYPES.length)
            throw reader.invalid("piece type " + number + " is not one of 1 to " + Pieces.TYPES.length);
        return Pieces.TYPES[(int) number - 1];
    }

    /** A message that comes twice is merged, field by field, as protobuf asks. */
    private static Trainer trainer(ProtobufReader reader, Trainer before) {
        int modelType = before.modelType;
        boolean suffix = before.treatWhitespaceAsSuffix;
        boolean byteFallback = before.byteFallback;
        String unknownSurface = before.unknownSurface;
        while (reader.next()) {
            switch (reader.field()) {
                case 3 -> modelType = (int) reader.varint();
                case 24 -> suffix = reader.bool();
                case 35 -> byteFallback = reader.bool();
                case 44 -> unknownSurface = reader.string();
                default -> reader.skip();
            }
        }
        return new Trainer(modelType, suffix, byteFallback, unknownSurface);
    }

    private static Normalizer normalizer(ProtobufReader reader, Normalizer before) {
        byte[] charsmap = before.precompiledCharsmap;
        boolean dummyPrefix = before.addDummyPrefix;
        boolean removeExtra = before.removeExtraWhitespaces;
        boolean escape = before.escapeWhitespaces;
        while (reader.next()) {
            switch (reader.field()) {
                case 2 -> charsmap = reader.bytes();
                case 3 -> dummyPrefix = reader.bool();
                case 4 -> removeExtra = reader.bool();
                case 5 -> escape = reader.bool();
                default -> reader.skip();
            }
        }
        return new Normalizer(charsmap, dummyPrefix, removeExtra, escape);
    }
}
