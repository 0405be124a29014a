package dev.tercet.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

/** What the JIT has done so far changes no bit: a JVM that only interprets gets what one gets after warm-up. */
class InterpretedEqualsCompiledTest {
    @Test
    void theInterpreterGivesTheSameBits() throws Exception {
        String flag = "--add-modules=jdk.incubator.vector";
        ForkedJvm interpreted = ForkedJvm.run(Main.class, flag, "-Xint", "-Drounds=1");
        ForkedJvm compiled = ForkedJvm.run(Main.class, flag, "-Drounds=1500");
        assertEquals(0, interpreted.exit(), interpreted.output());
        assertEquals(digests(interpreted), digests(compiled));
    }

    private static String digests(ForkedJvm jvm) {
        return jvm.output().substring(jvm.output().indexOf("digests"));
    }

    /** All kernels on a few small inputs, as often as asked for; prints a digest of each kernel's last results. */
    static final class Main {
        public static void main(String[] args) {
            int rounds = Integer.getInteger("rounds");
            Kernels kernels = VectorKernels.create("");
            String digests = null;
            for (int round = 0; round < rounds; round++) {
                digests = digests(kernels);
            }
            System.out.println("digests " + digests);
        }

        private static String digests(Kernels kernels) {
            Random random = new Random(1);
            StringBuilder digests = new StringBuilder();
            float[] x = Floats.random(random, 7 * 70);
            float[] w = Floats.random(random, 70 * 70);
            float[] y = new float[7 * 70];
            PackedMatrix packed = kernels.pack(w, 70, 70);
            for (Activation activation : Activation.values()) {
                kernels.linear(Rows.of(x, 70, 7), packed, w, activation, Rows.of(y, 70, 7));
                digests.append(activation).append(' ').append(digest(y)).append('\n');
            }
            byte[] q = new byte[70 * 70];
            random.nextBytes(q);
            PackedMatrix int8 = kernels.packInt8(new PackedMatrix.Int8(q, w, null), 70, 70);
            PackedMatrix bf16 = kernels.packBf16(w, 70, 70);
            for (PackedMatrix compact : new PackedMatrix[] {int8, bf16}) {
                for (int count = 1; count <= 7; count++) {
                    kernels.linear(Rows.of(x, 70, count), compact, w, Activation.IDENTITY, Rows.of(y, 70, count));
                    digests.append(compact.format())
                            .append(' ')
                            .append(digest(y))
                            .append('\n');
                }
            }
            float[] scratch = new float[kernels.attentionScratch(7, 7, 35)];
            Rows rows = Rows.of(x, 70, 7);
            kernels.attention(rows, rows, rows, 35, 0.1f, false, Rows.of(y, 70, 7), null, scratch, 0, 2);
            digests.append("attention ").append(digest(y)).append('\n');
            kernels.attention(rows, rows, rows, 35, 0.1f, true, Rows.of(y, 70, 7), null, scratch, 0, 2);
            digests.append("causal attention ").append(digest(y)).append('\n');
            kernels.layerNorm(rows, Rows.of(w, 70, 7), 70, w, w, 1e-5f, Rows.of(y, 70, 7));
            digests.append("layer norm ").append(digest(y)).append('\n');
            kernels.softmax(y, 0, 333);
            digests.append("softmax ").append(digest(y)).append('\n');
            kernels.logSoftmax(x, 0, 333);
            digests.append("log softmax ").append(digest(x)).append('\n');
            kernels.mean(rows, 70, y, 0);
            kernels.max(rows, 70, y, 70);
            y[140] = kernels.dot(x, 0, w, 0, 333);
            kernels.add(x, 0, y, 200, 99);
            kernels.scale(0.3f, y, 300, 99);
            return digests.append("others ").append(digest(y)).toString();
        }

        private static String digest(float[] values) {
            CRC32 crc = new CRC32();
            for (float value : values) {
                int bits = Float.floatToIntBits(value);
                crc.update(bits);
                crc.update(bits >> 8);
                crc.update(bits >> 16);
                crc.update(bits >> 24);
            }
            return Long.toHexString(crc.getValue());
        }
    }
}
