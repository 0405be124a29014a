package dev.tercet;

import java.util.Arrays;

/**
 * Which attention of the decoder to the source an {@link Alignment} is taken from: the mean of some heads of a layer,
 * with the same numbers as transformers' {@code cross_attentions}.
 *
 * @param layer of the decoder: from 0, or from -1, the last one, downwards
 * @param heads from 0; none for all
 */
public record AlignmentHeads(int layer, int... heads) {
    public AlignmentHeads {
        heads = heads.clone();
        for (int head : heads)
            if (head < 0) throw new IllegalArgumentException("head is " + head + ", expected 0 or more");
    }

    /**
     * The mean of all heads of the last layer. No layer of a model that was trained without alignments is right in
     * every case; the last one is what predicts the token.
     */
    public static AlignmentHeads defaults() {
        return new AlignmentHeads(-1);
    }

    /**
     * The number of the layer in a decoder.
     *
     * @throws IllegalArgumentException when the decoder has no such layer or head
     */
    int layerOf(int layers, int headsOfLayer) {
        int number = layer < 0 ? layers + layer : layer;
        if (number < 0 || number >= layers)
            throw new IllegalArgumentException(
                    "alignments are wanted of layer " + layer + ", but the decoder has " + layers + " layers");
        for (int head : heads)
            if (head >= headsOfLayer)
                throw new IllegalArgumentException(
                        "alignments are wanted of head " + head + ", but a layer has " + headsOfLayer + " heads");
        return number;
    }

    @Override
    public String toString() {
        return "layer " + layer + (heads.length == 0 ? "" : " heads " + Arrays.toString(heads));
    }
}
