package dev.tercet.demos;

import dev.tercet.Finish;
import dev.tercet.GenerationConfig;
import dev.tercet.Hypothesis;
import dev.tercet.TranslatedSentence;
import dev.tercet.TranslationIssue;
import dev.tercet.Translator;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** Translates documents and writes what comes out: the text, or an object for every sentence. */
final class DocumentWriter {
    /** Code points of a sentence that a remark shows. */
    private static final int SHOWN = 40;

    private final Results results;
    private final PrintStream remarks; // null: none
    private final Translator translator;
    private final HypothesisDetails details;
    private final JsonLines json;
    private int documents;

    DocumentWriter(Results results, PrintStream remarks, Translator translator, HypothesisDetails details)
            throws IOException {
        this.details = details;
        this.results = results;
        this.remarks = remarks;
        this.translator = translator;
        this.json = new JsonLines(results.stream());
    }

    void translate(String document, GenerationConfig config, boolean asJson, Progress progress) throws IOException {
        double length = document.length();
        var translated =
                translator.translateDocument(document, config, sentence -> progress.done(1, sentence.end() / length));
        if (asJson) {
            writeJson(document, translated.sentences());
        } else {
            results.stream().write(translated.text().getBytes(StandardCharsets.UTF_8));
            results.stream().flush();
            remark(document, translated.withIssues());
        }
        documents++;
    }

    private void writeJson(String document, List<TranslatedSentence> sentences) throws IOException {
        int at = 0;
        int codePoints = 0;
        for (TranslatedSentence sentence : sentences) {
            int start = codePoints + document.codePointCount(at, sentence.start());
            codePoints = start + document.codePointCount(sentence.start(), sentence.end());
            at = sentence.end();
            json.begin()
                    .number("document", documents)
                    .number("start", start)
                    .number("end", codePoints)
                    .text("text", sentence.source());
            if (details.alignments()) {
                json.texts(
                        "sourceTokens",
                        sentence.translation()
                                .hypotheses()
                                .getFirst()
                                .alignment()
                                .source());
            }
            json.beginArray("translations");
            for (Hypothesis hypothesis : sentence.translation().hypotheses()) {
                details.write(hypothesis, json);
            }
            json.endArray()
                    .texts(
                            "issues",
                            sentence.issues().stream()
                                    .map(issue -> issue.name().toLowerCase(Locale.ROOT))
                                    .toList())
                    .end();
        }
        json.flush();
    }

    private void remark(String document, List<TranslatedSentence> sentences) {
        if (remarks == null) {
            return;
        }
        int at = 0;
        int line = 1;
        for (TranslatedSentence sentence : sentences) {
            for (; at < sentence.start(); at++) {
                line += document.charAt(at) == '\n' ? 1 : 0;
            }
            for (TranslationIssue issue : sentence.issues()) {
                remarks.println(
                        "line " + line + ", \"" + beginning(sentence.source()) + "\": " + what(issue, sentence));
            }
        }
    }

    private String what(TranslationIssue issue, TranslatedSentence sentence) {
        return switch (issue) {
            case SPLIT ->
                "part of a sentence longer than the " + translator.maxLength()
                        + " tokens that the model reads, translated by itself";
            case TRUNCATED -> "not all of it was read, the limit of " + translator.maxLength() + " tokens is too low";
            case UNFINISHED ->
                sentence.translation().hypotheses().getFirst().finish() == Finish.MAX_TIME
                        ? "the time was over before the translation was complete; raise --max-time"
                        : "the translation stops at the length limit; raise --max-length";
            case EMPTY -> "the translation is empty";
            case LOOP -> "the translation repeats itself; try --no-repeat-ngram 4";
        };
    }

    private static String beginning(String text) {
        String line = text.replaceAll("\\s+", " ");
        int points = line.codePointCount(0, line.length());
        return points <= SHOWN ? line : line.substring(0, line.offsetByCodePoints(0, SHOWN)) + "…";
    }
}
