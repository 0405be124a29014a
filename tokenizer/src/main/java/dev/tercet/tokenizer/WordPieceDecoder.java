package dev.tercet.tokenizer;

/**
 * WordPiece tokens back to text: a token that continues a word is put after the last one, any other after a space.
 *
 * @param prefix marks a continuation
 * @param cleanup take back some of the spaces that tokenization put before punctuation, token by token
 */
record WordPieceDecoder(String prefix, boolean cleanup) {
    /** The text of one token in its place. */
    String piece(String token, boolean first) {
        String piece = token;
        if (!first) piece = token.startsWith(prefix) ? token.substring(prefix.length()) : " " + token;
        return cleanup ? cleanPiece(piece) : piece;
    }

    /** {@code cleanup} of the tokenizers library, which also contracts "do not". */
    private static String cleanPiece(String piece) {
        String text = beforeContractions(piece).replace(" do not", " don't");
        return afterContractions(text);
    }

    /** {@code clean_up_tokenization} of transformers, for a whole text. */
    static String clean(String text) {
        return afterContractions(beforeContractions(text));
    }

    private static String beforeContractions(String text) {
        return text.replace(" .", ".")
                .replace(" ?", "?")
                .replace(" !", "!")
                .replace(" ,", ",")
                .replace(" ' ", "'")
                .replace(" n't", "n't")
                .replace(" 'm", "'m");
    }

    private static String afterContractions(String text) {
        return text.replace(" 's", "'s").replace(" 've", "'ve").replace(" 're", "'re");
    }
}
