package dev.tercet.tokenizer;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Writes what a SentencePiece model or Marian tokenizer makes of many texts, one line each, for
 * {@code oracle/sentencepiece_parity.py} to compare with the reference: {@code SentencePieceResults NAME generated SEED
 * COUNT} or {@code SentencePieceResults NAME lines SEED FILE}. Its Python side says what the columns are.
 */
final class SentencePieceResults {
    private static final int[] LIMITS = {Integer.MAX_VALUE, 1, 2, 3, 5, 8, 16, 31, 64};

    /** So many generated texts are one long text. */
    private static final int JOINED = 3000;

    private final String name;
    private final SentencePieceTexts texts;
    private final SentencePieceModel model;
    private final MarianTokenizer tokenizer;
    private int line;

    SentencePieceResults(String name, long seed) {
        this.name = name;
        this.texts = new SentencePieceTexts(seed);
        boolean isModel = SentencePieceVariants.isModel(name);
        model = isModel ? SentencePieceVariants.model(name) : null;
        tokenizer = isModel ? null : SentencePieceVariants.tokenizer(name);
    }

    public static void main(String[] args) throws IOException {
        SentencePieceResults results = new SentencePieceResults(args[0], Long.parseLong(args[2]));
        try (PrintStream out = new PrintStream(new BufferedOutputStream(System.out, 1 << 16), false, "UTF-8")) {
            if (args[1].equals("generated")) {
                for (int i = Integer.parseInt(args[3]); i > 0; i--) out.print(results.next());
            } else {
                String all = Files.readString(Path.of(args[3]), StandardCharsets.UTF_8);
                for (String text : all.split("\n")) out.print(results.of(text));
            }
        }
    }

    String next() {
        if (!SentencePieceVariants.isLong(name)) return of(texts.next());
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < JOINED; i++) text.append(texts.next());
        return of(text.toString());
    }

    String of(String text) {
        return (model != null ? ofModel(text) : ofTokenizer(text)) + "\n";
    }

    private String ofModel(String text) {
        SentencePieceModel.Segmentation found = model.encode(text);
        if (!Arrays.equals(found.ids(), model.encodeIds(text))) throw new AssertionError("encodeIds differs: " + text);
        int[] noise = noise(model.size());
        return String.join(
                "\t",
                join(found.ids()),
                Arrays.stream(found.pieces()).map(SentencePieceResults::escape).collect(Collectors.joining(" ")),
                join(codePoints(text, found.starts())),
                join(codePoints(text, found.ends())),
                escape(model.decode(List.of(found.pieces()))),
                escape(model.decodeIds(found.ids())),
                escape(model.normalize(text)),
                escape(model.decodeIds(noise)));
    }

    private String ofTokenizer(String text) {
        int limit = LIMITS[line++ % LIMITS.length];
        Encoding source = tokenizer.encode(text);
        Encoding target = tokenizer.encodeTarget(text);
        Encoding cut = tokenizer.encode(text, limit);
        boolean separate = name.equals("separate");
        int[] noise = noise(decodable());
        List<String> columns = new ArrayList<>();
        columns.add(join(source.ids()));
        columns.add(join(target.ids()));
        columns.add(join(cut.ids()));
        columns.add(String.valueOf(cut.truncated()));
        if (!name.equals("added")) {
            for (Encoding encoding : List.of(source, target)) {
                columns.add(join(encoding.spans().codePointStarts()));
                columns.add(join(encoding.spans().codePointEnds()));
            }
        }
        for (int[] ids : separate ? List.of(target.ids(), noise) : List.of(source.ids(), target.ids(), noise)) {
            for (boolean skip : new boolean[] {false, true}) {
                columns.add(escape(tokenizer.decode(ids, skip)));
                columns.add(escape(tokenizer.decodeTarget(ids, skip)));
            }
        }
        return String.join("\t", columns);
    }

    private int decodable = -1;

    /** How many ids the vocabulary has without added tokens. */
    private int decodable() {
        if (decodable < 0)
            decodable = JsonObject.read(SentencePieceVariants.files(name), "vocab.json")
                    .names()
                    .size();
        return decodable;
    }

    private int[] noise(int size) {
        int[] ids = new int[texts.below(8)];
        for (int i = 0; i < ids.length; i++) ids[i] = texts.below(size);
        return ids;
    }

    private static int[] codePoints(String text, int[] indexes) {
        int[] counts = new int[indexes.length];
        int at = 0;
        int count = 0;
        for (int i = 0; i < indexes.length; i++) {
            count += text.codePointCount(at, indexes[i]);
            at = indexes[i];
            counts[i] = count;
        }
        return counts;
    }

    private static String escape(String text) {
        StringBuilder escaped = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean plain = c >= ' ' && "\\\u007f\u0085\u2028\u2029".indexOf(c) < 0;
            escaped.append(plain ? String.valueOf(c) : String.format("\\%04x", (int) c));
        }
        return escaped.toString();
    }

    private static String join(int[] numbers) {
        return Arrays.stream(numbers).mapToObj(String::valueOf).collect(Collectors.joining(" "));
    }
}
