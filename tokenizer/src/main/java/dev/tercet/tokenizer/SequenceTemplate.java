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
        for (Part part : parts) if (part instanceof Special special) count += special.ids.size();
        return count;
    }

    /** The numbers of the texts in the format, in order. */
    List<Integer> texts() {
        List<Integer> numbers = new ArrayList<>();
        for (Part part : parts) if (part instanceof Text text) numbers.add(text.number);
        return numbers;
    }

    private int size(int[] keep) {
        int size = added();
        for (int count : keep) size += count;
        return size;
    }

    /** Lays out the kept tokens of the texts in this format. */
    Encoding fill(WordPieceRun[] runs, int[] keep, Supplier<Encoding.Spans> spans) {
        int size = size(keep);
        int[] ids = new int[size];
        int[] typeIds = new int[size];
        int at = 0;
        int dropped = 0;
        for (Part part : parts) {
            int begin = at;
            if (part instanceof Special special) {
                for (int id : special.ids) ids[at++] = id;
            } else if (part instanceof Text text) {
                runs[text.number].copyIds(keep[text.number], ids, at);
                at += keep[text.number];
                dropped += runs[text.number].total() - keep[text.number];
            }
            Arrays.fill(typeIds, begin, at, part.typeId());
        }
        return new Encoding(ids, typeIds, dropped, spans);
    }

    /** Where the same tokens lie, from runs that kept their spans. */
    Encoding.Spans spans(WordPieceRun[] runs, int[] keep, String first, String second) {
        int size = size(keep);
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
                    runs[number].copySpans(keep[number], starts, ends, at);
                    at += keep[number];
                }
            }
            Arrays.fill(texts, begin, at, (byte) number);
        }
        return Encoding.Spans.of(first, second, starts, ends, texts);
    }
}
