package dev.tercet.benchmarks;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.io.InputStream;
import java.nio.LongBuffer;
import java.util.Map;

/**
 * all-MiniLM-L6-v2 in ONNX Runtime, as a Java developer runs it today: all graph optimizations, a padded batch, a given
 * number of intra-op threads. The ONNX file is the one in the LangChain4j artifact.
 */
public final class OnnxRuntimePeer implements AutoCloseable {
    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;

    /**
     * @param resource {@code /all-minilm-l6-v2.onnx}
     * @param threads intra-op threads
     */
    public OnnxRuntimePeer(String resource, int threads) {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
                InputStream file = OnnxRuntimePeer.class.getResourceAsStream(resource)) {
            if (file == null) throw new IllegalStateException(resource + " is not on the class path");
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            session = environment.createSession(file.readAllBytes(), options);
        } catch (OrtException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Last hidden states of a padded batch, {@code [texts, length, 384]}. */
    public float[][][] hidden(int[][] ids) {
        int length = 0;
        for (int[] row : ids) length = Math.max(length, row.length);
        long[] input = new long[ids.length * length];
        long[] mask = new long[input.length];
        for (int r = 0; r < ids.length; r++) {
            for (int c = 0; c < ids[r].length; c++) {
                input[r * length + c] = ids[r][c];
                mask[r * length + c] = 1;
            }
        }
        long[] shape = {ids.length, length};
        try (OnnxTensor inputs = OnnxTensor.createTensor(environment, LongBuffer.wrap(input), shape);
                OnnxTensor masks = OnnxTensor.createTensor(environment, LongBuffer.wrap(mask), shape);
                OnnxTensor types =
                        OnnxTensor.createTensor(environment, LongBuffer.wrap(new long[input.length]), shape);
                OrtSession.Result result =
                        session.run(Map.of("input_ids", inputs, "attention_mask", masks, "token_type_ids", types))) {
            return (float[][][]) result.get(0).getValue();
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }
}
