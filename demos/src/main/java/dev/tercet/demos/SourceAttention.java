package dev.tercet.demos;

import dev.tercet.GenerationConfig;
import dev.tercet.Hypothesis;
import dev.tercet.Translator;
import dev.tercet.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Which token of the source the decoder looked at most while it wrote a token: the cross-attention of its last layer,
 * the mean over the heads.
 *
 * @param written a token of the translation
 * @param source the token of the source
 * @param share of the attention that it got, from 0 to 1
 */
record SourceAttention(String written, String source, double share) {
    /** One for each token of the greedy translation: with one beam, a step has one row. */
    static List<SourceAttention> of(Translator translator, int decoderLayers, String text) {
        String lastLayer = "decoder.layers." + (decoderLayers - 1) + ".encoder_attn.probabilities";
        List<float[]> steps = new ArrayList<>();
        Hypothesis greedy = translator
                .translation(text, GenerationConfig.greedy().nBest(1), (name, _, data, offset, shape) -> {
                    if (name.equals(lastLayer)) {
                        steps.add(meanOverHeads(data, offset, shape[0], shape[2])); // [heads, 1, source tokens]
                    }
                })
                .hypotheses()
                .getFirst();
        Tokenizer tokenizer = translator.tokenizer();
        int[] source = tokenizer.encode(text, translator.maxLength()).ids();
        List<SourceAttention> looks = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            int most = Page.largest(steps.get(i));
            looks.add(new SourceAttention(greedy.tokens().get(i), tokenizer.token(source[most]), steps.get(i)[most]));
        }
        return looks;
    }

    private static float[] meanOverHeads(float[] data, int offset, int heads, int tokens) {
        float[] mean = new float[tokens];
        for (int h = 0; h < heads; h++) {
            for (int j = 0; j < tokens; j++) {
                mean[j] += data[offset + h * tokens + j] / heads;
            }
        }
        return mean;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s ← %s %.0f %%", word(written), word(source), 100 * share);
    }

    private static String word(String token) {
        return token.startsWith("▁") ? token.substring(1) : token;
    }
}
