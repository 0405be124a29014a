package dev.tercet.engine.marian;

import dev.tercet.engine.generate.Continuations;
import dev.tercet.engine.generate.Logits;
import dev.tercet.engine.generate.NextTokens;
import dev.tercet.engine.kernel.Rows;
import dev.tercet.engine.layer.Packing;
import dev.tercet.engine.layer.Run;
import dev.tercet.engine.layer.Sequences;
import dev.tercet.engine.layer.TokenBatch;
import dev.tercet.engine.parallel.Workers;
import dev.tercet.loaders.InvalidModelException;
import dev.tercet.loaders.Weights;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** A Marian encoder-decoder with its weights. Immutable and safe for use by many threads. */
public final class MarianModel {
    /** Source tokens that the encoder sees at once; more would leave the cache. */
    private static final int ENCODED_TOGETHER = 1024;

    private final MarianConfig config;
    private final MarianEncoder encoder;
    private final MarianDecoder decoder;

    private MarianModel(MarianConfig config, MarianEncoder encoder, MarianDecoder decoder) {
        this.config = config;
        this.encoder = encoder;
        this.decoder = decoder;
    }

    /**
     * Reads the weights of a checkpoint.
     *
     * @param packing how the weights of dense layers are kept
     * @param workers pack the weights of different layers at the same time
     * @throws InvalidModelException when a weight is missing or has another shape than the config implies
     */
    public static MarianModel load(Packing packing, Workers workers, Weights checkpoint, MarianConfig config) {
        MarianWeights weights = new MarianWeights(packing, checkpoint, config);
        return new MarianModel(config, MarianEncoder.load(weights, workers), MarianDecoder.load(weights, workers));
    }

    public MarianConfig config() {
        return config;
    }

    /**
     * The encoder's last hidden states.
     *
     * @return [tokens, hidden], in the run's workspace
     * @throws IllegalArgumentException when an id is not in the vocabulary or a sequence is longer than there are
     *     positions
     */
    public Sequences encode(Run run, TokenBatch sources) {
        return encoder.forward(run, sources);
    }

    /** Decodes translations of these sources, numbered from 0; each is encoded when it begins. */
    public NextTokens decode(Run run, List<int[]> sources) {
        return new Decoding(run, sources);
    }

    private final class Decoding implements NextTokens {
        private final Run run;
        private final List<int[]> sources;
        private final DecoderState state;
        private float[] logits = new float[0];
        private float[] largest = new float[0];
        private float[] sums = new float[0];

        Decoding(Run run, List<int[]> sources) {
            this.run = run;
            this.sources = sources;
            this.state = decoder.newState(run.kernels());
        }

        @Override
        public int vocabulary() {
            return decoder.vocabulary();
        }

        @Override
        public Logits logits(Continuations step) {
            beginSentences(step);
            state.advance(step);
            long size = (long) step.count() * vocabulary();
            if (size > Integer.MAX_VALUE - 8)
                throw new IllegalArgumentException(
                        "the logits of " + step.count() + " hypotheses are more than an array holds; ask for fewer");
            if (logits.length < size) logits = new float[(int) size];
            int blocks = Logits.blocks(vocabulary());
            if (largest.length < step.count() * blocks) {
                largest = new float[step.count() * blocks];
                sums = new float[step.count() * blocks];
            }
            Logits next = new Logits(
                    Rows.of(logits, vocabulary(), step.count()), // [rows, vocabulary]
                    Rows.of(largest, blocks, step.count()),
                    Rows.of(sums, blocks, step.count()));
            decoder.forward(run, state, next);
            return next;
        }

        /** Encodes the sources of the sentences that begin in this step. */
        private void beginSentences(Continuations step) {
            int[] sentences = IntStream.range(0, step.count())
                    .filter(step::begins)
                    .map(step::sentence)
                    .toArray();
            for (int from = 0, to; from < sentences.length; from = to) {
                to = from + 1;
                int tokens = sources.get(sentences[from]).length;
                while (to < sentences.length && tokens + sources.get(sentences[to]).length <= ENCODED_TOGETHER)
                    tokens += sources.get(sentences[to++]).length;
                beginSentences(Arrays.copyOfRange(sentences, from, to));
            }
        }

        private void beginSentences(int[] sentences) {
            int mark = run.workspace().mark();
            TokenBatch batch = TokenBatch.of(
                    Arrays.stream(sentences).mapToObj(sources::get).toList());
            decoder.begin(run, state, sentences, encoder.forward(run, batch));
            run.workspace().release(mark);
        }
    }
}
