package dev.tercet.demos;

import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Prints what the textbook computes, as it computes it: the first layer step by step, each later layer by its result.
 */
final class TextbookSteps implements BiConsumer<String, double[][]> {
    private static final int SHOWN = 3;

    /** What comes before a step, by the end of its name. */
    private static final Map<String, String> TITLES = Map.of(
            "word_embeddings", "Ids to vectors",
            "coder.embeddings", "Ids to vectors",
            ".query", "Layer 0: attention, in which tokens look at each other",
            ".self_attn.probabilities", "Layer 0: self-attention, in which tokens look at each other",
            ".encoder_attn.probabilities", "Layer 0: cross-attention, in which they look at the source",
            ".intermediate", "Layer 0: feed-forward, each token by itself",
            ".activation_fn", "Layer 0: feed-forward, each token by itself",
            "mean", "Pooling: all tokens to one vector",
            "pooler", "Head: the first token's vector to one number",
            "lm_head", "Output: one number for each token of the vocabulary");

    private static final Map<String, String> FORMULAS = Map.ofEntries(
            Map.entry("word_embeddings", "the row for the id"),
            Map.entry("token_type_embeddings", "the row for the text"),
            Map.entry("position_embeddings", "the row for the position"),
            Map.entry("embeddings", "norm(word + position + type)"),
            Map.entry("encoder.embeddings", "word · √hidden + position"),
            Map.entry("decoder.embeddings", "word · √hidden + position"),
            Map.entry(".query", "q = Wq x + b"),
            Map.entry(".key", "k = Wk x + b"),
            Map.entry(".value", "v = Wv x + b"),
            Map.entry(".probabilities", "p = softmax(q · k / √size)"),
            Map.entry(".self", "context = Σ p v"),
            Map.entry(".attention.output", "norm(x + W context + b)"),
            Map.entry("_attn_layer_norm", "norm(x + W Σ p v + b)"),
            Map.entry(".intermediate", "activation(W x + b)"),
            Map.entry(".activation_fn", "activation(W x + b)"),
            Map.entry(".output", "norm(x + W wide + b)"),
            Map.entry(".final_layer_norm", "norm(x + W wide + b)"),
            Map.entry("mean", "Σ tokens / their number"),
            Map.entry("pooler", "tanh(W [CLS] + b)"),
            Map.entry("classifier", "w · pooled + b"),
            Map.entry("lm_head", "W x + b, the last token's x"));

    private final Page page;
    private final int heads;
    private final int layers;
    private boolean quiet;

    TextbookSteps(Page page, int heads, int layers) {
        this.page = page;
        this.heads = heads;
        this.layers = layers;
    }

    /** How to read the lines. */
    void legend(String file) {
        page.say("Computed by " + file + ": plain loops in double precision. Each line is a step: its name, the shape"
                + " of its result, the first numbers of its first row, how they were made.");
    }

    /** Prints nothing from now on. */
    void hush() {
        quiet = true;
    }

    @Override
    public void accept(String name, double[][] x) {
        if (quiet) {
            return;
        }
        String layer = name.replaceFirst(".*\\.layers?\\.(\\d+)\\..*", "$1");
        if (layer.equals(name) || layer.equals("0")) {
            String title = byEnd(TITLES, name);
            if (title != null) {
                page.step(title);
            }
            line(name, x, byEnd(FORMULAS, name));
        } else if (isResult(name)) {
            if (layer.equals("1")) {
                page.step("The other layers do the same with other weights; of each, its result");
            }
            line(name, x, byEnd(FORMULAS, name));
        }
    }

    private static boolean isResult(String name) {
        return name.matches(".*\\.\\d+\\.(output|final_layer_norm)");
    }

    /** The value of the longest key that the name ends with, or null. */
    private static String byEnd(Map<String, String> values, String name) {
        String best = null;
        for (String end : values.keySet()) {
            if (name.endsWith(end) && (best == null || end.length() > best.length())) {
                best = end;
            }
        }
        return best == null ? null : values.get(best);
    }

    /** One step: name, shape, first numbers, formula. */
    void line(String name, double[][] x, String formula) {
        String shape = name.endsWith(".probabilities")
                ? "[" + heads + ", " + x.length / heads + ", " + x[0].length + "]"
                : x.length == 1 ? "[" + x[0].length + "]" : "[" + x.length + ", " + x[0].length + "]";
        StringBuilder numbers = new StringBuilder();
        for (int i = 0; i < SHOWN; i++) {
            numbers.append(i < x[0].length ? String.format(Locale.ROOT, "%8.4f", x[0][i]) : " ".repeat(8));
        }
        String more = x[0].length > SHOWN ? " …  " : "    ";
        String shortName = name.replaceFirst("^(encoder|decoder)\\.layers?\\.(\\d+)\\.", "$2.")
                .replaceFirst("^(0|embeddings)\\.", "");
        page.line(String.format(Locale.ROOT, "%-27s %-12s%s%s%s", shortName, shape, numbers, more, formula));
    }
}
