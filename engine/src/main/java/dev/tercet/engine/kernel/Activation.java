package dev.tercet.engine.kernel;

/** Element-wise functions between dense layers, with the names that transformers gives them. */
public enum Activation {
    /** x: "linear" */
    IDENTITY,
    /** x · Φ(x), by the error function: "gelu", "gelu_python" */
    GELU,
    /** The tanh approximation of {@link #GELU}: "gelu_new", "gelu_pytorch_tanh", "gelu_fast", "gelu_accurate" */
    GELU_TANH,
    /** {@link #GELU}, no more than 10: "gelu_10" */
    GELU_10,
    /** x · σ(1.702 x): "quick_gelu" */
    QUICK_GELU,
    /** max(x, 0): "relu" */
    RELU,
    /** min(max(x, 0), 6): "relu6" */
    RELU6,
    /** max(x, 0)²: "relu2" */
    RELU2,
    /** x, of negative x a hundredth: "leaky_relu" */
    LEAKY_RELU,
    /** x · σ(x): "swish", "silu" */
    SILU,
    /** x · min(max(x + 3, 0), 6) / 6: "hardswish" */
    HARD_SWISH,
    /** x · tanh(ln(1 + eˣ)): "mish" */
    MISH,
    /** tanh(x): "tanh" */
    TANH,
    /** 1 / (1 + e⁻ˣ): "sigmoid" */
    SIGMOID,
    /** Φ((x − 0.707107) / 0.282095), near relu(x)² but bounded: "laplace" */
    LAPLACE,
    /** √ln(1 + eˣ): "sqrtsoftplus" */
    SQRT_SOFTPLUS
}
