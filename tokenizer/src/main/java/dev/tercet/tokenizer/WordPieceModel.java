package dev.tercet.tokenizer;

import java.util.List;

/**
 * Everything a WordPiece tokenizer's files say, checked.
 *
 * @param tokens vocabulary entries and added tokens, by id; a token that is looked for in its normalized form is shown
 *     in it
 * @param vocabulary the entries that words are cut into
 * @param unknown id of the entry for a word that cannot be cut
 * @param longestWord code points of the longest word that is looked at
 * @param rawTokens added tokens that are looked for in the text as it is
 * @param normalizedTokens added tokens that are looked for in the normalized text
 * @param special by id: left out when decoding without special tokens
 * @param single the format of one text
 * @param pair the format of two
 * @param decoder how tokens become text, {@code null} for a space between any two
 * @param cleanUp {@code clean_up_tokenization_spaces}: clean decoded texts once more, as a whole
 * @param maxLength {@code model_max_length}
 */
record WordPieceModel(
        UnicodeTables unicode,
        BertNormalizer normalizer,
        List<String> tokens,
        WordPieceVocabulary vocabulary,
        int unknown,
        int longestWord,
        AddedTokens rawTokens,
        AddedTokens normalizedTokens,
        boolean[] special,
        SequenceTemplate single,
        SequenceTemplate pair,
        WordPieceDecoder decoder,
        boolean cleanUp,
        int maxLength) {}
