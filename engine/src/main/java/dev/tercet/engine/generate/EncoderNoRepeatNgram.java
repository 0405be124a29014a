package dev.tercet.engine.generate;

/** Forbids n-grams of the source: {@code encoder_no_repeat_ngram_size}. */
public record EncoderNoRepeatNgram(int size) implements LogitsProcessor {
    @Override
    public void process(Prefix prefix, Scores scores) {
        NoRepeatNgram.forbidNgrams(size, prefix.source(), prefix.source().length, prefix, scores);
    }
}
