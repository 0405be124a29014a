package dev.tercet.engine.marian;

import dev.tercet.engine.generate.Continuations;
import dev.tercet.engine.kernel.Kernels;
import dev.tercet.engine.kernel.Rows;
import dev.tercet.engine.layer.Run;
import dev.tercet.engine.layer.TokenBatch;
import dev.tercet.loaders.Checkpoint;
import dev.tercet.loaders.JsonObject;
import dev.tercet.loaders.ModelFiles;
import dev.tercet.loaders.Weights;
import java.nio.file.Path;
import java.util.List;

/**
 * How far encoder output and first-step logits are from the reference's. As a program it takes the folder of the
 * synthetic model of opus-mt's size, which is too large to be in the repository.
 */
final class FirstLogits {
    private FirstLogits() {}

    /**
     * The largest differences over some sentences.
     *
     * @param encoder relative to the largest value of the encoder's output
     * @param logits relative to the largest logit
     */
    record Difference(int sentences, double encoder, double logits) {}

    static Difference compare(ModelFiles files, String goldenFolder) {
        try (ModelFiles golden = MarianGolden.folder(goldenFolder)) {
            Weights expected = Checkpoint.open(golden);
            MarianModel model = MarianGolden.load(Kernels.preferred(), files);
            Run run = MarianGolden.run(Kernels.preferred(), null);
            int start = JsonObject.read(files, "config.json").integer("decoder_start_token_id");
            List<JsonObject> sentences = JsonObject.read(golden, "golden.json").objects("sentences");
            double encoder = 0;
            double logits = 0;
            for (int s = 0; s < sentences.size(); s++) {
                int[] source = sentences.get(s).integers("source");
                float[] largest = MarianGolden.all(expected, s + ".largest");
                Rows encoded = model.encode(run, TokenBatch.of(source)).rows();
                encoder = Math.max(encoder, difference(expected, s + ".encoder", encoded) / largest[0]);
                run.workspace().release(0);
                Continuations first = new Continuations();
                first.begin(0, start);
                Rows found = model.decode(run, List.of(source)).logits(first).rows();
                logits = Math.max(logits, difference(expected, s + ".logits", found) / largest[1]);
            }
            return new Difference(sentences.size(), encoder, logits);
        }
    }

    /** The golden file has all values or one of every few. */
    private static double difference(Weights golden, String name, Rows found) {
        float[] expected = MarianGolden.all(golden, name);
        int step = Math.ceilDiv(found.count() * found.stride(), expected.length);
        double largest = 0;
        for (int i = 0; i < expected.length; i++)
            largest = Math.max(largest, Math.abs(expected[i] - found.data()[found.offset() + i * step]));
        return largest;
    }

    public static void main(String[] args) {
        try (ModelFiles files = ModelFiles.folder(Path.of(args[0]))) {
            MarianConfig config = MarianGolden.config(files);
            int longest = config.encoder().intermediate();
            int encoderProducts = 1 + 4 * config.encoder().layers();
            int products = 1 + encoderProducts + 6 * config.decoder().layers();
            Difference difference = compare(files, "full-size-logits");
            System.out.println(difference);
            System.out.printf(
                    "bounds: encoder %.2e, logits %.2e%n",
                    MarianGolden.bound(encoderProducts, longest), MarianGolden.bound(products, longest));
            if (difference.encoder() > MarianGolden.bound(encoderProducts, longest)
                    || difference.logits() > MarianGolden.bound(products, longest)) System.exit(1);
        }
    }
}
