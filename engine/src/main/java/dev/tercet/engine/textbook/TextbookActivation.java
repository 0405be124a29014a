package dev.tercet.engine.textbook;

import dev.tercet.engine.kernel.Activation;

/** Activation functions by their definitions, in double precision. */
final class TextbookActivation {
    private TextbookActivation() {}

    static double of(Activation activation, double x) {
        return switch (activation) {
            case IDENTITY -> x;
            case GELU -> x * normal(x);
            case GELU_10 -> Math.clamp(x * normal(x), -10, 10);
            case GELU_TANH -> x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))) / 2;
            case QUICK_GELU -> x * sigmoid(1.702 * x);
            case RELU -> Math.max(x, 0);
            case RELU6 -> Math.clamp(x, 0, 6);
            case RELU2 -> Math.max(x, 0) * Math.max(x, 0);
            case LEAKY_RELU -> x > 0 ? x : 0.01 * x;
            case SILU -> x * sigmoid(x);
            case HARD_SWISH -> x * Math.clamp(x + 3, 0, 6) / 6;
            case MISH -> x * Math.tanh(softplus(x));
            case TANH -> Math.tanh(x);
            case SIGMOID -> sigmoid(x);
            case LAPLACE -> normal((x - 0.707107) / 0.282095);
            case SQRT_SOFTPLUS -> Math.sqrt(softplus(x));
        };
    }

    /** Φ(x): how much of the standard normal distribution lies below x. */
    private static double normal(double x) {
        return (1 + erf(x / Math.sqrt(2))) / 2;
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    /** ln(1 + eˣ), without overflow. */
    private static double softplus(double x) {
        return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }

    /**
     * erf(x) = 2/√π · e^(−x²) · Σₙ 2ⁿ x²ⁿ⁺¹ / (1 · 3 ⋯ (2n + 1)), a sum without cancellation (Abramowitz and Stegun,
     * 7.1.6).
     */
    static double erf(double x) {
        if (Math.abs(x) > 6) return Math.signum(x); // 1 − erf(6) is 2e-17
        double term = x;
        double sum = x;
        for (int n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
    }
}
