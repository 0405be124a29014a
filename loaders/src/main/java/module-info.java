/** Files to named tensors and configurations: safetensors, torch {@code .bin}, ONNX initializers, the Hub cache. */
module dev.tercet.loaders {
    requires com.fasterxml.jackson.core;

    exports dev.tercet.loaders;
}
