package dev.tercet.demos;

import dev.tercet.Bleu;
import dev.tercet.Chrf;
import dev.tercet.GenerationConfig;
import dev.tercet.Translator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How good results are. */
@CommandLine.Command(
        name = "evaluate",
        sortOptions = false,
        description = "Measure how good translations are, by BLEU and chrF.",
        footer = {
            "",
            "Line N of the references belongs to line N of the translations. Texts go in as they are,",
            "neither tokenized nor lowercased. The numbers and signatures are those of sacreBLEU 2.6.0:",
            "tokenization 13a, exponential smoothing. --format jsonl prints",
            "{\"metric\",\"score\",\"signature\",...} for each metric; with --sentences, before them,",
            "{\"line\",\"bleu\",\"chrf\"} for each line, its BLEU with the effective order.",
            "",
            "  tercet evaluate --task translation -r fr.txt --hypotheses mine.txt",
            "  tercet evaluate --task translation -r fr.txt -i en.txt --model Helsinki-NLP/opus-mt-en-fr"
        })
final class EvaluateCommand extends Command {
    private static final int BATCH = 128;

    enum Task {
        translation
    }

    enum Format {
        text,
        jsonl
    }

    @Option(names = "--task", paramLabel = "translation", required = true, description = "What is evaluated.")
    private Task task;

    @Option(
            names = {"-r", "--references"},
            paramLabel = "FILE",
            required = true,
            description = "Good translations, one per line; may be given several times.")
    private List<String> references;

    @Option(names = "--hypotheses", paramLabel = "FILE|-", description = "The translations to be evaluated.")
    private String hypotheses;

    @Mixin
    private InputOptions sources = new InputOptions();

    @Option(
            names = "--target-language",
            paramLabel = "CODE",
            description = "With -i: what a multilingual model translates into, fra as well as >>fra<<.")
    private String targetLanguage;

    @Option(
            names = "--save-hypotheses",
            paramLabel = "FILE",
            description = "With -i: keep the translations; the file appears once it is complete.")
    private String saved;

    @Option(names = "--lowercase", description = "Take upper and lower case as the same.")
    private boolean lowercase;

    @Option(
            names = "--chrf-word-order",
            paramLabel = "N",
            defaultValue = "0",
            description = "Words that chrF counts in a row; 2 is chrF++ (0).")
    private int wordOrder;

    @Option(names = "--sentences", description = "Scores of every line, too.")
    private boolean sentences;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Write there; the file appears once it is complete.")
    private String output;

    @Option(names = "--format", paramLabel = "text|jsonl", defaultValue = "text", description = "(text)")
    private Format format;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private TranslateCommand.Decoding decoding = new TranslateCommand.Decoding();

    EvaluateCommand(Streams streams) {
        super(streams);
    }

    @Override
    void run() throws IOException {
        if ((hypotheses != null) == sources.given()) {
            throw wrongUsage("what is evaluated? Give --hypotheses FILE, or -i FILE for texts to translate first");
        }
        if (saved != null && !sources.given()) {
            throw wrongUsage("--save-hypotheses goes with -i, the texts to translate");
        }
        if (targetLanguage != null && !sources.given()) {
            throw wrongUsage("--target-language goes with -i, the texts to translate");
        }
        GenerationConfig generation =
                targetLanguage == null ? decoding.config() : decoding.config().targetLanguage(targetLanguage);
        Chrf.Settings characters = new Chrf.Settings(lowercase, wordOrder);
        List<List<String>> expected = new ArrayList<>();
        for (String file : references) {
            expected.add(lines(file));
        }
        try (Results results = Results.open(output, streams.out())) {
            List<String> found = hypotheses != null ? lines(hypotheses) : translated(expected, generation);
            checkCounts(found.size(), hypotheses != null ? hypotheses : "the input", expected);
            JsonLines json = new JsonLines(results.stream());
            if (sentences) {
                writeSentences(found, expected, characters, json, results);
            }
            write(
                    Bleu.of(found, expected, new Bleu.Settings(lowercase, false)),
                    Chrf.of(found, expected, characters),
                    json,
                    results);
            results.complete();
        }
    }

    private List<String> lines(String file) throws IOException {
        try (Inputs<String> inputs = InputOptions.of(file).texts(List.of(), streams)) {
            return all(inputs);
        }
    }

    private static List<String> all(Inputs<String> inputs) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = inputs.next(); line != null; line = inputs.next()) {
            lines.add(line);
        }
        return lines;
    }

    /** Before translating, which may take long, and before scoring. */
    private void checkCounts(int count, String name, List<List<String>> expected) {
        for (int r = 0; r < expected.size(); r++) {
            int size = expected.get(r).size();
            if (size != count) {
                throw CommandException.wrongInput(references.get(r) + " has " + size + " lines, " + name + " has "
                        + count + "; each line needs its reference");
            }
        }
        if (count == 0) {
            throw CommandException.wrongInput(name + " has no lines, there is nothing to evaluate");
        }
    }

    private List<String> translated(List<List<String>> expected, GenerationConfig generation) throws IOException {
        List<String> texts;
        try (Inputs<String> inputs = sources.texts(List.of(), streams)) {
            texts = all(inputs);
        }
        checkCounts(texts.size(), "the input", expected);
        try (Results kept = saved == null ? null : Results.open(saved, streams.out());
                Translator translator = model.translator(this)) {
            long start = System.nanoTime();
            List<String> translations = translate(texts, translator, generation);
            remark(texts.size(), (System.nanoTime() - start) / 1e9);
            if (kept != null) {
                for (String text : translations) {
                    print(kept, text);
                }
                kept.complete();
            }
            return translations;
        }
    }

    private List<String> translate(List<String> texts, Translator translator, GenerationConfig generation) {
        List<String> translations = new ArrayList<>();
        try (Progress progress = progress("texts")) {
            for (int from = 0; from < texts.size(); from += BATCH) {
                List<String> batch = texts.subList(from, Math.min(texts.size(), from + BATCH));
                translator.translate(batch, generation).forEach(translation -> translations.add(translation.text()));
                progress.done(batch.size(), (double) translations.size() / texts.size());
            }
        }
        return translations;
    }

    private void remark(int count, double seconds) {
        if (!quiet) {
            streams.err()
                    .printf(
                            Locale.ROOT,
                            "translated %,d lines in %.1f s, %.1f a second%n",
                            count,
                            seconds,
                            count / seconds);
        }
    }

    private void writeSentences(
            List<String> found, List<List<String>> expected, Chrf.Settings characters, JsonLines json, Results results)
            throws IOException {
        Bleu.Settings words = new Bleu.Settings(lowercase, true);
        for (int i = 0; i < found.size(); i++) {
            int line = i;
            List<String> one = List.of(found.get(line));
            List<List<String>> its =
                    expected.stream().map(list -> List.of(list.get(line))).toList();
            double bleu = Bleu.of(one, its, words).score();
            double chrf = Chrf.of(one, its, characters).score();
            if (format == Format.jsonl) {
                json.begin()
                        .number("line", line + 1)
                        .number("bleu", bleu)
                        .number("chrf", chrf)
                        .end();
            } else {
                print(results, String.format(Locale.ROOT, "%6d  BLEU %6.2f  chrF %6.2f", line + 1, bleu, chrf));
            }
        }
        json.flush();
    }

    private void write(Bleu bleu, Chrf chrf, JsonLines json, Results results) throws IOException {
        if (format == Format.jsonl) {
            json.begin()
                    .text("metric", "BLEU")
                    .number("score", bleu.score())
                    .text("signature", bleu.signature())
                    .numbers("precisions", bleu.precisions())
                    .number("brevityPenalty", bleu.brevityPenalty())
                    .number("hypothesisTokens", bleu.hypothesisTokens())
                    .number("referenceTokens", bleu.referenceTokens())
                    .end();
            json.begin()
                    .text("metric", chrf.name())
                    .number("score", chrf.score())
                    .text("signature", chrf.signature())
                    .end();
            json.flush();
            return;
        }
        print(results, String.format(Locale.ROOT, "%-7s %6.2f   %s", "BLEU", bleu.score(), bleu.details()));
        print(results, "                 " + bleu.signature());
        print(results, String.format(Locale.ROOT, "%-7s %6.2f   %s", chrf.name(), chrf.score(), chrf.signature()));
    }

    private static void print(Results results, String line) throws IOException {
        results.stream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
