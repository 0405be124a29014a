package dev.tercet.tokenizer;

import java.util.Comparator;
import java.util.List;

/**
 * Texts that visit what SentencePiece and Marian treat specially: special tokens, language codes, white space of all
 * kinds, rules of the charsmap, between texts of {@link GeneratedTexts}. {@code oracle/sentencepiece_parity.py} has the
 * same generator.
 */
final class SentencePieceTexts {
    private static final String[] PIECES = {
        "</s>",
        "<unk>",
        "<pad>",
        "<s>",
        ">>fra<<",
        ">>xyz<<",
        ">>",
        "<<",
        "<2fr>",
        "</",
        "<",
        "<un<unk>",
        "[sep]",
        "[SEP]",
        "sep",
        " the ",
        "the",
        "éa",
        "\uD834\uDD65x",
        "ab",
        "abc",
        "abcd",
        "bce",
        "aab",
        "\u2581",
        "\u2581\u2581",
        "<0x41>"
    };
    private static final String[] SPACES = {
        " ", "  ", "   ", "\u00a0", "\u3000", "\u2009 ", "\u200b", "\n", "\t", " \u2581 ", "\u2028"
    };
    private static final String[] RULES = {
        "\ufb01",
        "\ufb03",
        "\u00bd",
        "\ufdfa",
        "A\u030a",
        "\uff76\uff9e",
        "\u1112\u1161\u11ab",
        "\u2460",
        "\u2122",
        "\u2026",
        "\u1e9b\u0323",
        "\u00a8",
        "\u00ad",
        "\ufeff",
        "\u0000",
        "\ufffd",
        "\ud55c",
        "\u0344",
        "e\u0301\u0323",
        "Aa",
        "AaB",
        "x\u0301y"
    };

    private final List<String> vocabulary;
    private final GeneratedTexts texts;

    SentencePieceTexts(long seed) {
        vocabulary = vocabulary();
        texts = new GeneratedTexts(vocabulary, seed);
    }

    /** The tokens of the bundled Marian model in order of id, with spaces. */
    private static List<String> vocabulary() {
        JsonObject json = JsonObject.read(TokenizerFiles.folder(SentencePieceVariants.TINY), "vocab.json");
        return json.names().stream()
                .sorted(Comparator.comparing(json::integer))
                .map(token -> token.replace('\u2581', ' '))
                .toList();
    }

    int below(int n) {
        return texts.below(n);
    }

    private String oneOf(String[] choices) {
        return choices[below(choices.length)];
    }

    String next() {
        StringBuilder text = new StringBuilder();
        for (int n = 1 + below(3); n > 0; n--) {
            switch (below(8)) {
                case 0, 1, 2 -> text.append(texts.next());
                case 3 -> text.append(vocabulary.get(below(vocabulary.size())));
                case 4, 5 -> {
                    for (int k = 1 + below(4); k > 0; k--) text.append(oneOf(PIECES));
                }
                case 6 -> text.append(oneOf(SPACES));
                default -> text.append(oneOf(RULES));
            }
        }
        return text.toString();
    }
}
