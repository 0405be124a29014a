"""Repeats a run that `tercet trace` wrote in PyTorch, for `tercet trace diff` to compare: trace_dump.py MODEL_DIR TRACE OUT

MODEL_DIR  the model's folder, as transformers loads it (a quantized one expanded)
TRACE      the folder that `tercet trace encode|cross|translate` wrote
OUT        the folder to write, with the same names

Token ids come from the trace, the texts' own ids are compared with them first. Numbers are fp32, attention is eager. Of
a translation every row of every step is computed from the tokens that the trace gives it, without a cache.
"""

import json
import pathlib
import sys

import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers import AutoModel, AutoModelForSequenceClassification, AutoTokenizer, MarianMTModel

folder, trace, out = map(pathlib.Path, sys.argv[1:4])
torch.set_num_threads(1)
run = json.loads((trace / "trace.json").read_text(encoding="utf-8"))
given = load_file(trace / "activations.safetensors")
found = {}


def ids(name):
    return given[name].long()


def keep(name, tensor):
    """The only sequence of a batch of one, without the dimension of the batch."""
    found[name] = tensor.detach()[0].float().contiguous().clone()


def after(module, name, pick=lambda output: output):
    return module.register_forward_hook(lambda _, __, output: keep(name, pick(output)))


def before(module, name):
    return module.register_forward_pre_hook(lambda _, inputs: keep(name, inputs[0]))


def check_tokens(*texts):
    reference = AutoTokenizer.from_pretrained(folder)(*texts, truncation=True).input_ids
    if reference != ids("input_ids").tolist():
        print(f"the tokens differ: the reference has {reference}")


def dump_bert(encoder):
    after(encoder.embeddings, "embeddings")
    for i, layer in enumerate(encoder.encoder.layer):
        at = f"encoder.layer.{i}"
        attention = getattr(layer.attention, "self")
        for part in ("query", "key", "value"):
            after(getattr(attention, part), f"{at}.attention.self.{part}")
        after(attention, f"{at}.attention.probabilities", lambda output: output[1])
        after(attention, f"{at}.attention.self", lambda output: output[0])
        after(layer.attention.output, f"{at}.attention.output")
        after(layer.intermediate, f"{at}.intermediate")
        after(layer.output, f"{at}.output")


def encode():
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu", model_kwargs={"dtype": torch.float32})
    reference = model.tokenizer(run["text"], truncation=True, max_length=model.max_seq_length).input_ids
    if reference != ids("input_ids").tolist():
        print(f"the tokens differ: the reference has {reference}")
    bert = AutoModel.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    dump_bert(bert)
    bert(input_ids=ids("input_ids")[None], token_type_ids=ids("token_type_ids")[None], output_attentions=True)
    found["sentence_embedding"] = torch.tensor(model.encode(run["text"]))


def cross():
    model = AutoModelForSequenceClassification.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager").eval()
    check_tokens(run["query"], run["document"])
    dump_bert(model.bert)
    after(model.bert.pooler, "pooler", lambda output: output[None])
    after(model.classifier, "classifier", lambda output: output[None])
    model(input_ids=ids("input_ids")[None], token_type_ids=ids("token_type_ids")[None], output_attentions=True)
    for name in ("pooler", "classifier"):  # one row, that of [CLS]
        found[name] = found[name].reshape(1, -1)


def translate():
    model = MarianMTModel.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    check_tokens(run["text"])

    def attention(module, name):
        for part in ("q_proj", "k_proj", "v_proj"):
            after(getattr(module, part), f"{name}.{part}")
        after(module, f"{name}.probabilities", lambda output: output[1])
        before(module.out_proj, f"{name}.context")

    for side, stack in (("encoder", model.model.encoder), ("decoder", model.model.decoder)):
        before(stack.layers[0], f"{side}.embeddings")
        for i, layer in enumerate(stack.layers):
            at = f"{side}.layers.{i}"
            attention(layer.self_attn, f"{at}.self_attn")
            after(layer.self_attn_layer_norm, f"{at}.self_attn_layer_norm")
            if side == "decoder":
                attention(layer.encoder_attn, f"{at}.encoder_attn")
                after(layer.encoder_attn_layer_norm, f"{at}.encoder_attn_layer_norm")
            before(layer.fc2, f"{at}.activation_fn")
            after(layer.final_layer_norm, f"{at}.final_layer_norm")
    source = ids("input_ids")[None]
    encoded = model.model.encoder(input_ids=source, output_attentions=True)
    everything = dict(found)
    for name in [name for name in run["activations"] if name.startswith("decoder.input_ids@")]:
        at = name.split("@")[1]
        found.clear()
        output = model(encoder_outputs=encoded, decoder_input_ids=ids(name)[None], use_cache=False,
                       output_attentions=True)
        found["lm_head"] = output.logits[0]
        for key, tensor in found.items():
            if key.endswith(("encoder_attn.k_proj", "encoder_attn.v_proj")):
                everything[key] = tensor
            else:  # of the newest token
                everything[f"{key}@{at}"] = tensor[..., -1:, :].contiguous().clone()
        everything[name] = given[name]
    found.clear()
    found.update(everything)


with torch.inference_mode():
    {"encode": encode, "cross": cross, "translate": translate}[run["kind"]]()
for name in ("input_ids", "token_type_ids"):
    if name in given:
        found[name] = given[name]
out.mkdir(parents=True, exist_ok=True)
save_file(found, out / "activations.safetensors")
index = {**run, "kernels": f"torch {torch.__version__.split('+')[0]}, transformers {transformers.__version__}"}
# in the trace's order; what it lacks comes last
index["activations"] = sorted(found, key=lambda name: run["activations"].index(name) if name in given else len(given))
(out / "trace.json").write_text(json.dumps(index, ensure_ascii=False) + "\n", encoding="utf-8")
print(f"{len(found)} activations in {out}")
