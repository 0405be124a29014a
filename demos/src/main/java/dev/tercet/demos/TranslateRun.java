package dev.tercet.demos;

import static dev.tercet.demos.ExplainPage.fields;

import dev.tercet.GenerationConfig;
import dev.tercet.Hypothesis;
import dev.tercet.Translation;
import dev.tercet.Translator;
import dev.tercet.engine.trace.SearchListener.Candidate;
import dev.tercet.engine.trace.SearchListener.Row;
import dev.tercet.engine.trace.SearchListener.Step;
import dev.tercet.tokenizer.Encoding;
import dev.tercet.tokenizer.MarianTokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The translation of a text: the encoder's attention, every decision of the search, the decoder's attention. */
final class TranslateRun {
    /** Tokens that the page names for each place, the likeliest. */
    private static final int ALTERNATIVES = 10;

    private final Translator translator;
    private final List<Step> steps = new ArrayList<>();
    private final RunRecording encoder = new RunRecording();

    /** The decoder's attention by name, in the order of the steps and their rows, each {@code [heads, 1, keys]}. */
    private final Map<String, List<RunRecording.Activation>> decoder = new HashMap<>();

    private TranslateRun(Translator translator) {
        this.translator = translator;
    }

    /** What the page shows. */
    static Map<String, Object> of(Translator translator, String text, GenerationConfig generation) {
        TranslateRun run = new TranslateRun(translator);
        Translation translation = translator.translation(text, generation, run::record, run.steps::add);
        int rows = run.steps.stream().mapToInt(step -> step.rows().size()).sum();
        if (rows == 0 || run.decoder.get(name(0, "self_attn")).size() != rows) {
            throw CommandException.wrongInput(
                    "the page shows greedy and beam search from the first token on: leave out sampling and a prefix");
        }
        return run.page(text, translation);
    }

    private void record(String name, int sequence, float[] data, int offset, int... shape) {
        if (name.startsWith("encoder.")) {
            encoder.record(name, sequence, data, offset, shape);
        } else if (name.endsWith(".probabilities")) {
            int size = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
            decoder.computeIfAbsent(name, _ -> new ArrayList<>())
                    .add(new RunRecording.Activation(Arrays.copyOfRange(data, offset, offset + size), shape.clone()));
        }
    }

    private Map<String, Object> page(String text, Translation translation) {
        MarianTokenizer tokenizer = translator.tokenizer();
        Encoding source = tokenizer.encode(text, translator.maxLength());
        Hypothesis best = translation.hypotheses().getFirst();
        return fields(
                "model", translator.name(),
                "text", text,
                "tokens", EncodeRun.tokens(tokenizer, source),
                "ids", source.ids(),
                "truncated", source.truncated(),
                "hidden", encoder.get("encoder.embeddings").shape()[1],
                "vocabularySize", steps.getFirst().rows().getFirst().logProbabilities().length,
                "beams",
                        steps.stream()
                                .mapToInt(step -> step.rows().size())
                                .max()
                                .orElse(1),
                "translation", best.text(),
                "score", best.score(),
                "best", best.ids(),
                "encoder", encoderAttention(),
                "decoder", decoderAttention(source.size()),
                "steps", steps.stream().map(this::show).toList(),
                "vocabulary", names());
    }

    private List<Object> encoderAttention() {
        int layers = encoder.layers("encoder.layers.");
        List<Object> attention = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            attention.add(EncodeRun.attention(
                    encoder.get("encoder.layers." + layer + ".self_attn.probabilities"), layers, 1));
        }
        return attention;
    }

    /**
     * Attention of all rows of all steps, one after another: {@code [rows, heads + 1, keys]}, the mean as the last
     * head; to itself the keys are the tokens so far, and zeros after them.
     */
    private List<Object> decoderAttention(int sourceTokens) {
        List<Object> layers = new ArrayList<>();
        for (int layer = 0; decoder.containsKey(name(layer, "self_attn")); layer++) {
            layers.add(fields(
                    "self", padded(decoder.get(name(layer, "self_attn")), steps.size()),
                    "cross", padded(decoder.get(name(layer, "encoder_attn")), sourceTokens)));
        }
        return layers;
    }

    private static String name(int layer, String attention) {
        return "decoder.layers." + layer + "." + attention + ".probabilities";
    }

    private Map<String, Object> padded(List<RunRecording.Activation> rows, int keys) {
        int heads = rows.getFirst().shape()[0] + 1;
        float[] all = new float[rows.size() * heads * keys];
        for (int r = 0; r < rows.size(); r++) {
            RunRecording.Activation row = rows.get(r).withMeanHead();
            int seen = row.shape()[2];
            for (int h = 0; h < heads; h++) {
                System.arraycopy(row.data(), h * seen, all, (r * heads + h) * keys, seen);
            }
        }
        long count = (long) all.length * decoder.size();
        return PackedNumbers.of(all, PackedNumbers.attentionDecimals(count), rows.size(), heads, keys);
    }

    private Map<String, Object> show(Step step) {
        List<Object> rows = new ArrayList<>();
        for (Row row : step.rows()) {
            int[] tokens = likeliest(row.logProbabilities());
            float[] logs = new float[tokens.length];
            for (int i = 0; i < logs.length; i++) {
                logs[i] = row.logProbabilities()[tokens[i]];
            }
            rows.add(fields("total", row.total(), "tokens", tokens, "logs", logs));
        }
        List<Object> candidates = new ArrayList<>();
        for (Candidate candidate : step.candidates()) {
            candidates.add(fields(
                    "row", candidate.row(),
                    "token", candidate.token(),
                    "log", candidate.logProbability(),
                    "total", candidate.total(),
                    "ends", candidate.ends(),
                    "score", candidate.score(),
                    "fate", candidate.fate().name(),
                    "next", candidate.next()));
        }
        return fields(
                "rows", rows,
                "candidates", candidates,
                "possible", step.bestPossible(),
                "worst", step.worstFinished(),
                "verdict", step.verdict().name());
    }

    private static int[] likeliest(float[] logProbabilities) {
        return IntStream.range(0, logProbabilities.length)
                .boxed()
                .sorted(Comparator.comparing(token -> -logProbabilities[token]))
                .limit(ALTERNATIVES)
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** The vocabulary entries of all ids on the page. */
    private Map<String, Object> names() {
        Map<String, Object> names = new LinkedHashMap<>();
        for (Step step : steps) {
            for (Row row : step.rows()) {
                IntStream.concat(Arrays.stream(row.ids()), Arrays.stream(likeliest(row.logProbabilities())))
                        .forEach(id -> names.put(
                                Integer.toString(id), translator.tokenizer().targetToken(id)));
            }
            for (Candidate candidate : step.candidates()) {
                int id = candidate.token();
                names.put(Integer.toString(id), translator.tokenizer().targetToken(id));
            }
        }
        return names;
    }
}
