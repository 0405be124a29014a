package dev.tercet.engine.generate;

/** Divides scores: above 1 unlikely tokens become likelier, below 1 likely ones. {@code temperature} */
public record Temperature(float temperature) implements LogitsProcessor {
    @Override
    public void process(Prefix prefix, Scores scores) {
        for (int token = 0; token < scores.size(); token++) scores.set(token, scores.of(token) / temperature);
    }
}
