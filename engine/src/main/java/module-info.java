/** Tensors to vectors, scores and translations: BERT and Marian in pure Java. */
@SuppressWarnings("module") // the command line, which some packages are exported to, is compiled later
module dev.tercet.engine {
    requires transitive dev.tercet.tokenizer;
    requires transitive dev.tercet.loaders;
    requires jdk.incubator.vector;
    requires jdk.management;

    exports dev.tercet;
    exports dev.tercet.engine.kernel;
    exports dev.tercet.engine.trace;
    exports dev.tercet.engine.bert to
            dev.tercet.demos;
    exports dev.tercet.engine.marian to
            dev.tercet.demos;
    exports dev.tercet.engine.textbook to
            dev.tercet.demos;
}
