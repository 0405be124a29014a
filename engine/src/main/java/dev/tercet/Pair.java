package dev.tercet;

/** Two texts that a {@link CrossEncoder} reads together, as {@code [CLS] query [SEP] document [SEP]}. */
public record Pair(String query, String document) {
    public Pair {
        if (query == null || document == null)
            throw new IllegalArgumentException(
                    "a pair needs two texts, the " + (query == null ? "query" : "document") + " is null");
    }
}
