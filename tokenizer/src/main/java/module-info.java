/** Text to token ids and back: WordPiece and SentencePiece unigram, written by hand. */
module dev.tercet.tokenizer {
    requires com.fasterxml.jackson.core;

    exports dev.tercet.tokenizer;
}
