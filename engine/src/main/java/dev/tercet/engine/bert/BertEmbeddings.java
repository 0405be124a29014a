package dev.tercet.engine.bert;

import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.kernel.Rows;
import dev.tercet.engine.layer.EmbeddingTable;
import dev.tercet.engine.layer.LayerNorm;
import dev.tercet.engine.layer.Run;
import dev.tercet.engine.layer.Sequences;
import dev.tercet.engine.layer.TokenBatch;
import dev.tercet.loaders.Weights;

/**
 * Token ids to the first hidden states: LayerNorm(word[id] + type[typeId] + position[i]), i counted from 0 in every
 * sequence.
 *
 * @param words [vocabulary, hidden]
 * @param types [types, hidden]
 * @param positions [positions, hidden]
 */
record BertEmbeddings(EmbeddingTable words, EmbeddingTable types, EmbeddingTable positions, LayerNorm layerNorm) {
    private static final String NAME = "embeddings";

    static BertEmbeddings load(Weights weights, BertConfig config) {
        int hidden = config.hiddenSize();
        return new BertEmbeddings(
                EmbeddingTable.load(weights, "word_embeddings.weight", config.vocabularySize(), hidden),
                EmbeddingTable.load(weights, "token_type_embeddings.weight", config.types(), hidden),
                EmbeddingTable.load(weights, "position_embeddings.weight", config.positions(), hidden),
                LayerNorm.load(weights.in("LayerNorm"), hidden, config.epsilon()));
    }

    /** @return [tokens, hidden], in the run's workspace */
    Sequences forward(Run run, TokenBatch batch) {
        check(batch);
        if (run.traced()) recordParts(run, batch);
        int hidden = words.columns();
        Kernels kernels = run.kernels();
        Sequences embeddings = run.workspace().sequences(batch, hidden); // [tokens, hidden]
        Rows sum = embeddings.rows();
        Rows addend = run.workspace().rows(1, hidden);
        for (int s = 0; s < batch.sequences(); s++) {
            for (int i = 0; i < batch.length(s); i++) {
                int token = batch.starts()[s] + i;
                int row = sum.offset() + token * sum.stride();
                words.copy(batch.ids()[token], sum.data(), row);
                types.copy(batch.typeIds()[token], addend.data(), addend.offset());
                kernels.add(addend.data(), addend.offset(), sum.data(), row, hidden);
                positions.copy(i, addend.data(), addend.offset());
                kernels.add(addend.data(), addend.offset(), sum.data(), row, hidden);
            }
        }
        layerNorm.forward(run, sum, null, sum);
        run.record(NAME, embeddings, hidden);
        return embeddings;
    }

    /** What is about to be added up, by the names of the tables. */
    private void recordParts(Run run, TokenBatch batch) {
        int[] places = new int[batch.tokens()];
        for (int s = 0; s < batch.sequences(); s++)
            for (int i = 0; i < batch.length(s); i++) places[batch.starts()[s] + i] = i;
        recordPart(run, "word_embeddings", words, batch.ids(), batch);
        recordPart(run, "token_type_embeddings", types, batch.typeIds(), batch);
        recordPart(run, "position_embeddings", positions, places, batch);
    }

    private static void recordPart(Run run, String name, EmbeddingTable table, int[] ids, TokenBatch batch) {
        int mark = run.workspace().mark();
        Sequences vectors = run.workspace().sequences(batch, table.columns());
        table.forward(ids, vectors.rows());
        run.record(NAME + "." + name, vectors, table.columns());
        run.workspace().release(mark);
    }

    private void check(TokenBatch batch) {
        for (int s = 0; s < batch.sequences(); s++) {
            if (batch.length(s) > positions.rows())
                throw new IllegalArgumentException("sequence " + s + " has " + batch.length(s)
                        + " tokens, the model has positions for " + positions.rows() + "; truncate it");
        }
    }
}
