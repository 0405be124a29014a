/** Tensors to vectors, scores and translations: BERT and Marian in pure Java. */
module dev.tercet.engine {
    requires transitive dev.tercet.tokenizer;
    requires transitive dev.tercet.loaders;
    requires jdk.incubator.vector;

    exports dev.tercet;
    exports dev.tercet.engine.kernel;
    exports dev.tercet.engine.trace;
}
