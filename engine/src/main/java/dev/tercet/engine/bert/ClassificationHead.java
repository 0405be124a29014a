package dev.tercet.engine.bert;

import dev.tercet.engine.kernel.Activation;
import dev.tercet.engine.kernel.Rows;
import dev.tercet.engine.layer.Linear;
import dev.tercet.engine.layer.Packing;
import dev.tercet.engine.layer.Run;
import dev.tercet.engine.layer.Sequences;
import dev.tercet.loaders.InvalidModelException;
import dev.tercet.loaders.Weights;

/**
 * The head of {@code BertForSequenceClassification}: logits = classifier(tanh(pooler(h[CLS]))).
 *
 * @param pooler with its tanh
 * @param classifier to one logit per label
 */
public record ClassificationHead(Linear pooler, Linear classifier) {
    /**
     * Loads pooler and classifier of a checkpoint.
     *
     * @throws InvalidModelException when they are missing, as in a checkpoint of {@code BertModel}, or have another
     *     shape than the config implies
     */
    public static ClassificationHead load(Packing packing, Weights checkpoint, BertConfig config) {
        if (!checkpoint.has("classifier.weight"))
            throw new InvalidModelException(checkpoint.describe("classifier.weight")
                    + " is missing; a cross-encoder needs a BertForSequenceClassification checkpoint");
        int hidden = config.hiddenSize();
        int labels = config.labels().isEmpty()
                ? checkpoint.shape("classifier.weight")[0]
                : config.labels().size();
        Weights pooler = BertEncoder.inner(checkpoint).in("pooler.dense");
        return new ClassificationHead(
                Linear.load(packing, pooler, hidden, hidden, Activation.TANH),
                Linear.load(packing, checkpoint.in("classifier"), hidden, labels, Activation.IDENTITY));
    }

    public int labels() {
        return classifier.weight().outputs();
    }

    /**
     * @param first hidden states of the first token of each sequence, [sequences, hidden]
     * @return logits, [sequences, labels], in the run's workspace
     */
    public Rows forward(Run run, Rows first) {
        int hidden = pooler.weight().outputs();
        Sequences pooled = run.workspace().singles(first.count(), hidden); // [sequences, hidden]
        pooler.forward(run, first, pooled.rows());
        run.record("pooler", pooled, hidden);
        Sequences logits = run.workspace().singles(first.count(), labels()); // [sequences, labels]
        classifier.forward(run, pooled.rows(), logits.rows());
        run.record("classifier", logits, labels());
        return logits.rows();
    }
}
