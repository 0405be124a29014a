package dev.tercet;

import dev.tercet.tokenizer.MarianTokenizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Translates long texts sentence by sentence.
 *
 * @param maxLength tokens that the model reads of a text
 * @param batches translates some of the sentences
 */
record DocumentTranslator(MarianTokenizer tokenizer, int maxLength, Batches batches) {
    /** Translates texts, in their order. */
    interface Batches {
        /** @param first the number of the first one in the document */
        List<Translation> translate(List<String> texts, int first);
    }

    /** Source tokens translated in one call: what has come so far can be shown while the rest is on its way. */
    private static final int BATCH_TOKENS = 2048;

    /** What is translated at once, and whether it is a part of a sentence that was too long. */
    private record Piece(LongSentences.Part part, boolean ofLongSentence) {
        int start() {
            return part.span().start();
        }

        int end() {
            return part.span().end();
        }

        int tokens() {
            return part.ids().length;
        }
    }

    /**
     * @param code what goes in front of every sentence: a target language, or nothing
     * @param listener hears of every sentence, in their order, as soon as it and those before it are translated
     */
    DocumentTranslation translate(String code, String document, Consumer<TranslatedSentence> listener) {
        int coded = languageCodeEnd(document);
        if (coded > 0 && !code.isEmpty())
            throw new IllegalArgumentException("the document begins with " + document.substring(0, coded)
                    + ", but the target language is given as " + code.strip() + "; leave one of the two out");
        String prefix = coded == 0 ? code : document.substring(0, coded) + " ";
        List<TranslatedSentence> sentences = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        int written = coded;
        while (coded > 0 && document.startsWith(" ", written)) written++;
        List<Piece> pieces = pieces(document, coded, prefix);
        for (int from = 0, to; from < pieces.size(); from = to) {
            to = batchEnd(pieces, from);
            for (TranslatedSentence sentence : translate(document, prefix, pieces.subList(from, to), from)) {
                text.append(document, written, sentence.start()).append(sentence.text());
                written = sentence.end();
                sentences.add(sentence);
                listener.accept(sentence);
            }
        }
        text.append(document, written, document.length());
        return new DocumentTranslation(text.toString(), List.copyOf(sentences));
    }

    /** A code that says the target language of the document goes in front of every sentence. */
    private int languageCodeEnd(String document) {
        if (!document.startsWith(">>")) return 0;
        int closed = document.indexOf("<<");
        return closed < 0 || tokenizer.languageCodes().isEmpty() ? 0 : closed + 2;
    }

    private List<Piece> pieces(String document, int from, String prefix) {
        LongSentences longSentences = new LongSentences(tokenizer, prefix, maxLength);
        List<Piece> pieces = new ArrayList<>();
        for (SentenceSplitter.Span sentence : SentenceSplitter.split(document.substring(from))) {
            List<LongSentences.Part> parts = longSentences.parts(
                    document, new SentenceSplitter.Span(from + sentence.start(), from + sentence.end()));
            for (LongSentences.Part part : parts) pieces.add(new Piece(part, parts.size() > 1));
        }
        return pieces;
    }

    /** As many as have {@link #BATCH_TOKENS} at most, at least one. */
    private static int batchEnd(List<Piece> pieces, int from) {
        int to = from + 1;
        long tokens = pieces.get(from).tokens();
        while (to < pieces.size() && tokens + pieces.get(to).tokens() <= BATCH_TOKENS)
            tokens += pieces.get(to++).tokens();
        return to;
    }

    private List<TranslatedSentence> translate(String document, String prefix, List<Piece> pieces, int first) {
        List<String> texts = pieces.stream()
                .map(piece -> prefix + document.substring(piece.start(), piece.end()))
                .toList();
        List<Translation> translations = batches.translate(texts, first);
        List<TranslatedSentence> sentences = new ArrayList<>();
        for (int i = 0; i < pieces.size(); i++) {
            Piece piece = pieces.get(i);
            sentences.add(new TranslatedSentence(
                    piece.start(),
                    piece.end(),
                    document.substring(piece.start(), piece.end()),
                    translations.get(i),
                    issues(piece, translations.get(i))));
        }
        return sentences;
    }

    private Set<TranslationIssue> issues(Piece piece, Translation translation) {
        Set<TranslationIssue> issues = EnumSet.noneOf(TranslationIssue.class);
        Hypothesis best = translation.hypotheses().getFirst();
        boolean outOfTime = best.finish() == Finish.MAX_TIME;
        if (piece.ofLongSentence) issues.add(TranslationIssue.SPLIT);
        if (translation.truncatedTokens() > 0) issues.add(TranslationIssue.TRUNCATED);
        if (outOfTime || best.finish() == Finish.MAX_LENGTH) issues.add(TranslationIssue.UNFINISHED);
        if (best.text().isBlank() && !outOfTime) issues.add(TranslationIssue.EMPTY);
        if (RepeatedTokens.loops(piece.part.ids(), best.ids())) issues.add(TranslationIssue.LOOP);
        return Collections.unmodifiableSet(issues);
    }
}
