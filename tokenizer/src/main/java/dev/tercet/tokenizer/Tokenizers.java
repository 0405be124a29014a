package dev.tercet.tokenizer;

/** Finds out which tokenizer a model's files are for. */
public final class Tokenizers {
    private Tokenizers() {}

    /**
     * Loads a model's tokenizer: {@link MarianTokenizer} where there is {@code source.spm} or tokenizer_config.json
     * says so, else {@link WordPieceTokenizer} from {@code tokenizer.json} or {@code vocab.txt}.
     *
     * @throws InvalidTokenizerException when the files are corrupt, of a kind Tercet does not read, or not there
     */
    public static Tokenizer load(TokenizerFiles files) {
        if (files.has(MarianReader.SOURCE)) return MarianTokenizer.load(files);
        if (files.has(WordPieceReader.JSON) || files.has(WordPieceReader.VOCABULARY))
            return WordPieceTokenizer.load(files);
        JsonObject config = JsonObject.read(files, WordPieceReader.CONFIG);
        String wanted = config == null ? null : config.string("tokenizer_class", null);
        if ("MarianTokenizer".equals(wanted)) return MarianTokenizer.load(files);
        throw new InvalidTokenizerException("no tokenizer that Tercet reads: there is no "
                + files.describe(WordPieceReader.JSON) + " or " + WordPieceReader.VOCABULARY + " (WordPiece) and no "
                + MarianReader.SOURCE + " (Marian)"
                + (wanted == null ? "" : "; " + WordPieceReader.CONFIG + " asks for " + JsonObject.show(wanted)));
    }
}
