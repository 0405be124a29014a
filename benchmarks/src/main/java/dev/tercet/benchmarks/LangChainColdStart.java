package dev.tercet.benchmarks;

import dev.langchain4j.model.embedding.onnx.allminilml6v2.AllMiniLmL6V2EmbeddingModel;

/** The peer of {@code java -jar tercet.jar embed hello}: one text to its vector by LangChain4j, then the end. */
public final class LangChainColdStart {
    private LangChainColdStart() {}

    /** Prints the dimension of the vector of {@code args[0]}. */
    public static void main(String[] args) {
        float[] vector =
                new AllMiniLmL6V2EmbeddingModel().embed(args[0]).content().vector();
        System.out.println(vector.length);
        System.exit(0); // the model's threads would go on
    }
}
