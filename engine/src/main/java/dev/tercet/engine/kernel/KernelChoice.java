package dev.tercet.engine.kernel;

import java.util.Locale;

/**
 * The choice between the scalar and the vector kernels, made once per process. {@link VectorKernels} is touched only
 * when the vector module is there: without it the class could not be linked.
 */
final class KernelChoice {
    static final String PROPERTY = "tercet.kernels";
    static final String VECTOR_MODULE = "jdk.incubator.vector";

    private static final String EMULATED = emulated();

    static final Kernels SCALAR = new ScalarKernels("the reference" + EMULATED);
    static final Kernels PREFERRED = choose(System.getProperty(PROPERTY, "auto"));

    private KernelChoice() {}

    private static Kernels choose(String wanted) {
        return switch (wanted.toLowerCase(Locale.ROOT)) {
            case "scalar" -> new ScalarKernels(PROPERTY + "=scalar" + EMULATED);
            case "vector" -> vector();
            case "auto" -> automatic();
            case "gradual" -> gradual(automatic());
            default ->
                throw new IllegalArgumentException(
                        PROPERTY + "=" + wanted + " is none of scalar, vector, auto, gradual");
        };
    }

    private static Kernels automatic() {
        if (!vectorModuleIsPresent()) {
            System.getLogger("dev.tercet")
                    .log(
                            System.Logger.Level.WARNING,
                            "running on the scalar kernels, several times slower than need be: start Java with"
                                    + " --add-modules " + VECTOR_MODULE);
            return new ScalarKernels(
                    "the module " + VECTOR_MODULE + " is absent: start Java with --add-modules " + VECTOR_MODULE);
        }
        String reason = reasonAgainstVectors();
        return reason == null ? vector() : new ScalarKernels(reason + EMULATED);
    }

    private static boolean vectorModuleIsPresent() {
        try {
            Class.forName(VECTOR_MODULE + ".FloatVector", false, KernelChoice.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException _) {
            return false;
        }
    }

    /** The Vector API is fast only where C2 compiles it; elsewhere every vector is an object. */
    private static String reasonAgainstVectors() {
        String name = System.getProperty("java.vm.name", "");
        String mode = System.getProperty("java.vm.info", "");
        if (name.contains("OpenJ9")) {
            return "OpenJ9 does not compile the Vector API to vector instructions";
        }
        if (name.contains("GraalVM")
                || System.getProperty("java.vendor.version", "").contains("GraalVM")
                || System.getProperty("java.vm.version", "").contains("jvmci")) {
            return "this JVM compiles by JVMCI, and the vector kernels are written for C2";
        }
        // "mixed mode, sharing" in the ordinary case; "emulated-client" is C1 alone
        if (mode.contains("interpreted mode") || mode.contains("emulated-client") || !name.contains("Server")) {
            return "this JVM runs without C2: " + name + ", " + mode;
        }
        return VectorKernels.reasonAgainst();
    }

    private static Kernels gradual(Kernels chosen) {
        return chosen instanceof VectorKernels vector ? new GradualKernels(vector) : chosen;
    }

    private static Kernels vector() {
        return VectorKernels.create(EMULATED);
    }

    /**
     * What to add to a description where the processor has no fused multiply-add, or {@code -XX:-UseFMA} hides it:
     * {@code Math.fma} then computes with BigDecimal, correct and some thousand times slower. Nothing tells but a
     * clock. The smallest normal float has 126 decimals, which makes the two easy to tell apart: 100 calls took 2
     * microseconds with the instruction and 880 without (with short numbers 160, too near to a slow machine's 20).
     */
    private static String emulated() {
        long least = Long.MAX_VALUE;
        float sum = 0f;
        for (int attempt = 0; attempt < 3; attempt++) {
            long start = System.nanoTime();
            for (int i = 0; i < 100; i++) {
                sum = Math.fma(sum, Float.MIN_NORMAL, 1f);
            }
            least = Math.min(least, System.nanoTime() - start);
        }
        return least > 40_000 && sum > 0f ? ", without fused multiply-add: emulated and slow" : "";
    }
}
