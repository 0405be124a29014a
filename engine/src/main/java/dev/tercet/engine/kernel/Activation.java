package dev.tercet.engine.kernel;

/** Element-wise functions between dense layers. */
public enum Activation {
    /** x */
    IDENTITY,
    /** x · Φ(x), by the error function: "gelu" */
    GELU,
    /** The tanh approximation of {@link #GELU}: "gelu_new", "gelu_pytorch_tanh" */
    GELU_TANH,
    /** max(x, 0): "relu" */
    RELU,
    /** x · σ(x): "swish", "silu" */
    SILU,
    /** tanh(x): "tanh" */
    TANH,
    /** 1 / (1 + e⁻ˣ): "sigmoid" */
    SIGMOID
}
