package dev.tercet.engine.generate;

/**
 * Makes tokens of the source more likely, for a penalty above 1: {@code encoder_repetition_penalty}. The contrary of
 * {@link RepetitionPenalty}, with 1 / penalty.
 */
public record EncoderRepetitionPenalty(float inverse) implements LogitsProcessor {
    public EncoderRepetitionPenalty(double penalty) {
        this((float) (1 / penalty));
    }

    @Override
    public void process(Prefix prefix, Scores scores) {
        int[] source = prefix.source();
        for (int i = 0; i < source.length; i++) {
            if (RepetitionPenalty.firstAt(source, i)) RepetitionPenalty.apply(inverse, source[i], scores);
        }
    }
}
