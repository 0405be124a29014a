package dev.tercet.demos;

import dev.tercet.EarlyStopping;
import dev.tercet.GenerationConfig;
import dev.tercet.Hypothesis;
import dev.tercet.Translation;
import dev.tercet.Translator;
import dev.tercet.tokenizer.Encoding;
import dev.tercet.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The third part of the tour: one text out of another. */
final class TranslationPart {
    private static final int BEAMS = 4;
    private static final int MAX_LENGTH = 128;

    private final Translator translator;
    private final String name;
    private final MarianCost cost;
    private final Page page;

    TranslationPart(Translator translator, String name, MarianCost cost, Page page) {
        this.translator = translator;
        this.name = name;
        this.cost = cost;
        this.page = page;
    }

    /**
     * What the comparison uses.
     *
     * @param timing of translating all sentences
     * @param tokens written in all translations
     * @param macs of translating all sentences
     * @param cacheBytes keys and values of the sentence that needs most
     */
    record Findings(Timing timing, int tokens, double macs, double cacheBytes, double weightBytes) {}

    Findings run() {
        List<String> sentences = Samples.SENTENCES;
        page.heading("3  ENCODER-DECODER", name);
        page.say("The encoder reads the whole sentence, as above. The decoder writes: one token at a time, and each"
                + " time it looks at all of the source (cross-attention) and at what it has written so far, never"
                + " at what is to come.");
        input(sentences);
        GenerationConfig config =
                GenerationConfig.beams(BEAMS).nBest(BEAMS).maxLength(MAX_LENGTH).earlyStopping(EarlyStopping.TRUE);
        List<List<Translation>> result = new ArrayList<>(List.of(List.of()));
        Timing timing = Timing.of(() -> result.set(0, translator.translate(sentences, config)));
        List<Translation> translations = result.getFirst();

        page.step("Beam search: " + BEAMS + " beams, max_length " + MAX_LENGTH + ", early stopping");
        page.say("Taking the likeliest word at every step can lead into a dead end. So the " + BEAMS
                + " best beginnings are carried on side by side, each at every step with every word of the vocabulary;"
                + " " + BEAMS + " finished translations end the search. Their scores are the mean log probability of a"
                + " token: 0 would be certain.");
        page.item("S1", sentences.getFirst(), 4);
        for (Hypothesis hypothesis : translations.getFirst().hypotheses()) {
            page.item("", Numbers.four(hypothesis.score()) + "  " + hypothesis.text(), 4);
        }
        page.step("Translations");
        for (int i = 0; i < sentences.size(); i++) {
            Hypothesis best = translations.get(i).hypotheses().getFirst();
            page.item(Samples.label('S', i), sentences.get(i), 4);
            page.item("", "→ " + page.bold(best.text()), 4);
            page.item("", String.join(" ", best.tokens()), 6);
        }
        looks(sentences.get(1));
        int written = translations.stream()
                .mapToInt(translation -> best(translation).ids().length)
                .sum();
        page.step("Time");
        page.say(String.format(
                Locale.ROOT,
                "%d sentences, %d tokens written: %s the first time, %s from then on, %s a sentence.",
                sentences.size(),
                written,
                Numbers.time(timing.first()),
                Numbers.time(timing.usual()),
                Numbers.time(timing.usual() / sentences.size())));
        double macs = 0;
        double cacheBytes = 0;
        for (Translation translation : translations) {
            int steps = best(translation).ids().length;
            macs += cost.macs(translation.tokens(), steps, BEAMS);
            cacheBytes = Math.max(cacheBytes, cost.cacheBytes(translation.tokens(), steps, BEAMS));
        }
        return new Findings(timing, written, macs, cacheBytes, cost.weightBytes());
    }

    private void looks(String sentence) {
        page.step("Cross-attention, measured: where the decoder looked most while it wrote each token");
        page.item("S2", sentence, 4);
        page.item(
                "",
                SourceAttention.of(translator, cost.decoderLayers(), sentence).stream()
                        .map(look -> look.toString().replace(' ', '\u00a0'))
                        .collect(Collectors.joining("\u00a0\u00a0 ")),
                4);
    }

    private static Hypothesis best(Translation translation) {
        return translation.hypotheses().getFirst();
    }

    private void input(List<String> sentences) {
        Tokenizer tokenizer = translator.tokenizer();
        List<Encoding> encodings = sentences.stream().map(tokenizer::encode).toList();
        page.step("Sentences become tokens; ▁ marks where a word begins, </s> the end");
        for (int i = 0; i < sentences.size(); i++) {
            Encoding encoding = encodings.get(i);
            page.item(Samples.label('S', i), sentences.get(i), 4);
            page.item(
                    "", Arrays.stream(encoding.ids()).mapToObj(tokenizer::token).collect(Collectors.joining(" ")), 4);
        }
        int d = cost.hidden();
        page.line("");
        page.item(
                "input",
                encodings.stream().map(e -> "[" + e.size() + "]").collect(Collectors.joining(" "))
                        + "   one after the other, nothing is padded",
                9);
        page.item(
                "encoder",
                encodings.stream().map(e -> "[" + e.size() + ", " + d + "]").collect(Collectors.joining(" ")) + "   "
                        + cost.encoderLayers() + " layers",
                9);
        page.item(
                "decoder",
                String.format(
                        Locale.ROOT,
                        "[%d, %d] at each step   %d layers; then a probability for each of %,d tokens",
                        BEAMS,
                        d,
                        cost.decoderLayers(),
                        cost.vocabulary()),
                9);
    }
}
