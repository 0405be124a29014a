package dev.tercet.demos;

import java.util.List;
import java.util.stream.IntStream;

/** The texts of the tour. */
final class Samples {
    static final List<String> QUERIES = List.of(
            "What is machine learning?", "How does artificial intelligence work?", "Explain deep learning concepts");

    static final List<String> DOCUMENTS = List.of(
            "Machine learning is a subset of artificial intelligence that enables computers to learn and improve from"
                    + " experience without being explicitly programmed.",
            "Artificial intelligence refers to computer systems that can perform tasks typically requiring human"
                    + " intelligence, such as visual perception and decision-making.",
            "Deep learning uses artificial neural networks with multiple layers to model and understand complex"
                    + " patterns in data.",
            "Python is a high-level programming language known for its simplicity and readability in software"
                    + " development.",
            "Database management systems store, organize, and retrieve large amounts of structured data efficiently.");

    static final List<String> SENTENCES = List.of(
            "Hello, how are you today?",
            "The weather is beautiful outside.",
            "I love learning about artificial intelligence.");

    private Samples() {}

    /** Q1, D3, S2. */
    static String label(char kind, int index) {
        return kind + Integer.toString(index + 1);
    }

    static List<String> labels(char kind, List<String> texts) {
        return IntStream.range(0, texts.size()).mapToObj(i -> label(kind, i)).toList();
    }
}
