import dev.tercet.SentenceEncoder;
import java.util.Locale;

/** How much the tokens of a text look at themselves, at the token before and at [CLS], in each head of layer 0. */
class Heads {
    void main() {
        try (var encoder = SentenceEncoder.load("sentence-transformers/all-MiniLM-L6-v2")) {
            encoder.embed("The cat sat because it was tired.", (name, sequence, data, offset, shape) -> {
                if (name.equals("encoder.layer.0.attention.probabilities"))
                    for (int head = 0; head < shape[0]; head++)
                        show(head, data, offset + head * shape[1] * shape[2], shape[1]);
            });
        }
    }

    /** @param at where the head's square of n · n probabilities begins */
    static void show(int head, float[] p, int at, int n) {
        double self = 0;
        double before = 0;
        double cls = 0;
        for (int i = 1; i < n; i++) {
            self += p[at + i * n + i] / (n - 1);
            before += p[at + i * n + i - 1] / (n - 1);
            cls += p[at + i * n] / (n - 1);
        }
        IO.println(String.format(Locale.ROOT, "head %2d: self %.2f, before %.2f, [CLS] %.2f", head, self, before, cls));
    }
}
