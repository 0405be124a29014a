package dev.tercet.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class KernelChoiceTest {
    private static final String MODULE = "--add-modules=jdk.incubator.vector";

    @Test
    void withoutTheVectorModuleTheScalarKernelsRunAndOneWarningNamesTheFlag() throws Exception {
        ForkedJvm jvm = ForkedJvm.run(Main.class);
        assertEquals(0, jvm.exit(), jvm.output());
        assertTrue(jvm.output().contains("kernels: scalar ("), jvm.output());
        assertTrue(jvm.output().contains("result: 7.0"), jvm.output());
        assertEquals(1, count("WARNING", jvm.output()), jvm.output());
        assertTrue(jvm.output().contains("--add-modules jdk.incubator.vector"), jvm.output());
    }

    @Test
    void withTheVectorModuleTheVectorKernelsRun() throws Exception {
        ForkedJvm jvm = ForkedJvm.run(Main.class, MODULE);
        assertTrue(jvm.output().contains("kernels: vector, "), jvm.output());
        assertTrue(jvm.output().contains("result: 7.0"), jvm.output());
    }

    @Test
    void thePropertyDecides() throws Exception {
        ForkedJvm jvm = ForkedJvm.run(Main.class, MODULE, "-Dtercet.kernels=scalar");
        assertTrue(jvm.output().contains("kernels: scalar (tercet.kernels=scalar)"), jvm.output());
        jvm = ForkedJvm.run(Main.class, "-Dtercet.kernels=scalar");
        assertEquals(0, count("WARNING", jvm.output()), jvm.output());
    }

    @Test
    void withoutC2TheScalarKernelsRun() throws Exception {
        ForkedJvm jvm = ForkedJvm.run(Main.class, MODULE, "-XX:TieredStopAtLevel=1");
        assertTrue(jvm.output().contains("kernels: scalar ("), jvm.output());
        jvm = ForkedJvm.run(Main.class, MODULE, "-Xint");
        assertTrue(jvm.output().contains("kernels: scalar ("), jvm.output());
    }

    /** Not everywhere can the flag be turned off; where it can, the description says what it means. */
    @Test
    void theAbsenceOfFusedMultiplyAddIsSaid() throws Exception {
        ForkedJvm jvm = ForkedJvm.run(Main.class, MODULE);
        assertFalse(jvm.output().contains("emulated"), jvm.output());
        if (System.getProperty("os.arch").equals("amd64")) {
            jvm = ForkedJvm.run(Main.class, MODULE, "-XX:-UseFMA");
            assertTrue(jvm.output().contains("without fused multiply-add"), jvm.output());
        }
    }

    @Test
    void anUnknownNameIsRefused() throws Exception {
        ForkedJvm jvm = ForkedJvm.run(Main.class, MODULE, "-Dtercet.kernels=fast");
        assertFalse(jvm.exit() == 0, jvm.output());
        assertTrue(jvm.output().contains("tercet.kernels=fast is none of scalar, vector, auto"), jvm.output());
    }

    private static int count(String word, String text) {
        return (int) Pattern.compile(Pattern.quote(word))
                .matcher(text)
                .results()
                .filter(match -> !text.startsWith("Using incubator", match.end() + 2))
                .count();
    }

    /** Chooses kernels and uses them. */
    static final class Main {
        public static void main(String[] args) {
            Kernels kernels = Kernels.preferred();
            float[] y = new float[1];
            kernels.linear(
                    Rows.of(new float[] {1, 2}, 2, 1),
                    kernels.pack(new float[] {1, 3}, 1, 2),
                    null,
                    Activation.IDENTITY,
                    Rows.of(y, 1, 1));
            System.out.println("kernels: " + Kernels.preferred().description());
            System.out.println("result: " + y[0]);
        }
    }
}
