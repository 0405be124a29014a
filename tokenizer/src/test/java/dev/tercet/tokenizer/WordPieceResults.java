package dev.tercet.tokenizer;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Writes what the tokenizer makes of many texts, one line each, for {@code oracle/wordpiece_parity.py} to compare with
 * the reference: {@code WordPieceResults VARIANT generated SEED COUNT} or {@code WordPieceResults VARIANT lines FILE}.
 * Texts are encoded alone and, each with the one before it, as a pair, at a limit that depends on the line number.
 */
final class WordPieceResults {
    private static final int[] LIMITS = {Integer.MAX_VALUE, 3, 4, 5, 8, 16, 17, 31, 64, 128};

    private final Tokenizer tokenizer;
    private String previous = "";
    private int line;

    WordPieceResults(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    public static void main(String[] args) throws IOException {
        WordPieceResults results = new WordPieceResults(WordPieceTokenizer.load(WordPieceVariants.files(args[0])));
        try (PrintStream out = new PrintStream(new BufferedOutputStream(System.out, 1 << 16), false, "UTF-8")) {
            if (args[1].equals("generated")) {
                GeneratedTexts texts = new GeneratedTexts(WordPieceVariants.vocabulary(), Long.parseLong(args[2]));
                for (int i = Integer.parseInt(args[3]); i > 0; i--) out.print(results.of(texts.next()));
            } else {
                String all = Files.readString(Path.of(args[2]), StandardCharsets.UTF_8);
                for (String text : all.split("\n")) out.print(results.of(text));
            }
        }
    }

    /**
     * Four lines: the text alone, the text alone at a limit, the pair of the one before and this at a limit, and
     * decoded texts.
     */
    String of(String text) {
        int limit = LIMITS[line % LIMITS.length];
        Encoding alone = tokenizer.encode(text);
        String lines = show(alone)
                + show(tokenizer.encode(text, limit))
                + show(tokenizer.encodePair(previous, text, limit))
                + decoded(alone.ids()) + "\t" + decoded(picked()) + "\n";
        previous = text;
        line++;
        return lines;
    }

    private int[] picked() {
        int[] ids = new int[line % 12];
        for (int i = 0; i < ids.length; i++)
            ids[i] = (int) ((line * 7919L + i * (line + 1L) * 31) % tokenizer.vocabularySize());
        return ids;
    }

    private String decoded(int[] ids) {
        return tokenizer.decode(ids, true) + "\t" + tokenizer.decode(ids, false);
    }

    private String show(Encoding encoding) {
        Encoding.Spans spans = encoding.spans();
        List<String> columns = List.of(
                join(encoding.ids()),
                join(encoding.typeIds()),
                join(spans.codePointStarts()),
                join(spans.codePointEnds()),
                String.valueOf(encoding.truncated()),
                Arrays.stream(encoding.ids()).mapToObj(tokenizer::token).collect(Collectors.joining(" ")));
        return String.join("\t", columns) + "\n";
    }

    private static String join(int[] numbers) {
        return Arrays.stream(numbers).mapToObj(String::valueOf).collect(Collectors.joining(" "));
    }
}
