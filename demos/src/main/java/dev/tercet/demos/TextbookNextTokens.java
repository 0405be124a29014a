package dev.tercet.demos;

import dev.tercet.engine.textbook.TextbookMarian;
import dev.tercet.tokenizer.MarianTokenizer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The log-probabilities that the textbook's beam search asks for, printed as it asks. */
final class TextbookNextTokens implements Function<int[], float[]> {
    private static final int SHOWN = 3;

    private final Page page;
    private final TextbookSteps steps;
    private final TextbookMarian marian;
    private final double[][] source;
    private final MarianTokenizer tokenizer;
    private final List<Integer> forbidden;
    private int[] last = {};
    private float[] answer;
    private int runs;
    private int tokens;

    TextbookNextTokens(
            Page page,
            TextbookSteps steps,
            TextbookMarian marian,
            double[][] source,
            MarianTokenizer tokenizer,
            List<Integer> forbidden) {
        this.page = page;
        this.steps = steps;
        this.marian = marian;
        this.source = source;
        this.tokenizer = tokenizer;
        this.forbidden = forbidden;
    }

    /** log softmax of the logits, those of forbidden tokens being -∞. */
    @Override
    public float[] apply(int[] ids) {
        if (Arrays.equals(ids, last)) {
            return answer; // in the first step all beams are alike
        }
        boolean newStep = ids.length != last.length;
        double[] p = marian.logProbabilities(source, ids);
        steps.hush();
        double allowed = IntStream.range(0, p.length)
                .filter(token -> !forbidden.contains(token))
                .mapToDouble(token -> Math.exp(p[token]))
                .sum();
        answer = new float[p.length];
        for (int token = 0; token < p.length; token++) {
            answer[token] =
                    forbidden.contains(token) ? Float.NEGATIVE_INFINITY : (float) (p[token] - Math.log(allowed));
        }
        runs++;
        tokens += ids.length;
        if (newStep) {
            page.line("").line("step " + ids.length);
        }
        page.item(written(ids), "→ " + best(answer), 45);
        last = ids;
        return answer;
    }

    private String written(int[] ids) {
        String text = IntStream.range(1, ids.length)
                .mapToObj(i -> tokenizer.targetToken(ids[i]))
                .collect(Collectors.joining(" "));
        String all = ids.length == 1 ? "(start)" : text;
        return "  " + (all.length() <= 40 ? all : "…" + all.substring(all.length() - 39));
    }

    private String best(float[] p) {
        return IntStream.range(0, p.length)
                .boxed()
                .sorted(Comparator.comparing(token -> -p[token]))
                .limit(SHOWN)
                .map(token -> String.format(
                        Locale.ROOT, "%s %.1f %%", tokenizer.targetToken(token), 100 * Math.exp(p[token])))
                .collect(Collectors.joining(", "));
    }

    /** What a cache would have saved. */
    String work() {
        return "The decoder ran " + runs + " times and read " + tokens
                + " tokens, because it begins anew every time; with" + " a cache it reads " + runs
                + ", the last token of each beam.";
    }
}
