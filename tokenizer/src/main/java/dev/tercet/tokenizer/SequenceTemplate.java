package dev.tercet.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * The format a model reads: special tokens and texts in order, as in {@code [CLS] A [SEP] B [SEP]}.
 *
 * @param parts in order
 */
record SequenceTemplate(List<SequenceTemplate.Part> parts) {
    /** One part of the format; all its tokens have one type id. */
    sealed interface Part {
        int typeId();
    }

    /** A special token; a few vocabulary entries may stand for it. */
    record Special(List<Integer> ids, int typeId) implements Part {}

    /** All tokens of a text: 0 for the first, 1 for the second. */
    record Text(int number, int typeId) implements Part {}

    /** Special tokens in the format. */
    int added() {
        int count = 0;
        for (int p = 0; p < parts.size(); p++) if (parts.get(p) instanceof Special special) count += special.ids.size();
        return count;
    }

    /** The numbers of the texts in the format, in order. */
    List<Integer> texts() {
        List<Integer> numbers = new ArrayList<>();
        for (Part part : parts) if (part instanceof Text text) numbers.add(text.number);
        return numbers;
    }

    /**
     * The kept tokens of the texts in this format.
     *
     * @param two the second text, null when the format has one
     */
    Encoding encoding(WordPieceRun one, int keepOne, WordPieceRun two, int keepTwo, Supplier<Encoding.Spans> spans) {
        int size = added() + keepOne + keepTwo;
        int[] ids = new int[size];
        int[] typeIds = new int[size];
        fill(one, keepOne, two, keepTwo, ids, typeIds, 0);
        return new Encoding(ids, typeIds, dropped(one, keepOne, two, keepTwo), spans);
    }

    /** Adds the kept tokens of the texts in this format; the second is null when the format has one. */
    void add(WordPieceRun one, int keepOne, WordPieceRun two, int keepTwo, Encodings target) {
        int size = added() + keepOne + keepTwo;
        int at = target.begin(size);
        fill(one, keepOne, two, keepTwo, target.ids(), target.typeIds(), at);
        target.end(size, dropped(one, keepOne, two, keepTwo));
    }

    private static int dropped(WordPieceRun one, int keepOne, WordPieceRun two, int keepTwo) {
        return one.total() - keepOne + (two == null ? 0 : two.total() - keepTwo);
    }

    /** Lays out the tokens from {@code begin} on. Without iterators, which would be garbage for every text. */
    private void fill(
            WordPieceRun one, int keepOne, WordPieceRun two, int keepTwo, int[] ids, int[] typeIds, int begin) {
        int at = begin;
        for (int p = 0; p < parts.size(); p++) {
            Part part = parts.get(p);
            int from = at;
            if (part instanceof Special special) {
                for (int i = 0; i < special.ids.size(); i++) ids[at++] = special.ids.get(i);
            } else if (part instanceof Text text) {
                int keep = text.number == 0 ? keepOne : keepTwo;
                (text.number == 0 ? one : two).copyIds(keep, ids, at);
                at += keep;
            }
            Arrays.fill(typeIds, from, at, part.typeId());
        }
    }

    /** Where the same tokens lie, from runs that kept their spans. */
    Encoding.Spans spans(WordPieceRun one, int keepOne, WordPieceRun two, int keepTwo, String first, String second) {
        int size = added() + keepOne + keepTwo;
        int[] starts = new int[size];
        int[] ends = new int[size];
        byte[] texts = new byte[size];
        int at = 0;
        for (Part part : parts) {
            int begin = at;
            int number = -1;
            switch (part) {
                case Special special -> at += special.ids.size();
                case Text text -> {
                    number = text.number;
                    int keep = number == 0 ? keepOne : keepTwo;
                    (number == 0 ? one : two).copySpans(keep, starts, ends, at);
                    at += keep;
                }
            }
            Arrays.fill(texts, begin, at, (byte) number);
        }
        return Encoding.Spans.of(first, second, starts, ends, texts);
    }
}
