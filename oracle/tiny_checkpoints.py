"""Writes tiny random BERT and Marian checkpoints in every file format, and what their weights are: tiny_checkpoints.py OUTPUT_DIR

The folders go to loaders/src/test/resources/checkpoints. weights.txt beside the folders of an architecture and type lists
every weight as "name [shape] sha256", the digest being that of its values as little-endian fp32.
"""

import hashlib
import pathlib
import shutil
import sys

import torch
import transformers
from transformers import BertConfig, BertForSequenceClassification, MarianConfig, MarianMTModel

output = pathlib.Path(sys.argv[1])
TYPES = {"f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16}


def bert():
    config = BertConfig(
        vocab_size=40, hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=12,
        max_position_embeddings=10, num_labels=1,
    )
    return BertForSequenceClassification(config)


def marian():
    config = MarianConfig(
        vocab_size=40, d_model=8, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2, decoder_attention_heads=2,
        encoder_ffn_dim=12, decoder_ffn_dim=12, max_position_embeddings=10, pad_token_id=39, decoder_start_token_id=39,
        eos_token_id=0, forced_eos_token_id=0,
    )
    return MarianMTModel(config)


def random_parameters(model):
    """Biases, LayerNorms and final_logits_bias too, which start as zeros and ones."""
    generator = torch.Generator().manual_seed(1)
    for tensor in [*model.parameters(), *model.buffers()]:
        if tensor.is_floating_point():
            tensor.data = torch.randn(tensor.shape, generator=generator) * 0.5
    model.tie_weights()
    return model


def write_weights(state, file):
    lines = []
    for name in sorted(state):
        if state[name].is_floating_point():
            values = state[name].float().contiguous()
            lines.append(f"{name} {list(values.shape)} {hashlib.sha256(values.numpy().tobytes()).hexdigest()}\n")
    versions = f"# torch {torch.__version__}, transformers {transformers.__version__}\n"
    file.write_text(versions + "".join(lines))


for architecture, make in {"bert": bert, "marian": marian}.items():
    for type_name, dtype in TYPES.items():
        torch.manual_seed(0)
        model = random_parameters(make()).to(dtype).eval()
        folder = output / f"{architecture}-{type_name}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        model.save_pretrained(folder / "safetensors")
        if type_name == "f32":
            model.save_pretrained(folder / "sharded", max_shard_size="4KB")
        # what save_pretrained(safe_serialization=False) wrote while transformers had it
        for variant, zipped in {"torch": True, "torch-2020": False}.items():
            (folder / variant).mkdir()
            torch.save(
                model.state_dict(), folder / variant / "pytorch_model.bin", _use_new_zipfile_serialization=zipped
            )
        for other in folder.glob("*/generation_config.json"):
            other.unlink()
        write_weights(model.state_dict(), folder / "weights.txt")
